// The suite tested on a scanner that can be given each defect in turn.

package scannertest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/scannertest"
)

// defect is what a fake does wrong.
type defect string

// fake reads accounts and buckets from a made-up service, one GET per fact.
type fake struct {
	client *http.Client
	defect defect
	calls  *int // over all fakes of one test
}

const calls = 4 // attempts per call

// get returns the text of an answer, or a sentinel.
func (f *fake) get(ctx context.Context, path string) (string, error) {
	var last error
	for range calls {
		if err := ctx.Err(); err != nil && f.defect != "ignores the context" {
			return "", err
		}
		method := http.MethodGet
		if f.defect == "writes" && strings.HasPrefix(path, "/versioning") {
			method = http.MethodPut
		}
		if f.defect == "ignores the context" {
			ctx = context.WithoutCancel(ctx)
		}
		req, err := http.NewRequestWithContext(ctx, method, "http://fake"+path, nil)
		if err != nil {
			return "", err
		}
		resp, err := f.client.Do(req)
		if err != nil {
			if last = err; f.defect == "gives up" {
				return "", last
			}
			continue
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		switch {
		case resp.StatusCode == 403:
			return "", scanners.ErrDenied
		case resp.StatusCode != 200:
			if last = scanners.ErrThrottled; f.defect == "gives up when throttled" {
				return "", last
			}
		case err != nil:
			last = err
			if f.defect == "takes half an answer" {
				return string(text), nil
			}
		default:
			return string(text), nil
		}
	}
	return "", last
}

func (f *fake) Describe() scanners.Description {
	d := scanners.Description{Name: "fake", Forms: []scanners.Form{{Scheme: "fake"}}, Supplies: []scanners.Supply{
		{Fact: "bucket.aws.ownership", Permissions: []string{"fake:Ownership"}}, {Fact: "bucket.website", Permissions: []string{"fake:Website"}},
	}}
	switch f.defect {
	case "supplies nonsense":
		d.Supplies = append(d.Supplies, scanners.Supply{Fact: "bucket.colour"})
	case "forgets a supply":
		d.Supplies = d.Supplies[:1]
	}
	return d
}

func (f *fake) Discover(ctx context.Context, target scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) {
		text, err := f.get(ctx, "/list")
		if err != nil {
			if f.defect != "hides a failed listing" {
				yield(scanners.Ref{}, fmt.Errorf("listing: %w", err))
			}
			return
		}
		scope := scanners.Ref{Head: scanners.Head{ID: "aws:account/1", Kind: scanners.KindScope, Name: "1"}, Scope: "aws:account/1", Target: target}
		if f.defect != "children first" && !yield(scope, nil) {
			return
		}
		names := strings.Fields(text)
		if *f.calls++; f.defect == "order by chance" && *f.calls%2 == 0 {
			names[0], names[1] = names[1], names[0]
		}
		if f.defect == "twice" {
			names = append(names, names[0])
		}
		for _, name := range names {
			head := scanners.Head{ID: "aws:s3:bucket/" + name, Kind: scanners.KindBucket, Provider: scanners.AWS, Name: name, Parent: "aws:account/1"}
			if !yield(scanners.Ref{Head: head, Scope: "aws:account/1", Target: target}, nil) {
				return
			}
		}
		if f.defect == "children first" {
			yield(scope, nil)
		}
	}
}

func unknown[T any](err error, permission string, from scanners.Origin) scanners.Fact[T] {
	if errors.Is(err, scanners.ErrDenied) {
		return scanners.DeniedFact[T](permission, from)
	}
	return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Failed, Detail: "no answer"}, from)
}

