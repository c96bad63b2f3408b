package access

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// turned is a copy of a record with its lists the other way round.
func turned(r *scanners.Record) *scanners.Record {
	out := *r
	bucket, scope := *r.Bucket, *r.Scope
	out.Bucket, out.Scope = &bucket, &scope
	bucket.AWS.ACL.Value.Grants = backwards(bucket.AWS.ACL.Value.Grants)
	bucket.AWS.AccessPoints.Value.List = backwards(bucket.AWS.AccessPoints.Value.List)
	bucket.Objects.Value.Objects = backwards(bucket.Objects.Value.Objects)
	bucket.GCP.ACL.Value.Grants = backwards(bucket.GCP.ACL.Value.Grants)
	bucket.GCP.IAM.Value.Bindings = backwards(bucket.GCP.IAM.Value.Bindings)
	for i, b := range bucket.GCP.IAM.Value.Bindings {
		bucket.GCP.IAM.Value.Bindings[i].Members = backwards(b.Members)
	}
	bucket.GCP.ManagedFolders.Value.List = backwards(bucket.GCP.ManagedFolders.Value.List)
	bucket.GCP.IPFilter.Value.PublicRanges = backwards(bucket.GCP.IPFilter.Value.PublicRanges)
	scope.GCP.DenyPolicies.Value.List = backwards(scope.GCP.DenyPolicies.Value.List)
	scope.GCP.CustomRoles.Value.List = backwards(scope.GCP.CustomRoles.Value.List)
	scope.AWS.ResourcePolicies.Value.List = backwards(scope.AWS.ResourcePolicies.Value.List)
	if r.Store != nil {
		store := *r.Store
		out.Store = &store
		store.Azure.Network.Value.IPRules = backwards(store.Azure.Network.Value.IPRules)
		store.Azure.Perimeter.Value.InboundIPs = backwards(store.Azure.Perimeter.Value.InboundIPs)
	}
	return &out
}

func backwards[T any](list []T) []T {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

func answers(a verdict.Access) map[string]verdict.Answer {
	out := map[string]verdict.Answer{"public": a.PublicByProvider}
	everyQuestion(func(who verdict.Audience, verb verdict.Verb) {
		out[string(who)+" "+string(verb)] = a.Of(who, verb).Verdict
	})
	for _, l := range a.Latent {
		out["latent "+string(l.Audience)+" "+string(l.Verb)+" "+l.Guard.Name] = verdict.Yes
	}
	for _, n := range a.Named {
		for verb, v := range n.Verdict {
			out["named "+n.Principal+" "+string(verb)] = v.Verdict
		}
	}
	return out
}

// The order in which grants, entries, rules and objects stand says nothing.
func TestOrderSaysNothing(t *testing.T) {
	for name, cloud := range clouds() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				r := record(cloud.base, cloud.parts, draw(t, cloud.parts))
				// Lists of two, so that there is an order.
				if r.Provider == scanners.GCP {
					other := record(cloud.base, cloud.parts, draw(t, cloud.parts))
					r.Bucket.GCP.IAM.Value.Bindings = slices.Concat(r.Bucket.GCP.IAM.Value.Bindings, other.Bucket.GCP.IAM.Value.Bindings)
					r.Bucket.GCP.ACL.Value.Grants = slices.Concat(r.Bucket.GCP.ACL.Value.Grants, other.Bucket.GCP.ACL.Value.Grants)
					r.Scope.GCP.DenyPolicies.Value.List = slices.Concat(r.Scope.GCP.DenyPolicies.Value.List, other.Scope.GCP.DenyPolicies.Value.List)
				}
				if r.Provider == scanners.AWS {
					other := record(cloud.base, cloud.parts, draw(t, cloud.parts))
					r.Bucket.AWS.ACL.Value.Grants = slices.Concat(r.Bucket.AWS.ACL.Value.Grants, other.Bucket.AWS.ACL.Value.Grants)
					r.Bucket.AWS.AccessPoints.Value.List = slices.Concat(r.Bucket.AWS.AccessPoints.Value.List, other.Bucket.AWS.AccessPoints.Value.List)
				}
				there, back := answers(Judge(r, judgedAt).Access), answers(Judge(turned(r), judgedAt).Access)
				if diff := cmp.Diff(there, back); diff != "" {
					t.Fatalf("the other way round (-there +back):\n%s", diff)
				}
			})
		})
	}
}
