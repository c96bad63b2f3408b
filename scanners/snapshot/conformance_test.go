package snapshot_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/scannertest"
	"github.com/tojimari/tojimari/scanners/snapshot"
)

func TestConformance(t *testing.T) {
	record := `{"record":{"id":"aws:s3:bucket/NAME","kind":"bucket","provider":"aws","name":"NAME","parent":"aws:account/1","at":"2026-05-01T12:00:00Z",` +
		`"bucket":{"versioning":{"state":"absent","origin":{"call":"s3:GetBucketVersioning"}},"labels":{"state":"known","value":{"values":{"a":"b"}},"origin":{"call":"s3:GetBucketTagging"}}}}}`
	path := filepath.Join(t.TempDir(), "snapshot.jsonl")
	text := strings.Join([]string{
		header, `{"record":{"id":"aws:account/1","kind":"scope","provider":"aws","name":"1","at":"2026-05-01T12:00:00Z"}}`,
		strings.ReplaceAll(record, "NAME", "a"), strings.ReplaceAll(record, "NAME", "b"), end("aws:account/1", 3),
	}, "\n")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	scannertest.Run(t, scannertest.Harness{
		New: func(func(http.RoundTripper) http.RoundTripper) (scanners.Scanner, error) {
			return snapshot.New(nil), nil
		},
		Target: scanners.Target{Scheme: "snapshot", Name: path},
	})
}
