package names

// What a tally tells, as the fact that records carry.

import (
	"slices"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// SamplesPerKind is how many keys stand for each kind of name in a fact.
const SamplesPerKind = 3

// OfSample says what the keys of a sample show.
func (c *Classifier) OfSample(sample scanners.ObjectSample) scanners.Names {
	t := NewTally(c, Options{Samples: SamplesPerKind})
	for _, o := range sample.Objects {
		t.Add(o.Key)
	}
	return t.Fact(sample.Complete)
}

// Fact says what was counted; complete says that there were no other keys.
func (t *Tally) Fact(complete bool) scanners.Names {
	out := scanners.Names{Kinds: []scanners.NameCount{}, Sampled: int64(t.Keys()), Complete: complete}
	for _, k := range t.Kinds() {
		out.Sensitive = true
		out.Kinds = append(out.Kinds, scanners.NameCount{Kind: string(k.Category), Count: int64(k.Count), Samples: k.Samples})
	}
	slices.SortFunc(out.Kinds, func(a, b scanners.NameCount) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}
