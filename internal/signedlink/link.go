// Package signedlink finds signed links (presigned URLs, SAS tokens) in bytes and reads what each opens, for
// how long and for whom. It is pure: no network, no clock but the time passed in, no logging. A signature never
// leaves it: what a Link holds is redacted.
package signedlink

import (
	"slices"
	"time"
)

// Kind is a way of signing a link.
type Kind string

// The kinds of signed link, one per grammar.
const (
	AWSSigV4               Kind = "aws_sigv4"
	AWSSigV4A              Kind = "aws_sigv4a"
	AWSSigV2               Kind = "aws_sigv2"
	CloudFrontCanned       Kind = "cloudfront_canned"
	CloudFrontCustom       Kind = "cloudfront_custom"
	GCSV4                  Kind = "gcs_v4"
	GCSV4HMAC              Kind = "gcs_v4_hmac"
	GCSV2                  Kind = "gcs_v2"
	AzureAccountSAS        Kind = "azure_account_sas"
	AzureServiceSAS        Kind = "azure_service_sas"
	AzureUserDelegationSAS Kind = "azure_user_delegation_sas"
)

// Providers that aren't a vendor file's name.
const (
	providerAWS        = "aws"
	providerGCP        = "gcp"
	providerAzure      = "azure"
	providerCompatible = "s3_compatible"
)

// maxSigV4Seconds is the longest life that S3 and GCS accept ("Authenticating Requests: Using Query Parameters").
const maxSigV4Seconds = 604800

// Scope is how much a link opens.
type Scope string

// The scopes, from one object to all that an account holds.
const (
	ScopeObject       Scope = "object"
	ScopePrefix       Scope = "prefix"
	ScopeContainer    Scope = "container"
	ScopeAccount      Scope = "account"
	ScopeDistribution Scope = "distribution"
)

// Revocation is how a link is stopped before it expires.
type Revocation string

// The ways to stop a link. Where a link needs two things to work, the narrowest way is named.
const (
	RevokeAccessKey      Revocation = "deactivate_access_key"       // AWS and S3-compatible long-lived keys
	RevokeSession        Revocation = "revoke_role_sessions"        // AWS temporary credentials
	RevokeSigner         Revocation = "remove_key_from_key_group"   // CloudFront
	RevokeServiceAcct    Revocation = "delete_service_account_key"  // GCS RSA, or disable the account
	RevokeHMACKey        Revocation = "deactivate_hmac_key"         // GCS HMAC
	RevokeAccountKey     Revocation = "rotate_account_key"          // Azure account and service SAS
	RevokeStoredPolicy   Revocation = "change_stored_access_policy" // Azure service SAS with si
	RevokeDelegationKeys Revocation = "revoke_user_delegation_keys" // Azure user delegation SAS
)

// LookAlike says why something that looks like a signed link is none that anybody could use.
type LookAlike string

// The reasons, as Options.All prints them.
const (
	DocumentationExample LookAlike = "documentation_example"
	Placeholder          LookAlike = "placeholder"
	MaskedSignature      LookAlike = "masked_signature"
	CutSignature         LookAlike = "cut_signature"
	Emulator             LookAlike = "emulator"
	OtherService         LookAlike = "other_service"
	Incomplete           LookAlike = "incomplete"
)

// Limits are the restrictions that stand in a link beside its time. Empty fields mean that the text has none.
type Limits struct {
	// Network is the addresses it works from: single addresses, ranges A-B or CIDR, as written.
	Network []string `json:"network,omitempty"`
	// Protocols is the schemes the signer allowed, where the grammar can say it (Azure spr).
	Protocols []string `json:"protocols,omitempty"`
	// Resource is the pattern that a CloudFront policy signs.
	Resource string `json:"resource,omitempty"`
	// Services and ResourceTypes are what an account SAS covers (blob, file, queue, table; service, container, object).
	Services      []string `json:"services,omitempty"`
	ResourceTypes []string `json:"resource_types,omitempty"`
	// Headers are the signed request headers other than host: the user of the link must send them.
	Headers []string `json:"headers,omitempty"`
	// Rows is the range of table rows (Azure spk, srk, epk, erk), as name=value.
	Rows []string `json:"rows,omitempty"`
	// StoredPolicy names the stored access policy (Azure si) that holds the rest of permissions and times.
	StoredPolicy string `json:"stored_policy,omitempty"`
	// User is the Entra object id that the link is bound to: a bearer token of that user is needed as well.
	User string `json:"user,omitempty"`
	// EncryptionScope is Azure ses.
	EncryptionScope string `json:"encryption_scope,omitempty"`
}

// Words writes the restrictions as name=value, in a fixed order.
func (l Limits) Words() []string {
	var out []string
	for _, one := range []struct {
		name   string
		values []string
	}{
		{"network", l.Network},
		{"protocol", l.Protocols},
		{"resource", single(l.Resource)},
		{"service", l.Services},
		{"resource_type", l.ResourceTypes},
		{"rows", l.Rows},
		{"header", l.Headers},
		{"user", single(l.User)},
		{"encryption_scope", single(l.EncryptionScope)},
	} {
		for _, v := range one.values {
			out = append(out, one.name+"="+v)
		}
	}
	return out
}

