package access

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

var judgedAt = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// option is one value that a fact of a record may have.
type option struct {
	name string
	set  func(*scanners.Record)
}

// part is one fact with every value that the tests give it.
type part struct {
	fact    scanners.FactName
	options []option
	deny    func(*scanners.Record) // the fact could not be read
	// above: a guard that stands above the scanned scope. Unread, it is assumed unset and listed as such.
	above bool
	// sampled: what single objects are like. A bucket whose objects nobody looked at is judged by its settings.
	sampled bool
}

// facts builds a part; at finds the fact in a record.
func facts[T any](name scanners.FactName, at func(*scanners.Record) *scanners.Fact[T], values map[string]T) part {
	out := part{fact: name, deny: func(r *scanners.Record) {
		*at(r) = scanners.DeniedFact[T]("x:Read", scanners.Origin{Call: "x"})
	}}
	out.options = append(out.options, option{"absent", func(r *scanners.Record) { *at(r) = scanners.AbsentFact[T](scanners.Origin{Call: "x"}) }})
	for name, value := range values {
		out.options = append(out.options, option{name, func(r *scanners.Record) { *at(r) = scanners.KnownFact(value, scanners.Origin{Call: "x"}) }})
	}
	slices.SortFunc(out.options, func(a, b option) int {
		switch {
		case a.name < b.name:
			return -1
		case a.name > b.name:
			return 1
		default:
			return 0
		}
	})
	return out
}

// always drops the value "absent", for facts that a read always answers.
func (p part) always() part {
	p.options = slices.DeleteFunc(p.options, func(o option) bool { return o.name == "absent" })
	return p
}

func (p part) sample() part {
	p.sampled = true
	return p
}

func (p part) guardAbove() part {
	p.above = true
	return p
}

// draw picks a value for each part, by its index.
func draw(t *rapid.T, parts []part) []int {
	out := make([]int, len(parts))
	for i, p := range parts {
		out[i] = rapid.IntRange(0, len(p.options)-1).Draw(t, string(p.fact))
	}
	return out
}

// record builds the record of a choice; a negative index leaves the part unread.
func record(base func() *scanners.Record, parts []part, choice []int) *scanners.Record {
	r := base()
	for i, p := range parts {
		if choice[i] < 0 {
			p.deny(r)
			continue
		}
		p.options[choice[i]].set(r)
	}
	return r
}

func describe(parts []part, choice []int) string {
	out := ""
	for i, p := range parts {
		if choice[i] < 0 {
			out += fmt.Sprintf("%s: UNREAD\n", p.fact)
			continue
		}
		out += fmt.Sprintf("%s: %s\n", p.fact, p.options[choice[i]].name)
	}
	return out
}

// audiencesAndVerbs calls f for every question.
func everyQuestion(f func(verdict.Audience, verdict.Verb)) {
	for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
		for _, verb := range verdict.Verbs() {
			f(who, verb)
		}
	}
}

// An answer that is given although a fact was not read holds whatever value the fact has. The exceptions say so
// themselves: a guard above the scope is listed as assumed, and counts as unset.
func checkUnread(t *rapid.T, base func() *scanners.Record, parts []part) {
	choice := draw(t, parts)
	unread := rapid.IntRange(0, len(parts)-1).Draw(t, "unread")
	without := slices.Clone(choice)
	without[unread] = -1
	blind := Judge(record(base, parts, without), judgedAt)
	for value, o := range parts[unread].options {
		with := slices.Clone(choice)
		with[unread] = value
		seeing := Judge(record(base, parts, with), judgedAt)
		everyQuestion(func(who verdict.Audience, verb verdict.Verb) {
			b, s := blind.Of(who, verb).Verdict, seeing.Of(who, verb).Verdict
			contradicts := b == verdict.No && (s == verdict.Yes || s == verdict.Conditional) ||
				b == verdict.Yes && (s == verdict.No || s == verdict.Conditional) ||
				b == verdict.Conditional && s == verdict.No
			if !contradicts {
				return
			}
			if parts[unread].above && s.Rank() < b.Rank() && len(blind.Assumed) > 0 {
				return
			}
			if parts[unread].sampled && s.Rank() < b.Rank() {
				return
			}
			t.Fatalf("%s %s is %s without %s, and %s when it is %q\n%s", who, verb, b, parts[unread].fact, s, o.name, describe(parts, with))
		})
	}
}

// checkStronger says that a change of one part never opens, or never closes, anything.
func checkStronger(t *rapid.T, base func() *scanners.Record, parts []part, fact scanners.FactName, from, to string, widens bool) {
	i := slices.IndexFunc(parts, func(p part) bool { return p.fact == fact })
	index := func(name string) int {
		j := slices.IndexFunc(parts[i].options, func(o option) bool { return o.name == name })
		if j < 0 {
			t.Fatalf("%s has no value %q", fact, name)
		}
		return j
	}
	choice := draw(t, parts)
	choice[i] = index(from)
	before := Judge(record(base, parts, choice), judgedAt)
	choice[i] = index(to)
	after := Judge(record(base, parts, choice), judgedAt)
	everyQuestion(func(who verdict.Audience, verb verdict.Verb) {
		b, a := before.Of(who, verb).Verdict, after.Of(who, verb).Verdict
		// What could not be told before may turn out to be anything once a guard decides without it.
		if widens && a.Rank() < b.Rank() || !widens && a.Rank() > b.Rank() && b != verdict.Unknown {
			t.Fatalf("%s %s goes from %s to %s when %s turns from %q to %q\n%s", who, verb, b, a, fact, from, to, describe(parts, choice))
		}
	})
}

func TestUnreadFactsNeverDecide(t *testing.T) {
	for name, cloud := range clouds() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { checkUnread(t, cloud.base, cloud.parts) })
		})
	}
}

type cloud struct {
	base  func() *scanners.Record
	parts []part
	// stronger lists changes that only close, wider those that only open: fact, from, to.
	stronger, wider [][3]string
}

func clouds() map[string]cloud {
	return map[string]cloud{"s3": s3Cloud(), "gcs": gcsCloud(), "azure": azureCloud()}
}

// Adding a guard never opens anything, adding a grant never closes anything.
func TestGuardsCloseAndGrantsOpen(t *testing.T) {
	for name, cloud := range clouds() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				for range 4 {
					n := rapid.IntRange(0, len(cloud.stronger)+len(cloud.wider)-1).Draw(t, "change")
					widens := n >= len(cloud.stronger)
					change := slices.Concat(cloud.stronger, cloud.wider)[n]
					checkStronger(t, cloud.base, cloud.parts, scanners.FactName(change[0]), change[1], change[2], widens)
				}
			})
		})
	}
}
