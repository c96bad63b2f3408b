// Which facts a run reads: what the judge needs, and what filters, proofs and the search for links read besides.

package cli

import (
	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/scanners"
)

// needs adds what filters, proofs and the search for links read to what the judge needs.
type needs struct {
	*judge.Judge
	extra scanners.FactSet
}

// First returns the facts needed of every resource of the kind.
func (n needs) First(kind scanners.Kind, provider scanners.Provider) scanners.FactSet {
	first, extra := n.Judge.First(kind, provider), n.extra.OfKind(kind)
	if len(extra) == 0 {
		return first
	}
	out := scanners.FactSet{}
	out.AddAll(first)
	out.AddAll(extra)
	if extra.Has(factBucketLinks) {
		out.AddAll(access.First(provider, kind))
	}
	return out
}

// More adds, where links stand in a bucket, what tells who can read it.
func (n needs) More(rec *scanners.Record) scanners.FactSet {
	more := n.Judge.More(rec)
	if !n.extra.Has(factBucketLinks) || rec.Bucket == nil || rec.Kind != scanners.KindBucket || len(rec.Bucket.Links.Value.Links) == 0 {
		return more
	}
	out := access.Needs(rec.Provider, rec.Kind, verdict.AnyAccount, verdict.Read)
	out.AddAll(access.Needs(rec.Provider, rec.Kind, verdict.Anonymous, verdict.Read))
	out.AddAll(more)
	return out
}
