// One resource's access verdicts for a person: the text of `tojimari explain`.

package report

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

// ExplainOptions decide how an explanation looks. Width 0 means 80.
type ExplainOptions struct {
	Colour bool
	Width  int
}

// Explain writes what was decided about one resource: per audience and verb a sentence, the grants in the order
// in which they decide, the guards that did not hold, the request that shows it; then what one setting holds
// back, and what was assumed. The head may be empty but for its name.
func Explain(w io.Writer, head scanners.Head, a verdict.Access, lang text.Lang, opts ExplainOptions) error {
	e := &explainer{
		paper: newPaper(w, opts.Colour, opts.Width),
		words: words{lang: lang, provider: head.Provider},
	}
	e.title(head)
	e.audience(verdict.Anonymous, "", "", a.Anonymous)
	e.audience(verdict.AnyAccount, "", "", a.AnyAccount, a.Anonymous)
	if len(a.Bearer) > 0 {
		e.subject(e.say(text.WhoBearer))
		e.verbs(capital(e.say(text.WhoBearer)), a.Bearer, true)
	}
	if len(a.Named) > 0 {
		e.heading(e.say(text.NamedHeading))
	}
	for _, n := range a.Named {
		note := ""
		if n.Account != "" && n.Account != n.Principal {
			note = e.say(text.Account, mention(n.Account))
		}
		if n.Trusted {
			note = strings.TrimPrefix(note+" · "+e.say(text.Trusted), " · ")
		}
		e.audience(verdict.Named, n.Principal, note, n.Verdict, a.Anonymous, a.AnyAccount)
	}
	e.latent(a.Latent)
	e.publicByProvider(a)
	e.bullets(text.PublishedVia, e.lang.Phrases(a.PublishedVia))
	e.bullets(text.AssumedHeading, e.assumed(a.Assumed))
	return e.flush()
}

// capital starts a sentence of ours; names of others are not touched.
func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

type explainer struct {
	*paper
	words
}

func (e *explainer) title(head scanners.Head) {
	name := locator(result.ResourceOf(head))
	for _, l := range text.Wrap(text.Short(orDash(cmp.Or(name, head.Name)), 4*e.width), e.width) {
		e.line(0, e.paint(boldCyan, l))
	}
}

func (e *explainer) subject(s string) {
	e.blank()
	e.prose(0, bold, s)
}

// audience writes the verdicts of one audience. above are those of wider ones: what they can do in the same way
// is said in one line.
func (e *explainer) audience(who verdict.Audience, name, note string, table map[verdict.Verb]verdict.Verdict, above ...map[verdict.Verb]verdict.Verdict) {
	subject := e.words.audience(who, name)
	if who == verdict.Named {
		subject = mention(name)
	}
	if note != "" {
		subject = e.say(text.Bracketed, subject, note)
	}
	e.subject(subject)
	said := e.words.audience(who, name)
	if who != verdict.Named {
		said = capital(said)
	}
	e.verbs(said, table, who == verdict.Named, above...)
}

// verbs writes one line per verb, and its proof. Of a partial table only what is there is said.
func (e *explainer) verbs(subject string, table map[verdict.Verb]verdict.Verdict, partial bool, above ...map[verdict.Verb]verdict.Verdict) {
	columns := 0
	for _, verb := range verdict.Verbs() {
		columns = max(columns, text.Width(e.verb(verb)))
	}
	for _, verb := range verdict.Verbs() {
		v, ok := table[verb]
		switch {
		case ok:
		case partial:
			continue
		default:
			v = verdict.Access{}.Of(verdict.Anonymous, verb)
		}
		st, said := verdictSentence(e.words, subject, verb, v)
		if slices.ContainsFunc(above, func(wider map[verdict.Verb]verdict.Verdict) bool { return sameWay(v, wider[verb]) }) {
			e.labelled(2, columns, e.verb(verb), st, e.say(text.SaySame))
			continue
		}
		e.labelled(2, columns, e.verb(verb), st, said)
		e.proof(2+columns+2, verb, v)
	}
}

// sameWay reports whether two audiences get in by the same grants and with the same means.
func sameWay(a, b verdict.Verdict) bool {
	return a.Open() && b.Open() && slices.Equal(a.Grants, b.Grants) && slices.Equal(a.Needs, b.Needs)
}

