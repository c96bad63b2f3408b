// SARIF 2.1.0, for code scanning and editors. What consumers do with it decides more than the standard:
//
//   - GitHub shows message.text only, not its markdown; help.markdown of the rule is shown below it.
//   - GitHub wants a physicalLocation with a URI on every result. A cloud resource has none, so it gets a made-up
//     relative one, readable as a path; its true name is the logicalLocation.
//   - GitHub takes severity from the rule's security-severity and not from the result: a rule is as severe as its
//     worst. The result's own severity is its level and in its properties.
//   - GitHub matches alerts between uploads by partialFingerprints.primaryLocationLineHash alone; others use any.
//     Our fingerprint is under both names.
//   - GitHub refuses a run with more than 25,000 results and shows 5,000, and refuses a rule with more than 20 tags.
//     Results are worst first; what is over the limit is left out, and a notification says how many.
//   - A rule's name must not be its id, or viewers show the same word twice (3.49.7).
//   - Columns are in code points (columnKind), never in bytes.
//   - In message.text, [x](y) is a link and braces are placeholders (3.11.5, 3.11.6): foreign ones are escaped.
//   - "level" other than "none" is for kind "fail" only (3.27.10).

package report

import (
	"bufio"
	"io"
	"iter"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/tojimari/tojimari"
	// githubResults and githubTags are how many results of one run, and tags of one rule, GitHub takes ("SARIF support
	// for code scanning", limits).
	githubResults = 25_000
	githubTags    = 20
)

var semanticVersion = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

type sarif struct {
	w    *bufio.Writer
	opts Options
	most int64 // results
}

func newSARIF(w io.Writer, opts Options) *sarif {
	return &sarif{w: bufio.NewWriterSize(w, 64<<10), opts: opts, most: githubResults}
}

// End writes one run with all findings.
func (s *sarif) End(end Ending) error {
	rules, index, err := s.rules(end)
	if err != nil {
		return err
	}
	version := strings.TrimPrefix(end.Run.Version, "v")
	driver := sarifDriver{Name: "tojimari", Version: end.Run.Version, InformationURI: homepage, Rules: list(rules)}
	if semanticVersion.MatchString(version) {
		driver.SemanticVersion = version
	}
	put := func(before string, v any) error {
		value, err := encode(v)
		if err != nil {
			return err
		}
		if _, err := s.w.WriteString(before); err != nil {
			return err
		}
		_, err = s.w.Write(value)
		return err
	}
	if err := put(`{"$schema":`, sarifSchema); err != nil {
		return err
	}
	if err := put(",\n\"version\":\"2.1.0\",\n\"runs\":[{\"tool\":{\"driver\":", driver); err != nil {
		return err
	}
	if err := put("},\n\"language\":", string(s.opts.Lang)); err != nil {
		return err
	}
	if err := put(",\n\"columnKind\":\"unicodeCodePoints\",\n\"invocations\":", []sarifInvocation{s.invocation(end)}); err != nil {
		return err
	}
	if _, err := s.w.WriteString(",\n\"results\":["); err != nil {
		return err
	}
	before := "\n"
	for r, err := range s.results(end) {
		if err != nil {
			return err
		}
		if err := put(before, s.result(r, index)); err != nil {
			return err
		}
		before = ",\n"
	}
	if _, err := s.w.WriteString("]}]}\n"); err != nil {
		return err
	}
	return s.w.Flush()
}

