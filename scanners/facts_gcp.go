// Facts that only Google Cloud Storage has.

package scanners

import "time"

// IAMPolicy is an allow policy.
type IAMPolicy struct {
	Version  int64        `json:"version"`
	Bindings []IAMBinding `json:"bindings"`
}

// IAMBinding gives one role to members, perhaps under a condition.
type IAMBinding struct {
	Role      string   `json:"role"`
	Members   []string `json:"members"`
	Condition string   `json:"condition"` // CEL text, empty for none
	Title     string   `json:"title"`     // the condition's title
}

// UniformAccess is uniform bucket-level access.
type UniformAccess struct {
	Enabled     bool      `json:"enabled"`
	LockedUntil time.Time `json:"locked_until"` // zero: not locked
}

// PublicAccessPrevention is the bucket's own setting or the organisation constraint's effect.
type PublicAccessPrevention struct {
	Enforced bool   `json:"enforced"`
	Mode     string `json:"mode"` // as written: "enforced", "inherited", "unspecified"
	Source   string `json:"source"`
}

// IPFilter is the bucket IP filter.
type IPFilter struct {
	Enabled      bool     `json:"enabled"`
	PublicRanges []string `json:"public_ranges"` // CIDR
	PublicSet    bool     `json:"public_set"`    // whether a public network source is named at all
	VPCs         []string `json:"vpcs"`
}

// CustomRole is a custom IAM role with what it includes.
type CustomRole struct {
	Name        string   `json:"name"`
	Stage       string   `json:"stage"`
	Deleted     bool     `json:"deleted"`
	Permissions []string `json:"permissions"`
}

// CustomRoles is a set of custom roles, sorted by name.
type CustomRoles struct {
	List []CustomRole `json:"list"`
}

// ManagedFolders are the managed folders of a bucket.
type ManagedFolders struct {
	List []ManagedFolder `json:"list"` // sorted by name
}

// ManagedFolder is one folder with its own allow policy.
type ManagedFolder struct {
	Name string          `json:"name"` // "path/to/"
	IAM  Fact[IAMPolicy] `json:"iam,omitzero"`
}

// ServicePerimeter is the perimeter of VPC Service Controls that holds a project and restricts Cloud Storage.
type ServicePerimeter struct {
	Name         string             `json:"name"`          // "accessPolicies/1/servicePerimeters/P"
	Enforced     bool               `json:"enforced"`      // false: a dry run, which logs and lets through
	AccessLevels []string           `json:"access_levels"` // whoever meets one is let in
	Ingress      []PerimeterIngress `json:"ingress"`       // rules that let in to Cloud Storage
}

// PerimeterIngress is one ingress rule.
type PerimeterIngress struct {
	IdentityType string   `json:"identity_type"` // "ANY_IDENTITY", "ANY_USER_ACCOUNT", "ANY_SERVICE_ACCOUNT"; else the named alone
	Identities   []string `json:"identities"`
	Sources      []string `json:"sources"` // "*", access levels, projects, networks
	Methods      []string `json:"methods"` // "*", methods, permissions, roles
}

// ScopeGCP holds the facts of a project.
type ScopeGCP struct {
	PublicAccessPrevention Fact[PublicAccessPrevention] `json:"public_access_prevention,omitzero"`
	DenyPolicies           Fact[Policies]               `json:"deny_policies,omitzero"`
	CustomRoles            Fact[CustomRoles]            `json:"custom_roles,omitzero"`
	HMACKeys               Fact[AccessKeys]             `json:"hmac_keys,omitzero"`
	ServicePerimeter       Fact[ServicePerimeter]       `json:"service_perimeter,omitzero"`
}

// BucketGCP holds the facts that only a GCS bucket has.
type BucketGCP struct {
	IAM                    Fact[IAMPolicy]              `json:"iam,omitzero"`
	UniformAccess          Fact[UniformAccess]          `json:"uniform_access,omitzero"`
	PublicAccessPrevention Fact[PublicAccessPrevention] `json:"public_access_prevention,omitzero"`
	ACL                    Fact[ACL]                    `json:"acl,omitzero"`
	DefaultObjectACL       Fact[ACL]                    `json:"default_object_acl,omitzero"`
	IPFilter               Fact[IPFilter]               `json:"ip_filter,omitzero"`
	ManagedFolders         Fact[ManagedFolders]         `json:"managed_folders,omitzero"`
	EffectiveTags          Fact[Labels]                 `json:"effective_tags,omitzero"`
	SoftDelete             Fact[SoftDelete]             `json:"soft_delete,omitzero"`
}

// PrefixGCP holds the facts of a managed folder.
type PrefixGCP struct {
	IAM Fact[IAMPolicy] `json:"iam,omitzero"`
}
