// Carrying the SDK's requests over the transport handed in.

package awss3

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// largestAnswer bounds one answer. The largest that S3 documents is a listing of 1,000 keys, about 4 MB.
const largestAnswer = 16 << 20

var errTooLarge = errors.New("the answer is larger than any that S3 gives")

// httpClient carries the SDK's requests over the transport handed in: no redirects followed, no cookies, and
// answers of a bounded size.
type httpClient struct {
	transport http.RoundTripper
	server    *atomic.Pointer[string] // keeps the header Server of the first answer that has one; may be nil
}

// metadataPatience is how long the link-local services of instances and containers may take: they answer at
// once or are not there, and on other networks nothing refuses the connection.
const metadataPatience = 2 * time.Second

func isMetadata(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && (ip.IsLinkLocalUnicast() || ip.Equal(net.ParseIP("fd00:ec2::254")))
}

// noMetadataError is a link-local service that is not there; asking again would only take time.
type noMetadataError struct{ error }

func (e *noMetadataError) Unwrap() error { return e.error }

// Do implements aws.HTTPClient.
func (c httpClient) Do(r *http.Request) (*http.Response, error) {
	end, metadata := func() {}, isMetadata(r.URL.Hostname())
	if metadata {
		var ctx context.Context
		ctx, end = context.WithTimeout(r.Context(), metadataPatience)
		r = r.WithContext(ctx)
	}
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		end()
		if metadata {
			err = &noMetadataError{err}
		}
		return nil, err
	}
	if header := response.Header.Get("Server"); c.server != nil && header != "" && !metadata {
		c.server.CompareAndSwap(nil, &header)
	}
	response.Body = &boundedBody{body: response.Body, left: largestAnswer, end: end}
	return response, nil
}

type boundedBody struct {
	body io.ReadCloser
	left int64
	end  func()
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.body.Read(p)
	b.left -= int64(n)
	return n, err
}

func (b *boundedBody) Close() error {
	defer b.end()
	return b.body.Close()
}
