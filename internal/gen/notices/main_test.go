package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryModuleNeedsALicence(t *testing.T) {
	with, without := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"LICENSE.txt": "Permission is granted", "NOTICE": "Copyright Acme", "main.go": "package main"} {
		if err := os.WriteFile(filepath.Join(with, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := write(&out, []module{{Path: "example.com/b", Version: "v1.2.3", Dir: with}, {Path: "example.com/a", Version: "v0.1.0", Dir: with}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"example.com/b v1.2.3", "Permission is granted", "Copyright Acme"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "package main") || strings.Index(out.String(), "/a v0") > strings.Index(out.String(), "/b v1") {
		t.Errorf("%s", out.String())
	}
	if err := write(&out, []module{{Path: "example.com/c", Dir: without}}); err == nil || !strings.Contains(err.Error(), "example.com/c") {
		t.Errorf("a module without a licence: %v", err)
	}
}
