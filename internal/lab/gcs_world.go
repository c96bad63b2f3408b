// The Google part of a world: an organisation's tree of folders and projects, and their buckets as the JSON API has
// them.

package lab

import (
	"context"
	"sync"
	"time"

	"cloud.google.com/go/auth"
	storage "google.golang.org/api/storage/v1"
)

// Google is everything there is of Google Cloud.
type Google struct {
	Folders  []GoogleFolder
	Projects []GoogleProject
	// Denies are deny policies by what they are attached to: "projects/P", "folders/N", "organizations/N".
	Denies map[string][]GoogleDeny
	// Roles are custom roles by what defines them: "projects/P", "organizations/N".
	Roles map[string][]GoogleRole
	// Perimeters are service perimeters by organisation ("organizations/N"), each as its JSON. They are in one access
	// policy of the organisation's number.
	Perimeters map[string][]string
	// Impersonable are the service accounts that the caller may become.
	Impersonable []string

	once   sync.Once
	byName map[string]googlePlace
}

// GoogleFolder is a folder; Parent is "organizations/N" or "folders/N".
type GoogleFolder struct{ Name, Parent string }

// GoogleProject is a project with its buckets.
type GoogleProject struct {
	ID     string
	Number uint64
	Parent string // "" for a project without an organisation
	// Prevention is the effect of the organisation's constraint.
	Prevention bool
	// PreventionRules replaces the effective policy's rules, as JSON.
	PreventionRules string
	Keys            []*storage.HmacKeyMetadata
	Buckets         []GoogleBucket
}

// GoogleBucket is one bucket. What the resource leaves out under uniform access is left out by the lab.
type GoogleBucket struct {
	Resource storage.Bucket
	Policy   storage.Policy
	Folders  []GoogleManagedFolder
	Tags     [][2]string // namespaced key and value
	Topics   []string    // notifications
	Objects  []*storage.Object
	// NoACLs leaves ACLs out as for a caller who may not see them.
	NoACLs bool
	// AnonymousList and AnonymousRead are what Google would let a stranger do.
	AnonymousList, AnonymousRead bool
}

// GoogleManagedFolder is a managed folder with its own policy.
type GoogleManagedFolder struct {
	Name   string // "path/to/"
	Policy storage.Policy
}

// GoogleDeny is a deny policy; Rules is JSON.
type GoogleDeny struct{ ID, Rules string }

// GoogleRole is a custom role. Name is whole: "projects/P/roles/R".
type GoogleRole struct {
	Name        string
	Stage       string
	Deleted     bool
	Permissions []string
}

// GoogleCredentials sign as the owner of everything. They open nothing outside the lab.
func GoogleCredentials() *auth.Credentials {
	return auth.NewCredentials(&auth.CredentialsOptions{TokenProvider: labToken{}})
}

type labToken struct{}

// Token implements auth.TokenProvider.
func (labToken) Token(context.Context) (*auth.Token, error) {
	return &auth.Token{Value: "lab-token", Type: "Bearer", Expiry: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}, nil
}

// Binding gives a role to members.
func Binding(role string, members ...string) *storage.PolicyBindings {
	return &storage.PolicyBindings{Role: role, Members: members}
}

func (b *GoogleBucket) uniform() bool {
	c := b.Resource.IamConfiguration
	return c != nil && c.UniformBucketLevelAccess != nil && c.UniformBucketLevelAccess.Enabled
}