// results are findings, then what --show asked for, as many as GitHub takes.
func (s *sarif) results(end Ending) iter.Seq2[result.Result, error] {
	return func(yield func(result.Result, error) bool) {
		left := s.most
		for _, from := range []*Sorted{end.Findings, end.Shown} {
			for r, err := range from.All() {
				if left--; left < 0 || !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// rules describes every rule that has a result, by id.
func (s *sarif) rules(end Ending) ([]sarifRule, map[string]int, error) {
	seen := map[string]RuleInfo{}
	var ids []string
	for r, err := range s.results(end) {
		if err != nil {
			return nil, nil, err
		}
		if _, ok := seen[r.Rule]; ok {
			continue
		}
		info, known := s.opts.Rules.Rule(r.Rule)
		if !known {
			info = RuleInfo{ID: r.Rule, Name: r.Name, Title: r.Text, Severity: r.Severity}
		}
		seen[r.Rule] = info
		ids = insert(ids, r.Rule)
	}
	index := map[string]int{}
	var out []sarifRule
	for i, id := range ids {
		index[id] = i
		out = append(out, s.rule(id, seen[id]))
	}
	return out, index, nil
}

func (s *sarif) rule(id string, info RuleInfo) sarifRule {
	title := info.titleFor(s.opts.Lang)
	if title == "" {
		title = id
	}
	why := oneLine(text.Pick(info.Why, s.opts.Lang))
	if why == "" {
		why = title
	}
	rule := sarifRule{
		ID: id, Name: pascal(info.Name), ShortDescription: sarifText{title}, FullDescription: sarifText{why},
		Help:          s.help(info, why),
		Configuration: sarifConfiguration{Level: sarifLevel(info.Severity)},
		Properties: sarifRuleProperties{
			Tags: sarifTags(info.Tags), Precision: "very-high", ProblemSeverity: problemSeverity(info.Severity),
			SecuritySeverity: securitySeverity(info.Severity), Since: info.Since, Maps: info.Maps,
		},
	}
	if rule.Name == id {
		rule.Name = ""
	}
	for _, ref := range info.Refs {
		if u, err := url.Parse(ref); err == nil && u.Scheme == "https" {
			rule.HelpURI = ref
			break
		}
	}
	return rule
}

func sarifTags(tags []string) []string {
	out := append([]string{"security"}, tags...)
	return out[:min(len(out), githubTags)]
}

// help holds why it matters and how to mend it, as text and as Markdown.
func (s *sarif) help(info RuleInfo, why string) sarifMultiformat {
	plainText, md := why+"\n", markdownText(why)+"\n"
	for _, provider := range []scanners.Provider{scanners.AWS, scanners.GCP, scanners.Azure, "any"} {
		fix, ok := info.Fix[string(provider)]
		if !ok {
			continue
		}
		if note := oneLine(text.Pick(fix.Note, s.opts.Lang)); note != "" {
			plainText += "\n" + s.opts.Lang.Say(text.LabelFix) + " (" + string(provider) + "): " + note + "\n"
			md += "\n**" + s.opts.Lang.Say(text.LabelFix) + "** (" + string(provider) + ") " + markdownText(note) + "\n"
		}
		for _, part := range []struct{ lang, code string }{{"sh", fix.CLI}, {"hcl", fix.Terraform}} {
			if part.code == "" {
				continue
			}
			plainText += "\n" + s.opts.Lang.Say(text.LabelFix) + " (" + string(provider) + "):\n" + part.code + "\n"
			md += "\n**" + s.opts.Lang.Say(text.LabelFix) + "** (" + string(provider) + ")\n\n" + fenced(part.lang, part.code) + "\n"
		}
	}
	for _, ref := range info.Refs {
		plainText += "\n" + ref
		md += "\n- <" + strings.Map(func(r rune) rune {
			if r == '<' || r == '>' || unicode.IsSpace(r) {
				return -1
			}
			return r
		}, ref) + ">"
	}
	return sarifMultiformat{Text: plainText, Markdown: md}
}

func (s *sarif) result(r result.Result, index map[string]int) sarifResult {
	out := sarifResult{
		RuleID: r.Rule, RuleIndex: index[r.Rule], Kind: "fail", Level: sarifLevel(r.Severity),
		Message:   sarifText{sarifMessage(s.message(r))},
		Locations: []sarifLocation{sarifPlace(r)},
		PartialFingerprints: map[string]string{
			"tojimari/v1":             r.Fingerprint,
			"primaryLocationLineHash": strings.TrimPrefix(r.Fingerprint, "tj1:") + ":1",
		},
		Suppressions: []sarifSuppression{},
		Properties:   sarifProperties{Finding: findingOf(r)},
	}
	switch r.Outcome {
	case result.Pass:
		out.Kind, out.Level = "pass", "none"
	case result.Unknown:
		out.Kind, out.Level = "open", "none"
	case result.NotApplicable:
		out.Kind, out.Level = "notApplicable", "none"
	default:
	}
	if r.Suppressed != nil {
		out.Suppressions = append(out.Suppressions, sarifSuppression{Kind: "external", Status: "accepted", Justification: r.Suppressed.Reason})
	}
	return out
}

// message tells the finding in a few lines of plain text.
func (s *sarif) message(r result.Result) string {
	tell := teller{opts: s.opts}
	first := s.opts.Lang.Say(text.Labelled, mention(locator(r.Resource)), tell.title(r))
	return strings.Join(append([]string{first}, tell.lines(r)...), "\n")
}

func (s *sarif) invocation(end Ending) sarifInvocation {
	t := newTerminal(io.Discard, Options{Lang: s.opts.Lang, Rules: s.opts.Rules})
	code := end.Run.ExitCode
	inv := sarifInvocation{
		ExecutionSuccessful: code == 0 || code == 1, ExitCode: code,
		ExitCodeDescription: ExitText(s.opts.Lang, code, s.opts.FailOn),
		Execution:           []sarifNotification{}, Configuration: []sarifNotification{},
	}
	note := func(level, message string) sarifNotification {
		return sarifNotification{Level: level, Message: sarifText{sarifMessage(message)}}
	}
	for _, f := range end.Run.Trouble {
		inv.Execution = append(inv.Execution, note("error", t.troubleText(f)))
	}
	for _, g := range end.Unknowns {
		where := t.say(text.NotKnownWhere, g.Resources, t.examples(g))
		inv.Execution = append(inv.Execution, note("warning", t.unknownReason(g)+"\n"+where+"\n"+t.say(text.NotKnownRules, strings.Join(g.Rules, " "))))
	}
	if n := end.Findings.Len() + end.Shown.Len(); n > s.most {
		inv.Execution = append(inv.Execution, note("warning", t.say(text.TooManyForGitHub, n, s.most)))
	}
	for _, e := range end.Run.RuleErrors {
		inv.Configuration = append(inv.Configuration, note("error", t.ruleErrorText(e)))
	}
	for _, l := range end.Run.Exceptions {
		inv.Configuration = append(inv.Configuration, note("warning", t.lapseText(l)))
	}
	return inv
}

// sarifPlace is where a result is: a place in code, or a made-up path for a resource in a cloud.
func sarifPlace(r result.Result) sarifLocation {
	loc := sarifLocation{Logical: []sarifLogical{{Name: r.Resource.Name, FullyQualifiedName: r.Resource.ID, Kind: "resource"}}}
	if r.Place.File != "" {
		loc.Physical.Artifact = sarifFile(r.Place.File)
		loc.Physical.Region = sarifRegion{StartLine: max(r.Place.Line, 1), StartColumn: max(r.Place.Column, 0)}
		return loc
	}
	var parts []string
	for _, p := range strings.FieldsFunc(r.Resource.ID, func(c rune) bool { return c == ':' || c == '/' }) {
		if p == "." || p == ".." {
			p = "_"
		}
		parts = append(parts, url.PathEscape(p))
	}
	loc.Physical.Artifact.URI = strings.Join(append([]string{"cloud"}, parts...), "/")
	loc.Physical.Region.StartLine = 1
	return loc
}

// sarifFile makes a URI of a path: relative to the root of the sources, or a file URI.
func sarifFile(file string) sarifArtifact {
	slashed := filepath.ToSlash(file)
	if strings.HasPrefix(slashed, "/") {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: slashed}).String()}
	}
	parts := strings.Split(strings.TrimPrefix(slashed, "./"), "/")
	for i := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(parts[i]), ":", "%3A")
	}
	return sarifArtifact{URI: strings.Join(parts, "/"), URIBaseID: "%SRCROOT%"}
}

// sarifMessage escapes what SARIF reads as links and placeholders.
func sarifMessage(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "{", "{{", "}", "}}").Replace(s)
}

// sarifLevel maps severities to the three levels that SARIF has.
func sarifLevel(s result.Severity) string {
	switch s {
	case result.Critical, result.High:
		return "error"
	case result.Medium:
		return "warning"
	default:
		return "note"
	}
}

func problemSeverity(s result.Severity) string {
	if level := sarifLevel(s); level != "note" {
		return level
	}
	return "recommendation"
}

// securitySeverity is in the middle of GitHub's bands: over 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium,
// 0.1 to 3.9 low.
func securitySeverity(s result.Severity) string {
	switch s {
	case result.Critical:
		return "9.5"
	case result.High:
		return "8.0"
	case result.Medium:
		return "5.5"
	case result.Low:
		return "2.0"
	default:
		return "0.1"
	}
}

// pascal turns public-list into PublicList, as 3.49.7 wants names.
func pascal(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		runes := []rune(word)
		b.WriteRune(unicode.ToUpper(runes[0]))
		b.WriteString(string(runes[1:]))
	}
	return b.String()
}
