// What strangers write never acts: on a terminal, in a stream, in a document.

package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

// sgr are the sequences that this package itself writes.
var sgr = regexp.MustCompile("\x1b\\[(1|2|31|33|32|36|1;31|1;36|0)m")

// onlyText fails where anything but text, line ends and our own colours is left.
func onlyText(out string) error {
	for _, r := range sgr.ReplaceAllString(out, "") {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
			return fmt.Errorf("%U in the output", r)
		}
	}
	if !utf8.ValidString(out) {
		return fmt.Errorf("invalid UTF-8 in the output")
	}
	// A log of a pipeline takes these as orders.
	if order := regexp.MustCompile(`(?m)##\pL*\[.*|^\s*::.*`).FindString(out); order != "" {
		return fmt.Errorf("an order to a pipeline in the output: %q", order)
	}
	return nil
}

func TestHostileTerminal(t *testing.T) {
	for _, lang := range text.Langs() {
		for _, colour := range []bool{false, true} {
			out := render(t, "terminal", hostileSorted(), hostileRunSorted(), Options{Lang: lang, Colour: colour, Show: []result.Outcome{result.Fail, result.Pass, result.Unknown}})
			if err := onlyText(out); err != nil {
				t.Error(err)
			}
			if !colour && strings.Contains(out, "\x1b") {
				t.Error("escape sequences without colour")
			}
		}
	}
	for _, format := range Formats() {
		if err := onlyText(render(t, format, hostileSorted(), hostileRunSorted(), Options{})); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
	if onlyText("a\x1b[2Jb") == nil || onlyText("a\u202eb") == nil || onlyText("a\rb") == nil {
		t.Error("the check lets hostile output pass")
	}
}

// anyResult draws a result whose every foreign text is drawn from what hurts.
func anyResult(t *rapid.T) result.Result {
	nasty := rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune("\x1b[]31m;\x07\x08\r\n\t\u009b\u202e\u200b\ufeff日本a'\"$`\\<>=|%{}\u2028\U000e0041\u0301 ")), 0, 24, -1),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 12), func(b []byte) string { return string(b) }),
	)
	s := func(label string) string { return nasty.Draw(t, label) }
	r := result.Result{
		Rule: rapid.SampledFrom([]string{"TJ1001", "TJ6001", s("rule")}).Draw(t, "rule"), Name: s("name"),
		Outcome:  rapid.SampledFrom([]result.Outcome{result.Fail, result.Unknown, result.Pass}).Draw(t, "outcome"),
		Severity: rapid.SampledFrom(result.Severities()).Draw(t, "severity"),
		Resource: result.Resource{ID: s("id"), Kind: rapid.SampledFrom(scanners.Kinds()).Draw(t, "kind"), Name: s("resource"), Account: s("account"), Region: s("region"),
			Provider: rapid.SampledFrom([]scanners.Provider{scanners.AWS, scanners.GCP, scanners.Azure, ""}).Draw(t, "provider")},
		Audience: rapid.SampledFrom([]verdict.Audience{verdict.Anonymous, verdict.AnyAccount, verdict.Named, ""}).Draw(t, "audience"),
		Verb:     rapid.SampledFrom(append(verdict.Verbs(), "")).Draw(t, "verb"),
		Key:      s("key"), Response: s("response"), Text: map[string]string{"en": s("title")},
		Evidence: []result.Evidence{{Fact: scanners.FactName(s("fact")), Value: quoted(s("value"))}},
		Missing:  []result.Missing{{Fact: scanners.FactName(s("missing")), Code: verdict.ReasonCode(s("code")), Reason: s("reason"), Permission: s("permission"), Detail: s("detail")}},
		Latent:   []verdict.Latent{{Audience: verdict.Anonymous, Verb: verdict.Read, Guard: verdict.Guard{Name: s("guard"), Level: s("level"), State: s("state"), Detail: s("detail")}}},
		Place:    scanners.Origin{File: s("file"), Line: 3, Column: 1},
	}
	if rapid.Bool().Draw(t, "proof") {
		r.Proof = &verdict.Verdict{
			Verdict: rapid.SampledFrom([]verdict.Answer{verdict.Yes, verdict.Conditional, verdict.No, verdict.Unknown}).Draw(t, "answer"),
			Needs:   []string{s("need"), "referer=" + s("referer"), "x-amz-" + s("header") + "=" + s("v")}, DependsOn: []string{s("depends")},
			Patterns: []string{s("pattern")}, Curl: "curl '" + s("curl") + "'",
			Grants:  []verdict.Grant{{Where: s("where"), Sid: s("sid"), Who: s("who"), What: s("what"), Text: s("text"), Place: s("place")}},
			Guards:  []verdict.Guard{{Name: s("g"), State: s("st"), Detail: s("d")}},
			Witness: &verdict.Request{Method: "GET", URL: s("url"), Key: s("wkey"), KeyKnown: true},
		}
	}
	return finish(r)
}

