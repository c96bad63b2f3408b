// Package vendors describes S3-compatible storage services as data: one YAML file per vendor says which
// hosts serve its API, which hosts serve public objects, what its key ids look like and which
// configuration APIs it answers. Code never asks for a vendor by name.
package vendors

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed *.yaml
var files embed.FS

// Support says whether a vendor answers a configuration API in a way that can be believed.
type Support string

// The states of one configuration API. An API that a file doesn't name is Unknown: ask, and believe only
// an answer that has the expected element.
const (
	Unknown     Support = "unknown"
	Supported   Support = "supported"
	Partial     Support = "partial"     // answers, with limits told in the notes
	Unsupported Support = "unsupported" // refused, or answered with something else; don't ask
)

// API names one configuration that S3 keeps for a bucket or an account.
type API string

// APIs lists every configuration API that a vendor file may speak about, in the order they are documented.
func APIs() []API {
	return []API{
		"acl", "object_acl", "policy", "policy_status", "public_access_block", "ownership", "website",
		"versioning", "mfa_delete", "logging", "encryption", "cors", "lifecycle", "object_lock", "replication",
		"tagging", "notification", "accelerate", "request_payment", "inventory", "intelligent_tiering",
		"access_points", "account_public_access_block", "sigv2",
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
	// Docs are the pages the facts come from, or the version of the server that was measured.
	Docs []string `yaml:"docs"`
	// Endpoints are the hosts that take signed requests.
	Endpoints []HostForm `yaml:"endpoints"`
	// Public are the hosts that serve objects without credentials.
	Public []HostForm `yaml:"public"`
	// KeyID, when set, is an expression that an access key id of this vendor and of no other matches.
	KeyID string `yaml:"key_id"`
	// Regions are the region names that mark this vendor in a credential scope.
	Regions []string `yaml:"regions"`
	// API says what can be asked; look it up with Can.
	API map[API]Support `yaml:"api"`
	// AbsentAs200 lists the APIs whose "not set" is a 200 with an empty answer where S3 answers 404.
	AbsentAs200 []API `yaml:"absent_as_200"`
	// Notes say what the table can't, in sentences for a reader.
	Notes []string `yaml:"notes"`

	keyID *regexp.Regexp
}

// Can says how far an API's answers can be believed; what the file doesn't name is Unknown.
func (v Vendor) Can(api API) Support {
	if s, ok := v.API[api]; ok {
		return s
	}
	return Unknown
}

// OwnsKeyID reports whether an access key id has a shape that only this vendor uses.
func (v Vendor) OwnsKeyID(id string) bool { return v.keyID != nil && v.keyID.MatchString(id) }

// Set is the vendors known to a program, in the order of their names. The zero value knows none.
type Set struct{ vendors []Vendor }

// Embedded loads the vendors that come with the program.
func Embedded() (*Set, error) { return Load(files) }

// Load reads every *.yaml file at the root of fsys. A key it doesn't know, a form it can't read, a name that
// is not the file's or an API that isn't in APIs is an error that names the file.
func Load(fsys fs.FS) (*Set, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("listing vendor files: %w", err)
	}
	slices.Sort(names)
	set := &Set{}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("reading vendor file %q: %w", name, err)
		}
		v, err := parse(raw)
		if err != nil {
			return nil, fmt.Errorf("vendor file %q: %w", name, err)
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); v.Name != want {
			return nil, fmt.Errorf("vendor file %q: name is %q, want the file's own name %q", name, v.Name, want)
		}
		set.vendors = append(set.vendors, v)
	}
	return set, nil
}

func parse(raw []byte) (Vendor, error) {
	var v Vendor
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&v); err != nil {
		return Vendor{}, err
	}
	if v.Title == "" || len(v.Docs) == 0 {
		return Vendor{}, errors.New("title and docs must be set")
	}
	known := APIs()
	for api, support := range v.API {
		if !slices.Contains(known, api) {
			return Vendor{}, fmt.Errorf("api %q is not one of %q", api, known)
		}
		switch support {
		case Supported, Partial, Unsupported, Unknown:
		default:
			return Vendor{}, fmt.Errorf("api %q has support %q", api, support)
		}
	}
	for _, api := range v.AbsentAs200 {
		if !slices.Contains(known, api) {
			return Vendor{}, fmt.Errorf("absent_as_200 names %q, which is not one of %q", api, known)
		}
	}
	for _, forms := range [][]HostForm{v.Endpoints, v.Public} {
		for i := range forms {
			if err := forms[i].compile(); err != nil {
				return Vendor{}, err
			}
		}
	}
	if v.KeyID != "" {
		re, err := regexp.Compile(`^(?:` + v.KeyID + `)$`)
		if err != nil {
			return Vendor{}, fmt.Errorf("key_id: %w", err)
		}
		v.keyID = re
	}
	return v, nil
}

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
		if slices.Contains(v.Regions, region) {
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
