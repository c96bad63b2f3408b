package attempt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

func TestFact(t *testing.T) {
	op := attempt.Operation{Call: "svc:GetThing", Permission: "svc:Get", NotSet: []string{"NoSuchThing"}}
	from := scanners.Origin{Call: "svc:GetThing"}
	unknown := func(code scanners.ReasonCode, permission, detail string) scanners.Fact[string] {
		return scanners.UnknownFact[string](scanners.Reason{Code: code, Permission: permission, Detail: detail}, from)
	}
	for name, tc := range map[string]struct {
		err  error
		want scanners.Fact[string]
	}{
		"read":            {nil, scanners.KnownFact("value", from)},
		"not set":         {fmt.Errorf("converting: %w", attempt.ErrNotSet), scanners.AbsentFact[string](from)},
		"not set by code": {&attempt.Failure{Kind: attempt.Gone, Code: "NoSuchThing"}, scanners.AbsentFact[string](from)},
		"hollow":          {attempt.ErrHollow, unknown(scanners.Malformed, "", "the answer is hollow")},
		"unsupported":     {&attempt.Failure{Kind: attempt.Unsupported, Status: 501}, scanners.UnsupportedFact[string](from)},
		"denied":          {&attempt.Failure{Kind: attempt.Denied, Code: "No", Message: "way"}, unknown(scanners.Denied, "svc:Get", "No: way")},
		"denied for another reason": {&attempt.Failure{Kind: attempt.Denied, Code: "No", Permission: "svc:Other", Status: 403},
			unknown(scanners.Denied, "svc:Other", "No (HTTP 403)")},
		"malformed":   {&attempt.Failure{Kind: attempt.Malformed, Message: "no"}, unknown(scanners.Malformed, "", "no")},
		"partial":     {&attempt.Failure{Kind: attempt.Partial, Message: "tags"}, unknown(scanners.Partial, "", "tags")},
		"throttled":   {&attempt.Failure{Kind: attempt.Throttled, Status: 429}, unknown(scanners.Failed, "", "throttled: HTTP 429")},
		"interrupted": {context.Canceled, unknown(scanners.Failed, "", "interrupted")},
		"no time":     {context.DeadlineExceeded, unknown(scanners.Failed, "", "the time for reading it was over")},
	} {
		got := attempt.Fact(&attempt.Reading{Name: "acme"}, op, "value", tc.err)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestWhatEndsAReading: a resource that is gone ends it, a part of it that is gone does not; expired credentials end it
// where nothing was read, and nothing more is asked with them.
func TestWhatEndsAReading(t *testing.T) {
	rec, need := scanners.NewRecord(scanners.Head{Kind: scanners.KindBucket}), scanners.NewFactSet("bucket.versioning", "bucket.cors")
	r := attempt.Reading{Name: "acme", Hint: "log in"}
	gone := &attempt.Failure{Kind: attempt.Gone, Code: "NotFound"}
	if r.Reason(attempt.Operation{Call: "part", Apart: true}, gone); r.End(rec, need, false) != nil {
		t.Error("a part that is gone ends the reading")
	}
	if r.Reason(attempt.Operation{Call: "whole"}, gone); !errors.Is(r.End(rec, need, true), scanners.ErrGone) {
		t.Error("a resource that is gone does not end the reading")
	}
	r = attempt.Reading{Name: "acme", Hint: "log in"}
	r.Reason(attempt.Operation{}, &attempt.Failure{Kind: attempt.Expired})
	asked := false
	_, err := attempt.Ask(t.Context(), &r, func(context.Context) (int, error) { asked = true; return 0, nil }, func(n int) (int, error) { return n, nil })
	if asked || !errors.Is(err, scanners.ErrExpired) {
		t.Errorf("asked with credentials known to have expired: %v", err)
	}
	if err := r.End(rec, need, false); !errors.Is(err, scanners.ErrExpired) || scanners.FailureOf(err).Hint != "log in" {
		t.Errorf("%v", err)
	}
	if err := r.End(rec, need, true); err != nil {
		t.Errorf("what was read before is lost: %v", err)
	}
	rec.Bucket.Versioning = scanners.AbsentFact[scanners.Versioning](scanners.Origin{})
	if err := r.End(rec, need, false); err != nil {
		t.Errorf("what was read is lost: %v", err)
	}
}

// TestNetwork: no address and no port in any text.
func TestNetwork(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 54321}, Err: syscall.ECONNREFUSED}
	for _, tc := range []struct {
		err  error
		kind attempt.Kind
		text string
	}{
		{dial, attempt.Transient, "connection refused"},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, attempt.Transient, "connection reset"},
		{fmt.Errorf("body: %w", io.ErrUnexpectedEOF), attempt.Transient, "the answer ended early"},
		{context.DeadlineExceeded, attempt.Transient, "no answer in time"},
		{context.Canceled, attempt.Other, "cancelled"},
		{&net.DNSError{Name: "nowhere.example", IsNotFound: true}, attempt.Other, `no such host "nowhere.example"`},
		{&net.DNSError{Name: "some.example", IsTimeout: true}, attempt.Transient, `host "some.example" could not be looked up`},
	} {
		if f := attempt.Network(tc.err); f == nil || f.Kind != tc.kind || f.Error() != tc.text {
			t.Errorf("%v: %+v", tc.err, f)
		}
	}
	if f := attempt.Network(errors.New("something else")); f != nil {
		t.Errorf("%+v", f)
	}
}

