// What a verdict says of facts that were not read, and small pieces that all clouds share.

package access

import (
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// standInKey stands for an object key where none is known; the witness says so.
const standInKey = "KEY"

// unread is the reason that a missing fact gives a verdict.
func unread(fact scanners.FactName, status scanners.Status) verdict.Reason {
	detail := "not inspected"
	if status.Reason.Code != scanners.NotInspected {
		detail = string(status.Reason.Code)
	}
	if status.Reason.Detail != "" {
		detail += ": " + status.Reason.Detail
	}
	return verdict.Reason{Code: verdict.ReasonUnread, Fact: string(fact), Permission: status.Reason.Permission, Detail: detail}
}

// openPoint is the verdict on what the provider's public text does not settle.
func openPoint(detail string) verdict.Verdict {
	return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{{Code: verdict.ReasonOpen, Detail: detail}}}
}

// settled drops what belongs to an open verdict alone from one that turned out closed or unknown.
func settled(v verdict.Verdict) verdict.Verdict {
	if !opens(v) {
		v.Witness, v.Curl, v.Needs, v.DependsOn, v.Patterns, v.Except = nil, "", nil, nil, nil, nil
	}
	return v
}

// opens reports whether anything is open, for sure or under conditions.
func opens(v verdict.Verdict) bool {
	return v.Verdict == verdict.Yes || v.Verdict == verdict.Conditional
}

// sampleKey picks the first sampled key that a reader could get, else a stand-in.
func sampleKey(sample scanners.Fact[scanners.ObjectSample], readable func(scanners.SampledObject) bool) (key string, known bool) {
	for _, o := range sample.Value.Objects {
		if readable(o) {
			return o.Key, true
		}
	}
	return standInKey, false
}
