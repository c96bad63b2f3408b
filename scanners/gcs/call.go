// Making one call: attempts, waits, and what counts as an answer.

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
	"time"

	"github.com/rs/zerolog"
)

// Limits of trying again. Throttling costs time and nothing else, so it is bounded by the deadline rather than by a
// count; the count is there for calls without one.
const (
	throttledAttempts = 60
	transientAttempts = 6
	slowestBackoff    = 20 * time.Second
	firstBackoff      = 100 * time.Millisecond
	// largestAnswer bounds what is read of one answer, in bytes; a page of a listing is far below.
	largestAnswer = 64 << 20
)

// get reads the JSON document at address into out, until it is answered. Every error it returns is a *failure or
// ctx's. kind is what the document says it is ("storage#policy"), empty where documents of the service say nothing.
func (ses *session) get(ctx context.Context, address string, query url.Values, kind string, out any) error {
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	retried := map[failureKind]int{}
	for {
		if ses.lapsed.Load() {
			return &failure{kind: expired, message: "the credentials have expired"}
		}
		f := ses.attempt(ctx, address, kind, out)
		if f == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("stopped: %w", ctx.Err())
		}
		retried[f.kind]++
		if !ses.again(ctx, f, retried[f.kind]) {
			return f
		}
		if err := ses.pause(ctx, f, retried[f.kind]); err != nil {
			return errors.Join(f, err)
		}
	}
}

func (ses *session) attempt(ctx context.Context, address, kind string, out any) *failure {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return &failure{kind: otherFailure, message: "the request could not be built", err: err}
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
			return tokenFailure(err)
		}
		request.Header.Set("Authorization", "Bearer "+token.Value)
	}
	response, err := ses.transport.RoundTrip(request)
	if err != nil {
		kind, text := networkFailure(err)
		return &failure{kind: kind, message: text, err: err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	switch {
	case err != nil:
		kind, text := networkFailure(err)
		return &failure{kind: kind, message: text, err: err}
	case len(body) > largestAnswer:
		return &failure{kind: malformedAnswer, message: "the answer is larger than 64 MiB"}
	case response.StatusCode != http.StatusOK:
		return diagnose(response, body, ses.credentials != nil)
	}
	return decode(body, kind, out)
}

// decode reads an answer, which has to be of the kind expected: a 200 from something in between says nothing.
func decode(body []byte, kind string, out any) *failure {
	var head struct{ Kind string }
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return &failure{kind: malformedAnswer, message: "the answer is not a JSON object"}
	}
	err := json.Unmarshal(body, &head)
	if err == nil {
		err = json.Unmarshal(body, out)
	}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(body)):
		return &failure{kind: transient, message: "the answer ended early"}
	case err != nil:
		return &failure{kind: malformedAnswer, message: "the answer is not the JSON that was expected"}
	case kind != "" && head.Kind != kind:
		return &failure{kind: malformedAnswer, message: fmt.Sprintf("the answer is of kind %q instead of %q", cleanText(head.Kind, 60), kind)}
	}
	return nil
}

// again decides whether the nth failure of one kind is worth another attempt.
func (ses *session) again(ctx context.Context, f *failure, n int) bool {
	switch f.kind {
	case throttled:
		return n < throttledAttempts
	case transient:
		return n < transientAttempts
	case expired:
		if !ses.lapsed.Swap(true) {
			zerolog.Ctx(ctx).Warn().Msg("the Google credentials have expired")
		}
	}
	return false
}

// pause waits before the next attempt: half fixed, half by chance, doubling, never less than the service asked for. A
// wait that would outlast the deadline is not begun.
func (ses *session) pause(ctx context.Context, f *failure, n int) error {
	wait := min(firstBackoff<<min(n-1, 10), slowestBackoff)
	wait = wait/2 + time.Duration(ses.settings.jitter()*float64(wait/2))
	wait = max(wait, f.retryAfter)
	if deadline, ok := ctx.Deadline(); ok && ses.runtime.Now().Add(wait).After(deadline) {
		return context.DeadlineExceeded
	}
	zerolog.Ctx(ctx).Debug().Str("failure", f.text()).Int("attempt", n).Dur("wait", wait).Msg("trying again")
	return ses.settings.sleep(ctx, wait)
}
