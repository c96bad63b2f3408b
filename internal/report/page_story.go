// The story of a page in the order in which it happens: reached, found by, allowed by, indexed because, stop it by.

package report

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

// The facts of pages that are told in words.
const (
	factIndexability = scanners.FactName("page.indexability")
	factResponse     = scanners.FactName("page.response")
)

// storyFields tell a page's story, or its answer, where the evidence holds one; ok is false for other evidence.
func storyFields(lang text.Lang, e result.Evidence) (out []field, ok bool) {
	if e.Fact == factResponse {
		return responseFields(lang, e)
	}
	if e.Fact != factIndexability {
		return nil, false
	}
	var page scanners.Indexability
	if json.Unmarshal(e.Value, &page) != nil || page.Verdict == "" {
		return nil, false
	}
	return story(lang, &page), true
}

// maxSteps is how many texts of one step of a story are shown.
const maxSteps = 8

// story tells what happens with a page, step by step; each step is led by its answer.
func story(lang text.Lang, page *scanners.Indexability) (out []field) {
	add := func(label text.Key, lead string, more ...string) {
		words := more
		if lead != "" {
			words = append([]string{lead}, more...)
		}
		for i, w := range words {
			if i == maxSteps {
				out = append(out, field{label: label, value: lang.Say(text.MoreItems, len(words)-i)})
				break
			}
			out = append(out, field{label: label, value: text.Short(lang.Phrase(w), storyColumns)})
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
	return out
}

// storyColumns bounds one text of a story, which holds addresses and what a page says of itself.
const storyColumns = 2 * grantColumns

func nonEmpty(word string) []string {
	if word == "" {
		return nil
	}
	return []string{word}
}

// responseFields tell what a page answered and by which way.
func responseFields(lang text.Lang, e result.Evidence) (out []field, ok bool) {
	var r scanners.Response
	if json.Unmarshal(e.Value, &r) != nil {
		return nil, false
	}
	words := strings.TrimSpace(text.Short(r.Code, grantColumns) + " " + text.Short(r.ContentType, grantColumns))
	if r.Status != 0 {
		words = strings.TrimSpace(strconv.FormatInt(r.Status, 10) + " " + words)
	}
	out = append(out, field{label: text.LabelAnswer, value: orDash(words)})
	for i, hop := range r.Redirects {
		if i == maxEvidence {
			break
		}
		out = append(out, field{label: text.LabelRedirected, value: text.Short(hop, grantColumns)})
	}
	if len(r.Redirects) > 0 {
		out = append(out, field{label: text.LabelRedirected, value: text.Short(r.FinalURL, grantColumns)})
	}
	for i, name := range r.Aliases {
		if i == maxEvidence {
			break
		}
		out = append(out, field{label: text.LabelAliasOf, value: text.Short(name, grantColumns)})
	}
	if r.Vantage != "" {
		out = append(out, field{label: text.LabelSeenFrom, value: text.Short(r.Vantage, grantColumns)})
	}
	return out, true
}
