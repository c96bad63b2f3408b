// Scopes that an earlier scan has whole: a scanner that knows may save itself listing them.

package scanners

import "context"

type skipKey struct{}

// WithSkip tells Discover which scopes need no listing, because their records are at hand.
func WithSkip(ctx context.Context, skip func(scope string) bool) context.Context {
	return context.WithValue(ctx, skipKey{}, skip)
}

// SkipScope reports whether the records of a scope are at hand already. Discover may then yield the scope's
// own Ref alone and go on to the next; yielding the rest as well costs calls and nothing else.
func SkipScope(ctx context.Context, scope string) bool {
	skip, ok := ctx.Value(skipKey{}).(func(string) bool)
	return ok && skip(scope)
}
