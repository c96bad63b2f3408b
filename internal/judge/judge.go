// Judging: every selected rule on one record, as results.

package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// maxElements bounds how many elements of `each` one rule answers for on one record.
const maxElements = 1000

// Options are what a judge is given besides its rules. The zero value judges all rules as they come.
type Options struct {
	Selection Selection
	Settings  Settings
	// Access decides who can do what; nil means access.Judge.
	Access func(rec *scanners.Record, at time.Time) access.Judged
}

// Judge judges records by a fixed set of rules. Its methods may be called concurrently.
type Judge struct {
	book     *Book
	rules    []*code // selected, sorted by id
	index    map[string]int
	yields   [][]int // by rule: the rules that it yields to
	params   []map[string]ref.Val
	settings Settings
	access   func(rec *scanners.Record, at time.Time) access.Judged
	used     []atomic.Bool // by exception
	byKind   map[scanners.Kind]map[scanners.Provider][]int
	needs    needsTable
	pool     sync.Pool
}

// New makes a judge of the selected rules of a book. An error names the word of the selection that fits no rule.
func New(book *Book, opts Options) (*Judge, error) {
	rules, err := book.Select(opts.Selection)
	if err != nil {
		return nil, err
	}
	j := &Judge{
		book: book, settings: opts.Settings, access: opts.Access,
		index: map[string]int{}, used: make([]atomic.Bool, len(opts.Settings.Exceptions)),
		byKind: map[scanners.Kind]map[scanners.Provider][]int{},
	}
	if j.access == nil {
		j.access = access.Judge
	}
	for _, r := range rules {
		if opts.Settings.Off[r.ID] {
			continue
		}
		j.index[r.ID] = len(j.rules)
		j.rules = append(j.rules, book.code[r])
		j.params = append(j.params, paramValues(r, opts.Settings.Params[r.ID]))
	}
	j.yields = make([][]int, len(j.rules))
	for i, c := range j.rules {
		for _, name := range c.rule.YieldsTo {
			if other, ok := book.Rule(name); ok {
				if at, inForce := j.index[other.ID]; inForce {
					j.yields[i] = append(j.yields[i], at)
				}
			}
		}
		for _, k := range c.rule.Applies {
			if j.byKind[k] == nil {
				j.byKind[k] = map[scanners.Provider][]int{}
			}
			for _, p := range []scanners.Provider{"", scanners.AWS, scanners.GCP, scanners.Azure} {
				if c.rule.appliesTo(p, k) {
					j.byKind[k][p] = append(j.byKind[k][p], i)
				}
			}
		}
	}
	j.needs = j.needsOf()
	j.pool.New = func() any { return newActivation(j) }
	return j, nil
}

func paramValues(r *Rule, given map[string]any) map[string]ref.Val {
	if len(r.Params) == 0 {
		return nil
	}
	out := map[string]ref.Val{}
	for name, p := range r.Params {
		v := p.Default
		if set, ok := given[name]; ok {
			v = set
		}
		out["params."+name] = celValue(v)
	}
	return out
}

// Rules returns the rules in force, sorted by id.
func (j *Judge) Rules() []*Rule {
	out := make([]*Rule, len(j.rules))
	for i, c := range j.rules {
		out[i] = c.rule
	}
	return out
}

// Judged is what came of one record. Woes are rules that failed; their results are unknown.
type Judged struct {
	Results []result.Result
	Woes    []result.RuleWoes
}

// add appends a result, with its fingerprint.
func (out *Judged) add(c *code, r result.Result) {
	r.Fingerprint = fingerprint(c, &r)
	out.Results = append(out.Results, r)
}

// Judge says what every rule in force that applies to the record's kind and provider says of it at a moment,
// sorted by rule id and then in the order of elements.
func (j *Judge) Judge(rec *scanners.Record, at time.Time) Judged {
	return j.Append(nil, rec, at)
}

