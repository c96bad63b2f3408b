// A finding in a few lines of plain text, for formats that have room for no more.

package report

import (
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

const titleColumns = 400

type teller struct{ opts Options }

// title is the result's own title, else the rule's, else its name.
func (t teller) title(r result.Result) string {
	title := text.Pick(r.Text, t.opts.Lang)
	if title == "" {
		info, _ := t.opts.Rules.Rule(r.Rule)
		title = info.titleFor(t.opts.Lang)
	}
	if title == "" {
		title = orDash(r.Name)
	}
	return text.Short(title, titleColumns)
}

// lines tell who can do what, by which grant, past which guard, and what is missing.
func (t teller) lines(r result.Result) []string {
	w := words{lang: t.opts.Lang, provider: r.Resource.Provider}
	var lines []string
	labelled := func(label text.Key, value string) {
		lines = append(lines, w.say(text.Labelled, w.say(label), value))
	}
	sides, both := w.bothSides(r)
	for _, f := range sides {
		labelled(f.label, f.value)
	}
	if p := r.Proof; p != nil {
		if !both && r.Audience != "" && r.Verb != "" {
			_, said := verdictSentence(w, capital(w.audience(r.Audience, orDash(r.Key))), r.Verb, *p)
			lines = append(lines, said)
		}
		for i, g := range p.Grants {
			if i < maxGrants {
				labelled(text.LabelOpenedBy, w.grant(g))
			}
		}
		for i, g := range p.Guards {
			if i < maxGrants {
				labelled(text.LabelNotHeld, w.guard(g))
			}
		}
	}
	if said := w.proving(r); said != "" && !both {
		labelled(text.LabelProving, said)
	}
	for _, line := range w.heldBack(r.Latent) {
		labelled(text.LabelHeldBackBy, line)
	}
	for i, m := range r.Missing {
		if i < maxGrants {
			lines = append(lines, w.reason(verdict.Reason{Code: m.Code, Fact: string(m.Fact), Permission: m.Permission, Detail: m.Detail}))
		}
	}
	return lines
}

// request is the line that shows a finding, with what it is for; ok is false where there is none to show.
func (t teller) request(r result.Result) (label, line string, ok bool) {
	if r.Proof == nil || r.Proof.Curl == "" {
		return "", "", false
	}
	line, showable := curlOf(*r.Proof)
	if !showable {
		return "", "", false
	}
	if r.Verb == verdict.Write || r.Verb == verdict.Permissions {
		return t.opts.Lang.Say(text.Labelled, t.opts.Lang.Say(text.LabelRequest), t.opts.Lang.Say(text.NeverSent)), line, true
	}
	return t.opts.Lang.Say(text.LabelSeeIt), line, true
}
