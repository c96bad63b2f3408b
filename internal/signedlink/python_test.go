package signedlink

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Links that the vendors' Python libraries made (boto3 1.44.5, azure-storage-blob 12.31.1, azure-storage-queue
// 12.18.1, azure-storage-file-share 12.27.1, azure-data-tables 12.7.0, google-cloud-storage 3.17.1; throwaway keys), with what they were made for. They are saved because the libraries sign
// with the time of day.
func TestLinksOfPythonLibraries(t *testing.T) {
	f, err := os.Open(filepath.Join(negatives, "python.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	type made struct {
		Kind              Kind
		Container, Object *string
		Permissions       []string
		Scope             *Scope
	}
	n := 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for ; lines.Scan(); n++ {
		var c struct {
			Name, URL string
			made
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		l := one(t, c.URL)
		got := made{l.Kind, l.Container, l.Object, l.Permissions, l.Scope}
		if diff := cmp.Diff(c.made, got); diff != "" || !l.ValidSyntax {
			t.Errorf("%s: %s\n%s", c.Name, c.URL, diff)
		}
	}
	if n < 40 {
		t.Errorf("%d links", n)
	}
}

// The lines of -o jsonl have these keys, always all of them.
func TestKeysOfALine(t *testing.T) {
	raw, err := json.Marshal(one(t, "https://acme.blob.core.windows.net/c?sv=2022-11-02&sr=c&si=p&sig="+aSig))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	fp := got["fingerprint"]
	want := map[string]any{
		"source": "", "offset": 0.0, "line": 1.0, "kind": "azure_service_sas", "provider": "azure", "account": "acme", "container": "c", "object": nil,
		"permissions": nil, "scope": "container", "starts_at": nil, "expires_at": nil, "lifetime_seconds": nil, "remaining_seconds": nil,
		"long_lived_key": true, "valid_syntax": true, "limits": map[string]any{"stored_policy": "p"}, "revoke": "change_stored_access_policy", "fingerprint": fp,
		"text": "https://acme.blob.core.windows.net/c?sv=2022-11-02&sr=c&si=p&sig=REDACTED",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
