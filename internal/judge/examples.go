// Examples of a rule: small records in a short notation, run as tests.
//
//	bad:
//	  - name: versioning was never turned on        # optional
//	    provider: aws                               # default: the rule's first provider, else aws
//	    kind: bucket                                # default: the first kind that the rule applies to
//	    resource: {name: acme-logs, region: eu-west-1, created_at: 2020-01-01}
//	    bucket: {versioning: absent, aws: {acl: {owner: o, grants: []}}}   # facts by their names
//	    scope: {aws: {public_access_block: denied}}
//	    exposure: {anonymous: {list: yes}}          # verdicts, instead of deriving them from the facts
//	    posture: {cleartext_refused: no}
//	    intent: {anonymous: [read]}                 # what the user declared
//	    trusted: [111122223333]
//	    params: {max_days: 7}
//	    exception: {expired: true}
//	    probe: {settings: "no", outcome: confirmed, agreement: disagrees}
//	    at: 2026-06-01T00:00:00Z                    # time of judging
//	    severity: high                              # expected, where given
//	    keys: [a, b]                                # expected failing elements, where given
//
// A fact is its value, or one of the words absent, denied, failed, malformed, computed, unsupported, unread. Facts
// that an example does not name were not inspected. Verdicts not named are "no" once an example names any.

package judge

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/yamlfile"
	"github.com/tojimari/tojimari/scanners"
)

// Examples are records with the outcome that a rule has to have on them. Other holds ones that it does not apply to.
type Examples struct {
	Bad     []Example `yaml:"bad,required"`
	Good    []Example `yaml:"good,required"`
	Unknown []Example `yaml:"unknown"`
	Other   []Example `yaml:"not_applicable"`
}

// Example is one small record with what was declared around it.
type Example struct {
	Name     string
	Line     int
	Severity result.Severity
	Keys     []string

	provider  scanners.Provider
	kind      scanners.Kind
	head      scanners.Head
	parts     map[scanners.Kind]*yaml.Node
	judged    *access.Judged
	intent    map[verdict.Audience][]verdict.Verb
	trusted   []string
	params    map[string]*yaml.Node
	exception *exceptionView
	probe     *probeView
	at        time.Time
	file      string
}

var exampleTime = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// ReadNode reads an example.
func (e *Example) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	e.Line, e.file, e.parts, e.at = n.Line, d.File, map[scanners.Kind]*yaml.Node{}, exampleTime
	known := []string{"name", "provider", "kind", "resource", "exposure", "posture", "intent", "trusted", "params", "exception", "probe", "at", "severity", "keys"}
	for _, k := range scanners.Kinds() {
		known = append(known, string(k))
	}
	for key, value := range d.Keys(n, field) {
		at := yamlfile.Join(field, key.Value)
		switch key.Value {
		case "name":
			d.Into(value, &e.Name, at)
		case "provider":
			d.Into(value, &e.provider, at)
		case "kind":
			d.Into(value, &e.kind, at)
		case "resource":
			d.Into(value, &e.head, at)
		case "exposure":
			e.readExposure(d, value, at)
		case "posture":
			e.readPosture(d, value, at)
		case "intent":
			d.Into(value, &e.intent, at)
		case "trusted":
			d.Into(value, &e.trusted, at)
		case "params":
			e.params = map[string]*yaml.Node{}
			for name, v := range d.Keys(value, at) {
				e.params[name.Value] = v
			}
		case "exception":
			e.exception = &exceptionView{}
			d.Into(value, e.exception, at)
		case "probe":
			e.probe = &probeView{}
			d.Into(value, e.probe, at)
		case "at":
			d.Into(value, &e.at, at)
		case "severity":
			d.Into(value, &e.Severity, at)
		case "keys":
			d.Into(value, &e.Keys, at)
		default:
			if !slices.Contains(scanners.Kinds(), scanners.Kind(key.Value)) {
				d.Fail(key, at, "unknown key%s", yamlfile.Hint(key.Value, known))
				continue
			}
			e.parts[scanners.Kind(key.Value)] = value
		}
	}
	// The facts are read once to find mistakes; Record reads them again.
	e.fill(d, scanners.NewRecord(scanners.Head{}), field)
}

// Record builds the example's record for a rule.
func (e *Example) Record(r *Rule) *scanners.Record {
	head := e.head
	head.Kind, head.Provider = e.kind, e.provider
	if head.Kind == "" {
		head.Kind = r.Applies[0]
	}
	if head.Provider == "" {
		head.Provider = scanners.AWS
		if len(r.Providers) > 0 {
			head.Provider = r.Providers[0]
		}
	}
	if head.Name == "" {
		head.Name = "example"
	}
	if head.ID == "" {
		head.ID = "example:" + string(head.Kind) + "/" + head.Name
	}
	rec := scanners.NewRecord(head)
	e.fill(&yamlfile.Decoder{File: e.file}, rec, "")
	if e.judged != nil && rec.Bucket != nil {
		// Verdicts that are given stand for facts that were read.
		b := rec.Bucket
		if b.AWS.Policy.IsZero() {
			b.AWS.Policy.State = scanners.Absent
		}
		if b.AWS.ACL.IsZero() {
			b.AWS.ACL.State = scanners.Absent
		}
		if b.GCP.IAM.IsZero() {
			b.GCP.IAM.State = scanners.Absent
		}
	}
	return rec
}