// Append does as Judge, into the room of results that the caller no longer needs; nil makes new room.
func (j *Judge) Append(room []result.Result, rec *scanners.Record, at time.Time) Judged {
	a := j.pool.Get().(*activation)
	defer j.pool.Put(a)
	a.reset(rec, at)
	out := Judged{Results: room[:0]}
	j.judge(a, rec.Kind, rec.Provider, &out)
	return out
}

// judge appends the results of all rules of a kind for what is bound.
func (j *Judge) judge(a *activation, kind scanners.Kind, provider scanners.Provider, out *Judged) {
	about := result.ResourceOf(a.rec.Head)
	rules := j.byKind[kind][knownProvider(provider)]
	if out.Results == nil {
		out.Results = make([]result.Result, 0, len(rules)+4)
	}
	from := make([]int, len(rules)+1)
	for i, at := range rules {
		from[i] = len(out.Results)
		j.rule(a, at, about, out)
	}
	from[len(rules)] = len(out.Results)
	j.silence(rules, from, out.Results)
	j.exempt(a, out.Results)
}

// knownProvider is "" for clouds that no rule and no fact names.
func knownProvider(p scanners.Provider) scanners.Provider {
	switch p {
	case scanners.AWS, scanners.GCP, scanners.Azure:
		return p
	}
	return ""
}

// rule appends the results of one rule.
func (j *Judge) rule(a *activation, at int, about result.Resource, out *Judged) {
	c := j.rules[at]
	a.params, a.it = j.params[at], nil
	if c.each == nil {
		j.append(a, c, "", about, out)
		return
	}
	list := c.each.run(a)
	switch list.kind {
	case isInapplicable:
		out.add(c, j.plain(a, c, about, result.NotApplicable))
		return
	case isUnknown:
		if a.hidden(list.lacks) {
			out.add(c, j.plain(a, c, about, result.NotApplicable))
			return
		}
		r := j.plain(a, c, about, result.Unknown)
		r.Missing = a.missing(list.lacks)
		out.add(c, r)
		return
	case isBroken:
		j.broken(a, c, "", list.err, about, out)
		return
	}
	elements, ok := list.value.(traits.Lister)
	if !ok {
		j.broken(a, c, "", fmt.Errorf("each: gave %v instead of a list", list.value.Type()), about, out)
		return
	}
	size := int(elements.Size().(types.Int))
	if size == 0 {
		out.add(c, j.plain(a, c, about, result.Pass))
		return
	}
	times := map[string]int{}
	for i := range min(size, maxElements) {
		a.it = elements.Get(types.Int(i))
		key := j.keyOf(a, c, i)
		if times[key]++; times[key] > 1 {
			key = fmt.Sprintf("%s#%d", key, times[key]) // elements of one key are still findings of their own
		}
		j.append(a, c, key, about, out)
	}
	a.it = nil
	if size > maxElements {
		j.broken(a, c, "", fmt.Errorf("each: more than %d elements; those after are not judged", maxElements), about, out)
	}
}

// keyOf is the key of the element that is bound, its number where the key cannot be had.
func (j *Judge) keyOf(a *activation, c *code, i int) string {
	if key := c.key.run(a); key.kind == isValue {
		if text, ok := key.value.(types.String); ok && text != "" {
			return bounded(string(text))
		}
	}
	return fmt.Sprintf("%d", i)
}

// maxKey is the longest key of an element, in bytes: the longest object key of any cloud.
const maxKey = 1024

// bounded cuts a key that is too long and tells it apart from others that begin alike.
func bounded(key string) string {
	if len(key) <= maxKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return strings.ToValidUTF8(key[:maxKey-40], "") + "..." + hex.EncodeToString(sum[:16])
}

// append decides one rule for what is bound and appends its result.
func (j *Judge) append(a *activation, c *code, key string, about result.Resource, out *Judged) {
	d := c.decide(a)
	if d.err != nil {
		j.broken(a, c, key, d.err, about, out)
		return
	}
	r := j.plain(a, c, about, d.outcome)
	if key != "" {
		r.Key = key
		r.Text = titleFor(c.rule, key)
	}
	switch d.outcome {
	case result.Fail:
		r.Severity = c.severityOf(a)
		a.prove(c, &r)
	case result.Unknown:
		r.Severity = c.severityOf(a)
		r.Missing = a.missing(d.lacks)
		a.about(c, &r)
	}
	out.add(c, r)
}

