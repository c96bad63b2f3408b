// Making one call.

package awss3

import (
	"context"

	"github.com/tojimari/tojimari/scanners/attempt"
)

// call makes one SDK call until it is answered. Every error it returns is a *failure or ctx's.
func call[In, Out, Opt any](ctx context.Context, ses *session, fn func(context.Context, In, ...func(*Opt)) (Out, error), in In, opts ...func(*Opt)) (Out, error) {
	var renewals uint64 // before the attempt
	caller := attempt.Caller{
		Diagnose: ses.diagnose, Limit: ses.settings.attemptTimeout, Sleep: ses.settings.sleep, Jitter: ses.settings.jitter, Now: ses.now,
		Renew: func(ctx context.Context) bool { return ses.renew(ctx, renewals) },
	}
	return attempt.Do(ctx, caller, func(ctx context.Context) (Out, error) {
		renewals = ses.renewals.Load()
		return fn(ctx, in, opts...)
	})
}
