// Renewing credentials that many calls find expired at once.

package awss3

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/tojimari/tojimari/scanners/attempt"
)

// rotated gives old credentials once and the same new ones from then on, as metadata services and programs of
// credential_process do.
type rotated struct {
	mu    sync.Mutex
	asked int
}

func (r *rotated) Retrieve(context.Context) (aws.Credentials, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	token := "new"
	if r.asked++; r.asked == 1 {
		token = "old"
	}
	return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "x", SessionToken: token}, nil
}

func TestRenewedOnceForAllCalls(t *testing.T) {
	const calls = 8
	ses := &session{
		now: time.Now, config: aws.Config{Credentials: aws.NewCredentialsCache(&rotated{})},
		settings: settings{attemptTimeout: time.Minute, jitter: func() float64 { return 0 }},
	}
	var refused, ended sync.WaitGroup // every call is under way with the old credentials before one is refused
	refused.Add(calls)
	for range calls {
		ended.Go(func() {
			_, err := call(t.Context(), ses, func(ctx context.Context, _ int, _ ...func(*int)) (int, error) {
				with, err := ses.config.Credentials.Retrieve(ctx)
				if err == nil && with.SessionToken == "old" {
					refused.Done()
					refused.Wait()
					return 0, &failure{Kind: attempt.Expired}
				}
				return 0, err
			}, 0)
			if err != nil {
				t.Error(err)
			}
		})
	}
	ended.Wait()
	if ses.lapsed {
		t.Error("there were newer credentials")
	}
}
