// The story of a page in the order in which it happens: reached, found by, allowed by, indexed because, stop it by.

package report

import (
	"encoding/json"
	"strings"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

const factIndexability = scanners.FactName("page.indexability")

// storyFields tell a page's story where the evidence holds one; ok is false for other evidence.
func storyFields(lang text.Lang, e result.Evidence) (out []field, ok bool) {
	if e.Fact != factIndexability {
		return nil, false
	}
	var page scanners.Indexability
	if json.Unmarshal(e.Value, &page) != nil || page.Verdict == "" {
		return nil, false
	}
	add := func(label text.Key, lead string, more ...string) {
		words := more
		if lead != "" {
			words = append([]string{lead}, more...)
		}
		if len(words) > maxEvidence {
			words = append(words[:maxEvidence:maxEvidence], "...")
		}
		for i, w := range words {
			words[i] = text.Short(lang.Phrase(w), grantColumns)
		}
		if len(words) > 0 {
			out = append(out, field{label: label, value: strings.Join(words, lang.Say(text.ReasonsAnd))})
		}
	}
	add(text.StoryReached, page.Reachable)
	add(text.StoryFound, page.Discoverable, page.FoundBy...)
	add(text.StoryAllowed, page.Crawlable, nonEmpty(page.AllowedBy)...)
	add(text.StoryIndexed, page.Indexable, page.Because...)
	add(text.StoryTrap, "", page.Traps...)
	add(text.StoryStop, "", page.StopBy...)
	for _, q := range page.SiteQueries {
		out = append(out, field{label: text.StoryAsk, value: text.Clean(q), exact: true})
	}
	return out, true
}

func nonEmpty(word string) []string {
	if word == "" {
		return nil
	}
	return []string{word}
}
