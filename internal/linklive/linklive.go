// Package linklive asks a service whether a signed link still works, without taking content and without changing
// anything: one request per link, to hosts of known storage services only, redirects not followed, of an answer
// nothing read but its status and the code of an error.
package linklive

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/signedlink"
)

// State is what the service said.
type State string

// The states. Live means that the service accepted the signature; what it opens may be gone, and the response says so.
const (
	Live    State = "live"
	Expired State = "expired"
	Revoked State = "revoked" // the key, session or policy behind it no longer stands
	Refused State = "refused" // accepted in principle, but not from here, not yet, or not for this
	Unknown State = "unknown" // not asked, or an answer that doesn't tell
)

// Result is the answer for one link. Neither field holds anything secret.
type Result struct {
	State State `json:"state"`
	// Response is the status line with the service's error code, or why nothing was asked.
	Response string `json:"response"`
}

// Checker asks. The zero value asks nobody: it needs a transport.
type Checker struct {
	// Transport carries the request. It must not follow redirects or add credentials; an http.Transport does neither.
	Transport http.RoundTripper
	// Detector knows the hosts that may be contacted.
	Detector *signedlink.Detector
	// Hosts may be contacted as well: those of one's own S3-compatible servers and custom domains.
	Hosts []string
	// Now is the time by which links are taken to have expired.
	Now func() time.Time
	// UserAgent names the program.
	UserAgent string
	// Timeout bounds one request; 0 means 15 seconds.
	Timeout time.Duration
}

// Check asks about one link, which must have been found with Options.KeepAddress.
func (c *Checker) Check(ctx context.Context, l signedlink.Link) Result {
	q, why := c.question(l)
	if why != "" {
		return Result{Unknown, "not asked: " + why}
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = 15 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, q.method, "https://invalid/", http.NoBody)
	if err != nil {
		return Result{Unknown, "not asked: " + q.method + " isn't a method"}
	}
	req.URL, req.Host = q.url, q.url.Host
	req.Header = q.header
	req.Header.Set("User-Agent", c.UserAgent)
	resp, err := c.Transport.RoundTrip(req)
	if err != nil {
		return Result{Unknown, "no answer: " + failure(err)}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, code: word(resp.Header.Get("X-Ms-Error-Code"))}
	if resp.StatusCode >= 400 && q.method != http.MethodHead {
		// Only of an error: a body under 400 would be content.
		const most = 4 << 10
		body, _ := io.ReadAll(io.LimitReader(resp.Body, most))
		a.read(body)
	}
	state := q.judge(a, l, c.Now())
	return Result{state, fmt.Sprintf("%s %d %s%s", q.method, resp.StatusCode, http.StatusText(resp.StatusCode), a.suffix())}
}

// failure says why there was no answer, without the URL that Go's errors carry.
func failure(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	}
	s := err.Error()
	if strings.ContainsAny(s, "?&=") {
		return "the request failed"
	}
	return s
}

// question is a request and how to read its answer.
type question struct {
	method string
	url    *url.URL
	header http.Header
	judge  func(a answer, l signedlink.Link, now time.Time) State
}

// question builds the request for a link, or says why there is none.
func (c *Checker) question(l signedlink.Link) (question, string) {
	if c.Transport == nil || c.Detector == nil || c.Now == nil {
		return question{}, "asking is not set up"
	}
	if l.LookAlike != "" {
		return question{}, "it is no link that could work (" + string(l.LookAlike) + ")"
	}
	raw, ok := l.Address()
	if !ok {
		return question{}, "the text has no host"
	}
	u, why := address(raw)
	if why != "" {
		return question{}, why
	}
	host := u.Hostname()
	own := slices.ContainsFunc(c.Hosts, func(h string) bool { return strings.EqualFold(h, host) || strings.EqualFold(h, u.Host) })
	if _, served := c.Detector.ServedBy(host); !served && !own {
		return question{}, "its host isn't one of a known storage service"
	} else if served && !own {
		if u.Port() != "" {
			return question{}, "its host has a port of its own"
		}
		u.Scheme = "https" // the signature doesn't cover the scheme, and the services all have TLS
	}
	if len(l.Limits.Headers) > 0 {
		return question{}, "it must be used with headers whose values aren't in it"
	}
	switch l.Kind {
	case signedlink.CloudFrontCanned, signedlink.CloudFrontCustom:
		if l.Object == nil {
			return question{}, "it names no object"
		}
		return question{http.MethodHead, u, http.Header{}, judgeCloudFront}, ""
	case signedlink.AzureAccountSAS, signedlink.AzureServiceSAS, signedlink.AzureUserDelegationSAS:
		return azureQuestion(u, l)
	default:
		return signedQuestion(u, l)
	}
}

