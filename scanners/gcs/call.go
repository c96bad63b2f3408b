// Making one call, and what counts as an answer.

package gcs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/rs/zerolog"

	"github.com/tojimari/tojimari/scanners/attempt"
)

// largestAnswer bounds what is read of one answer, in bytes; a page of a listing is far below.
const largestAnswer = 64 << 20

// get reads the JSON document at address into out, until it is answered. Every error it returns is a *failure or
// ctx's. kind is what the document says it is ("storage#policy"), empty where documents of the service say nothing.
func (ses *session) get(ctx context.Context, address string, query url.Values, kind string, out any) error {
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	caller := attempt.Caller{
		Diagnose: unsent, Limit: ses.settings.attemptTimeout, Sleep: ses.settings.sleep, Jitter: ses.settings.jitter, Now: ses.runtime.Now, Renew: ses.renew,
	}
	body, err := attempt.Do(ctx, caller, func(ctx context.Context) ([]byte, error) { return ses.ask(ctx, address, kind) })
	if err != nil {
		return err
	}
	if json.Unmarshal(body, out) != nil {
		return &failure{Kind: attempt.Malformed, Message: "the answer is not the JSON that was expected"}
	}
	return nil
}

// renew never has other credentials: the library renews tokens by itself, so that a token which is refused as expired
// is one whose login is over. From then on nothing is asked.
func (ses *session) renew(ctx context.Context) bool {
	if !ses.lapsed.Swap(true) {
		zerolog.Ctx(ctx).Warn().Msg("the Google credentials have expired")
	}
	return false
}

// ask makes one attempt.
func (ses *session) ask(ctx context.Context, address, kind string) ([]byte, error) {
	if ses.lapsed.Load() {
		return nil, &failure{Kind: attempt.Expired, Message: "the credentials have expired"}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &failure{Message: "the request could not be built", Err: err}
	}
	request.Header.Set("Accept", "application/json")
	if ses.userAgent != "" {
		request.Header.Set("User-Agent", ses.userAgent)
	}
	if ses.quota != "" {
		request.Header.Set("X-Goog-User-Project", ses.quota)
	}
	if ses.credentials != nil {
		token, err := ses.credentials.Token(ctx)
		if err != nil {
			return nil, tokenFailure(err)
		}
		request.Header.Set("Authorization", "Bearer "+token.Value)
	}
	response, err := ses.transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > largestAnswer:
		return nil, &failure{Kind: attempt.Malformed, Message: "the answer is larger than 64 MiB"}
	case response.StatusCode != http.StatusOK:
		return nil, refused(response, body, ses.credentials != nil)
	}
	return body, check(body, kind)
}

// check holds an answer to the kind expected: a 200 from something in between says nothing.
func check(body []byte, kind string) error {
	var head struct{ Kind string }
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return &failure{Kind: attempt.Malformed, Message: "the answer is not a JSON object"}
	}
	err := json.Unmarshal(body, &head)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(body)):
		return &failure{Kind: attempt.Transient, Message: "the answer ended early"}
	case err != nil:
		return &failure{Kind: attempt.Malformed, Message: "the answer is not the JSON that was expected"}
	case kind != "" && head.Kind != kind:
		return &failure{Kind: attempt.Malformed, Message: fmt.Sprintf("the answer is of kind %q instead of %q", attempt.Clean(head.Kind, 60), kind)}
	}
	return nil
}