// fill sets the facts that the example names.
func (e *Example) fill(d *yamlfile.Decoder, rec *scanners.Record, field string) {
	for _, kind := range scanners.Kinds() {
		node, ok := e.parts[kind]
		if !ok {
			continue
		}
		part := reflect.ValueOf(rec).Elem().FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, string(kind)) })
		if part.IsNil() {
			part.Set(reflect.New(part.Type().Elem()))
		}
		fillPart(d, node, part.Elem(), yamlfile.Join(field, string(kind)))
	}
}

func fillPart(d *yamlfile.Decoder, n *yaml.Node, v reflect.Value, field string) {
	fields := yamlfile.FieldsOf(v.Type())
	for key, value := range d.Keys(n, field) {
		at := yamlfile.Join(field, key.Value)
		i := slices.IndexFunc(fields, func(f yamlfile.Field) bool { return f.Name == key.Value })
		if i < 0 {
			names := make([]string, len(fields))
			for i, f := range fields {
				names[i] = f.Name
			}
			d.Fail(key, at, "no such fact%s", yamlfile.Hint(key.Value, names))
			continue
		}
		to := v.FieldByIndex(fields[i].Index)
		if factValue(to.Type()) == nil {
			fillPart(d, value, to, at)
			continue
		}
		fillFact(d, value, to, at)
	}
}

var factWords = []string{"absent", "unsupported", "unread", "denied", "failed", "malformed", "computed", "partial"}

// fillFact sets one fact from its value or a word for its state.
func fillFact(d *yamlfile.Decoder, n *yaml.Node, fact reflect.Value, field string) {
	state, reason := scanners.Known, scanners.Reason{}
	if n.Kind == yaml.ScalarNode {
		switch n.Value {
		case "absent":
			state = scanners.Absent
		case "unsupported":
			state = scanners.Unsupported
		case "unread":
			state = scanners.Unknown
		case "denied":
			state, reason = scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "example:Read"}
		case "failed", "malformed", "computed", "partial":
			state, reason = scanners.Unknown, scanners.Reason{Code: scanners.ReasonCode(n.Value)}
		default:
			d.Fail(n, field, "want the fact's value or one of %s", strings.Join(factWords, ", "))
			return
		}
	}
	fact.FieldByName("State").Set(reflect.ValueOf(state))
	fact.FieldByName("Reason").Set(reflect.ValueOf(reason))
	if state == scanners.Known {
		fillValue(d, n, fact.FieldByName("Value"), field)
	}
}

// fillValue decodes a fact's value; facts inside its lists are read in the short notation too.
func fillValue(d *yamlfile.Decoder, n *yaml.Node, v reflect.Value, field string) {
	var nested []func()
	plain := *n
	if n.Kind == yaml.MappingNode {
		plain.Content = nil
		fields := yamlfile.FieldsOf(v.Type())
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			at := slices.IndexFunc(fields, func(f yamlfile.Field) bool { return f.Name == key.Value })
			if at >= 0 {
				to, path := v.FieldByIndex(fields[at].Index), yamlfile.Join(field, key.Value)
				switch {
				case factValue(to.Type()) != nil:
					nested = append(nested, func() { fillFact(d, value, to, path) })
					continue
				case to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Struct && value.Kind == yaml.SequenceNode:
					nested = append(nested, func() {
						list := reflect.MakeSlice(to.Type(), len(value.Content), len(value.Content))
						for i, c := range value.Content {
							fillValue(d, c, list.Index(i), fmt.Sprintf("%s[%d]", path, i))
						}
						to.Set(list)
					})
					continue
				}
			}
			plain.Content = append(plain.Content, key, value)
		}
	}
	d.Value(&plain, v, field)
	for _, f := range nested {
		f()
	}
}

