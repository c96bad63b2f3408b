// The engine with the real scanner on the pretend S3: what a person does with Ctrl-C and --resume.

package engine_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
	"github.com/tojimari/tojimari/scanners/snapshot"
)

// scanLab scans the lab into a snapshot file; after is how many events are let through before the context ends.
func scanLab(t *testing.T, world lab.World, path, resume string, after int) (map[string]int, engine.Summary) {
	t.Helper()
	l, err := lab.Start(world)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	pacer := pace.New(pace.Config{Base: l.Transport()})
	scanner := awss3.New(scanners.Runtime{Transport: pacer, Now: func() time.Time { return noon }, UserAgent: "test"},
		awss3.WithCredentials(lab.Credentials(world)), awss3.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
	registry, err := scanners.NewRegistry(scanner)
	if err != nil {
		t.Fatal(err)
	}
	w, err := snapshot.Create(path, scanners.Header{Tool: "test", Targets: []string{"aws"}})
	if err != nil {
		t.Fatal(err)
	}
	cfg := engine.Config{
		Registry: registry, Targets: []scanners.Target{{Scheme: "aws"}}, Needs: everything{scanner.Describe().Facts()}, Pace: pacer, Concurrency: 4,
		Now: func() time.Time { return noon },
	}
	if resume != "" {
		if cfg.Resume, err = engine.OpenEarlier(resume); err != nil {
			t.Fatal(err)
		}
		defer cfg.Resume.Close()
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	cfg.Emit = func(e engine.Event) error {
		if n++; n == after {
			cancel()
		}
		return w.Write(e.Line())
	}
	summary, err := engine.Run(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Calls(), summary
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestInterruptAndResumeOnTheLab(t *testing.T) {
	world := lab.BigWorld(40, 0)
	folder := t.TempDir()
	uncut, first, second := filepath.Join(folder, "uncut"), filepath.Join(folder, "first"), filepath.Join(folder, "second")
	want, _ := scanLab(t, world, uncut, "", 0)
	calls, summary := scanLab(t, world, first, "", 15)
	if summary.CutOff == nil || !strings.Contains(contents(t, first), `"code":"cut_off"`) {
		t.Fatal("it was not cut off")
	}
	if strings.Contains(contents(t, first), `"context canceled`) {
		t.Error("an interrupted reading was written as a fact")
	}
	rest, summary := scanLab(t, world, second, first, 0)
	if summary.CutOff != nil {
		t.Error(summary.CutOff)
	}
	if diff := cmp.Diff(contents(t, uncut), contents(t, second)); diff != "" {
		t.Errorf("(-uncut +resumed):\n%s", diff)
	}
	// The buckets that were being read when it was cut off are read again (four calls at once, eight buckets), and
	// no other.
	again := 8
	for operation := range maps.Keys(want) {
		if !strings.HasPrefix(operation, "s3:GetBucket") {
			continue
		}
		if n := calls[operation] + rest[operation]; n > want[operation]+again {
			t.Errorf("%s: %d and %d calls, uncut it is %d", operation, calls[operation], rest[operation], want[operation])
		}
	}

	// A whole scan resumed asks for nothing but who it is.
	rest, summary = scanLab(t, world, first, uncut, 0)
	if diff := cmp.Diff(contents(t, uncut), contents(t, first)); diff != "" {
		t.Errorf("(-uncut +resumed):\n%s", diff)
	}
	if summary.Earlier != 41 {
		t.Errorf("%d records were taken over", summary.Earlier)
	}
	if diff := cmp.Diff(map[string]int{"sts:GetCallerIdentity": 1}, rest); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
