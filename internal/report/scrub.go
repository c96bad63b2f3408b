// The last look before anything is written: signatures and keys of any kind go out of every text, and the
// names of sampled objects where the user asked for that. Whoever made the text should have done the first
// already; this is for the day that it was forgotten.

package report

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

const redacted = text.Redacted

// scrubText takes secrets out of one text.
func scrubText(s string) string { return text.WithoutSecrets(s) }

// scrub returns the result with secrets taken out, and with keys, also without the names of objects.
func scrub(r result.Result, keys bool) result.Result {
	r = withoutSecrets(r)
	if r.Proof != nil && r.Proof.Witness != nil {
		p, w := *r.Proof, *r.Proof.Witness
		w.Headers = slices.Clone(w.Headers)
		for i, h := range w.Headers {
			if strings.EqualFold(h[0], "authorization") || strings.EqualFold(h[0], "x-amz-security-token") {
				w.Headers[i][1] = redacted
			}
		}
		p.Witness, r.Proof = &w, &p
	}
	if keys {
		own := cleanCopy(reflect.ValueOf(&r).Elem()).Interface().(result.Result) // withoutKeys writes into it
		r = withoutKeys(own)
	}
	return r
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
	run = withoutSecrets(run)
	run.Targets = list(run.Targets)
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
	return run
}
