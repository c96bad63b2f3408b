// The pacing key: what shares one provider-side quota, and therefore one limit here.

package pace

import (
	"context"
	"net/http"
)

type keyKey struct{}

// WithKey makes requests under ctx share the limit of key: an account, project or subscription. Without a key
// the host of the request is used.
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyKey{}, key)
}

func keyOf(req *http.Request) string {
	if key, ok := req.Context().Value(keyKey{}).(string); ok && key != "" {
		return key
	}
	return req.URL.Host
}