func single(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// Link is one signed link as it was found. Strings come from strangers: Object and Container are decoded and may
// hold control bytes; Text is printable. Pointers are nil where the text doesn't say.
type Link struct {
	Source string `json:"source"`
	// Offset counts bytes of the source before the link, Line its lines from 1.
	Offset    int64   `json:"offset"`
	Line      int64   `json:"line"`
	Kind      Kind    `json:"kind"`
	Provider  string  `json:"provider"`
	Account   *string `json:"account"`
	Container *string `json:"container"`
	Object    *string `json:"object"`
	// Permissions is sorted lower-case words; nil when the text doesn't say.
	Permissions []string `json:"permissions"`
	Scope       *Scope   `json:"scope"`
	// StartsAt and ExpiresAt are UTC. ExpiresAt is "not after": the key behind the link can die earlier.
	StartsAt  *time.Time `json:"starts_at"`
	ExpiresAt *time.Time `json:"expires_at"`
	// LifetimeSeconds is ExpiresAt - StartsAt; RemainingSeconds is ExpiresAt - Options.Now, never below 0, and
	// nil without an expiry or a Now.
	LifetimeSeconds  *int64 `json:"lifetime_seconds"`
	RemainingSeconds *int64 `json:"remaining_seconds"`
	// LongLivedKey tells whether the key behind it outlives sessions, so that only rotation revokes the link.
	LongLivedKey *bool `json:"long_lived_key"`
	// ValidSyntax is false for a link that a service would refuse as written but that is worth reporting.
	ValidSyntax bool   `json:"valid_syntax"`
	Limits      Limits `json:"limits"`
	// Revoke is how to stop it.
	Revoke Revocation `json:"revoke"`
	// Fingerprint is 128 bits of SHA-256 over kind, credential and decoded signature, in hex.
	Fingerprint string `json:"fingerprint"`
	// Text is the link with its signature, tokens, policy and unknown parameters redacted.
	Text string `json:"text"`
	// LookAlike is set only under Options.All.
	LookAlike LookAlike `json:"look_alike,omitempty"`

	// Credential is the key id, principal or account behind the signature, shortened as in Text.
	Credential string `json:"-"`
	// Scheme is "http" or "https" as written, "" where the text has no URL.
	Scheme string `json:"-"`

	// address gives the link whole. It is a function so that no formatting of a Link prints it.
	address func() string
}

// Address returns the link as it can be requested, signature and all, where Options.KeepAddress asked for it and
// the text has a host. It is for asking the service whether the link still works; never print or store it.
func (l Link) Address() (string, bool) {
	if l.address == nil {
		return "", false
	}
	return l.address(), true
}

// HTTPAllowed tells whether the link, by its text, also works without TLS: an Azure SAS that doesn't restrict the
// protocol to https, or a link of another kind that is itself written with http.
func (l Link) HTTPAllowed() bool {
	switch l.Kind {
	case AzureAccountSAS, AzureServiceSAS, AzureUserDelegationSAS:
		return len(l.Limits.Protocols) == 0 || slices.Contains(l.Limits.Protocols, "http")
	default:
		return l.Scheme == "http"
	}
}

// Liveness is what the text alone says about whether a link still works.
type Liveness string

// The three answers of Link.Liveness.
const (
	Dead        Liveness = "dead"         // the text itself rules it out
	LiveLooking Liveness = "live_looking" // an expiry in the future, and nothing against it
	Unclear     Liveness = "unclear"      // the text doesn't say: counts as live-looking where a decision is due
)

// Liveness judges a link at a time. Dead: a look-alike, expired, or a SigV4 or GCS V4 lifetime that the services
// refuse (under 1 or over 604800 seconds). Unclear: no expiry in the text (a stored access policy on the server
// holds it), or a malformed link that a person could repair. A link whose time has not begun is live-looking:
// it will work.
func (l Link) Liveness(at time.Time) Liveness {
	switch {
	case l.LookAlike != "":
		return Dead
	case l.ExpiresAt != nil && !at.Before(*l.ExpiresAt):
		return Dead
	case l.refusedLifetime():
		return Dead
	case l.ExpiresAt == nil || !l.ValidSyntax:
		return Unclear
	default:
		return LiveLooking
	}
}

func (l Link) refusedLifetime() bool {
	switch l.Kind {
	case AWSSigV4, AWSSigV4A, GCSV4, GCSV4HMAC:
		return l.LifetimeSeconds != nil && (*l.LifetimeSeconds < 1 || *l.LifetimeSeconds > maxSigV4Seconds)
	default:
		return false
	}
}

// CountsAsLive is the exit decision of a filter: everything that isn't known to be dead counts, because a link
// that can't be judged is not a link that is safe.
func (l Link) CountsAsLive(at time.Time) bool { return l.Liveness(at) != Dead }
