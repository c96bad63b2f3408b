package linklive

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/internal/vendors"
)

// stub answers every request alike and remembers the last.
type stub struct {
	status int
	header http.Header
	body   io.ReadCloser
	err    error
	got    *http.Request
	asked  int
}

func (s *stub) RoundTrip(r *http.Request) (*http.Response, error) {
	s.got, s.asked = r, s.asked+1
	if s.err != nil {
		return nil, s.err
	}
	h := s.header
	if h == nil {
		h = http.Header{}
	}
	return &http.Response{StatusCode: s.status, Header: h, Body: s.body, ProtoMajor: 1, ProtoMinor: 1, Request: r}, nil
}

// content fails the test when it is read: it stands for an object's bytes.
type content struct{ t *testing.T }

func (c content) Read([]byte) (int, error) { c.t.Error("content was read"); return 0, io.EOF }
func (content) Close() error               { return nil }

const (
	sasSig = "&sig=bhY0OmrfXEJ3P68FnSazvJBC3BzjAhLug8c5CRfURTk%3D"
	v4     = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAQNZGKIQY56JQ7WML%2F20261101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=a56b06892c8efd7bc9d09187f5122572da69092ee6c0d493f80e3f8cd40a9cd6"
)

var (
	s3Link   = "https://b.s3.us-east-1.amazonaws.com/in/a%20b+c.pdf?" + v4
	gcsLink  = "https://storage.googleapis.com/acme/a.png?GoogleAccessId=u@acme.iam.gserviceaccount.com&Expires=1793491200&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("Ab3xQ9z7Lm2Kp5Wv", 15)+"0123456789abcdeF")))
	blobLink = "https://acme.blob.core.windows.net/c/b.txt?sv=2022-11-02&sr=b&sp=r&st=2026-10-31T00:00:00Z&se=2026-11-02T00:00:00Z" + sasSig
	listLink = "https://acme.blob.core.windows.net/c?sv=2022-11-02&sr=c&sp=l&se=2026-11-02T00:00:00Z" + sasSig
	acctLink = "https://acme.blob.core.windows.net/?sv=2022-11-02&ss=b&srt=sco&sp=rl&se=2026-11-02T00:00:00Z" + sasSig
	atNoon   = time.Date(2026, 11, 1, 0, 30, 0, 0, time.UTC)
)

func detector(t testing.TB) *signedlink.Detector {
	t.Helper()
	set, err := vendors.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return signedlink.New(set)
}

func find(t testing.TB, raw string) signedlink.Link {
	t.Helper()
	links := detector(t).ScanBytes([]byte(raw), signedlink.Options{KeepAddress: true})
	if len(links) != 1 {
		t.Fatalf("%d links in %s", len(links), raw)
	}
	return links[0]
}

func checker(t testing.TB, rt http.RoundTripper, now time.Time) *Checker {
	return &Checker{Transport: rt, Detector: detector(t), Now: func() time.Time { return now }, UserAgent: "tojimari-test"}
}

func xml(code, message string) io.ReadCloser {
	return io.NopCloser(strings.NewReader("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"))
}

