package cli

import (
	"context"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/rules"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// A bucket's tags are in the request only where attribute-based access control is on, so both are read where a policy
// goes by a tag, and nowhere else.
func TestTagsThatDecideAreRead(t *testing.T) {
	const byTag = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme/*","Condition":{"StringEquals":{"aws:ResourceTag/kind":"public"}}}]}`
	public := []lab.Tag{{Key: "kind", Value: "public"}}
	for _, tc := range []struct {
		name   string
		bucket lab.Bucket
		want   result.Outcome
		calls  int
	}{
		{"on, with the tag", lab.Bucket{Policy: byTag, Tags: public, ABAC: true}, result.Fail, 1},
		{"on, without it", lab.Bucket{Policy: byTag, ABAC: true}, result.Pass, 1},
		{"off", lab.Bucket{Policy: byTag, Tags: public}, result.Pass, 1},
		{"no policy", lab.Bucket{Tags: public, ABAC: true}, result.Pass, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.bucket.Name, tc.bucket.Region = "acme", "us-east-1"
			world := lab.World{Accounts: []lab.Account{{ID: "111122223333", Buckets: []lab.Bucket{tc.bucket}}}}
			clouds, err := lab.Start(world)
			if err != nil {
				t.Fatal(err)
			}
			defer clouds.Close()
			book, err := judge.Load(judge.Source{FS: rules.Files, Name: "rules"})
			if err != nil {
				t.Fatal(err)
			}
			j, err := judge.New(book, judge.Options{Selection: judge.Selection{Rules: []string{"public-read"}}})
			if err != nil {
				t.Fatal(err)
			}
			rt := scanners.Runtime{Transport: clouds.Transport(), Now: time.Now, Options: map[string]string{"region": "us-east-1"}}
			registry, err := all.New(rt, all.Config{AWS: []awss3.Option{awss3.WithCredentials(lab.Credentials(world))}})
			if err != nil {
				t.Fatal(err)
			}
			var got []result.Result
			if _, err := engine.Run(context.Background(), engine.Config{
				Registry: registry, Targets: []scanners.Target{{Scheme: "aws"}}, Needs: needs{j, nil},
				Emit: func(e engine.Event) error {
					if e.Record != nil && e.Record.Kind == scanners.KindBucket {
						got = j.Append(nil, e.Record, time.Now()).Results
					}
					return nil
				},
			}); err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || got[0].Outcome != tc.want {
				t.Errorf("%+v, want %s", got, tc.want)
			}
			if n := clouds.Calls()["s3:GetBucketAbac"]; n != tc.calls {
				t.Errorf("GetBucketAbac was called %d times, want %d", n, tc.calls)
			}
		})
	}
}
