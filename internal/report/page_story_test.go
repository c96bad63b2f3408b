package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

func TestPageStoryInOrder(t *testing.T) {
	value, err := json.Marshal(scanners.Indexability{
		Verdict: "indexable", Reachable: "yes", Discoverable: "yes", FoundBy: []string{"listing"}, Crawlable: "yes", AllowedBy: "no robots.txt",
		Indexable: "yes", Because: []string{"no noindex"}, StopBy: []string{"noindex header", "take it down"}, Traps: []string{"a block hides a noindex"},
		SiteQueries: []string{"site:files.example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	story, ok := storyFields(text.EN, result.Evidence{Fact: factIndexability, Value: value})
	if !ok {
		t.Fatal("no story")
	}
	type step struct {
		Label text.Key
		Value string
	}
	var got []step
	for _, f := range story {
		got = append(got, step{f.label, f.value})
	}
	want := []step{
		{text.StoryReached, "yes"}, {text.StoryFound, "yes"}, {text.StoryFound, "listing"}, {text.StoryAllowed, "yes"}, {text.StoryAllowed, "no robots.txt"},
		{text.StoryIndexed, "yes"}, {text.StoryIndexed, "no noindex"}, {text.StoryTrap, "a block hides a noindex"},
		{text.StoryStop, "noindex header"}, {text.StoryStop, "take it down"}, {text.StoryAsk, "site:files.example.com"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("story (-want +got):\n%s", diff)
	}
	if _, ok := storyFields(text.EN, result.Evidence{Fact: "page.names", Value: value}); ok {
		t.Error("another fact tells a story")
	}
	if _, ok := storyFields(text.EN, result.Evidence{Fact: factIndexability, Value: json.RawMessage(`"x"`)}); ok {
		t.Error("text tells a story")
	}
}

func TestAnswerInWords(t *testing.T) {
	value, err := json.Marshal(scanners.Response{
		Status: 404, Code: "NoSuchBucket", ContentType: "application/xml", FinalURL: "https://b.example/", Redirects: []string{"https://a.example/"},
		Aliases: []string{"acme.s3.amazonaws.com"}, Vantage: "source=10.0.0.1\x1b[31m",
	})
	if err != nil {
		t.Fatal(err)
	}
	got, ok := storyFields(text.EN, result.Evidence{Fact: factResponse, Value: value})
	want := []field{
		{label: text.LabelAnswer, value: "404 NoSuchBucket application/xml"}, {label: text.LabelRedirected, value: "https://a.example/"},
		{label: text.LabelRedirected, value: "https://b.example/"}, {label: text.LabelAliasOf, value: "acme.s3.amazonaws.com"},
		{label: text.LabelSeenFrom, value: `source=10.0.0.1\x1b[31m`},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(field{})); diff != "" || !ok {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every page is there in the machine formats and on the terminal, also without a finding; many get a line each.
func TestPagesWithoutFindings(t *testing.T) {
	seen := func(n int) result.Page {
		return result.Page{
			URL:      fmt.Sprintf("https://files.example.com/%03d?sig=abc", n),
			Response: &scanners.Response{Status: 200}, Names: &scanners.Names{Kinds: []scanners.NameCount{{Kind: "backup", Count: 2, Samples: []string{"private.bak"}}}},
			Story: &scanners.Indexability{Verdict: "url_only", Reachable: "yes", Traps: []string{"blocked_url_can_be_listed: x"}, SiteQueries: []string{"site:files.example.com"}},
		}
	}
	for _, c := range []struct {
		pages  int
		lang   text.Lang
		redact bool
		with   []string
		not    []string
	}{
		{1, text.EN, false, []string{"PAGES", "https://files.example.com/000?sig=REDACTED", "the address can be listed", "reached", "site:files.example.com", "backup 2"}, []string{"abc"}},
		{1, text.JA, false, []string{"ページごとの見え方", "URL は載り得る", "到達", "バックアップ 2"}, []string{"abc"}},
		{10, text.EN, false, []string{"009", "blocked_url_can_be_listed"}, []string{"reached", "more pages"}},
		{60, text.EN, false, []string{"049", "and 10 more pages"}, []string{"/050"}},
		{0, text.EN, false, nil, []string{"PAGES"}},
		{1, text.EN, true, []string{"backup 2"}, []string{"private.bak"}},
	} {
		outputs := map[string]string{}
		for _, format := range []string{"terminal", "json", "jsonl"} {
			var out bytes.Buffer
			r, err := Open([]Destination{{Format: format}}, &out, Options{Lang: c.lang, RedactKeys: c.redact, SpillAt: 7, TempDir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			for n := range c.pages {
				if err := r.Page(fmt.Sprintf("page:%03d", n), seen(n)); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.End(result.Run{Schema: "1"}); err != nil {
				t.Fatal(err)
			}
			outputs[format] = out.String()
		}
		for _, want := range c.with {
			if !strings.Contains(outputs["terminal"], want) {
				t.Errorf("%d pages: no %q in\n%s", c.pages, want, outputs["terminal"])
			}
		}
		for format, out := range outputs {
			for _, never := range c.not {
				if (format == "terminal" || never == "abc" || never == "private.bak") && strings.Contains(out, never) {
					t.Errorf("%d pages: %q in %s\n%s", c.pages, never, format, out)
				}
			}
			if n := strings.Count(out, `"type":"page"`); format != "terminal" && n != c.pages {
				t.Errorf("%d pages: %d in %s", c.pages, n, format)
			}
		}
		if !json.Valid([]byte(outputs["json"])) {
			t.Errorf("%d pages: no JSON:\n%s", c.pages, outputs["json"])
		}
	}
}
