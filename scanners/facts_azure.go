// Facts that only Azure Blob Storage has.

package scanners

import "time"

// AnonymousFlag is allowBlobPublicAccess of an account. Absent (null) is kept apart from false: it means
// allowed on accounts made before the default changed.
type AnonymousFlag struct {
	Allowed bool `json:"allowed"`
}

// AzureNetwork holds the network rules of an account.
type AzureNetwork struct {
	PublicNetworkAccess string   `json:"public_network_access"` // "Enabled", "Disabled", "SecuredByPerimeter", empty = Enabled
	DefaultAction       string   `json:"default_action"`        // "Allow", "Deny", empty = Allow
	IPRules             []string `json:"ip_rules"`
	VNetRules           []string `json:"vnet_rules"`
	ResourceRules       []string `json:"resource_rules"`
	Bypass              string   `json:"bypass"`
}

// PrivateEndpoints are the private endpoint connections of an account.
type PrivateEndpoints struct {
	Approved int64 `json:"approved"`
}

// Switch is a setting that is on or off.
type Switch struct {
	On bool `json:"on"`
}

// SASPolicy is the SAS expiration policy of an account.
type SASPolicy struct {
	Period  string `json:"period"` // "D.HH:MM:SS"
	Seconds int64  `json:"seconds"`
	Action  string `json:"action"` // "Log" or "Block"
}

// KeyPolicy is the advised life of account keys in days.
type KeyPolicy struct {
	Days int64 `json:"days"`
}

// ContainerLevel is the anonymous access level of a container.
type ContainerLevel struct {
	Level string `json:"level"` // "none", "blob", "container"
}

// StoredPolicies are the stored access policies of a container.
type StoredPolicies struct {
	List []StoredPolicy `json:"list"` // sorted by id
}

// StoredPolicy is one stored access policy; zero times are "not set".
type StoredPolicy struct {
	ID          string    `json:"id"`
	Permissions string    `json:"permissions"`
	StartsAt    time.Time `json:"starts_at"`
	ExpiresAt   time.Time `json:"expires_at"`
}

// Perimeter is the network security perimeter association of an account.
type Perimeter struct {
	Associated bool     `json:"associated"`
	Mode       string   `json:"mode"` // "Learning", "Enforced", "Audit"
	InboundIPs []string `json:"inbound_ips"`
}

// LocalUsers are the SFTP users of an account.
type LocalUsers struct {
	Enabled bool  `json:"enabled"`
	Count   int64 `json:"count"`
}

// StoreAzure holds the facts that only a storage account has.
type StoreAzure struct {
	Anonymous           Fact[AnonymousFlag]    `json:"anonymous,omitzero"`
	Network             Fact[AzureNetwork]     `json:"network,omitzero"`
	Perimeter           Fact[Perimeter]        `json:"perimeter,omitzero"`
	PrivateEndpoints    Fact[PrivateEndpoints] `json:"private_endpoints,omitzero"`
	SharedKey           Fact[Switch]           `json:"shared_key,omitzero"` // absent = on
	DefaultToEntra      Fact[Switch]           `json:"default_to_entra,omitzero"`
	SASPolicy           Fact[SASPolicy]        `json:"sas_policy,omitzero"`
	KeyPolicy           Fact[KeyPolicy]        `json:"key_policy,omitzero"`
	Keys                Fact[AccessKeys]       `json:"keys,omitzero"`
	CrossTenant         Fact[Switch]           `json:"cross_tenant_replication,omitzero"`
	SFTP                Fact[Switch]           `json:"sftp,omitzero"`
	NFS                 Fact[Switch]           `json:"nfs,omitzero"`
	LocalUsers          Fact[LocalUsers]       `json:"local_users,omitzero"`
	HierarchicalNames   Fact[Switch]           `json:"hierarchical_names,omitzero"`
	SKU                 Fact[Labels]           `json:"sku,omitzero"`
	BlobSoftDelete      Fact[SoftDelete]       `json:"blob_soft_delete,omitzero"`
	ContainerSoftDelete Fact[SoftDelete]       `json:"container_soft_delete,omitzero"`
	Defender            Fact[Switch]           `json:"defender,omitzero"` // Microsoft Defender for Storage
}

// BucketAzure holds the facts that only a blob container has.
type BucketAzure struct {
	Level          Fact[ContainerLevel] `json:"level,omitzero"`
	StoredPolicies Fact[StoredPolicies] `json:"stored_policies,omitzero"`
	// Tokens are SAS handed in for judging; no scanner supplies them and none is ever written out whole.
	Tokens Fact[Tokens] `json:"tokens,omitzero"`
}

// Tokens are SAS texts as given.
type Tokens struct {
	List []string `json:"-"`
}