// address makes a URL that is sent exactly as it stands: no re-encoding, which would break signatures.
func address(raw string) (*url.URL, string) {
	scheme, rest, _ := strings.Cut(raw, "://")
	host, path, _ := strings.Cut(rest, "/")
	path, query, _ := strings.Cut(path, "?")
	for _, part := range []string{host, path, query} {
		if strings.ContainsFunc(part, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			return nil, "it holds characters that a request can't have"
		}
	}
	u, err := url.Parse(scheme + "://" + host + "/")
	if err != nil || u.User != nil || u.Host == "" {
		return nil, "its host can't be read"
	}
	if strings.HasPrefix(path, "/") {
		return nil, "its path begins with two slashes"
	}
	u.Opaque = "/" + path
	u.RawQuery = query
	return u, ""
}

// signedQuestion is for links whose signature covers the method: a GET that can't succeed. A precondition that no
// object meets is looked at only after the signature, and answered 412 without a byte of the object; the range keeps
// it at one byte from servers that don't know preconditions.
func signedQuestion(u *url.URL, l signedlink.Link) (question, string) {
	if l.Object == nil {
		return question{}, "it would list, and listing is not tried"
	}
	if l.Permissions != nil && !slices.Contains(l.Permissions, "read") {
		return question{}, "it is for " + strings.Join(l.Permissions, ", ") + ", which is not tried"
	}
	if l.Kind == signedlink.AWSSigV2 && l.Container == nil {
		return question{}, "the text doesn't say what it opens"
	}
	h := http.Header{}
	h.Set("If-Match", `"00000000000000000000000000000000"`)
	h.Set("Range", "bytes=0-0")
	return question{http.MethodGet, u, h, judgeSigned}, ""
}

// azureQuestion is for SAS, whose signature leaves the method open: HEAD of a blob or file, properties of a queue or of
// the account, and for containers a listing of a prefix that nothing has.
func azureQuestion(u *url.URL, l signedlink.Link) (question, string) {
	q := question{http.MethodHead, u, http.Header{}, judgeAzure}
	more := ""
	labels := strings.Split(u.Hostname(), ".")
	switch {
	case slices.Contains(labels, "table"):
		return question{}, "a table answers only with its content"
	case slices.Contains(labels, "queue"):
		if l.Container == nil {
			return question{}, "it names no queue"
		}
		more = "&comp=metadata"
	case l.Kind == signedlink.AzureAccountSAS && l.Object == nil:
		q.method, more = http.MethodGet, "&restype=account&comp=properties"
	case l.Object == nil || l.Scope != nil && *l.Scope != signedlink.ScopeObject && !slices.Contains(l.Permissions, "read"):
		if l.Container == nil {
			return question{}, "the text doesn't say what it opens"
		}
		if l.Object != nil {
			return question{}, "it is for " + strings.Join(l.Permissions, ", ") + ", which is not tried"
		}
		prefix, err := randomPrefix()
		if err != nil {
			return question{}, "no random prefix could be made"
		}
		q.method, more = http.MethodGet, "&restype=container&comp=list&maxresults=1&prefix="+prefix
		if slices.Contains(labels, "file") {
			more = "&restype=directory&comp=list&maxresults=1&prefix=" + prefix
		}
	}
	u.RawQuery += more
	return q, ""
}

func randomPrefix() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return "tojimari-" + hex.EncodeToString(b[:]), nil
}
