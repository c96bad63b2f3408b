// Faults at the HTTP layer, chosen by the identity of the request, so that a second run meets the same ones.

package scannertest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Fault is what happens to a request instead of being answered.
type Fault string

// The faults.
const (
	None      Fault = ""
	Denied    Fault = "denied"    // the provider refuses
	Throttled Fault = "throttled" // the provider says that it is too fast
	Reset     Fault = "reset"     // the connection breaks before the answer
	Truncated Fault = "truncated" // the connection ends in the middle of the answer
	Torn      Fault = "torn"      // the connection is reset in the middle of the answer
	Slow      Fault = "slow"      // no answer within the time for one attempt
)

// Faults is an http.RoundTripper that spoils requests and remembers all of them.
type Faults struct {
	// Base answers what is not spoiled.
	Base http.RoundTripper
	// Choose picks the fault for the nth attempt (from 0) of a request; nil spoils nothing. It is called
	// concurrently.
	Choose func(identity string, attempt int) Fault
	// Answers are the provider's ways of refusing.
	Answers Answers

	mu       sync.Mutex
	attempts map[string]int
	seen     []Seen
}

// Seen is one request that was made.
type Seen struct {
	Identity string
	Method   string
	Fault    Fault
	// Owner is what WithOwner put into the request's context.
	Owner string
	// Mutates is set by Harness.ReadOnly's verdict.
	Mutates bool
	request *http.Request
}

// Answers builds a provider's refusals. The bodies have to be what its SDK understands.
type Answers struct {
	Denied    func(*http.Request) *http.Response
	Throttled func(*http.Request) *http.Response
}

type ownerKey struct{}

// WithOwner marks requests under ctx.
func WithOwner(ctx context.Context, owner string) context.Context {
	return context.WithValue(ctx, ownerKey{}, owner)
}

// RoundTrip implements http.RoundTripper.
func (f *Faults) RoundTrip(req *http.Request) (*http.Response, error) {
	id, err := Identity(req)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	if f.attempts == nil {
		f.attempts = map[string]int{}
	}
	attempt := f.attempts[id]
	f.attempts[id]++
	fault := None
	if f.Choose != nil {
		fault = f.Choose(id, attempt)
	}
	owner, _ := req.Context().Value(ownerKey{}).(string)
	f.seen = append(f.seen, Seen{Identity: id, Method: req.Method, Fault: fault, Owner: owner, request: req})
	f.mu.Unlock()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	switch fault {
	case Denied:
		return answered(req, f.Answers.Denied)
	case Throttled:
		return answered(req, f.Answers.Throttled)
	case Reset:
		closeBody(req)
		return nil, &url.Error{Op: req.Method, URL: req.URL.Redacted(), Err: syscall.ECONNRESET}
	case Slow:
		closeBody(req)
		return nil, &url.Error{Op: req.Method, URL: req.URL.Redacted(), Err: timeoutError{}}
	}
	resp, err := f.Base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	switch fault {
	case Truncated:
		return truncate(resp, io.ErrUnexpectedEOF)
	case Torn:
		return truncate(resp, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET})
	}
	return resp, nil
}

// Seen returns the requests so far, in the order in which they were made.
func (f *Faults) Seen() []Seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.seen)
}

func answered(req *http.Request, build func(*http.Request) *http.Response) (*http.Response, error) {
	closeBody(req)
	if build == nil {
		return nil, errors.New("scannertest: the harness has no such answer")
	}
	return build(req), nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// truncate breaks an answer off in its middle with an error. One without a body breaks before its end as well.
func truncate(resp *http.Response, how error) (*http.Response, error) {
	text, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(text[:len(text)/2]), broken{how}))
	return resp, nil
}

type broken struct{ how error }

func (b broken) Read([]byte) (int, error) { return 0, b.how }

// timeoutError is a net.Error, as a stalled connection gives.
type timeoutError struct{}

func (timeoutError) Error() string   { return "no answer in time" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// volatile are query parameters that differ between two runs although the request is the same.
var volatile = []string{"X-Amz-Date", "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "sig", "se", "st", "skt", "ske", "prettyPrint", "alt"}

// Identity names a request so that the same question has the same name in every run: method, host, path, query
// without signatures and times, and for RPC over POST the operation and its body. The body can still be read.
func Identity(req *http.Request) (string, error) {
	query := req.URL.Query()
	for _, name := range volatile {
		query.Del(name)
	}
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	id := req.Method + " " + host + req.URL.EscapedPath()
	if len(query) > 0 {
		id += "?" + query.Encode()
	}
	if target := req.Header.Get("X-Amz-Target"); target != "" {
		id += " " + target
	}
	if req.Body == nil || req.Body == http.NoBody {
		return id, nil
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	if err != nil {
		return "", err
	}
	req.Body.Close()
	req.Body = io.NopCloser(bytes.NewReader(body))
	return id + " " + strconv.Quote(string(body)), nil
}

// Respond builds an answer for Answers.
func Respond(req *http.Request, status int, contentType, body string) *http.Response {
	if req.Method == http.MethodHead {
		body = ""
	}
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}
