package web

// From a visit to the facts of a record.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/indexability"
	"github.com/tojimari/tojimari/internal/listing"
	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/internal/robots"
	"github.com/tojimari/tojimari/internal/storageurl"
	"github.com/tojimari/tojimari/scanners"
)

// head names the page.
func (s *Scanner) head(u *url.URL) scanners.Head {
	address := shown(u)
	l := s.recogniser.FromURL(u)
	return scanners.Head{
		ID: scanners.PageID(address), Kind: scanners.KindPage, Name: address,
		Provider: scanners.Provider(l.Provider), Vendor: l.Vendor, Region: l.Region,
	}
}

// locate tells the storage behind a visit: by the address that answered, else by the one that was asked.
func (s *Scanner) locate(v *visit) storageurl.Location {
	asked := s.recogniser.FromURL(v.asked)
	if v.answer == nil || v.answer.Header == nil {
		return asked
	}
	answered := s.recogniser.FromURL(v.final()).Refine(v.final(), v.answer.Header, v.page)
	if !answered.Known() && answered.Front == "" && asked.Known() {
		return asked
	}
	return answered
}

// origin says which request a fact came from.
func origin(v *visit) scanners.Origin {
	method := "GET"
	if v.headOnly {
		method = "HEAD"
	}
	return scanners.Origin{Call: method + " " + shown(v.asked)}
}

// fill sets the facts of a page from a visit, all but indexability.
func (s *Scanner) fill(ctx context.Context, page *scanners.Page, v *visit) {
	from := origin(v)
	page.Response = responseFact(v, from)
	page.Names = namesFact(v, from)
	page.Storage = storageFact(v, s.locate(v), from)
	page.Links = s.linksFact(ctx, v, from)
}

// indexabilityFact tells the page's story. start is the address that the user named.
func (s *Scanner) indexabilityFact(ctx context.Context, v *visit, start *url.URL, found []indexability.Discovery) scanners.Fact[scanners.Indexability] {
	from := origin(v)
	if v.failed() && !v.isListing() {
		return scanners.UnknownFact[scanners.Indexability](scanners.Reason{Code: scanners.Failed, Detail: failure(v.err)}, from)
	}
	policy, err := s.robotsOf(ctx, v.final(), sameHost(v.final(), start))
	if err != nil {
		return scanners.UnknownFact[scanners.Indexability](scanners.Reason{Code: scanners.Failed, Detail: failure(err)}, from)
	}
	out := indexabilityOf(s.judge(v, s.locate(v), policy, found))
	out.RobotsNames = s.told(policy.File)
	return scanners.KnownFact(out, from)
}

// maxTold bounds how many paths of a robots.txt are kept.
const maxTold = 20

