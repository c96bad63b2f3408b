// Carrying the SDK's requests over the transport handed in, and holding answers to the form that was asked for.

package azureblob

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// largestAnswer bounds one answer. The largest that Azure documents is a page of 5,000 containers or blobs, a few MB.
const largestAnswer = 32 << 20

// malformedError is an answer that does not mean anything.
type malformedError struct {
	what      string
	truncated bool // it only ends too early
}

func (e *malformedError) Error() string { return e.what }

// strangerError is a request that would have taken a token to a host that it is not for.
type strangerError struct{ host string }

func (e *strangerError) Error() string { return "the next page is said to be at another host" }

// carrier implements policy.Transporter: it sends to one host only, follows no redirects, keeps no cookies, reads
// answers whole and bounded, and refuses a success that is not in the form of the service.
type carrier struct {
	transport http.RoundTripper
	host      string
	tokens    bool // for getting tokens: any host, any form
}

// Do implements policy.Transporter.
func (c carrier) Do(r *http.Request) (*http.Response, error) {
	if !c.tokens && !strings.EqualFold(r.URL.Host, c.host) {
		return nil, &strangerError{r.URL.Host}
	}
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if isContent(r.Context()) && (response.StatusCode == http.StatusOK || response.StatusCode == http.StatusPartialContent) {
		return response, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	response.Body.Close()
	switch {
	case err != nil:
		return nil, err
	case len(body) > largestAnswer:
		return nil, &malformedError{what: "the answer is larger than any that Azure gives"}
	case !c.tokens && response.StatusCode >= 300 && response.StatusCode < 400:
		return nil, &malformedError{what: "the answer leads elsewhere"}
	case !c.tokens && response.StatusCode < 300:
		if err := wellFormed(r.URL, body); err != nil {
			return nil, err
		}
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// xmlRoots are the elements in which the blob service answers, by the component asked for.
func xmlRoot(component string) string {
	switch component {
	case "properties":
		return "StorageServiceProperties"
	case "acl":
		return "SignedIdentifiers"
	case "list":
		return "EnumerationResults"
	}
	return ""
}

// wellFormed checks the outermost form of a success: the SDK takes an empty body, or other elements than those asked
// for, for an answer in which nothing is set.
func wellFormed(asked *url.URL, body []byte) error {
	query := asked.Query()
	switch component := query.Get("comp"); {
	case component != "":
		return wellFormedXML(xmlRoot(component), body)
	case query.Get("restype") == "container": // a container's properties are in the header
		return nil
	}
	text := bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf"))
	if len(text) == 0 {
		return &malformedError{what: "the answer is empty"}
	}
	if text[0] != '{' {
		return &malformedError{what: "the answer is not a JSON object"}
	}
	if json.Valid(text) {
		return nil
	}
	var rest json.RawMessage
	err := json.Unmarshal(text, &rest)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset >= int64(len(text)) {
		return &malformedError{what: "the answer ended early", truncated: true}
	}
	return &malformedError{what: "the answer is not JSON"}
}

func wellFormedXML(root string, body []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	depth := 0
	for {
		token, err := decoder.RawToken()
		switch {
		case errors.Is(err, io.EOF) && depth == 0:
			return &malformedError{what: "the answer is empty"}
		case err != nil && decoder.InputOffset() >= int64(len(body)):
			return &malformedError{what: "the answer ended early", truncated: true}
		case err != nil:
			return &malformedError{what: "the answer is not XML"}
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 && t.Name.Local != root {
				return &malformedError{what: "the answer is about something else"}
			}
			depth++
		case xml.EndElement:
			if depth--; depth == 0 {
				return nil
			}
		}
	}
}