func TestAnswers(t *testing.T) {
	ms := func(code string) http.Header { return http.Header{"X-Ms-Error-Code": {code}} }
	for _, tc := range []struct {
		name, link string
		service    stub
		now        time.Time
		want       State
		response   string
	}{
		{"s3 precondition", s3Link, stub{status: 412, body: xml("PreconditionFailed", "")}, atNoon, Live, "GET 412 Precondition Failed (PreconditionFailed)"},
		{"s3 without preconditions", s3Link, stub{status: 206, body: content{t}}, atNoon, Live, "GET 206 Partial Content"},
		{"s3 whole object", s3Link, stub{status: 200, body: content{t}}, atNoon, Live, "GET 200 OK"},
		{"s3 expired", s3Link, stub{status: 403, body: xml("AccessDenied", "Request has expired")}, atNoon, Expired, "GET 403 Forbidden (AccessDenied)"},
		{"s3 expired session", s3Link, stub{status: 400, body: xml("ExpiredToken", "The provided token has expired.")}, atNoon, Expired, "GET 400 Bad Request (ExpiredToken)"},
		{"s3 key gone", s3Link, stub{status: 403, body: xml("InvalidAccessKeyId", "")}, atNoon, Revoked, "GET 403 Forbidden (InvalidAccessKeyId)"},
		{"s3 policy", s3Link, stub{status: 403, body: xml("AccessDenied", "Access Denied")}, atNoon, Refused, "GET 403 Forbidden (AccessDenied)"},
		{"s3 early", s3Link, stub{status: 403, body: xml("AccessDenied", "Request is not yet valid")}, atNoon, Refused, "GET 403 Forbidden (AccessDenied)"},
		{"s3 other method", s3Link, stub{status: 403, body: xml("SignatureDoesNotMatch", "")}, atNoon, Unknown, "GET 403 Forbidden (SignatureDoesNotMatch)"},
		{"s3 object gone", s3Link, stub{status: 404, body: xml("NoSuchKey", "")}, atNoon, Live, "GET 404 Not Found (NoSuchKey)"},
		{"s3 bucket gone", s3Link, stub{status: 404, body: xml("NoSuchBucket", "")}, atNoon, Unknown, "GET 404 Not Found (NoSuchBucket)"},
		{"s3 redirect", s3Link, stub{status: 307, header: http.Header{"Location": {"https://evil.example/"}}, body: content{t}}, atNoon, Unknown, "GET 307 Temporary Redirect"},
		{"s3 hostile code", s3Link, stub{status: 403, body: xml("\x1b]0;x\x07", "")}, atNoon, Unknown, "GET 403 Forbidden"},
		{"no network", s3Link, stub{err: &url.Error{Op: "Get", URL: s3Link, Err: errors.New("connection refused")}}, atNoon, Unknown, "no answer: connection refused"},
		{"gcs expired", gcsLink, stub{status: 400, body: xml("ExpiredToken", "Invalid argument.")}, atNoon, Expired, "GET 400 Bad Request (ExpiredToken)"},
		{"gcs live", gcsLink, stub{status: 412, body: xml("PreconditionFailed", "")}, atNoon, Live, "GET 412 Precondition Failed (PreconditionFailed)"},
		{"blob", blobLink, stub{status: 200, body: content{t}}, atNoon, Live, "HEAD 200 OK"},
		{"blob gone", blobLink, stub{status: 404, header: ms("BlobNotFound"), body: content{t}}, atNoon, Live, "HEAD 404 Not Found (BlobNotFound)"},
		{"blob expired", blobLink, stub{status: 403, header: ms("AuthenticationFailed"), body: content{t}}, atNoon.AddDate(0, 1, 0), Expired, "HEAD 403 Forbidden (AuthenticationFailed)"},
		{"blob key rotated", blobLink, stub{status: 403, header: ms("AuthenticationFailed"), body: content{t}}, atNoon, Revoked, "HEAD 403 Forbidden (AuthenticationFailed)"},
		{"blob early", blobLink, stub{status: 403, header: ms("AuthenticationFailed"), body: content{t}}, atNoon.AddDate(0, -1, 0), Refused, "HEAD 403 Forbidden (AuthenticationFailed)"},
		{"blob network", blobLink, stub{status: 403, header: ms("AuthorizationSourceIPMismatch"), body: content{t}}, atNoon, Refused, "HEAD 403 Forbidden (AuthorizationSourceIPMismatch)"},
		{"blob shared key off", blobLink, stub{status: 403, header: ms("KeyBasedAuthenticationNotPermitted"), body: content{t}}, atNoon, Revoked, "HEAD 403 Forbidden (KeyBasedAuthenticationNotPermitted)"},
		{"blob write only", strings.Replace(blobLink, "sp=r", "sp=w", 1), stub{status: 403, header: ms("AuthorizationPermissionMismatch"), body: content{t}}, atNoon, Live, "HEAD 403 Forbidden (AuthorizationPermissionMismatch)"},
		{"container", listLink, stub{status: 200, body: content{t}}, atNoon, Live, "GET 200 OK"},
		{"container, told in the body", listLink, stub{status: 403, header: ms("AuthenticationFailed"), body: io.NopCloser(strings.NewReader("<AuthenticationErrorDetail>Signature not valid in the specified time frame</AuthenticationErrorDetail>"))}, atNoon, Expired, "GET 403 Forbidden (AuthenticationFailed)"},
		{"account", acctLink, stub{status: 200, body: content{t}}, atNoon, Live, "GET 200 OK"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if c, ok := tc.service.body.(content); ok {
				c.t = t
				tc.service.body = c
			}
			got := checker(t, &tc.service, tc.now).Check(t.Context(), find(t, tc.link))
			if got.State != tc.want || got.Response != tc.response {
				t.Errorf("got %+v, want %s %q", got, tc.want, tc.response)
			}
			if tc.service.asked != 1 {
				t.Errorf("asked %d times", tc.service.asked)
			}
		})
	}
}

