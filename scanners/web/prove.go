package web

// Sending the witnesses of access verdicts, once each and only those that read.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/listing"
	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/internal/storageurl"
)

// Outcome is what a witness came to.
type Outcome string

// The outcomes.
const (
	// Confirmed: the service answered as the verdict says it would.
	Confirmed Outcome = "confirmed"
	// Refused: the service refused with the answer given.
	Refused Outcome = "refused"
	// NotTried: nothing was sent, or what came back decides nothing; the reason says which.
	NotTried Outcome = "not_tried"
)

// Why says why a witness was not tried or decided nothing.
type Why string

// The reasons.
const (
	WhyVerb       Why = "never_sent"         // write and permissions: this tool changes nothing
	WhySigned     Why = "needs_credentials"  // the client would have to sign
	WhyNoKey      Why = "no_key_known"       // the key is a stand-in
	WhyMethod     Why = "method_not_sent"    // not GET or HEAD
	WhyHost       Why = "host_not_trusted"   // not a host of a provider nor an endpoint that the user named
	WhyBadRequest Why = "request_not_usable" // the witness is not a request that can be sent
	WhySwitched   Why = "switched_off"       // for callers: the user did not ask for it
	WhyNotFound   Why = "not_found"          // 404 says that there is nothing, not that it is closed
	WhyNoAnswer   Why = "no_answer"          // network, time limit, 429, 5xx
	WhyRedirected Why = "redirected"         // redirects are not followed: they lead to another question
	WhyUnexpected Why = "unexpected_answer"  // neither a refusal nor what was asked for
	WhyStranger   Why = "not_the_service"    // the answer bears no sign of the storage service
)

