package report

import (
	"encoding/json"
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
		{text.StoryReached, "yes"}, {text.StoryFound, "yes; listing"}, {text.StoryAllowed, "yes; no robots.txt"},
		{text.StoryIndexed, "yes; no noindex"}, {text.StoryTrap, "a block hides a noindex"},
		{text.StoryStop, "noindex header; take it down"}, {text.StoryAsk, "site:files.example.com"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("story (-want +got):\n%s", diff)
	}
	if _, ok := storyFields(text.EN, result.Evidence{Fact: "page.response", Value: value}); ok {
		t.Error("another fact tells a story")
	}
	if _, ok := storyFields(text.EN, result.Evidence{Fact: factIndexability, Value: json.RawMessage(`"x"`)}); ok {
		t.Error("text tells a story")
	}
}
