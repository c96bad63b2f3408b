// Package indexability says what a search engine would do with a page, from facts that were observed: could it be
// reached without credentials, how would a crawler find it, does the robots.txt that governs its host let it in,
// does the answer ask not to be indexed, and what would stop it effectively on that host.
//
// It is pure: no network, no clock. What was not observed stays unknown, and absence of a link is never proof that
// there is none.
//
// Sources: Google Search Central, "Robots meta tag, data-nosnippet, and X-Robots-Tag specifications", "Block Search
// indexing with noindex", "How Google interprets the robots.txt specification", "File types indexable by Google";
// RFC 9309.
package indexability

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/robots"
	"github.com/tojimari/tojimari/internal/storageurl"
)

// Answer is yes, no or unknown.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// Outcome is what an engine ends up with.
type Outcome string

// The outcomes.
const (
	Indexable    Outcome = "indexable" // content, snippet and cached text
	URLOnly      Outcome = "url_only"  // the address may be listed, without content
	NotIndexable Outcome = "not_indexable"
	NotKnown     Outcome = "unknown"
)

// Observation is what was seen of one page. Its strings come from strangers.
type Observation struct {
	// URL is the address that answered, or that was asked where none did.
	URL *url.URL
	// At is the time of judging; dates in directives are compared with it.
	At time.Time

	// Status of an anonymous request, 0 where there was no answer.
	Status int
	// Redirected is the address that was asked, where it led to URL; empty where URL was asked itself.
	Redirected string
	// Failure says why there was no answer.
	Failure string
	Header  http.Header
	// Page is the head of the page, nil where it is not HTML or was not read.
	Page *Head
	// Bearer is set when the address itself carries a signature or token: whoever has it gets in, and nobody else.
	Bearer bool
	// Private is set when the answer came from an address that is not on the internet: what a crawler gets there is
	// not what was seen.
	Private bool
	// Listing is set when the body lists keys.
	Listing bool

	// Robots is the policy of the host of URL; its zero value says that it was not asked for.
	Robots robots.Policy
	// Location is where the URL leads.
	Location storageurl.Location
	// Found are the ways on which the page is known to be found.
	Found []Discovery
}

// Way is how a crawler comes to know an address.
type Way string

// The ways, strongest evidence first.
const (
	InSearchLog Way = "search_log" // a verified crawler or a search referrer stands in the access log
	InSitemap   Way = "sitemap"
	InLink      Way = "link" // linked from a page that can be crawled
	InRobots    Way = "robots_txt"
	InListing   Way = "listing"        // an open listing names it
	IndexPage   Way = "index_document" // it is the front page of a website, or an index page links it
	OwnDomain   Way = "own_domain"     // the host stands in certificate logs
)

// Discovery is one way with its evidence.
type Discovery struct {
	Way    Way    `json:"way"`
	Detail string `json:"detail,omitempty"`
}

// Engine is a search engine as far as robots rules go.
type Engine struct {
	Name string
	// Tokens are the product tokens of its crawler for robots.txt, most specific first, and for directives.
	Tokens []string
	// Dialect is how it reads robots.txt.
	Dialect robots.Dialect
}

// Engines are the engines judged: Google by its own documentation, and Bing, which follows RFC 9309 as far as it
// says, standing for all that do.
func Engines() []Engine {
	return []Engine{
		{Name: "Google", Tokens: []string{"Googlebot"}, Dialect: robots.Google},
		{Name: "Bing", Tokens: []string{"bingbot"}, Dialect: robots.RFC9309},
	}
}

// engines are the engines for one page: pictures are fetched by a crawler of their own, which obeys the group for
// Googlebot only where robots.txt has none for it. Google Search Central, "Overview of Google crawlers".
func (o Observation) engines() []Engine {
	out := Engines()
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(o.Header.Get("Content-Type"))), "image/") {
		out[0].Tokens = append([]string{"Googlebot-Image"}, out[0].Tokens...)
	}
	return out
}

// Step is one step of the story: an answer and why.
type Step struct {
	Answer Answer   `json:"answer"`
	Why    []string `json:"why,omitempty"`
}

// EngineStory is the part of the story that differs between engines.
type EngineStory struct {
	Engine  string          `json:"engine"`
	Robots  robots.Decision `json:"robots"`
	Index   Step            `json:"index"`
	Outcome Outcome         `json:"outcome"`
	// Until is when time alone next changes the outcome (unavailable_after), zero when it does not.
	Until time.Time `json:"until,omitzero"`
}

// Stop is one thing that could be done, in the order of preference.
type Stop struct {
	Action StopAction `json:"action"`
	// Effective says whether it would stop indexing of the content at this address.
	Effective Answer `json:"effective"`
	// Where it is set; empty where it cannot be.
	Where string `json:"where,omitempty"`
	Why   string `json:"why"`
}

// StopAction is a measure.
type StopAction string

// The measures.
const (
	MakePrivate   StopAction = "make_private"
	CloseListing  StopAction = "close_listing"
	NoindexHeader StopAction = "noindex_header"
	NoindexMeta   StopAction = "noindex_meta"
	RobotsRule    StopAction = "robots_rule"
	RemovalTool   StopAction = "removal_tool"
)

// Trap is a measure in place that does not do what it looks like.
type Trap struct {
	Code   TrapCode `json:"code"`
	Detail string   `json:"detail"`
}

// TrapCode names a trap.
type TrapCode string

// The traps.
const (
	RobotsHidesNoindex TrapCode = "robots_hides_noindex"
	BlockedStillListed TrapCode = "blocked_url_can_be_listed"
	RobotsNotYours     TrapCode = "robots_txt_not_yours"
	NoindexAtFrontOnly TrapCode = "noindex_only_at_front"
	NoindexNotHTML     TrapCode = "noindex_in_other_type"
	NoindexForOthers   TrapCode = "noindex_for_other_crawler"
	DateIgnored        TrapCode = "unavailable_after_ignored"
	AttachmentIsNoStop TrapCode = "attachment_does_not_stop_indexing"
	TypeByExtension    TrapCode = "type_told_by_extension"
	HeaderAsMetadata   TrapCode = "robots_header_stored_as_metadata"
	ReadingsDiffer     TrapCode = "robots_readings_differ"
	RobotsIsAPage      TrapCode = "robots_txt_is_a_page"
)

// Story is the verdict, in the order in which it is told: reached, found by, allowed by, indexed because, stop it by.
type Story struct {
	Verdict Outcome     `json:"verdict"`
	Reached Step        `json:"reached"`
	Found   Step        `json:"found"`
	Ways    []Discovery `json:"ways,omitempty"`
	// RobotsURL is the robots.txt that governs the address, Governor who sets it.
	RobotsURL string              `json:"robots_url,omitempty"`
	Governor  storageurl.Governor `json:"governor"`
	Engines   []EngineStory       `json:"engines"`
	Stops     []Stop              `json:"stop_by,omitempty"`
	Traps     []Trap              `json:"traps,omitempty"`
	// SiteQueries are for the owner to type into a search engine. This tool asks no search engine anything.
	SiteQueries []string `json:"site_queries,omitempty"`
}
