// Making one call.

package azureblob

import (
	"context"

	"github.com/tojimari/tojimari/scanners/attempt"
)

// call makes one SDK call until it is answered. Every error it returns is a *failure or ctx's.
func call[Out any](ctx context.Context, ses *session, ask func(context.Context) (Out, error)) (Out, error) {
	caller := attempt.Caller{Diagnose: diagnose, Limit: ses.settings.attemptTimeout, Sleep: ses.settings.sleep, Jitter: ses.settings.jitter, Now: ses.now}
	return attempt.Do(ctx, caller, ask)
}
