// The last look before anything is written: signatures and keys of any kind go out of every text, and the
// names of sampled objects where the user asked for that. Whoever made the text should have done the first
// already; this is for the day that it was forgotten.

package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

const redacted = "REDACTED"

// secret matches parameters whose value opens something: the signatures and tokens of signed URLs (SigV4 query
// authentication, V2, CloudFront, GCS V4, Azure SAS `sig`) and the parts of connection strings. In JSON the & or ? in front may be written as an
// escape, whose last digit would hide the start of the word.
var secret = regexp.MustCompile(`(?i)((?:\b|u0026|u003f)(?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|accountkey|sharedaccesskey|aws_secret_access_key|aws_session_token))(=|%3D)[^&\s"'<>;\\]+`)

// maySecret is a cheap look before the costly one: an equals sign, plain or encoded, behind the last letter of
// one of the names above.
func maySecret(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] != '=' && s[i] != '%' {
			continue
		}
		switch s[i-1] | 0x20 {
		case 'g', 'e', 'n', 'y':
			return true
		}
	}
	return false
}

// scrubText takes secrets out of one text.
func scrubText(s string) string {
	if !maySecret(s) {
		return s
	}
	return secret.ReplaceAllString(s, "${1}${2}"+redacted)
}

func scrubJSON(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || !maySecret(string(raw)) {
		return raw
	}
	return json.RawMessage(secret.ReplaceAll(raw, []byte("${1}${2}"+redacted)))
}

// scrub returns the result with secrets taken out, and with keys, also without the names of objects.
func scrub(r result.Result, keys bool) result.Result {
	r.Resource.Name = scrubText(r.Resource.Name)
	r.Resource.ID = scrubText(r.Resource.ID)
	r.Key = scrubText(r.Key)
	r.Response = scrubText(r.Response)
	r.Probe = scrubProbe(r.Probe)
	r.Place.File = scrubText(r.Place.File)
	for lang, title := range r.Text {
		if clean := scrubText(title); clean != title {
			r.Text = maps.Clone(r.Text)
			r.Text[lang] = clean
		}
	}
	r.Evidence = slices.Clone(r.Evidence)
	for i := range r.Evidence {
		r.Evidence[i].Value = scrubJSON(r.Evidence[i].Value)
		r.Evidence[i].Origin.File = scrubText(r.Evidence[i].Origin.File)
	}
	r.Missing = slices.Clone(r.Missing)
	for i := range r.Missing {
		r.Missing[i].Detail = scrubText(r.Missing[i].Detail)
	}
	r.Latent = slices.Clone(r.Latent)
	for i := range r.Latent {
		r.Latent[i].Grants = scrubGrants(r.Latent[i].Grants)
	}
	if r.Proof != nil {
		p := scrubVerdict(*r.Proof)
		r.Proof = &p
	}
	if keys {
		r = withoutKeys(r)
	}
	return r
}

func scrubProbe(p *result.Probe) *result.Probe {
	if p == nil {
		return nil
	}
	clean := *p
	clean.Request, clean.Code, clean.Detail = scrubText(p.Request), scrubText(p.Code), scrubText(p.Detail)
	return &clean
}

func scrubVerdict(v verdict.Verdict) verdict.Verdict {
	v.Curl = scrubText(v.Curl)
	v.Grants = scrubGrants(v.Grants)
	v.Needs = scrubAll(v.Needs)
	v.DependsOn = scrubAll(v.DependsOn)
	v.Reasons = slices.Clone(v.Reasons)
	for i := range v.Reasons {
		v.Reasons[i].Detail = scrubText(v.Reasons[i].Detail)
	}
	if v.Witness != nil {
		w := *v.Witness
		w.URL = scrubText(w.URL)
		w.Context = scrubAll(w.Context)
		w.Headers = slices.Clone(w.Headers)
		for i, h := range w.Headers {
			if strings.EqualFold(h[0], "authorization") || strings.EqualFold(h[0], "x-amz-security-token") {
				h[1] = redacted
			}
			w.Headers[i] = [2]string{h[0], scrubText(h[1])}
		}
		v.Witness = &w
	}
	return v
}

