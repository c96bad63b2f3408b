// Large worlds, for measuring.

package lab

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// BigWorld is one account with n buckets and a delay on every answer. One bucket in fifty is open to all, one
// in ten has a policy, and all have their settings filled in.
func BigWorld(n int, latency time.Duration) World {
	account := Account{ID: demoAccount, Name: "big", Block: &PublicAccessBlock{}, Buckets: make([]Bucket, n)}
	regions := []string{"us-east-1", "eu-west-1", "ap-northeast-1", "us-west-2"}
	made := time.Date(2021, 5, 1, 0, 0, 0, 0, time.UTC)
	for i := range account.Buckets {
		name := fmt.Sprintf("big-%06d", i)
		b := Bucket{
			Name: name, Region: regions[i%len(regions)], Created: made, Block: BlockAll(), Ownership: "BucketOwnerEnforced", Versioning: "Enabled",
			Logging: &Logging{"big-000000", name + "/"}, Encryption: &Encryption{Algorithm: "AES256"},
			Lifecycle: []LifecycleRule{{ID: "tidy", NoncurrentDays: 30, AbortUploadDays: 7}}, Tags: []Tag{{"team", fmt.Sprintf("t%d", i%20)}},
		}
		switch {
		case i%50 == 0:
			b.Block, b.Policy, b.PolicyPublic, b.AnonymousRead = nil, policy(statement("All", "Allow", `"*"`, "s3:GetObject", "arn:aws:s3:::"+name+"/*", "")), true, true
		case i%10 == 0:
			b.Policy = policy(tlsOnly(name))
		}
		account.Buckets[i] = b
	}
	return World{Accounts: []Account{account}, Latency: latency}
}

func sortObjects(list []Object) {
	slices.SortFunc(list, func(a, b Object) int { return cmp.Compare(a.Key, b.Key) })
}