// plain is a result without proof or evidence.
func (j *Judge) plain(a *activation, c *code, about result.Resource, outcome result.Outcome) result.Result {
	r := result.Result{
		Rule: c.rule.ID, Name: c.rule.Name, Outcome: outcome, Severity: j.baseSeverity(c.rule), Resource: about,
		Text: c.title, Place: a.rec.Place,
	}
	if c.question != nil {
		r.Audience, r.Verb = c.question.who, c.question.verb
	}
	if a.probe != nil {
		a.probe.dress(&r)
	}
	return r
}

func (j *Judge) baseSeverity(r *Rule) result.Severity {
	if s, ok := j.settings.Severities[r.ID]; ok {
		return s
	}
	return r.Severity.Base()
}

// fingerprint leaves out the audience and verb of elements: a rule with `each` is told apart by its key alone.
func fingerprint(c *code, r *result.Result) string {
	if c.each != nil {
		return result.Fingerprint(r.Rule, r.Resource.ID, "", "", r.Key)
	}
	return result.Fingerprint(r.Rule, r.Resource.ID, r.Audience, r.Verb, r.Key)
}

// broken notes that a rule failed: unknown, and named in the run.
func (j *Judge) broken(a *activation, c *code, key string, err error, about result.Resource, out *Judged) {
	r := j.plain(a, c, about, result.Unknown)
	r.Key = key
	r.Missing = []result.Missing{{Code: verdict.ReasonMalformed, Detail: "the rule failed: " + err.Error()}}
	out.add(c, r)
	out.Woes = append(out.Woes, result.RuleWoes{Rule: c.rule.ID, Resource: a.rec.ID, Detail: err.Error()})
}

// silence makes rules not applicable that yield to one that says the same thing better: a failure yields to a
// failure, an unknown to a failure or an unknown.
func (j *Judge) silence(rules, from []int, results []result.Result) {
	worst := func(at int) result.Outcome {
		out := result.Pass
		for i, other := range rules {
			if other != at {
				continue
			}
			for _, r := range results[from[i]:from[i+1]] {
				switch {
				case r.Outcome == result.Fail:
					return result.Fail
				case r.Outcome == result.Unknown:
					out = result.Unknown
				}
			}
		}
		return out
	}
	for i, at := range rules {
		for _, to := range j.yields[at] {
			other := worst(to)
			for k := from[i]; k < from[i+1]; k++ {
				r := &results[k]
				if r.Outcome == result.Fail && other == result.Fail || r.Outcome == result.Unknown && other != result.Pass {
					// Silenced results are marked only once all are known: rules may yield along a chain.
					r.Suppressed = yielded
				}
			}
		}
	}
	for k := range results {
		if results[k].Suppressed == yielded {
			r := &results[k]
			r.Outcome, r.Suppressed = result.NotApplicable, nil
			r.Proof, r.Latent, r.Evidence, r.Missing, r.Cause = nil, nil, nil, nil, ""
		}
	}
}

// exempt marks what the user's exceptions exempt.
func (j *Judge) exempt(a *activation, results []result.Result) {
	if len(j.settings.Exceptions) == 0 {
		return
	}
	for k := range results {
		r := &results[k]
		if r.Outcome != result.Fail && r.Outcome != result.Unknown {
			continue
		}
		for i := range j.settings.Exceptions {
			e := &j.settings.Exceptions[i]
			if !e.matches(r, a.resourceNames()) {
				continue
			}
			j.used[i].Store(true)
			if e.expired(a.at) || r.Suppressed != nil {
				continue
			}
			r.Suppressed = &result.Suppression{Kind: result.ByException, Reason: e.Reason, Owner: e.Owner}
			if !e.Expires.IsZero() {
				r.Suppressed.Expires = &e.Expires
			}
		}
	}
}
