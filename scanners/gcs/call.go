// Making one call.

package gcs

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/rs/zerolog"

	"github.com/tojimari/tojimari/scanners/attempt"
)

// call makes one call of a client until it is answered. Every error it returns is a *failure or ctx's.
func call[Out any](ctx context.Context, ses *session, ask func(context.Context) (Out, error)) (Out, error) {
	caller := attempt.Caller{
		Diagnose: diagnose, Limit: ses.settings.attemptTimeout, Sleep: ses.settings.sleep, Jitter: ses.settings.jitter, Now: ses.runtime.Now, Renew: ses.renew,
	}
	return attempt.Do(ctx, caller, func(ctx context.Context) (Out, error) { return ask(onePage(ctx)) })
}

// diagnose classes what the carrier has not: what a connection or a library met.
func diagnose(err error) *failure {
	var wrongType *json.UnmarshalTypeError
	var wrongTime *time.ParseError
	if errors.As(err, &wrongType) || errors.As(err, &wrongTime) {
		return unexpected(err)
	}
	if f := attempt.Network(err); f != nil {
		return f
	}
	return &failure{Message: "the request could not be sent", Err: err}
}

// renew never has other credentials: the library renews tokens by itself, so that a token which is refused as expired
// is one whose login is over. From then on nothing is asked.
func (ses *session) renew(ctx context.Context) bool {
	if !ses.lapsed.Swap(true) {
		zerolog.Ctx(ctx).Warn().Msg("the Google credentials have expired")
	}
	return false
}

// get reads a JSON document of the services that lie above Cloud Storage, of which a few fields are needed.
func get[Out any](ctx context.Context, ses *session, address string, query url.Values) (*Out, error) {
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return call(ctx, ses, func(ctx context.Context) (*Out, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, &failure{Message: "the request could not be built", Err: err}
		}
		response, err := carrier{ses}.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, err
		}
		out := new(Out)
		if err := json.Unmarshal(body, out); err != nil {
			return nil, unexpected(err)
		}
		return out, nil
	})
}

// mostPages bounds a listing; more means a service that never ends. A project may have any number of buckets.
const mostPages = 10_000

// pages reads a listing to its end, one call of fetch per page. A listing that stands still or never ends is an error:
// what was listed so far is not all there is.
func pages(fetch func(token string) (next string, err error)) error {
	token := ""
	for range mostPages {
		next, err := fetch(token)
		if err != nil || next == "" {
			return err
		}
		if next == token {
			break
		}
		token = next
	}
	return endless()
}

// withToken asks for the page that a token stands for; empty for the first.
func withToken(query url.Values, token string) url.Values {
	if token != "" {
		query.Set("pageToken", token)
	}
	return query
}