func (f *fake) Inspect(ctx context.Context, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) (scanners.Record, error) {
	rec := scanners.NewRecord(ref.Head)
	if prev != nil && f.defect != "forgets prev" {
		*rec = *prev
		if f.defect != "changes prev" {
			rec.Detach(ref.Kind)
		}
	}
	rec.At = time.Unix(0, 0).UTC()
	if ref.Kind != scanners.KindBucket {
		return *rec, nil
	}
	if f.defect == "reads what is not needed" {
		need = f.Describe().Facts()
	}
	b := rec.Bucket
	if need.Has("bucket.aws.ownership") && (!b.AWS.Ownership.Settled() || f.defect == "asks again") {
		from := scanners.Origin{Call: "fake:Ownership"}
		text, err := f.get(ctx, "/ownership/"+ref.Name)
		switch {
		case err == nil:
			b.AWS.Ownership = scanners.KnownFact(scanners.Ownership{Mode: text}, from)
		case f.defect == "fails whole":
			return scanners.Record{}, err
		case f.defect == "takes failure for absence":
			b.AWS.Ownership = scanners.AbsentFact[scanners.Ownership](from)
		default:
			b.AWS.Ownership = unknown[scanners.Ownership](err, "fake:Ownership", from)
		}
		if err != nil && f.defect == "loses a neighbour" {
			b.Website = unknown[scanners.Website](err, "fake:Website", scanners.Origin{Call: "fake:Website"})
		}
	}
	if need.Has("bucket.website") && !b.Website.Settled() && f.defect != "forgets a fact" || f.defect == "forgets a supply" && len(need) > 0 {
		from := scanners.Origin{Call: "fake:Website"}
		text, err := f.get(ctx, "/website/"+ref.Name)
		if f.defect == "writes" {
			f.get(ctx, "/versioning/"+ref.Name)
		}
		if err != nil {
			b.Website = unknown[scanners.Website](err, "fake:Website", from)
		} else {
			b.Website = scanners.KnownFact(scanners.Website{Index: text}, from)
		}
	}
	return *rec, nil
}

// service answers the fakes.
type service struct{}

func (service) RoundTrip(req *http.Request) (*http.Response, error) {
	switch {
	case req.URL.Path == "/list":
		return scannertest.Respond(req, 200, "text/plain", "a b"), nil
	default:
		return scannertest.Respond(req, 200, "text/plain", "answer to "+req.URL.Path), nil
	}
}

func problems(t *testing.T, d defect) []string {
	t.Helper()
	n := 0
	status := func(code int) func(*http.Request) *http.Response {
		return func(req *http.Request) *http.Response { return scannertest.Respond(req, code, "text/plain", "") }
	}
	return scannertest.Problems(t.Context(), scannertest.Harness{
		New: func(wrap func(http.RoundTripper) http.RoundTripper) (scanners.Scanner, error) {
			return &fake{client: &http.Client{Transport: wrap(service{})}, defect: d, calls: &n}, nil
		},
		Target:  scanners.Target{Scheme: "fake"},
		Answers: scannertest.Answers{Denied: status(403), Throttled: status(429)},
	})
}

func TestSuitePassesASoundScanner(t *testing.T) {
	for _, problem := range problems(t, "") {
		t.Error(problem)
	}
}

func TestSuiteFindsEachDefect(t *testing.T) {
	for d, want := range map[defect]string{
		"supplies nonsense":         "description: ",
		"forgets a supply":          "facts: ",
		"order by chance":           "discovery: ",
		"children first":            "discovery: ",
		"twice":                     "discovery: ",
		"forgets a fact":            "facts: ",
		"reads what is not needed":  "need: ",
		"forgets prev":              "prev: ",
		"changes prev":              "prev: ",
		"asks again":                "prev: ",
		"ignores the context":       "cancel: ",
		"gives up":                  "faults that pass: ",
		"gives up when throttled":   "faults that pass: ",
		"takes half an answer":      "faults that stay: ",
		"takes failure for absence": "faults that stay: ",
		"loses a neighbour":         "faults that stay: ",
		"fails whole":               "faults that stay: ",
		"hides a failed listing":    "faults in discovery: ",
		"writes":                    "read only: ",
	} {
		t.Run(string(d), func(t *testing.T) {
			got := problems(t, d)
			for _, problem := range got {
				if strings.HasPrefix(problem, want) {
					return
				}
			}
			t.Errorf("not found by %q; found: %q", want, got)
		})
	}
}

func TestIdentityIsStable(t *testing.T) {
	req := func(method, url, body string, header ...string) *http.Request {
		var in io.Reader
		if body != "" {
			in = strings.NewReader(body)
		}
		r, err := http.NewRequest(method, url, in)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return r
	}
	for _, tc := range []struct {
		req  *http.Request
		want string
	}{
		{req("GET", "https://b.s3/?b=2&a=1&X-Amz-Signature=x", ""), "GET b.s3/?a=1&b=2"},
		{req("POST", "https://sts/", "Action=X"), `POST sts/ "Action=X"`},
		{req("POST", "https://org/", "{}", "X-Amz-Target", "Org.List"), `POST org/ Org.List "{}"`},
	} {
		got, err := scannertest.Identity(tc.req)
		if err != nil || got != tc.want {
			t.Errorf("got %s, %v, want %s", got, err, tc.want)
		}
		if tc.req.Body != nil {
			if text, _ := io.ReadAll(tc.req.Body); len(text) == 0 {
				t.Error("the body was eaten")
			}
		}
	}
}