func scrubGrants(list []verdict.Grant) []verdict.Grant {
	list = slices.Clone(list)
	for i := range list {
		list[i].Text = scrubText(list[i].Text)
		list[i].What = scrubText(list[i].What)
	}
	return list
}

func scrubAll(list []string) []string {
	list = slices.Clone(list)
	for i := range list {
		list[i] = scrubText(list[i])
	}
	return list
}

// withoutKeys takes the names of sampled objects out. Names that stand in a policy are configuration and stay.
func withoutKeys(r result.Result) result.Result {
	if r.Resource.Kind == scanners.KindObject {
		holder, key, found := strings.Cut(r.Resource.ID, "#")
		if found {
			r.Resource.ID = holder + "#" + standIn(key)
		}
		r.Resource.Name = standIn(r.Resource.Name)
		r.Text = nil
	}
	for i := range r.Evidence {
		if showsKeys(r.Evidence[i].Fact) {
			r.Evidence[i].Value = nil
			if r.Key != "" {
				r.Key = standIn(r.Key)
				r.Text = nil
			}
		}
	}
	r.Response = ""
	if p := r.Proof; p != nil {
		for i, g := range p.Grants {
			if g.Kind == verdict.GrantObject {
				p.Grants[i].Where, p.Grants[i].Text = "object "+redacted, ""
			}
		}
		if w := p.Witness; w != nil && w.KeyKnown && w.Key != "" {
			p.Curl = withoutKey(p.Curl, w.Key)
			w.URL = withoutKey(w.URL, w.Key)
			w.Context = nil
			w.Key = redacted
		}
	}
	return r
}

// withoutKey replaces the key in a URL or curl line, however it was encoded there; where it can't be found the
// whole text goes.
func withoutKey(s, key string) string {
	done := false
	segments := strings.Split(key, "/")
	for i := range segments {
		segments[i] = url.PathEscape(segments[i])
	}
	for _, form := range []string{key, url.PathEscape(key), strings.Join(segments, "/"), (&url.URL{Path: key}).EscapedPath()} {
		if form != "" && strings.Contains(s, "/"+form) {
			s = strings.ReplaceAll(s, "/"+form, "/"+redacted)
			done = true
		}
	}
	if !done {
		return ""
	}
	return s
}

// showsKeys names the facts whose value holds names of objects.
func showsKeys(fact scanners.FactName) bool {
	name := string(fact)
	if fact == factProbe {
		return false // whoever sent it left the names out
	}
	return strings.HasSuffix(name, ".objects") || strings.HasSuffix(name, ".names") ||
		strings.HasPrefix(name, "object.") || strings.HasSuffix(name, ".sample")
}

// standIn keeps different names different without showing them.
func standIn(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "redacted-" + hex.EncodeToString(sum[:6])
}

// scrubRun does the same for the run, and gives lists and tables that every reader may count on.
func scrubRun(run result.Run) result.Run {
	run.Targets = list(scrubAll(run.Targets))
	run.Coverage.NotCovered = list(run.Coverage.NotCovered)
	if run.Coverage.Resources == nil {
		run.Coverage.Resources = map[scanners.Kind]int64{}
	}
	if run.Counts.Outcomes == nil {
		run.Counts.Outcomes = map[result.Outcome]int64{}
	}
	if run.Counts.Findings == nil {
		run.Counts.Findings = map[result.Severity]int64{}
	}
	run.Trouble = slices.Clone(run.Trouble)
	for i := range run.Trouble {
		run.Trouble[i].Target = scrubText(run.Trouble[i].Target)
		run.Trouble[i].Detail = scrubText(run.Trouble[i].Detail)
		run.Trouble[i].Hint = scrubText(run.Trouble[i].Hint)
	}
	run.RuleErrors = slices.Clone(run.RuleErrors)
	for i := range run.RuleErrors {
		run.RuleErrors[i].Detail = scrubText(run.RuleErrors[i].Detail)
	}
	return run
}