func TestRequestsTakeAndChangeNothing(t *testing.T) {
	for _, tc := range []struct{ link, method, uri string }{
		{s3Link, "GET", "/in/a%20b+c.pdf?" + v4},
		{gcsLink, "GET", ""},
		{blobLink, "HEAD", "/c/b.txt?sv=2022-11-02&sr=b&sp=r&st=2026-10-31T00:00:00Z&se=2026-11-02T00:00:00Z" + sasSig},
		{listLink, "GET", ""},
		{acctLink, "GET", ""},
		{strings.Replace(s3Link, "https://", "http://", 1), "GET", ""},
	} {
		s := &stub{status: 403, body: http.NoBody}
		checker(t, s, atNoon).Check(t.Context(), find(t, tc.link))
		r := s.got
		if r == nil {
			t.Fatalf("nothing was asked for %s", tc.link)
		}
		if r.Method != tc.method || r.URL.Scheme != "https" || r.Header.Get("Authorization") != "" || r.Header.Get("User-Agent") != "tojimari-test" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		if tc.uri != "" && r.URL.RequestURI() != tc.uri {
			t.Errorf("the request is for %s, want %s", r.URL.RequestURI(), tc.uri)
		}
		if tc.link == s3Link && (r.Header.Get("If-Match") == "" || r.Header.Get("Range") != "bytes=0-0") {
			t.Errorf("headers %v", r.Header)
		}
		if tc.link == listLink && (!strings.Contains(r.URL.RawQuery, "prefix=tojimari-") || !strings.Contains(r.URL.RawQuery, "maxresults=1")) {
			t.Errorf("query %s", r.URL.RawQuery)
		}
	}
}

func TestNotAsked(t *testing.T) {
	for name, link := range map[string]string{
		"metadata service":    "http://169.254.169.254/b/k?" + v4,
		"loopback by name":    "http://internal.acme.jp:8080/b/k?" + strings.Replace(v4, "AKIAQNZGKIQY56JQ7WML", "ops", 1),
		"own domain":          "https://files.acme.jp/k?" + v4,
		"port":                "https://b.s3.us-east-1.amazonaws.com:8443/k?" + v4,
		"no host":             v4,
		"write":               s3Link + "&x-id=PutObject",
		"delete":              s3Link + "&x-id=DeleteObject",
		"listing":             strings.Replace(s3Link, "/in/a%20b+c.pdf?", "/?list-type=2&", 1),
		"headers":             strings.Replace(s3Link, "Headers=host", "Headers=host;range", 1),
		"table":               "https://acme.table.core.windows.net/t?sv=2022-11-02&tn=t&sp=r&se=2027-01-01" + sasSig,
		"two slashes":         strings.Replace(s3Link, ".com/in", ".com//in", 1),
		"lookalike of a host": "https://b.s3.us-east-1.amazonaws.com.evil.example/k?" + v4,
	} {
		s := &stub{status: 200, body: content{t}}
		got := checker(t, s, atNoon).Check(t.Context(), find(t, link))
		if s.asked != 0 || got.State != Unknown || !strings.HasPrefix(got.Response, "not asked: ") {
			t.Errorf("%s: asked %d times, %+v", name, s.asked, got)
		}
	}
	s := &stub{status: 412, body: http.NoBody}
	c := checker(t, s, atNoon)
	c.Hosts = []string{"files.acme.jp"}
	if got := c.Check(t.Context(), find(t, "https://files.acme.jp/k?"+v4)); got.State != Live {
		t.Errorf("a host that was named: %+v", got)
	}
}

func TestNothingSecretInResults(t *testing.T) {
	l := find(t, s3Link)
	if strings.Contains(fmt.Sprintf("%+v %#v", l, l), "a56b0689") {
		t.Error("a link prints its signature")
	}
	s := &stub{err: &url.Error{Op: "Get", URL: s3Link, Err: fmt.Errorf("parse %q: bad", s3Link)}}
	if got := checker(t, s, atNoon).Check(t.Context(), l); strings.Contains(got.Response, "Amz") {
		t.Errorf("%+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := checker(t, http.DefaultTransport, atNoon).Check(ctx, l); got.State != Unknown || strings.Contains(got.Response, "Amz") {
		t.Errorf("%+v", got)
	}
}

// The request arrives as it was signed: a server that sees other bytes would say that the signature is wrong.
func TestAddressIsSentAsSigned(t *testing.T) {
	p := s3.NewPresignClient(s3.New(s3.Options{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIAQNZGKIQY56JQ7WML", "secret", "")}))
	for _, key := range []string{"plain", "a b+c&d=e/f?g#h", "日本語/履歴書.pdf", "%2F already", "a//b", "./..", "(x)'*!~"} {
		req, err := p.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("acme-uploads"), Key: aws.String(key)})
		if err != nil {
			t.Fatal(err)
		}
		s := &stub{status: 412, body: http.NoBody}
		got := checker(t, s, atNoon).Check(t.Context(), find(t, req.URL))
		if got.State != Live {
			t.Fatalf("%q: %+v", key, got)
		}
		var wire strings.Builder
		if err := s.got.Write(&wire); err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(wire.String(), "\r\n")
		_, want, _ := strings.Cut(req.URL, ".amazonaws.com")
		if line != "GET "+want+" HTTP/1.1" {
			t.Errorf("%q went out as\n%s, want\n%s", key, line, want)
		}
	}
}
