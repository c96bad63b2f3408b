//go:build servers && unix

// What servers get wrong, as data.

package servertest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/tojimari/tojimari/internal/servers"
)

// exclusionFile is testdata/servers/NAME.yaml.
type exclusionFile struct {
	Server     string      `yaml:"server"`
	Version    string      `yaml:"version"` // the pinned version that it was measured with
	Exclusions []exclusion `yaml:"exclusions"`
}

// permissionConstruct begins a construct that names a permission which a server checks under another name.
const permissionConstruct = "permission:"

// exclusion sets aside what a server gets wrong.
type exclusion struct {
	// Constructs must all occur in a scene; see constructs in scene_test.go, or, for a store, the fact's name.
	Constructs []string `yaml:"constructs"`
	// Verbs narrows it to some verbs; empty means all.
	Verbs []string `yaml:"verbs,omitempty"`
	// Audience narrows it to one audience; empty means all.
	Audience string `yaml:"audience,omitempty"`
	// Refused: the server does not let it be set at all.
	Refused bool `yaml:"refused,omitempty"`
	// Instead is the permission that a server checks where it should check the one in Constructs.
	Instead string `yaml:"instead,omitempty"`
	// Says is what the server does, against what the provider documents.
	Says string `yaml:"says"`
	// Source is where both can be read.
	Source string `yaml:"source"`

	matched, reproduced int
}

// loadExclusions reads the file of a server, insists that it is about the version that runs, and returns the exclusions
// about permissions or the others.
func loadExclusions(t *testing.T, server *servers.Server, permissions bool) []*exclusion {
	t.Helper()
	path := filepath.Join("..", "..", "testdata", "servers", server.Name+".yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var file exclusionFile
	if err := decoder.Decode(&file); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if file.Server != server.Name || file.Version != server.Version {
		t.Fatalf("%s is about %s %s, but %s %s is pinned: measure again", path, file.Server, file.Version, server.Name, server.Version)
	}
	var list []*exclusion
	for i := range file.Exclusions {
		e := &file.Exclusions[i]
		if len(e.Constructs) == 0 || e.Says == "" || e.Source == "" {
			t.Fatalf("%s: exclusion %d lacks constructs, says or source", path, i+1)
		}
		if strings.HasPrefix(e.Constructs[0], permissionConstruct) == permissions {
			list = append(list, e)
		}
	}
	return list
}

// covering returns the exclusions that set aside a verb of something with the constructs.
func covering(list []*exclusion, constructs []string, verb string, refused bool) []*exclusion {
	var out []*exclusion
	for _, e := range list {
		if e.Refused != refused || (len(e.Verbs) > 0 && verb != "" && !slices.Contains(e.Verbs, verb)) {
			continue
		}
		if !slices.ContainsFunc(e.Constructs, func(c string) bool { return !slices.Contains(constructs, c) }) {
			out = append(out, e)
		}
	}
	return out
}

// reportStale fails the test for each exclusion that set nothing aside, or that never happened.
func reportStale(t *testing.T, list []*exclusion) {
	t.Helper()
	for _, e := range list {
		name := strings.Join(e.Constructs, " + ")
		switch {
		case e.matched == 0:
			t.Errorf("exclusion %q sets nothing aside: remove it", name)
		case e.reproduced == 0:
			t.Errorf("exclusion %q no longer reproduces in %d scenes: remove it", name, e.matched)
		}
	}
}