func TestRetryAfter(t *testing.T) {
	for _, tc := range []struct {
		header, value string
		want          time.Duration
	}{
		{"Retry-After", "3", 3 * time.Second},
		{"X-Ms-Retry-After-Ms", "250", 250 * time.Millisecond},
		{"Retry-After", "999999", 5 * time.Minute},
		{"Retry-After", "-1", 0},
		{"Retry-After", "Sun, 22 Nov 2026 00:00:00 GMT", 0},
		{"Retry-After", "1h", 0},
		{"Other", "3", 0},
	} {
		if got := attempt.RetryAfter(http.Header{tc.header: {tc.value}}); got != tc.want {
			t.Errorf("%s: %s gives %v", tc.header, tc.value, got)
		}
	}
}

func TestClean(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"Access Denied", "Access Denied"},
		{"a\x1b[31mred\nnext\tline\u202eevil", "a [31mred next lineevil"},
		{"key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY leaked", "key [removed] leaked"},
		{"token=" + strings.Repeat("Ab1", 60), "[removed]"},
		{"Bearer ya29.a0Af.short", "Bearer [removed]"},
		{`"eyJhbGciOi.x.y"`, "[removed]"},
		{"arn:aws:iam::111122223333:role/" + strings.Repeat("Long1", 12), "arn:aws:iam::111122223333:role/" + strings.Repeat("Long1", 12)},
		{"ServerSideEncryptionConfigurationNotFoundError", "ServerSideEncryptionConfigurationNotFoundError"},
		{"over scope '/subscriptions/00000000-0000/resourceGroups/rg1/providers/Microsoft.Storage/storageAccounts/acme1'",
			"over scope '/subscriptions/00000000-0000/resourceGroups/rg1/providers/Microsoft.Storage/storageAccounts/acme1'"},
		{"action 'Microsoft.Storage/storageAccounts/blobServices/containers/read'", "action 'Microsoft.Storage/storageAccounts/blobServices/containers/read'"},
		{"on projects/123456789012/roles/storageReaderCustom", "on projects/123456789012/roles/storageReaderCustom"},
		{strings.Repeat("word ", 100), strings.TrimSpace(strings.Repeat("word ", 60)) + " ..."},
		{"bad \xff utf8", "bad \ufffd utf8"},
	} {
		if got := attempt.Clean(tc.in, 300); got != tc.want {
			t.Errorf("Clean(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}
