// Large worlds of Google Cloud, for measuring.

package lab

import (
	"fmt"
	"time"

	storage "google.golang.org/api/storage/v1"
)

// BigGoogle is an organisation (organizations/1) of projects with n buckets each and a delay on every answer. One
// bucket in fifty is open to all, and every project has a deny policy above it.
func BigGoogle(projects, n int, latency time.Duration) World {
	g := &Google{Denies: map[string][]GoogleDeny{"organizations/1": {{ID: "d", Rules: `[]`}}}}
	for i := range projects {
		p := GoogleProject{ID: fmt.Sprintf("big-project-%04d", i), Number: uint64(i) + 1, Parent: "organizations/1"}
		for j := range n {
			b := GoogleBucket{Resource: storage.Bucket{
				Name: fmt.Sprintf("big-%04d-%06d", i, j), Location: "EU", TimeCreated: "2021-05-01T00:00:00.000Z", Versioning: &storage.BucketVersioning{Enabled: true},
				IamConfiguration: &storage.BucketIamConfiguration{PublicAccessPrevention: "inherited",
					UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{Enabled: true}},
			}}
			if j%50 == 0 {
				b.Policy.Bindings = []*storage.PolicyBindings{Binding("roles/storage.objectViewer", "allUsers")}
			}
			p.Buckets = append(p.Buckets, b)
		}
		g.Projects = append(g.Projects, p)
	}
	return World{Google: g, Latency: latency}
}
