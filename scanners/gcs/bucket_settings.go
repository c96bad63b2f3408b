// The settings of the bucket resource that do not decide about access, in the schema's words.

package gcs

import (
	raw "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/scanners"
)

const secondsPerDay = 24 * 60 * 60

// encryption: everything is encrypted at rest with keys of Google's unless a default key is named ("Encryption").
func encryption(b *raw.Bucket) scanners.Encryption {
	if b.Encryption != nil && b.Encryption.DefaultKmsKeyName != "" {
		return scanners.Encryption{Algorithm: "cmek", KeyID: b.Encryption.DefaultKmsKeyName, CustomerManaged: true}
	}
	return scanners.Encryption{Algorithm: "google"}
}

// retention joins the bucket's retention policy with retention set on objects one by one ("Object Retention Lock"),
// which has no default.
func retention(b *raw.Bucket, from scanners.Origin) scanners.Fact[scanners.Retention] {
	out := scanners.Retention{Legal: b.DefaultEventBasedHold}
	if p := b.RetentionPolicy; p != nil && p.RetentionPeriod > 0 {
		out.Enabled, out.Days, out.Locked = true, p.RetentionPeriod/secondsPerDay, p.IsLocked
	}
	if b.ObjectRetention != nil && b.ObjectRetention.Mode == "Enabled" {
		out.Enabled = true
	}
	if out == (scanners.Retention{}) {
		return scanners.AbsentFact[scanners.Retention](from)
	}
	return scanners.KnownFact(out, from)
}

func cors(rules []*raw.BucketCors) scanners.CORS {
	out := scanners.CORS{Rules: []scanners.CORSRule{}}
	for _, r := range rules {
		// responseHeader holds both what scripts may send and what they may see ("CORS configuration").
		out.Rules = append(out.Rules, scanners.CORSRule{Origins: r.Origin, Methods: r.Method, Headers: r.ResponseHeader, Expose: r.ResponseHeader, MaxAge: r.MaxAgeSeconds})
	}
	return out
}

// lifecycle reads "Object Lifecycle Management". A condition that a rule of the schema has no word for narrows it.
func lifecycle(rules []*raw.BucketLifecycleRule) scanners.Lifecycle {
	out := scanners.Lifecycle{Rules: []scanners.LifecycleRule{}}
	for _, r := range rules {
		if r.Action == nil || r.Condition == nil {
			continue
		}
		c := r.Condition
		rule := scanners.LifecycleRule{Enabled: true, Narrowed: narrowed(c)}
		if len(c.MatchesPrefix) == 1 {
			rule.Prefix = c.MatchesPrefix[0]
		}
		age := int64(0)
		if c.Age != nil {
			age = *c.Age
		}
		switch r.Action.Type {
		case "Delete":
			if archived := c.IsLive != nil && !*c.IsLive || c.NumNewerVersions > 0 || c.DaysSinceNoncurrentTime > 0; archived {
				// Kept by count alone, an old version can still go as soon as it is old by a day.
				rule.NoncurrentDays = max(c.DaysSinceNoncurrentTime, age, 1)
			} else {
				rule.ExpireDays = age
			}
		case "SetStorageClass":
			rule.Transition = true
		case "AbortIncompleteMultipartUpload":
			rule.AbortIncompleteDays = max(age, 1)
		}
		out.Rules = append(out.Rules, rule)
	}
	return out
}

func narrowed(c *raw.BucketLifecycleRuleCondition) bool {
	return len(c.MatchesPrefix) > 1 || len(c.MatchesSuffix) > 0 || len(c.MatchesStorageClass) > 0 || c.MatchesPattern != "" ||
		c.CreatedBefore != "" || c.CustomTimeBefore != "" || c.DaysSinceCustomTime > 0 || c.NoncurrentTimeBefore != "" ||
		c.SizeAboveBytes > 0 || c.SizeBelowBytes > 0
}