// proof writes what a verdict rests on. A no has a proof too: what was granted and what stopped it.
func (e *explainer) proof(indent int, verb verdict.Verb, v verdict.Verdict) {
	for i, g := range v.Grants {
		if i == maxGrants {
			e.prose(indent, dim, e.say(text.Labelled, e.say(text.LabelOpenedBy), e.say(text.MoreItems, len(v.Grants)-i)))
			break
		}
		e.prose(indent, plain, e.say(text.Labelled, e.say(text.LabelOpenedBy), e.grant(g)))
		if g.Text != "" {
			e.prose(indent+2, dim, grantText(g, grantColumns))
		}
	}
	for _, list := range []struct {
		label  text.Key
		guards []verdict.Guard
	}{{text.LabelNotHeld, v.Guards}, {text.LabelStoppedBy, v.ClosedBy}} {
		for i, g := range list.guards {
			if i == maxGrants {
				e.prose(indent, dim, e.say(text.Labelled, e.say(list.label), e.say(text.MoreItems, len(list.guards)-i)))
				break
			}
			e.prose(indent, plain, e.say(text.Labelled, e.say(list.label), e.words.guard(g)))
		}
	}
	if at := timeText(v); at != "" {
		e.prose(indent, plain, e.say(text.ChangesAt, at))
	}
	line, showable := curlOf(v)
	if line == "" || v.Verdict != verdict.Yes && v.Verdict != verdict.Conditional {
		return
	}
	heading := e.say(text.HeadingWitness)
	switch {
	case verb == verdict.Write || verb == verdict.Permissions:
		heading = e.say(text.Bracketed, heading, e.say(text.NeverSent))
	case v.Witness != nil && v.Witness.Key != "" && !v.Witness.KeyKnown:
		heading = e.say(text.Bracketed, heading, e.say(text.StandInKey))
	case v.Witness != nil && v.Witness.Signed:
		heading = e.say(text.Bracketed, heading, e.say(text.SignedRequest))
	}
	e.prose(indent, dim, heading)
	if !showable {
		e.prose(indent+2, plain, e.say(text.NotShowable))
		return
	}
	e.verbatim(indent+2, yellow, line)
}

func (e *explainer) latent(list []verdict.Latent) {
	if len(list) == 0 {
		return
	}
	e.heading(e.say(text.LatentHeading))
	for _, l := range list {
		e.prose(2, plain, e.say(text.LatentLine, e.guardName(l.Guard), e.words.audience(l.Audience, "–"), e.can(l.Verb, verdict.Verdict{})))
		for i, g := range l.Grants {
			if i == maxGrants {
				break
			}
			e.prose(4, dim, e.say(text.Labelled, e.say(text.LabelOpenedBy), e.grant(g)))
		}
	}
}

func (e *explainer) publicByProvider(a verdict.Access) {
	switch a.PublicByProvider {
	case verdict.Yes:
		e.blank()
		e.prose(0, plain, e.say(text.PublicYes))
	case verdict.No:
		e.blank()
		e.prose(0, plain, e.say(text.PublicNo))
	case verdict.Unknown:
		e.blank()
		e.prose(0, plain, e.say(text.PublicUnknown))
		for _, r := range a.PublicReasons {
			e.prose(2, dim, e.reason(r))
		}
	default: // the question does not arise
	}
}

// assumed puts everything that was merely not given on one line.
func (e *explainer) assumed(list []string) []string {
	var absent, out []string
	for _, s := range list {
		if name, ok := strings.CutSuffix(s, ": not given, assumed unset"); ok {
			absent = append(absent, e.lang.Phrase(name))
		} else {
			out = append(out, e.lang.Phrase(s))
		}
	}
	if len(absent) > 0 {
		out = append(out, e.say(text.NotGiven, strings.Join(absent, e.say(text.PatternsAnd))))
	}
	return out
}

func (e *explainer) bullets(heading text.Key, list []string) {
	if len(list) == 0 {
		return
	}
	e.heading(e.say(heading))
	for _, s := range list {
		e.labelled(2, 1, "-", plain, text.Short(s, 8*mentionColumns))
	}
}
