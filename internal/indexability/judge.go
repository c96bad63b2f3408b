package indexability

// The verdict: from an observation to its story.

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/robots"
	"github.com/tojimari/tojimari/internal/storageurl"
)

// Judge tells the story of one page.
func Judge(o Observation) Story {
	s := Story{Governor: o.Location.Governor(), Reached: reached(o)}
	if o.Redirected != "" {
		s.Reached.Why = append(s.Reached.Why, "after a redirect from another address")
	}
	if o.URL != nil {
		s.RobotsURL = robots.URL(o.URL)
	}
	s.Found, s.Ways = found(o, s.Reached.Answer)
	for _, e := range o.engines() {
		s.Engines = append(s.Engines, judgeEngine(o, e, s.Reached))
	}
	s.Verdict = overall(s.Engines)
	s.Traps = traps(o, s)
	s.SiteQueries = SiteQueries(o.URL, o.Location)
	if s.Reached.Answer != No {
		s.Stops = stops(o)
	}
	return s
}

// reached says whether an anonymous client gets the page.
func reached(o Observation) Step {
	switch {
	case o.Status == 0 && o.Failure != "":
		return Step{Unknown, []string{"no answer: " + o.Failure}}
	case o.Status == 0:
		return Step{Unknown, []string{"not asked"}}
	case o.Location.Governor().Control == storageurl.NoCrawl && o.Redirected != "":
		return Step{No, []string{"led to a login"}}
	case o.Private && o.Status != 0:
		return Step{Unknown, []string{fmt.Sprintf("answered %d at a private address; what the internet gets at this name is not known", o.Status)}}
	case o.Status >= 200 && o.Status < 300 && o.Bearer:
		return Step{Yes, []string{fmt.Sprintf("answered %d to whoever has this address, which carries a signature or token", o.Status)}}
	case o.Status >= 200 && o.Status < 300:
		return Step{Yes, []string{fmt.Sprintf("answered %d without credentials", o.Status)}}
	case o.Status == http.StatusTooManyRequests || o.Status >= 500:
		return Step{Unknown, []string{fmt.Sprintf("answered %d, which says nothing lasting", o.Status)}}
	case o.Status >= 400:
		return Step{No, []string{fmt.Sprintf("answered %d without credentials", o.Status)}}
	default:
		return Step{Unknown, []string{fmt.Sprintf("answered %d", o.Status)}}
	}
}

// found gathers the ways. Nothing found is unknown, never no: keeping links to oneself is not a control.
func found(o Observation, reached Answer) (Step, []Discovery) {
	ways := slices.Clone(o.Found)
	if host, ok := ownDomain(o); ok {
		ways = append(ways, Discovery{OwnDomain, "host names stand in the public logs of certificates: " + host})
	}
	if o.Location.Style == storageurl.Website && reached != No && o.URL != nil && (o.URL.Path == "" || o.URL.Path == "/") {
		ways = append(ways, Discovery{IndexPage, "the front page of a website endpoint"})
	}
	order := []Way{InSearchLog, InSitemap, InLink, InRobots, InListing, IndexPage, OwnDomain}
	slices.SortStableFunc(ways, func(a, b Discovery) int { return slices.Index(order, a.Way) - slices.Index(order, b.Way) })
	if len(ways) == 0 {
		return Step{Unknown, []string{"no way was seen; that nobody links to an address cannot be shown"}}, nil
	}
	step := Step{Answer: Yes}
	for _, w := range ways {
		step.Why = append(step.Why, string(w.Way))
	}
	step.Why = slices.Compact(step.Why)
	return step, ways
}

// ownDomain reports a host that is a domain of somebody's own, over TLS. Certificates of the providers' hosts are
// wildcards and name no bucket.
func ownDomain(o Observation) (string, bool) {
	if o.URL == nil || o.URL.Scheme != "https" || o.Location.Basis == storageurl.FromAddress {
		return "", false
	}
	host := strings.TrimSuffix(strings.ToLower(o.URL.Hostname()), ".")
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") {
		return "", false
	}
	for _, private := range []string{".localhost", ".local", ".internal", ".test", ".invalid", ".home.arpa"} {
		if strings.HasSuffix(host, private) {
			return "", false
		}
	}
	return host, true
}