// told are the paths in a robots.txt whose names point to something sensitive.
func (s *Scanner) told(f *robots.File) []string {
	out := []string{}
	for _, rule := range f.Written() {
		path := strings.NewReplacer("*", "", "$", "").Replace(rule.Pattern)
		for _, m := range s.words.Classify(path) {
			if text := line(string(m.Category), rule.Pattern); len(out) < maxTold && !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

func responseFact(v *visit, from scanners.Origin) scanners.Fact[scanners.Response] {
	// What breaks off in the middle may still turn out to be a listing; what is one already stays one.
	if v.failed() && v.dangling != "" {
		return scanners.KnownFact(scanners.Response{
			Code: "name_not_found", FinalURL: shown(v.final()), Redirects: []string{}, Dangling: v.dangling, Aliases: list(v.aliases),
		}, from)
	}
	if v.failed() && !v.isListing() {
		return scanners.UnknownFact[scanners.Response](scanners.Reason{Code: scanners.Failed, Detail: failure(v.err)}, from)
	}
	a := v.answer
	r := scanners.Response{
		Status: int64(a.Status), ContentType: names.Printable(a.Header.Get("Content-Type")), FinalURL: shown(v.final()),
		Listing: v.isListing(), Vantage: vantageText(a.Vantage), Redirects: []string{},
		BucketMissing: v.bucketMissing(), PrivateAnswer: a.Vantage.PrivateAnswer, Aliases: list(v.aliases),
	}
	for _, hop := range a.Hops {
		r.Redirects = append(r.Redirects, shown(hop.URL))
	}
	if r.Code = serviceCode(a.Header, v.page); r.Code == "" && v.err != nil && !v.failed() {
		r.Code = reasonOf(v.err)
	}
	return scanners.KnownFact(r, from)
}

func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// serviceCode is the service's own error code: from its error document, or from the headers in which website endpoints
// of S3, Azure, and answers to HEAD carry it.
func serviceCode(h http.Header, page *listing.Page) string {
	if page != nil && page.Error != nil && page.Error.Code != "" {
		return names.Printable(page.Error.Code)
	}
	for _, name := range []string{"X-Amz-Error-Code", "X-Ms-Error-Code"} {
		if code := h.Get(name); code != "" {
			return names.Printable(code)
		}
	}
	return ""
}

// reasonOf classes an error in one word.
func reasonOf(err error) string {
	for _, c := range []struct {
		err  error
		word string
	}{
		{fetch.ErrAddress, "address_not_allowed"}, {fetch.ErrRedirects, "too_many_redirects"}, {fetch.ErrRequest, "not_followed"},
		{fetch.ErrName, "name_not_found"}, {fetch.ErrProxy, "proxy_failed"},
	} {
		if errors.Is(err, c.err) {
			return c.word
		}
	}
	return "failed"
}

func vantageText(v fetch.Vantage) string {
	var parts []string
	for _, p := range []struct{ name, value string }{{"source", v.Source}, {"remote", v.Remote}, {"proxy", v.Proxy}} {
		if p.value != "" {
			parts = append(parts, p.name+"="+p.value)
		}
	}
	if v.PrivateAnswer {
		parts = append(parts, "private_dns_answer")
	}
	return names.Printable(strings.Join(parts, " "))
}

func namesFact(v *visit, from scanners.Origin) scanners.Fact[scanners.Names] {
	switch {
	case v.failed():
		code := scanners.Failed
		if v.isListing() {
			code = scanners.Partial
		}
		return scanners.UnknownFact[scanners.Names](scanners.Reason{Code: code, Detail: failure(v.err)}, from)
	case v.ownName && v.answer.Status < 300 && v.tally.Keys() == 1:
		// No listing, but what it is called says what it is.
		return scanners.KnownFact(v.tally.Fact(true), from)
	case v.headOnly:
		// An object found in a listing was asked for its headers: it is no listing itself.
		return scanners.UnsupportedFact[scanners.Names](from)
	case v.page == nil && v.pageErr != nil:
		return scanners.UnknownFact[scanners.Names](scanners.Reason{Code: scanners.Malformed, Detail: failure(v.pageErr)}, from)
	case !v.isListing():
		// A page that answered and lists nothing shows no names.
		return scanners.AbsentFact[scanners.Names](from)
	}
	return scanners.KnownFact(v.tally.Fact(!v.page.Truncated && v.pageErr == nil), from)
}

func storageFact(v *visit, l storageurl.Location, from scanners.Origin) scanners.Fact[scanners.StorageURL] {
	if !l.Known() && l.Front == "" {
		if v.failed() {
			return scanners.UnknownFact[scanners.StorageURL](scanners.Reason{Code: scanners.Failed, Detail: failure(v.err)}, from)
		}
		// It answered, and neither address nor answer shows a storage service.
		return scanners.AbsentFact[scanners.StorageURL](from)
	}
	bucket := l.Bucket
	if l.Provider == storageurl.Azure && l.Account != "" {
		bucket = l.Account + "/" + l.Bucket
	}
	return scanners.KnownFact(scanners.StorageURL{
		Provider: string(l.Provider), Vendor: l.Vendor, Bucket: names.Printable(bucket), Key: names.Printable(l.Key), Style: string(l.Style),
	}, from)
}

// judge tells the page's story.
func (s *Scanner) judge(v *visit, l storageurl.Location, policy robots.Policy, found []indexability.Discovery) indexability.Story {
	o := indexability.Observation{
		URL: v.final(), At: s.runtime.Now(), Status: v.answer.Status, Header: v.answer.Header, Page: v.head,
		Listing: v.isListing(), Bearer: redactQuery(v.asked.RawQuery) != v.asked.RawQuery, Private: v.answer.Vantage.PrivateAnswer, Robots: policy, Location: l, Found: found,
	}
	if v.asked.String() != v.final().String() {
		o.Redirected = v.asked.String()
	}
	if v.isListing() && v.page.Kind != listing.HTMLIndex && !v.headOnly {
		o.Found = append(slices.Clone(found), indexability.Discovery{Way: indexability.InListing, Detail: "the page is itself an open listing"})
	}
	if rule, ok := policy.File.Mentions(v.final().String()); ok {
		o.Found = append(slices.Clone(o.Found), indexability.Discovery{Way: indexability.InRobots, Detail: fmt.Sprintf("robots.txt spells it out in line %d: %s", rule.Line, rule.Pattern)})
	}
	return indexability.Judge(o)
}

// indexabilityOf puts a story into the form of the record: short English texts, each led by a stable code.
func indexabilityOf(s indexability.Story) scanners.Indexability {
	out := scanners.Indexability{
		Verdict: string(s.Verdict), Reachable: string(s.Reached.Answer), Discoverable: string(s.Found.Answer),
		FoundBy: []string{}, Because: []string{}, StopBy: []string{}, Traps: []string{}, SiteQueries: []string{}, RobotsNames: []string{},
	}
	if s.Reached.Answer == indexability.Yes {
		for _, why := range s.Reached.Why {
			out.Because = append(out.Because, names.Printable(why))
		}
	}
	for _, w := range s.Ways {
		out.FoundBy = append(out.FoundBy, line(string(w.Way), w.Detail))
	}
	google, other := s.Engines[0], s.Engines[1]
	out.Crawlable = string(google.Robots.Answer)
	out.AllowedBy = names.Printable(fmt.Sprintf("%s, set by %s; Google: %s; RFC 9309: %s", s.RobotsURL, s.Governor.Control, decision(google.Robots), decision(other.Robots)))
	out.Indexable = string(google.Index.Answer)
	for _, why := range google.Index.Why {
		out.Because = append(out.Because, names.Printable(why))
	}
	if google.Outcome != other.Outcome {
		out.Because = append(out.Because, fmt.Sprintf("%s: %s; %s: %s", google.Engine, google.Outcome, other.Engine, other.Outcome))
	}
	for _, stop := range s.Stops {
		text := "effective: " + string(stop.Effective) + "; " + stop.Why
		if stop.Where != "" {
			text += "; set in " + stop.Where
		}
		out.StopBy = append(out.StopBy, line(string(stop.Action), text))
	}
	for _, query := range s.SiteQueries {
		out.SiteQueries = append(out.SiteQueries, names.Printable(query))
	}
	for _, trap := range s.Traps {
		out.Traps = append(out.Traps, line(string(trap.Code), trap.Detail))
	}
	return out
}

func line(code, text string) string {
	if text == "" {
		return code
	}
	return names.Printable(code + ": " + text)
}

func decision(d robots.Decision) string {
	switch {
	case d.Rule.Line > 0 && d.Rule.Allow:
		return fmt.Sprintf("%s by line %d (Allow: %s)", d.Answer, d.Rule.Line, d.Rule.Pattern)
	case d.Rule.Line > 0:
		return fmt.Sprintf("%s by line %d (Disallow: %s)", d.Answer, d.Rule.Line, d.Rule.Pattern)
	case d.Reason != "":
		return string(d.Answer) + " (" + string(d.Reason) + ")"
	default:
		return string(d.Answer)
	}
}
