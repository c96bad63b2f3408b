// The pages that were looked at, those without a finding too.

package report

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

// A PageStreamer is a Format that wants each page as it comes.
type PageStreamer interface {
	Page(PageLine) error
}

// pages holds what was seen of pages until the end, sorted by resource. Like findings it spills to a private file.
type pages struct{ *Sorted }

func newPages(opts Options) *pages { return &pages{newSorted(opts.SpillAt, opts.TempDir)} }

// factPage is the name under which a page lies in the store.
const factPage = scanners.FactName("page")

func (p *pages) add(line PageLine) error {
	value, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("keeping page %q: %w", line.URL, err)
	}
	return p.Add(result.Result{Resource: result.Resource{ID: line.Resource, Kind: scanners.KindPage}, Evidence: []result.Evidence{{Fact: factPage, Value: value}}})
}

// Len is the number of pages.
func (p *pages) Len() int64 {
	if p == nil {
		return 0
	}
	return p.Sorted.Len()
}

// All returns the pages in the order of their addresses.
func (p *pages) All() iter.Seq2[PageLine, error] {
	return func(yield func(PageLine, error) bool) {
		if p == nil {
			return
		}
		for r, err := range p.Sorted.All() {
			var line PageLine
			if err == nil {
				err = json.Unmarshal(r.Evidence[0].Value, &line)
			}
			if !yield(line, err) {
				return
			}
		}
	}
}

// Page takes what was seen of one page. An output that fails is left out from then on and named by End.
func (r *Report) Page(resource string, p result.Page) error {
	line := scrubPage(PageLine{Type: "page", Resource: resource, Page: p}, r.opts.RedactKeys)
	for i := range r.outputs {
		out := &r.outputs[i]
		if s, ok := out.format.(PageStreamer); ok && out.failed == nil {
			out.failed = s.Page(line)
		}
	}
	return r.pages.add(line)
}

// scrubPage takes secrets out of every text of a page, and with keys the samples of names.
func scrubPage(line PageLine, keys bool) PageLine {
	if keys && line.Names != nil {
		names := *line.Names
		names.Kinds = slices.Clone(names.Kinds)
		for i := range names.Kinds {
			names.Kinds[i].Samples = nil
		}
		line.Names = &names
	}
	return withoutSecrets(line)
}

const (
	// maxStories is how many pages are told in full, maxPages how many with a line; machine formats have all.
	maxStories = 3
	maxPages   = 50
)

// tellsStory reports whether a finding is shown with the story of its page.
func tellsStory(r result.Result) bool {
	return slices.ContainsFunc(r.Evidence, func(e result.Evidence) bool { return e.Fact == factIndexability })
}

// pages tells the story of each page; where there are many, in a line each.
func (t *terminal) pages(seen *pages, told *overview) error {
	if seen.Len() == 0 {
		return nil
	}
	t.heading(t.say(text.PagesHeading))
	n := int64(0)
	for page, err := range seen.All() {
		if err != nil {
			return err
		}
		if n++; n > maxPages {
			t.prose(2, dim, t.say(text.PagesMore, seen.Len()-maxPages))
			break
		}
		t.page(page, seen.Len() <= maxStories && !told.stories[page.Resource])
	}
	return nil
}

// page is what an owner wants of one page: its address, what became of it, and why.
func (t *terminal) page(p PageLine, inFull bool) {
	if inFull {
		t.blank()
	}
	verdict, st := t.pageVerdict(p)
	t.prose(2, bold, text.Short(p.URL, 4*t.width))
	line := []string{t.paint(st, verdict)}
	if r := p.Response; r != nil && (r.Status != 0 || r.Code != "") {
		code := text.Short(r.Code, 40)
		if r.Status != 0 {
			code = strings.TrimSpace(strconv.FormatInt(r.Status, 10) + " " + code)
		}
		line = append(line, t.paint(dim, t.say(text.PageAnswer, code)))
	}
	if kinds := t.kinds(p.Names); kinds != "" {
		line = append(line, t.paint(dim, kinds))
	}
	t.line(fieldIndent, strings.Join(line, " · "))
	switch {
	case inFull && p.Story != nil:
		t.fields(story(t.lang, p.Story))
	case p.Story != nil:
		for i, trap := range p.Story.Traps {
			if i == maxEvidence {
				break
			}
			t.prose(fieldIndent+2, dim, t.say(text.Labelled, t.say(text.StoryTrap), text.Short(t.lang.Phrase(trap), grantColumns)))
		}
	case p.Missing != "":
		t.prose(fieldIndent, dim, text.Short(t.lang.Phrase(p.Missing), grantColumns))
	}
}

func (t *terminal) pageVerdict(p PageLine) (string, style) {
	if p.Story == nil {
		return t.say(text.PageNoAnswer), yellow
	}
	switch p.Story.Verdict {
	case "indexable":
		return t.say(text.PageIndexable), red
	case "url_only":
		return t.say(text.PageURLOnly), yellow
	case "not_indexable":
		return t.say(text.PageNotIndexable), green
	default:
		return t.say(text.PageUnknown), yellow
	}
}

// kinds are the kinds of names that a listing shows, with their numbers.
func (t *terminal) kinds(n *scanners.Names) string {
	if n == nil {
		return ""
	}
	var out []string
	for _, k := range n.Kinds {
		out = append(out, text.Short(t.lang.Phrase(k.Kind), 40)+" "+strconv.FormatInt(k.Count, 10))
	}
	return strings.Join(out, ", ")
}
