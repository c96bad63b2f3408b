// Package vendors describes S3-compatible storage services as data: one YAML file per vendor says which
// hosts serve its API, which hosts serve public objects, what its key ids look like and which
// configuration APIs it answers. Every statement names its source, a page of the vendor's documentation or a
// server that was measured; what no source could be found for is listed as unconfirmed. Code never asks for a
// vendor by name.
package vendors

import (
	"regexp"
	"slices"
	"strings"
)

// Support says whether a vendor answers a configuration API in a way that can be believed.
type Support string

// The states of one configuration API. An unconfirmed API is Unknown: ask, and believe only an answer that has
// the expected element.
const (
	Unknown     Support = "unknown"
	Supported   Support = "supported"
	Partial     Support = "partial"     // answers, with limits told in the notes
	Unsupported Support = "unsupported" // the service has no such thing; don't ask
	Hidden      Support = "hidden"      // the service has it and this API doesn't tell it; don't ask
)

// API names one configuration that S3 keeps for a bucket or an account.
type API string

// APIs lists every configuration API that a vendor file may speak about, in the order they are documented.
func APIs() []API {
	return []API{
		"acl", "object_acl", "policy", "policy_status", "public_access_block", "ownership", "website",
		"versioning", "mfa_delete", "logging", "encryption", "cors", "lifecycle", "object_lock", "replication",
		"tagging", "notification", "accelerate", "request_payment", "inventory", "intelligent_tiering",
		"access_points", "account_public_access_block", "abac", "sigv2",
	}
}

// Style says where a host form carries the bucket.
type Style string

// Bucket in the path, in the host, or not in the URL at all (a host that stands for one bucket).
const (
	PathStyle    Style = "path"
	VirtualStyle Style = "virtual"
	BoundStyle   Style = "bound"
)

// Vendor is one S3-compatible service.
type Vendor struct {
	// Name is the file's name without its ending and the provider name in records.
	Name  string `yaml:"name"`
	Title string `yaml:"title"`
	// Docs are the pages the facts come from, or the version of the server that was measured. Each Source in
	// the file is one of them.
	Docs []string `yaml:"docs"`
	// Endpoints are the hosts that take signed requests.
	Endpoints []HostForm `yaml:"endpoints"`
	// Public are the hosts that serve objects without credentials.
	Public []HostForm `yaml:"public"`
	// KeyID, when set, is what an access key id of this vendor and of no other matches.
	KeyID Pattern `yaml:"key_id"`
	// Server, when set, is what the header Server of its answers matches: self-hosted services have no hosts of
	// their own to be known by.
	Server Pattern `yaml:"server"`
	// Regions are the region names that mark this vendor in a credential scope.
	Regions Words `yaml:"regions"`
	// API says what can be asked; look it up with Can.
	API []Statement `yaml:"api"`
	// Unconfirmed are the APIs that no source speaks of.
	Unconfirmed []API `yaml:"unconfirmed"`
	// AbsentAs200 lists the APIs whose "not set" is a 200 with an empty answer where S3 answers 404.
	AbsentAs200 Words `yaml:"absent_as_200"`
	// UnknownAsListing, when set, is the source that says that a bucket listing in the place of an API's answer
	// means that the service doesn't have that API.
	UnknownAsListing string `yaml:"unknown_as_listing"`
	// Roots are answers whose root element is not the one of S3's API reference.
	Roots []Root `yaml:"roots"`
	// VirtualOnly, when set, is the source that says that buckets are named in the host alone, never in the path.
	VirtualOnly string `yaml:"virtual_only"`
	// ACLRead is what READ in a bucket's ACL opens where that isn't what it opens at S3, the listing.
	ACLRead ACLRead `yaml:"acl_read"`
	// Notes say what the table can't, in sentences for a reader.
	Notes []string `yaml:"notes"`

	can map[API]Support
}

// Pattern is a regular expression for the whole of a text.
type Pattern struct {
	Like   string `yaml:"like"`
	Source string `yaml:"source"`

	re *regexp.Regexp
}

// Words is a list of names.
type Words struct {
	Names  []string `yaml:"names"`
	Source string   `yaml:"source"`
}

