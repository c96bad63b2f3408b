package awss3_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
	"github.com/tojimari/tojimari/scanners/scannertest"
)

func TestConformance(t *testing.T) {
	world := lab.BigWorld(2, 0)
	l, err := lab.Start(world)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	scannertest.Run(t, scannertest.Harness{
		New: func(wrap func(http.RoundTripper) http.RoundTripper) (scanners.Scanner, error) {
			rt := scanners.Runtime{Transport: wrap(l.Transport()), Now: func() time.Time { return at }, UserAgent: "tojimari/test", Objects: 2}
			return awss3.New(rt, awss3.WithCredentials(lab.Credentials(world)),
				awss3.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() })), nil
		},
		Target:  scanners.Target{Scheme: "aws"},
		Answers: scannertest.AmazonAnswers(),
		// Where the policy could not be read, its status is asked for all the same.
		Falls: func(lost, with scanners.FactName) bool {
			return lost == "bucket.aws.policy_status" && with == "bucket.aws.policy"
		},
		ReadOnly: func(identity string) bool {
			return strings.Contains(identity, " AWSOrganizationsV20161128.Describe") || strings.Contains(identity, " AWSOrganizationsV20161128.List") ||
				strings.Contains(identity, `"Action=GetCallerIdentity`)
		},
	})
}
