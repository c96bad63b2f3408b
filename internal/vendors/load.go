package vendors

// Reading and checking the files: what they say is compiled, and every statement has to name its source.

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
	return v, errors.Join(v.compileAPI(), v.compileHosts(), v.KeyID.compile("key_id"), v.Server.compile("server"), v.checkRest(), v.checkSources())
}

// compileAPI makes the table of Can. Every API must be stated once or listed as unconfirmed.
func (v *Vendor) compileAPI() error {
	v.can = map[API]Support{}
	seen := map[API]bool{}
	note := func(api API, support Support) error {
		switch {
		case !slices.Contains(APIs(), api):
			return fmt.Errorf("api %q is not one of %q", api, APIs())
		case seen[api]:
			return fmt.Errorf("api %q is spoken of twice", api)
		}
		seen[api] = true
		if support != Unknown {
			v.can[api] = support
		}
		return nil
	}
	for _, s := range v.API {
		for support, list := range map[Support][]API{Supported: s.Supported, Partial: s.Partial, Unsupported: s.Unsupported, Hidden: s.Hidden} {
			for _, api := range list {
				if err := note(api, support); err != nil {
					return err
				}
			}
		}
	}
	for _, api := range v.Unconfirmed {
		if err := note(api, Unknown); err != nil {
			return err
		}
	}
	for _, api := range APIs() {
		if !seen[api] {
			return fmt.Errorf("api %q is neither stated nor listed as unconfirmed", api)
		}
	}
	return nil
}

func (v *Vendor) compileHosts() error {
	for _, forms := range [][]HostForm{v.Endpoints, v.Public} {
		for i := range forms {
			if err := forms[i].compile(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Pattern) compile(name string) error {
	if p.Like == "" {
		return nil
	}
	re, err := regexp.Compile(`^(?:` + p.Like + `)$`)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p.re = re
	return nil
}

func (v *Vendor) checkRest() error {
	for _, name := range v.AbsentAs200.Names {
		if !slices.Contains(APIs(), API(name)) {
			return fmt.Errorf("absent_as_200 names %q, which is not one of %q", name, APIs())
		}
	}
	for _, r := range v.Roots {
		if !slices.Contains(APIs(), r.API) || r.Name == "" {
			return fmt.Errorf("roots: api %q with root %q", r.API, r.Name)
		}
	}
	for _, what := range v.ACLRead.Opens {
		if what != "list" && what != "objects" {
			return fmt.Errorf("acl_read opens %q, want list or objects", what)
		}
	}
	return nil
}

// checkSources insists that every statement names one of the docs.
func (v *Vendor) checkSources() error {
	var named []string
	add := func(says bool, source string) {
		if says {
			named = append(named, source)
		}
	}
	for _, forms := range [][]HostForm{v.Endpoints, v.Public} {
		for _, f := range forms {
			add(true, f.Source)
		}
	}
	for _, s := range v.API {
		add(true, s.Source)
	}
	for _, r := range v.Roots {
		add(true, r.Source)
	}
	add(v.KeyID.Like != "", v.KeyID.Source)
	add(v.Server.Like != "", v.Server.Source)
	add(len(v.Regions.Names) > 0, v.Regions.Source)
	add(len(v.AbsentAs200.Names) > 0, v.AbsentAs200.Source)
	add(len(v.ACLRead.Opens) > 0, v.ACLRead.Source)
	add(v.VirtualOnly != "", v.VirtualOnly)
	add(v.UnknownAsListing != "", v.UnknownAsListing)
	for _, source := range named {
		if !slices.Contains(v.Docs, source) {
			return fmt.Errorf("source %q is not among the docs", source)
		}
	}
	return nil
}