func TestNoControlByteReachesTheTerminal(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		results := rapid.SliceOfN(rapid.Custom(anyResult), 1, 4).Draw(rt, "results")
		opts := Options{
			Colour: rapid.Bool().Draw(rt, "colour"), Width: rapid.IntRange(0, 160).Draw(rt, "width"), TempDir: dir,
			Lang: rapid.SampledFrom(text.Langs()).Draw(rt, "lang"), RedactKeys: rapid.Bool().Draw(rt, "redact"),
			Show: rapid.SampledFrom([][]result.Outcome{nil, {result.Fail, result.Pass, result.Unknown}}).Draw(rt, "show"),
		}
		if err := onlyText(render(t, "terminal", results, sampleRun(), opts)); err != nil {
			rt.Fatal(err)
		}
		var out bytes.Buffer
		if p := results[0].Proof; p != nil {
			table := map[verdict.Verb]verdict.Verdict{verdict.List: *p, verdict.Read: *p}
			access := verdict.Access{Anonymous: table, AnyAccount: table, Named: []verdict.NamedGrant{{Principal: p.Curl, Account: p.Needs[0], Verdict: table}},
				Latent: results[0].Latent, PublishedVia: p.Needs, Assumed: p.Patterns, PublicByProvider: verdict.Unknown, PublicReasons: []verdict.Reason{{Detail: p.Needs[0]}}}
			head := scanners.Head{ID: results[0].Resource.ID, Name: results[0].Resource.Name, Kind: results[0].Resource.Kind, Provider: results[0].Resource.Provider}
			if err := Explain(&out, head, access, opts.Lang, ExplainOptions{Colour: opts.Colour, Width: opts.Width}); err != nil {
				rt.Fatal(err)
			}
			if err := onlyText(out.String()); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

// TestLinesStayLines: whatever is in a result, it is one line of JSON, and the last line is the run.
func TestLinesStayLines(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		results := rapid.SliceOfN(rapid.Custom(anyResult), 0, 5).Draw(rt, "results")
		out := render(t, "jsonl", results, sampleRun(), Options{TempDir: dir})
		if err := onlyText(out); err != nil {
			rt.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if len(lines) != len(results)+1 {
			rt.Fatalf("%d lines for %d results and a run", len(lines), len(results))
		}
		for i, line := range lines {
			var fields map[string]any
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				rt.Fatal(err)
			}
			if i == len(results) {
				if fields["type"] != "run" {
					rt.Fatalf("the last line is of type %v", fields["type"])
				}
				continue
			}
			for _, name := range []string{"type", "rule", "name", "outcome", "severity", "resource", "fingerprint"} {
				if _, isText := fields[name].(string); !isText {
					rt.Fatalf("%s is %T, want a string", name, fields[name])
				}
			}
		}
	})
}

func FuzzTerminal(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s, 80)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		list := []result.Result{finish(result.Result{
			Rule: s, Name: s, Outcome: result.Fail, Severity: result.High, Resource: bucket(s, s), Audience: verdict.Named, Verb: verdict.Read, Key: s,
			Text:  map[string]string{"en": s},
			Proof: &verdict.Verdict{Verdict: verdict.Yes, Needs: []string{s}, Patterns: []string{s}, Grants: []verdict.Grant{{Where: s, Text: s}}, Guards: []verdict.Guard{{Name: s, Level: s, State: s}}, Curl: s},
		})}
		if err := onlyText(render(t, "terminal", list, sampleRun(), Options{Width: width, Colour: true})); err != nil {
			t.Fatal(err)
		}
	})
}

// TestHostileRules: a user's own rule files are not written by us either.
func TestHostileRules(t *testing.T) {
	for kind, s := range hostile() {
		rules := sampleRules()
		for i := range rules {
			rules[i].Title = map[string]string{"en": s}
			rules[i].Why = map[string]string{"en": s}
			rules[i].Refs = []string{s}
			rules[i].Fix = map[string]Fix{"aws": {CLI: s, Terraform: s}}
		}
		for _, format := range Formats() {
			out := render(t, format, sampleResults(), sampleRun(), Options{Rules: rules})
			if err := onlyText(out); err != nil {
				t.Errorf("%s as %s: %v", kind, format, err)
			}
		}
	}
}

// TestEscapesLoseNothing: what is written as an escape is read back as it was.
func TestEscapesLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.String().Draw(t, "text")
		encoded, err := encode(want)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := json.Unmarshal(encoded, &got); err != nil || got != want {
			t.Fatalf("%q became %q: %v", want, got, err)
		}
		if err := onlyText(string(encoded)); err != nil {
			t.Fatal(err)
		}
	})
}
