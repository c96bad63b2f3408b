package awspolicy

// This file recognises the one Deny that nearly every kept bucket has, "refuse what comes without TLS", so that the
// questions of controls.go need no search where a policy denies nothing else.

import "slices"

// tlsDeny reports whether a statement refuses exactly requests without TLS: its one condition is Bool
// aws:SecureTransport "false", in any decided form that says the same.
func tlsDeny(st *Statement) bool {
	if st.Effect != EffectDeny || len(st.Unclear) > 0 || len(st.conds) != 1 {
		return false
	}
	c := st.conds[0]
	// The key is in every request, so IfExists says the same.
	return c.key == "aws:securetransport" && c.opName != "" && c.op.bool && !c.op.neg && c.quant == quantNone &&
		c.unclear == "" && !c.linked && slices.Equal(c.values, []string{"false"})
}

// everyAction has a bit for each action.
func everyAction() uint64 { return 1<<len(actions()) - 1 }

// covers reports whether a Deny concerns everybody, every action and the whole bucket.
func (s *Solver) covers(st *Statement) bool {
	if !st.who.any || st.who.neg || st.who.unclear || st.actions&everyAction() != everyAction() {
		return false
	}
	r := st.resources
	if r == nil || r.op.neg || r.unclear != "" || r.linked {
		return false
	}
	arn := s.bucketARN(false)
	has := func(v string) bool { return slices.Contains(r.values, v) }
	return has("*") || has(arn+"*") || has("arn:"+s.partition+":s3:::*") || has(arn) && has(arn+"/*")
}

// deniesOnlyCleartext reports whether every Deny of the setting refuses requests without TLS and nothing else (only),
// and whether one of them covers the whole bucket for everybody (whole). env names the bucket and its partition.
func deniesOnlyCleartext(set Setting, env Env) (only, whole bool) {
	place := Solver{bucket: env.Bucket, partition: env.Partition}
	only = true
	for _, l := range slices.Concat(set.Grants, set.Denies) {
		if l.Policy == nil || l.OnAccessPoint {
			only = only && !l.OnAccessPoint
			continue
		}
		for i := range l.Policy.Statements {
			st := &l.Policy.Statements[i]
			if st.Effect == EffectAllow {
				continue
			}
			if !tlsDeny(st) {
				only = false
				continue
			}
			whole = whole || place.covers(st)
		}
	}
	return only, whole
}
