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
	account := Account{ID: demoAccount, Name: "big", Block: &PublicAccessBlock{}, Buckets: bigBuckets("big", n)}
	return World{Accounts: []Account{account}, Latency: latency}
}

// BigOrganization is an organisation of accounts with n buckets each, as BigWorld makes them, all entered through
// one role from the first, with a delay on every answer.
func BigOrganization(accounts, n int, latency time.Duration) World {
	world := World{Latency: latency, Organization: &Organization{ID: "o-big0000001", Root: "r-0001", Unit: "ou-0001-11111111",
		Policies: []OrganizationPolicy{{ID: "p-FullAWSAccess", Name: "FullAWSAccess", Type: "RESOURCE_CONTROL_POLICY",
			Content: policy(statement("All", "Allow", `"*"`, "*", "*", ""))}}}}
	for i := range accounts {
		world.Accounts = append(world.Accounts, Account{
			ID: fmt.Sprintf("2000%08d", i), Name: fmt.Sprintf("member-%04d", i), Roles: []string{"OrganizationAccountAccessRole"},
			Block: &PublicAccessBlock{}, Buckets: bigBuckets(fmt.Sprintf("big-%04d", i), n),
		})
	}
	return world
}

func bigBuckets(prefix string, n int) []Bucket {
	list := make([]Bucket, n)
	regions := []string{"us-east-1", "eu-west-1", "ap-northeast-1", "us-west-2"}
	made := time.Date(2021, 5, 1, 0, 0, 0, 0, time.UTC)
	for i := range list {
		name := fmt.Sprintf("%s-%06d", prefix, i)
		b := Bucket{
			Name: name, Region: regions[i%len(regions)], Created: made, Block: BlockAll(), Ownership: "BucketOwnerEnforced", Versioning: "Enabled",
			Logging: &Logging{prefix + "-000000", name + "/"}, Encryption: &Encryption{Algorithm: "AES256"},
			Lifecycle: []LifecycleRule{{ID: "tidy", NoncurrentDays: 30, AbortUploadDays: 7}}, Tags: []Tag{{"team", fmt.Sprintf("t%d", i%20)}},
		}
		switch {
		case i%50 == 0:
			b.Block, b.Policy, b.PolicyPublic, b.AnonymousRead = nil, policy(statement("All", "Allow", `"*"`, "s3:GetObject", "arn:aws:s3:::"+name+"/*", "")), true, true
		case i%10 == 0:
			b.Policy = policy(tlsOnly(name))
		}
		list[i] = b
	}
	return list
}

func sortObjects(list []Object) {
	slices.SortFunc(list, func(a, b Object) int { return cmp.Compare(a.Key, b.Key) })
}
