package azureblob_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

// TestDemoVerdicts follows the demo's containers from the answers of Azure to who can list and read them.
func TestDemoVerdicts(t *testing.T) {
	b := start(t, lab.World{Azure: lab.DemoWorld().Azure, Faults: lab.DemoWorld().Faults}, scanners.Runtime{Objects: 1})
	got := map[string][2]verdict.Answer{}
	var store *scanners.Record
	for _, ref := range b.mustDiscover("azure").refs {
		rec, err := b.scanner.Inspect(t.Context(), ref, b.scanner.Describe().Facts(), nil)
		if err != nil {
			t.Fatal(err)
		}
		switch ref.Kind {
		case scanners.KindStore:
			store = &rec
		case scanners.KindBucket:
			rec.Inherit(store)
			judged := access.Judge(&rec, at)
			got[ref.ID] = [2]verdict.Answer{judged.Anonymous[verdict.List].Verdict, judged.Anonymous[verdict.Read].Verdict}
			if ref.ID == "azure:acmearchive/scans" && len(judged.Latent) != 2 {
				t.Errorf("the container that only the flag closes: %+v", judged.Latent)
			}
		}
	}
	want := map[string][2]verdict.Answer{
		"azure:acmeapplicants/documents":  {verdict.Yes, verdict.Yes},
		"azure:acmeapplicants/exports":    {verdict.No, verdict.No},
		"azure:acmeapplicants/thumbnails": {verdict.No, verdict.Yes},
		"azure:acmearchive/scans":         {verdict.No, verdict.No},
		"azure:acmefinance/ledgers":       {verdict.No, verdict.No},
		"azure:acmelegacy/downloads":      {verdict.No, verdict.Yes},
		"azure:acmevault/records":         {verdict.No, verdict.No},
		"azure:acmewww/$web":              {verdict.No, verdict.Yes},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
