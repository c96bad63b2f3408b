package cli

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/rules"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// perBucket scans an account of n buckets with the chosen rules and returns the calls to buckets.
func perBucket(t *testing.T, n int, chosen judge.Selection) (calls map[string]int, total int) {
	t.Helper()
	world := lab.BigWorld(n, 0)
	clouds, err := lab.Start(world)
	if err != nil {
		t.Fatal(err)
	}
	defer clouds.Close()
	book, err := judge.Load(judge.Source{FS: rules.Files, Name: "rules"})
	if err != nil {
		t.Fatal(err)
	}
	j, err := judge.New(book, judge.Options{Selection: chosen})
	if err != nil {
		t.Fatal(err)
	}
	rt := scanners.Runtime{Transport: clouds.Transport(), Now: time.Now, Options: map[string]string{"region": "us-east-1"}}
	registry, err := all.New(rt, all.Config{AWS: []awss3.Option{awss3.WithCredentials(lab.Credentials(world))}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = engine.Run(context.Background(), engine.Config{
		Registry: registry, Targets: []scanners.Target{{Scheme: "aws"}}, Needs: needs{j, nil}, Emit: func(engine.Event) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	calls = map[string]int{}
	for name, count := range clouds.Calls() {
		if strings.HasPrefix(name, "s3:Get") {
			calls[name], total = count, total+count
		}
	}
	return calls, total
}

// The number of calls is what a scan costs its account: four where nothing opens a bucket, a few more where
// something does, and one per fact with every rule.
func TestCallsPerBucket(t *testing.T) {
	const n = 100
	calls, total := perBucket(t, n, judge.Selection{Rules: []string{"public-list", "public-read", "public-write", "public-permissions"}})
	for name, count := range calls {
		if count > n {
			t.Errorf("%s was called %d times for %d buckets", name, count, n)
		}
	}
	if total < 4*n || total > 5*n {
		t.Errorf("exposure rules made %d calls for %d buckets, most of them closed: %v", total, n, calls)
	}
	calls, total = perBucket(t, n, judge.Selection{})
	if total > 15*n || calls["s3:GetBucketPolicyStatus"] >= n {
		t.Errorf("all rules made %d calls for %d buckets: %v", total, n, calls)
	}
}