// Statement is what one source says of configuration APIs.
type Statement struct {
	Source      string `yaml:"source"`
	Supported   []API  `yaml:"supported"`
	Partial     []API  `yaml:"partial"`
	Unsupported []API  `yaml:"unsupported"`
	Hidden      []API  `yaml:"hidden"`
}

// Root is the root element of an API's answer.
type Root struct {
	API    API    `yaml:"api"`
	Name   string `yaml:"name"`
	Source string `yaml:"source"`
}

// ACLRead is what READ in a bucket's ACL opens.
type ACLRead struct {
	Opens  []string `yaml:"opens"` // "list", "objects"
	Source string   `yaml:"source"`
}

// Can says how far an API's answers can be believed; what the file doesn't state is Unknown.
func (v Vendor) Can(api API) Support {
	if s, ok := v.can[api]; ok {
		return s
	}
	return Unknown
}

// OwnsKeyID reports whether an access key id has a shape that only this vendor uses.
func (v Vendor) OwnsKeyID(id string) bool { return v.KeyID.matches(id) }

// Root is the root element of an API's answer where it isn't S3's, else empty.
func (v Vendor) Root(api API) string {
	for _, r := range v.Roots {
		if r.API == api {
			return r.Name
		}
	}
	return ""
}

// EmptyMeansAbsent reports whether a 200 with nothing in it is the API's answer for "not set".
func (v Vendor) EmptyMeansAbsent(api API) bool {
	return slices.Contains(v.AbsentAs200.Names, string(api))
}

func (p Pattern) matches(text string) bool { return p.re != nil && p.re.MatchString(text) }

// Set is the vendors known to a program, in the order of their names. The zero value knows none.
type Set struct{ vendors []Vendor }

// All returns the vendors in the order of their names.
func (s *Set) All() []Vendor { return slices.Clone(s.vendors) }

// Named finds a vendor by name.
func (s *Set) Named(name string) (Vendor, bool) {
	for _, v := range s.vendors {
		if v.Name == name {
			return v, true
		}
	}
	return Vendor{}, false
}

// Match is what a host says.
type Match struct {
	Vendor                  string
	Bucket, Region, Account string // "" where the host doesn't say
	Style                   Style
}

// MatchEndpoint reads a host (no port, any case) that takes signed requests. Where several forms fit, the
// one with the most literal labels wins, then the first by vendor name.
func (s *Set) MatchEndpoint(host string) (Match, bool) {
	return s.match(host, func(v Vendor) []HostForm { return v.Endpoints })
}

// MatchPublic reads a host that serves objects without credentials.
func (s *Set) MatchPublic(host string) (Match, bool) {
	return s.match(host, func(v Vendor) []HostForm { return v.Public })
}

func (s *Set) match(host string, forms func(Vendor) []HostForm) (Match, bool) {
	if s == nil {
		return Match{}, false
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	var best Match
	literal := -1
	for _, v := range s.vendors {
		for _, f := range forms(v) {
			if m, ok := f.match(host); ok && f.literal > literal {
				m.Vendor = v.Name
				best, literal = m, f.literal
			}
		}
	}
	return best, literal >= 0
}

// ByServer finds the vendor by the header Server of an answer; ok is false where none or several are like it.
func (s *Set) ByServer(header string) (Vendor, bool) {
	if s == nil || header == "" {
		return Vendor{}, false
	}
	var found []Vendor
	for _, v := range s.vendors {
		if v.Server.matches(header) {
			found = append(found, v)
		}
	}
	if len(found) != 1 {
		return Vendor{}, false
	}
	return found[0], true
}

// Names lists the vendors' names.
func (s *Set) Names() []string {
	var out []string
	for _, v := range s.vendors {
		out = append(out, v.Name)
	}
	return out
}

// ByCredential names the vendor whose key ids or region names are like these; ok is false where none or
// several are.
func (s *Set) ByCredential(keyID, region string) (string, bool) {
	if s == nil {
		return "", false
	}
	var byKey, byRegion []string
	for _, v := range s.vendors {
		if v.OwnsKeyID(keyID) {
			byKey = append(byKey, v.Name)
		}
		if slices.Contains(v.Regions.Names, region) {
			byRegion = append(byRegion, v.Name)
		}
	}
	switch {
	case len(byKey) == 1:
		return byKey[0], true
	case len(byKey) == 0 && len(byRegion) == 1:
		return byRegion[0], true
	default:
		return "", false
	}
}
