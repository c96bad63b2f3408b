package report

import (
	"fmt"
	"io"
	"testing"

	"github.com/tojimari/tojimari/internal/result"
)

// BenchmarkResult is what one result costs on its way through a format: a pass, as most are, and a finding with
// its proof.
func BenchmarkResult(b *testing.B) {
	pass := result.Result{Rule: "TJ6001", Name: "no-versioning", Outcome: result.Pass, Severity: result.Medium, Resource: bucket("acme-logs", "eu-west-1"),
		Text: map[string]string{"en": "No versioning: what is overwritten or deleted is gone", "ja": "バージョニングが無効です"}}
	for name, r := range map[string]result.Result{"pass": finish(pass), "finding": sampleResults()[0]} {
		for _, format := range []string{"terminal", "jsonl", "json"} {
			b.Run(fmt.Sprintf("%s/%s", name, format), func(b *testing.B) {
				report, err := Open([]Destination{{Format: format}}, io.Discard, Options{Lang: "en", Rules: sampleRules(), TempDir: b.TempDir()})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if err := report.Result(r); err != nil {
						b.Fatal(err)
					}
				}
				if err := report.End(result.Run{}); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
