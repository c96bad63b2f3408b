// What was not read about an S3 bucket and bears on the requests themselves: the question is asked with each value
// that it could have.

package access

import (
	"slices"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// s3Variant is one way in which the settings that requests are checked against could stand.
type s3Variant struct {
	aclsOff   bool // BucketOwnerEnforced: headers that set an ACL are refused
	blockACLs bool // BlockPublicAcls: headers that set a public ACL are refused
	sealed    bool // writes that ask for no encryption get one that strangers have no key to
}

// variants lists the ways in which the settings could stand, the strictest first. Only writes and changes of
// permissions carry headers that they bear on.
func (c *s3Case) variants(verb verdict.Verb) []s3Variant {
	out := []s3Variant{{aclsOff: c.aclsOff.on, blockACLs: c.blockACLs.on, sealed: c.sealed.on && verb == verdict.Write}}
	if verb != verdict.Write && verb != verdict.Permissions {
		return out
	}
	both := func(f flag, set func(*s3Variant)) {
		if f.known {
			return
		}
		stricter := slices.Clone(out)
		for i := range stricter {
			set(&stricter[i])
		}
		out = append(stricter, out...)
	}
	both(c.blockACLs, func(v *s3Variant) { v.blockACLs = true })
	if verb == verdict.Write {
		both(c.aclsOff, func(v *s3Variant) { v.aclsOff = true })
		both(c.sealed, func(v *s3Variant) { v.sealed = true })
	}
	return out
}

// agreed asks under every variant. Where all give the same answer it stands, with the request that works under the
// strictest; else the answer hangs on what was not read.
func (c *s3Case) agreed(verb verdict.Verb, ask func(s3Variant) verdict.Verdict) verdict.Verdict {
	all := c.variants(verb)
	first := ask(all[0])
	for _, v := range all[1:] {
		other := ask(v)
		if other.Verdict == first.Verdict {
			continue
		}
		if !opens(first) {
			first.Grants, first.Patterns, first.Except = other.Grants, other.Patterns, other.Except
		}
		first.Verdict, first.ClosedBy = verdict.Unknown, nil
		for _, f := range []flag{c.blockACLs, c.aclsOff, c.sealed} {
			first.Reasons = append(first.Reasons, f.reasons...)
		}
		return first
	}
	return first
}

// solver answers for the bucket policy under a variant.
func (c *s3Case) solver(v s3Variant) *awspolicy.Solver {
	if s, ok := c.solvers[v]; ok {
		return s
	}
	s := awspolicy.New(awspolicy.Setting{Env: c.envOf(v), Grants: c.bucketLayer(), Denies: c.deniesOf(v), Sampled: c.sampled(), Fresh: c.fresh()})
	if c.solvers == nil {
		c.solvers = map[s3Variant]*awspolicy.Solver{}
	}
	c.solvers[v] = s
	return s
}

func (c *s3Case) envOf(v s3Variant) awspolicy.Env {
	env := c.env
	env.ACLs, env.BlockPublicACLs = aclsState(v.aclsOff), v.blockACLs
	return env
}

func aclsState(off bool) awspolicy.Tri {
	if off {
		return awspolicy.Off
	}
	return awspolicy.On
}

// sealedWhere names the default encryption among the things that deny.
const sealedWhere = "default encryption"

// sealedPolicy writes out what a default of SSE-KMS does to strangers: a write has to ask for an encryption that does
// without the bucket's key. Those with an account may name a key of their own.
// S3 User Guide, "Using server-side encryption with AWS KMS", bucket defaults.
const sealedPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*",
	"Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":["AES256","aws:kms"]}}}]}`

func (c *s3Case) deniesOf(v s3Variant) []awspolicy.Layer {
	if !v.sealed {
		return c.denies
	}
	sealed, err := awspolicy.Parse([]byte(sealedPolicy))
	if err != nil {
		return c.denies
	}
	return append(slices.Clone(c.denies), awspolicy.Layer{Policy: sealed, Where: sealedWhere})
}

// sealedFlag reports whether the bucket's default encryption takes a key that strangers have no rights on.
func sealedFlag(encryption scanners.Fact[scanners.Encryption]) flag {
	out := flag{known: encryption.State != scanners.Unknown, guard: verdict.Guard{Name: sealedWhere, Level: "bucket", State: "off"}}
	switch {
	case !out.known:
		out.guard.State = "unknown"
		out.reasons = []verdict.Reason{unread(factEncryption, encryption.Status())}
	case encryption.State == scanners.Known && isKMS(encryption.Value.Algorithm):
		out.on, out.guard.State = true, encryption.Value.Algorithm
	}
	return out
}
