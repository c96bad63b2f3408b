// The terminal report of very many findings, of none, and of nothing scanned.

package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

func TestATerminalHoldsTheWorstResourcesOnly(t *testing.T) {
	var results []result.Result
	for i := range 1000 {
		r := sampleResults()[0]
		r.Severity = result.Low
		r.Proof, r.Latent = nil, nil
		if i%50 == 0 {
			r.Severity = result.Critical
		}
		r.Resource.ID, r.Resource.Name = fmt.Sprintf("aws:s3:bucket/b%04d", i), fmt.Sprintf("b%04d", i)
		results = append(results, finish(r))
	}
	out := render(t, "terminal", results, sampleRun(), Options{Rules: sampleRules(), Lang: text.EN})
	if got := len(regexp.MustCompile(`(?m)^s3://b\d`).FindAllString(out, -1)); got != maxGroups {
		t.Errorf("%d resources told one by one, want %d", got, maxGroups)
	}
	for _, want := range []string{"and 800 more resources with findings, the worst of them LOW", "findings: 1000 (CRITICAL 20, LOW 980)"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if first := strings.Index(out, "s3://b0000\n"); first < 0 || strings.Index(out, "s3://b0950\n") < first || strings.Index(out, "s3://b0950\n") > strings.Index(out, "s3://b0001\n") {
		t.Error("the worst do not come first")
	}
	if all := render(t, "csv", results, sampleRun(), Options{Rules: sampleRules()}); strings.Count(all, "\n") != 1001 {
		t.Errorf("csv has %d lines", strings.Count(all, "\n"))
	}
}

func TestNothingFoundIsNotNothingScanned(t *testing.T) {
	for code, want := range map[int]bool{0: true, 3: true, 4: false} {
		run := sampleRun()
		run.ExitCode = code
		out := render(t, "terminal", nil, run, Options{Rules: sampleRules(), Lang: text.EN})
		if got := strings.Contains(out, "findings: 0"); got != want {
			t.Errorf("exit code %d: says that there are no findings: %v", code, got)
		}
	}
}

func TestPermissionsOfEachCloud(t *testing.T) {
	for example, want := range map[string]string{
		"aws:s3:bucket/a": "tojimari permissions aws", "s3:minio.example:bucket/a": "tojimari permissions aws",
		"gcp:gcs:bucket/a": "tojimari permissions gcp", "azure:a/b": "tojimari permissions azure",
	} {
		if got := permissionsCommand(UnknownGroup{Permission: "p", Examples: []string{example}}); got != want {
			t.Errorf("%s: %q", example, got)
		}
		if got := permissionsCommand(UnknownGroup{Examples: []string{example}}); got != "" {
			t.Errorf("%s without a permission: %q", example, got)
		}
	}
}
