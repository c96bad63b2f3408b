//go:build servers && unix

package signedlink

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Links that boto3, azure-storage-blob and its siblings, and google-cloud-storage sign now, with what they were asked
// for, read as that, and the same through every encoding.
func TestLinksMadeByPythonNow(t *testing.T) {
	python, err := filepath.Abs(filepath.Join("..", "..", ".cache", "bin", "python-sdks"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "sdks.py"))
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v (make test-servers installs it)\n%s", err, complaint.Bytes())
	}
	type made struct {
		Kind              Kind
		Provider          string
		Scope             Scope
		Container, Object *string
		Permissions       []string
		Account           *string
		LongLived         *bool `json:"long_lived"`
	}
	d, now := New(embedded(t)), time.Now()
	kinds := map[Kind]int{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct {
			Name, URL string
			Expires   *string
			made
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.Name, func(t *testing.T) {
			plain := one(t, c.URL)
			got := made{plain.Kind, plain.Provider, *plain.Scope, plain.Container, plain.Object, plain.Permissions, plain.Account, plain.LongLivedKey}
			if diff := cmp.Diff(c.made, got); diff != "" || !plain.ValidSyntax {
				t.Errorf("%s\n%s", c.URL, diff)
			}
			expires := ""
			if plain.ExpiresAt != nil {
				expires = plain.ExpiresAt.Format(time.RFC3339)
			}
			switch {
			case c.Expires == nil && expires == "":
			case c.Expires != nil && *c.Expires == expires:
			case c.Expires != nil && *c.Expires == "soon" && plain.ExpiresAt != nil && plain.ExpiresAt.Sub(now).Abs() < 6*time.Hour:
			default:
				t.Errorf("expires %q, want %v", expires, c.Expires)
			}
			want := said(plain)
			for _, e := range encodings() {
				in := e.put(c.URL)
				links := d.ScanBytes([]byte(in), Options{All: true})
				if len(links) != 1 {
					t.Fatalf("%s: %d links in\n%s\n%+v", e.name, len(links), in, links)
				}
				if diff := cmp.Diff(want, said(links[0]), exact); diff != "" || links[0].Fingerprint != plain.Fingerprint || links[0].Line != e.line {
					t.Errorf("%s: line %d\n%s\nin %s", e.name, links[0].Line, diff, in)
				}
			}
			kinds[plain.Kind]++
		})
	}
	for _, kind := range []Kind{AWSSigV4, AWSSigV2, CloudFrontCanned, CloudFrontCustom, GCSV4, GCSV2, AzureAccountSAS, AzureServiceSAS, AzureUserDelegationSAS} {
		if kinds[kind] == 0 {
			t.Errorf("no link of kind %s", kind)
		}
	}
}
