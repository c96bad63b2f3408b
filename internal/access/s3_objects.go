// What single objects need: those encrypted with KMS refuse strangers to the key, archived ones need a restore, and
// the bucket's policy opens only what the bucket's owner owns.
//
// S3 User Guide, "Using server-side encryption with AWS KMS", "How Amazon S3 authorizes a request".

package access

import (
	"slices"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// s3ObjectState says whether a reader without any key gets an object's content.
type s3ObjectState uint8

const (
	s3Untold   s3ObjectState = iota // its encryption was not read: a listing does not tell it
	s3Readable                      // yes
	s3Locked                        // no: it takes a key or a restore
)

var lockedGuard = verdict.Guard{Name: "object encryption or storage class", Level: "object", State: "on", Detail: "no object can be read without a key or a restore"}

func isKMS(algorithm string) bool { return algorithm == "aws:kms" || algorithm == "aws:kms:dsse" }

func s3StateOf(o scanners.SampledObject) s3ObjectState {
	switch {
	case o.StorageClass == "GLACIER" || o.StorageClass == "DEEP_ARCHIVE", isKMS(o.Encryption), o.Encryption == "SSE-C":
		return s3Locked
	case o.Encryption != "":
		return s3Readable
	default:
		return s3Untold
	}
}

// foreign reports whether somebody else than the bucket's owner owns the object.
func (c *s3Case) foreign(o scanners.SampledObject) bool {
	owner := c.rec.Bucket.AWS.ACL.Value.Owner
	return !c.aclsOff.on && owner != "" && o.Owner != "" && o.Owner != owner
}

// sampled lists the keys of sampled objects whose content a request without a key of its own gets by the policy.
func (c *s3Case) sampled() []string {
	var keys []string
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		if s3StateOf(o) != s3Locked && !c.foreign(o) {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// policyObjects weighs, for reading by policy, the sampled objects that the policy speaks of.
func (c *s3Case) policyObjects(who verdict.Audience, verb verdict.Verb, v verdict.Verdict) verdict.Verdict {
	if verb != verdict.Read || !opens(v) {
		return v
	}
	sample := c.rec.Bucket.Objects
	counts, others, unowned := map[s3ObjectState]int{}, 0, 0
	ownerUnread := c.rec.Bucket.AWS.ACL.State == scanners.Unknown && !c.aclsOff.on
	for _, o := range sample.Value.Objects {
		switch {
		case !slices.ContainsFunc(v.Patterns, func(p string) bool { return globMatch(p, o.Key) }):
		case ownerUnread && o.Owner != "":
			unowned++
		case c.foreign(o):
			others++
		default:
			counts[s3StateOf(o)]++
		}
	}
	switch {
	case counts[s3Readable] > 0:
		return v
	case unowned > 0 && counts[s3Untold] == 0:
		// Whose bucket it is stands in its ACL.
		v.Verdict, v.Reasons = verdict.Unknown, append(v.Reasons, unread(factACL, c.rec.Bucket.AWS.ACL.Status()))
		return v
	case counts[s3Untold] > 0 || counts[s3Locked]+others == 0:
		return c.byDefaultEncryption(who, v)
	case others > 0 && !c.aclsOff.known:
		v.Verdict, v.Reasons = verdict.Unknown, append(v.Reasons, c.aclsOff.reasons...)
		return v
	case sample.Value.Complete && others > 0:
		return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{{Name: "object owner", Level: "object", State: "on", Detail: "a bucket policy opens only objects that the bucket's owner owns"}}}
	case sample.Value.Complete:
		return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{lockedGuard}}
	case others > 0:
		return conditional(v, "an object that the bucket's owner owns: the policy opens no others")
	default:
		return conditional(v, "an object that is neither encrypted with KMS nor archived")
	}
}

// byDefaultEncryption weighs objects whose own encryption is not known by the bucket's default.
func (c *s3Case) byDefaultEncryption(who verdict.Audience, v verdict.Verdict) verdict.Verdict {
	if !opens(v) {
		return v
	}
	switch {
	case !c.sealed.known:
		// An unread guard inside the scope turns yes into unknown.
		v.Verdict, v.Reasons = verdict.Unknown, append(v.Reasons, c.sealed.reasons...)
		return v
	case c.sealed.on:
		refused := "readers without rights on the key"
		if who == verdict.Anonymous {
			refused = "unsigned readers"
		}
		return conditional(v, "an object stored without KMS: the bucket's default is "+c.sealed.guard.State+", which refuses "+refused)
	default:
		return v
	}
}
