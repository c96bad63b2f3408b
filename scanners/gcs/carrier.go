// Carrying requests over the transport handed in, signed, and holding answers to the form that was asked for.

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
	"strings"
	"sync/atomic"

	"github.com/tojimari/tojimari/scanners/attempt"
)

const (
	// largestAnswer bounds what is read of one answer, in bytes; a page of a listing is far below.
	largestAnswer = 64 << 20
	// mostRequests bounds what the client sends for one page: it goes on where a page is empty.
	mostRequests = 8
)

// carrier implements http.RoundTripper for the clients of Google's libraries and for plain requests alike. What comes
// back is a whole answer of the kind asked for, or an error: the libraries decode any document, so that a server which
// answers an unknown question with something else would read as "nothing is set".
type carrier struct{ *session }

type sentKey struct{}

// onePage counts the requests of one attempt.
func onePage(ctx context.Context) context.Context {
	return context.WithValue(ctx, sentKey{}, new(atomic.Int32))
}

// RoundTrip implements http.RoundTripper.
func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if c.lapsed.Load() {
		return nil, &failure{Kind: attempt.Expired, Message: "the credentials have expired"}
	}
	if sent, ok := ctx.Value(sentKey{}).(*atomic.Int32); ok && sent.Add(1) > mostRequests {
		return nil, endless()
	}
	if r.URL.Scheme != "https" || !strings.HasSuffix(r.URL.Host, ".googleapis.com") {
		return nil, &failure{Kind: attempt.Malformed, Message: fmt.Sprintf("tokens are not for host %q", r.URL.Host)}
	}
	sent := r.Clone(ctx)
	sent.Header.Set("Accept", "application/json")
	sent.Header.Del("User-Agent")
	if c.userAgent != "" {
		sent.Header.Set("User-Agent", c.userAgent)
	}
	if c.quota != "" {
		sent.Header.Set("X-Goog-User-Project", c.quota)
	}
	if c.credentials != nil {
		token, err := c.credentials.Token(ctx)
		if err != nil {
			return nil, tokenFailure(err)
		}
		sent.Header.Set("Authorization", "Bearer "+token.Value)
	}
	response, err := c.transport.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	if isContent(r.URL) && (response.StatusCode == http.StatusOK || response.StatusCode == http.StatusPartialContent) {
		return response, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	response.Body.Close()
	switch {
	case err != nil:
		return nil, err
	case len(body) > largestAnswer:
		return nil, &failure{Kind: attempt.Malformed, Message: "the answer is larger than 64 MiB"}
	case response.StatusCode != http.StatusOK:
		return nil, refused(response, body, c.credentials != nil)
	}
	if err := check(body, kindAsked(r.URL)); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

func endless() error {
	return &failure{Kind: attempt.Malformed, Message: "the listing does not come to an end"}
}

// kindAsked is what a document of Cloud Storage says that it is, by the path it was asked at (JSON API, "kind" of each
// resource). Documents of the other services say nothing.
func kindAsked(u *url.URL) string {
	path, ok := strings.CutPrefix(u.EscapedPath(), "/storage/v1/")
	if !ok {
		return ""
	}
	parts := strings.Split(path, "/")
	switch last := parts[len(parts)-1]; {
	case parts[0] == "projects" && last == "hmacKeys":
		return "storage#hmacKeysMetadata"
	case len(parts) == 1:
		return "storage#buckets"
	case len(parts) == 2:
		return "storage#bucket"
	case last == "iam":
		return "storage#policy"
	case last == "managedFolders":
		return "storage#managedFolders"
	case last == "notificationConfigs":
		return "storage#notifications"
	case last == "o":
		return "storage#objects"
	}
	return "none" // nothing else is asked for
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
		return unexpected(err)
	case kind != "" && head.Kind != kind:
		return &failure{Kind: attempt.Malformed, Message: fmt.Sprintf("the answer is of kind %q instead of %q", attempt.Clean(head.Kind, 60), kind)}
	case kind != "" && holdsNull(body):
		// No service sends one, and the client library takes it for an element.
		return &failure{Kind: attempt.Malformed, Message: "the answer holds null where an element should be"}
	}
	return nil
}

func unexpected(err error) *failure {
	return &failure{Kind: attempt.Malformed, Message: "the answer is not the JSON that was expected", Err: err}
}

// holdsNull reports whether some list in a valid document has null for an element.
func holdsNull(body []byte) bool {
	if !bytes.Contains(body, []byte("null")) {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	var within []json.Delim
	for {
		token, err := decoder.Token()
		if err != nil {
			return false // the end
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '[' || t == '{' {
				within = append(within, t)
			} else {
				within = within[:len(within)-1]
			}
		case nil:
			if within[len(within)-1] == '[' {
				return true
			}
		}
	}
}