// Proof is what came of one witness.
type Proof struct {
	Outcome Outcome `json:"outcome"`
	Why     Why     `json:"why,omitempty"`
	// Request is the request as it was sent, as a person would read it; empty where nothing was sent.
	Request string `json:"request,omitempty"`
	// Status and Code are the answer: HTTP status, and the service's own error code where it gave one.
	Status int    `json:"status,omitempty"`
	Code   string `json:"code,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Vantage is from where it was seen.
	Vantage fetch.Vantage `json:"vantage,omitzero"`
	// At is when it was sent.
	At time.Time `json:"at,omitzero"`
	// OwnEndpoint says that the host is an endpoint that the user named: an address inside is then the real one.
	OwnEndpoint bool `json:"own_endpoint,omitempty"`
}

// Prove sends the witness of a verdict for one verb, unless it must not be sent, and says what came back. A listing is
// asked for one key, an object for one byte. Nothing is retried.
func (s *Scanner) Prove(ctx context.Context, verb verdict.Verb, witness *verdict.Request) Proof {
	if s.unfit != nil {
		return Proof{Outcome: NotTried, Why: WhyNoAnswer, Detail: failure(s.unfit)}
	}
	request, why := s.prepare(verb, witness)
	if why != "" {
		return Proof{Outcome: NotTried, Why: why}
	}
	proof := Proof{Request: request.Method + " " + shown(request.URL), At: s.runtime.Now(), OwnEndpoint: s.named(request.URL)}
	var page *listing.Page
	answer, err := s.proofs.Fetch(ctx, request, func(r *fetch.Response, body io.Reader) error {
		if verb != verdict.List && r.Status < 300 {
			return nil // one byte of an object, which nobody needs to see
		}
		if p, err := listing.Read(body, listing.Limits{Bytes: 1 << 20, Entries: 1000}, func(listing.Entry) bool { return true }); p.Kind != "" && !errors.Is(err, listing.ErrNotListing) {
			page = &p
		}
		return nil
	})
	if answer != nil {
		proof.Vantage, proof.Status = answer.Vantage, answer.Status
	}
	if err != nil && proof.Status == 0 {
		proof.Outcome, proof.Why, proof.Detail = NotTried, WhyNoAnswer, failure(err)
		return proof
	}
	proof.Code = serviceCode(answer.Header, page)
	if page != nil && page.Error != nil {
		proof.Detail = names.Printable(page.Error.Message)
	}
	proof.Outcome, proof.Why = weigh(verb, proof.Status, page)
	if proof.Outcome != NotTried && !proof.OwnEndpoint && proof.Code == "" && !(storageurl.Location{}).Refine(request.URL, answer.Header, page).Known() {
		// A page that a proxy or a gate on the way wrote says nothing of the bucket.
		proof.Outcome, proof.Why, proof.Detail = NotTried, WhyStranger, ""
	}
	return proof
}

// weigh turns an answer into an outcome. 401 and 403 refuse; 409 is how Azure says that the account allows no public
// access. 404 does not: on S3 it tells those who may list that a key is gone, and Azure answers it for a private
// container as for a missing one.
func weigh(verb verdict.Verb, status int, page *listing.Page) (Outcome, Why) {
	lists := page != nil && page.Kind != listing.ErrorAnswer && page.Kind != listing.HTMLIndex
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return Refused, ""
	case status == http.StatusConflict && page != nil && page.Error != nil && page.Error.Code == "PublicAccessNotPermitted":
		return Refused, ""
	case status == http.StatusNotFound:
		return NotTried, WhyNotFound
	case status == http.StatusTooManyRequests || status >= 500:
		return NotTried, WhyNoAnswer
	case status >= 300 && status < 400:
		return NotTried, WhyRedirected
	case status == http.StatusRequestedRangeNotSatisfiable && verb == verdict.Read:
		// The first byte of an empty object: the object was found and read.
		return Confirmed, ""
	case status != http.StatusOK && status != http.StatusPartialContent:
		return NotTried, WhyUnexpected
	case verb == verdict.List && !lists:
		return NotTried, WhyUnexpected
	default:
		return Confirmed, ""
	}
}

// prepare makes the request to send, or says why there is none.
func (s *Scanner) prepare(verb verdict.Verb, witness *verdict.Request) (fetch.Request, Why) {
	switch {
	case verb != verdict.List && verb != verdict.Read:
		return fetch.Request{}, WhyVerb
	case witness == nil:
		return fetch.Request{}, WhyBadRequest
	case witness.Signed:
		return fetch.Request{}, WhySigned
	case witness.Method != http.MethodGet && witness.Method != http.MethodHead:
		return fetch.Request{}, WhyMethod
	case verb == verdict.Read && !witness.KeyKnown:
		return fetch.Request{}, WhyNoKey
	}
	u, err := url.Parse(witness.URL)
	if err != nil || u.User != nil || u.Hostname() == "" {
		return fetch.Request{}, WhyBadRequest
	}
	if !s.trustedHost(u) {
		return fetch.Request{}, WhyHost
	}
	request := fetch.Request{Method: witness.Method, URL: u, Header: http.Header{}, Named: true, NoRedirects: true}
	for _, h := range witness.Headers {
		if !sendable(h[0], h[1]) {
			return fetch.Request{}, WhyBadRequest
		}
		request.Header.Add(h[0], h[1])
	}
	if verb == verdict.List {
		request.Method = http.MethodGet
		if !slices.ContainsFunc(witness.Context, func(c string) bool { return strings.HasPrefix(c, "s3:max-keys=") }) {
			u.RawQuery = oneKey(u.RawQuery, s.recogniser.FromURL(u))
		}
	} else if request.Method == http.MethodGet && request.Header.Get("Range") == "" {
		request.Header.Set("Range", "bytes=0-0")
	}
	return request, ""
}

// trustedHost keeps a witness that was built from somebody's file from leading anywhere: it goes to hosts of the
// providers, of known vendors, or to endpoints that the user named.
func (s *Scanner) trustedHost(u *url.URL) bool {
	l := s.recogniser.FromURL(u)
	return l.Known() && l.Basis == storageurl.FromAddress && l.Vendor == "" || s.named(u)
}

// named reports whether the host is an endpoint that the user named.
func (s *Scanner) named(u *url.URL) bool {
	for _, e := range s.options.Endpoints {
		host := strings.ToLower(e.Hostname())
		if u.Port() == e.Port() && (strings.EqualFold(u.Hostname(), host) || strings.HasSuffix(strings.ToLower(u.Hostname()), "."+host)) {
			return true
		}
	}
	return false
}

// sendable refuses headers that carry credentials or steer the connection; fetch refuses them too, this only tells
// the reason beforehand.
func sendable(name, value string) bool {
	if name == "" || strings.ContainsAny(name, " \r\n:\x00") || strings.ContainsAny(value, "\r\n\x00") {
		return false
	}
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Cookie", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Te":
		return false
	}
	return !strings.HasPrefix(http.CanonicalHeaderKey(name), "Proxy-")
}

// oneKey sets the page size of a listing request to one, in the words of its provider, and leaves the rest of the
// query as it stands: the witness may need it so.
func oneKey(query string, l storageurl.Location) string {
	name := "max-keys"
	switch {
	case l.Style == storageurl.JSONAPI || l.Style == storageurl.Firebase:
		name = "maxResults"
	case l.Provider == storageurl.Azure || strings.Contains(query, "comp=list"):
		name = "maxresults"
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(part, "=")
		if part != "" && key != name {
			kept = append(kept, part)
		}
	}
	return strings.Join(append(kept, name+"=1"), "&")
}

// Agreement says how a proof stands to the verdict that it was sent for.
type Agreement string

// The relations.
const (
	Agrees    Agreement = "agrees"
	Disagrees Agreement = "disagrees"
	// Open: the proof decides nothing here, or the verdict hangs on an address or network and the proof was not
	// seen from there.
	Open Agreement = "open"
)

// Compare sets a proof against the verdict that it was sent for, with the reason in English where they do not agree.
// An answer of yes must be confirmed and of no refused. A conditional verdict is compared only where it hangs on the
// source address alone and the proof was seen from an address that is known to be the one the service saw.
func Compare(v verdict.Verdict, p Proof) (Agreement, string) {
	expected := v.Verdict
	switch {
	case p.Outcome == NotTried:
		return Open, fmt.Sprintf("not tried: %s", p.Why)
	case v.Verdict == verdict.Unknown:
		return Open, "the verdict is unknown"
	case v.ChangesAt != nil && !p.At.Add(timeToSettle).Before(*v.ChangesAt):
		return Open, "the settings change their own answer at " + v.ChangesAt.UTC().Format(time.RFC3339)
	case v.Verdict == verdict.Conditional || len(v.DependsOn) > 0:
		var why string
		if expected, why = fromVantage(v.DependsOn, p.Vantage); expected == verdict.Unknown {
			return Open, why
		}
	}
	confirmed := p.Outcome == Confirmed
	switch {
	case (expected == verdict.Yes) == confirmed:
		return Agrees, ""
	case confirmed:
		return Disagrees, fmt.Sprintf("read from the settings as closed, and answered with %d", p.Status)
	case p.Vantage.Proxy != "" && p.Code == "":
		return Open, "a refusal without a code of the service, through a proxy, may be the proxy's"
	case p.Vantage.PrivateAnswer && !p.OwnEndpoint:
		return Open, "seen through a private address, where the policy of an endpoint in between may refuse"
	default:
		return Disagrees, strings.TrimSpace(fmt.Sprintf("read from the settings as open, and refused with %d %s", p.Status, p.Code))
	}
}

// timeToSettle is how close to a change of the settings' own answer a proof decides nothing: clocks differ.
const timeToSettle = 5 * time.Minute

// fromVantage says what a verdict that hangs on the source address comes to where a proof was sent from, Unknown with
// the reason where the vantage does not decide it. Only a public address of this machine, without a proxy, on the way
// to a public address is what the service saw; a private one was translated on the way.
func fromVantage(dependsOn []string, at fetch.Vantage) (verdict.Answer, string) {
	hangs := "the verdict hangs on what the client cannot choose: " + strings.Join(dependsOn, ", ")
	if len(dependsOn) != 1 {
		return verdict.Unknown, hangs
	}
	ranges, ok := strings.CutPrefix(dependsOn[0], "source_ip in ")
	source, err := netip.ParseAddr(at.Source)
	switch {
	case !ok:
		return verdict.Unknown, hangs
	case err != nil || at.Proxy != "" || at.PrivateAnswer || !fetch.Public(source):
		return verdict.Unknown, hangs + "; the address that the service saw is not known from here"
	}
	inside := false
	for text := range strings.SplitSeq(ranges, ", ") {
		prefix, err := netip.ParsePrefix(text)
		if single, errSingle := netip.ParseAddr(text); err != nil && errSingle == nil {
			prefix, err = netip.PrefixFrom(single, single.BitLen()), nil
		}
		if err != nil {
			return verdict.Unknown, hangs
		}
		inside = inside || prefix.Contains(source.Unmap())
	}
	if !inside {
		// The addresses are those of one way in; that there is no other is not what a conditional verdict says.
		return verdict.Unknown, hangs + "; seen from another address"
	}
	return verdict.Yes, ""
}
