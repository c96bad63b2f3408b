package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCommittedSchemaIsCurrent: run `go generate ./internal/gen/reportschema` where it fails.
func TestCommittedSchemaIsCurrent(t *testing.T) {
	t.Chdir("../../..")
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), string(want)); diff != "" {
		t.Errorf("%s is stale (-committed +generated):\n%s", target, diff)
	}
}