func judgeEngine(o Observation, e Engine, reach Step) EngineStory {
	s := EngineStory{Engine: e.Name}
	address := ""
	if o.URL != nil {
		address = o.URL.String()
	}
	s.Robots = o.Robots.Decide(e.Dialect, e.Tokens, address)
	d := o.directives(e)
	if reach.Answer == Yes {
		s.Index, s.Until = indexed(o, d)
	} else {
		s.Index = reach
	}

	switch {
	case reach.Answer == No:
		s.Outcome = NotIndexable
	case reach.Answer == Unknown:
		s.Outcome = NotKnown
	case o.Location.Governor().Control == storageurl.NoCrawl:
		s.Outcome = NotKnown // a login page answered, or should have
	case s.Robots.Answer == robots.Blocked:
		s.Outcome = URLOnly
	case s.Robots.Answer == robots.Unknown:
		s.Outcome = NotKnown
	case s.Index.Answer == Yes:
		s.Outcome = Indexable
	case s.Index.Answer == No:
		s.Outcome = NotIndexable
	default:
		s.Outcome = NotKnown
	}
	return s
}

func (o Observation) directives(e Engine) Directives {
	var metas []Meta
	if o.Page != nil {
		switch o.metasCount() {
		case Yes:
			metas = o.Page.Metas
		case Unknown:
			for _, m := range o.Page.Metas {
				m.InBody = true // where the documentation does not place it, either
				metas = append(metas, m)
			}
		}
	}
	return ReadDirectives(o.Header.Values("X-Robots-Tag"), metas, e.Tokens)
}

// indexed says what a crawler that reads the page would do with it.
func indexed(o Observation, d Directives) (Step, time.Time) {
	if d.NoIndex {
		why := []string{"asks not to be indexed: " + strings.Join(d.Sources, "; ")}
		if d.OnlyEmbedded {
			why = append(why, "indexifembedded lets it be indexed inside another page")
		}
		return Step{No, why}, time.Time{}
	}
	if len(d.Unsettled) > 0 {
		return Step{Unknown, []string{"can be read in two ways: " + strings.Join(d.Unsettled, "; ")}}, time.Time{}
	}
	var until time.Time
	if !d.UnavailableAfter.IsZero() {
		if !d.UnavailableAfter.After(o.At) {
			return Step{No, []string{"unavailable_after has passed: " + d.UnavailableAfter.Format(time.RFC3339)}}, time.Time{}
		}
		until = d.UnavailableAfter
	}
	urlPath := ""
	if o.URL != nil {
		urlPath = o.URL.Path
	}
	answer, why, _ := IndexedType(o.Header.Get("Content-Type"), urlPath)
	step := Step{answer, []string{why}}
	if o.isHTML() && (o.Page == nil || !o.Page.Complete) {
		return Step{Unknown, append(step.Why, "the head of the page was not read to its end, so a meta tag may be missing here")}, until
	}
	if step.Answer == Yes {
		step.Why = append(step.Why, "nothing in the answer asks not to be indexed")
		if !until.IsZero() {
			step.Why = append(step.Why, "until "+until.Format(time.RFC3339))
		}
	}
	return step, until
}

// metasCount says whether engines read meta tags in what is served with this type: in HTML they do, in what is declared
// to be something else they do not, and where the type says nothing, or XML, it depends on what they take it for.
func (o Observation) metasCount() Answer {
	if o.isHTML() {
		return Yes
	}
	media, _, _ := strings.Cut(strings.ToLower(o.Header.Get("Content-Type")), ";")
	switch strings.TrimSpace(media) {
	case "", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/force-download", "application/xml", "text/xml":
		return Unknown
	default:
		return No
	}
}

func (o Observation) isHTML() bool {
	media := strings.ToLower(o.Header.Get("Content-Type"))
	return strings.HasPrefix(media, "text/html") || strings.HasPrefix(media, "application/xhtml+xml")
}

// overall takes the outcome that exposes most; an engine that cannot be told keeps a lesser one from standing.
func overall(engines []EngineStory) Outcome {
	rank := []Outcome{NotIndexable, URLOnly, NotKnown, Indexable}
	out := NotIndexable
	for _, e := range engines {
		if slices.Index(rank, e.Outcome) > slices.Index(rank, out) {
			out = e.Outcome
		}
	}
	return out
}