// answerNode reads a verdict: one word, or its fields.
func answerNode(d *yamlfile.Decoder, n *yaml.Node, field string) verdict.Verdict {
	var v verdict.Verdict
	if n.Kind == yaml.ScalarNode {
		v.Verdict = verdict.Answer(n.Value)
	} else {
		var file struct {
			Verdict   string          `yaml:"verdict,required"`
			Needs     []string        `yaml:"needs"`
			DependsOn []string        `yaml:"depends_on"`
			Patterns  []string        `yaml:"patterns"`
			Grants    []verdict.Grant `yaml:"grants"`
			Guards    []verdict.Guard `yaml:"guards"`
		}
		d.Into(n, &file, field)
		v = verdict.Verdict{
			Verdict: verdict.Answer(file.Verdict), Needs: file.Needs, DependsOn: file.DependsOn, Patterns: file.Patterns,
			Grants: file.Grants, Guards: file.Guards,
		}
	}
	switch v.Verdict {
	case verdict.Unknown:
		v.Reasons = []verdict.Reason{{Code: verdict.ReasonUnread, Fact: "bucket.aws.policy", Permission: "s3:GetBucketPolicy", Detail: "denied"}}
	case verdict.Yes, verdict.No, verdict.Conditional:
	default:
		d.Fail(n, field, "want yes, no, conditional or unknown, got %q", string(v.Verdict))
	}
	return v
}

func (e *Example) verdicts() *access.Judged {
	if e.judged == nil {
		e.judged = &access.Judged{}
		e.judged.PublicByProvider = verdict.No
		e.judged.Anonymous, e.judged.AnyAccount = map[verdict.Verb]verdict.Verdict{}, map[verdict.Verb]verdict.Verdict{}
		for _, verb := range verdict.Verbs() {
			e.judged.Anonymous[verb] = verdict.Verdict{Verdict: verdict.No}
			e.judged.AnyAccount[verb] = verdict.Verdict{Verdict: verdict.No}
		}
		for _, p := range postures {
			*p.of(&e.judged.Posture) = verdict.Verdict{Verdict: verdict.No}
		}
	}
	return e.judged
}

func readVerbs(d *yamlfile.Decoder, n *yaml.Node, field string, into map[verdict.Verb]verdict.Verdict) {
	for key, value := range d.Keys(n, field) {
		at := yamlfile.Join(field, key.Value)
		if !slices.Contains(verdict.Verbs(), verdict.Verb(key.Value)) {
			d.Fail(key, at, "want list, read, write or permissions")
			continue
		}
		into[verdict.Verb(key.Value)] = answerNode(d, value, at)
	}
}

func (e *Example) readExposure(d *yamlfile.Decoder, n *yaml.Node, field string) {
	j := e.verdicts()
	for key, value := range d.Keys(n, field) {
		at := yamlfile.Join(field, key.Value)
		switch key.Value {
		case "anonymous":
			readVerbs(d, value, at, j.Anonymous)
		case "any_account":
			readVerbs(d, value, at, j.AnyAccount)
		case "public_by_provider":
			j.PublicByProvider = answerNode(d, value, at).Verdict
		case "published_via":
			d.Into(value, &j.PublishedVia, at)
		case "latent":
			var list []struct {
				Audience verdict.Audience `yaml:"audience,required"`
				Verb     verdict.Verb     `yaml:"verb,required"`
				Guard    verdict.Guard    `yaml:"guard,required"`
				Grants   []verdict.Grant  `yaml:"grants"`
			}
			d.Into(value, &list, at)
			for _, l := range list {
				j.Latent = append(j.Latent, verdict.Latent{Audience: l.Audience, Verb: l.Verb, Guard: l.Guard, Grants: l.Grants})
			}
		case "named":
			e.readNamed(d, value, at)
		default:
			d.Fail(key, at, "unknown key%s", yamlfile.Hint(key.Value, []string{"anonymous", "any_account", "named", "latent", "public_by_provider", "published_via"}))
		}
	}
}

func (e *Example) readNamed(d *yamlfile.Decoder, n *yaml.Node, field string) {
	if n.Kind != yaml.SequenceNode {
		d.Fail(n, field, "want a list")
		return
	}
	for i, c := range n.Content {
		at := fmt.Sprintf("%s[%d]", field, i)
		g := verdict.NamedGrant{Verdict: map[verdict.Verb]verdict.Verdict{}}
		for key, value := range d.Keys(c, at) {
			switch key.Value {
			case "principal":
				d.Into(value, &g.Principal, at+".principal")
			case "account":
				d.Into(value, &g.Account, at+".account")
			case "verbs":
				readVerbs(d, value, at+".verbs", g.Verdict)
			default:
				d.Fail(key, at, "want principal, account or verbs")
			}
		}
		e.judged.Named = append(e.judged.Named, g)
	}
}

func (e *Example) readPosture(d *yamlfile.Decoder, n *yaml.Node, field string) {
	j := e.verdicts()
	for key, value := range d.Keys(n, field) {
		at := yamlfile.Join(field, key.Value)
		if key.Value == "signature_age_seconds" {
			d.Into(value, &j.Posture.SignatureAgeSeconds, at)
			continue
		}
		found := false
		for _, p := range postures {
			if p.name == key.Value {
				*p.of(&j.Posture), found = answerNode(d, value, at), true
			}
		}
		if !found {
			d.Fail(key, at, "unknown key")
		}
	}
}
