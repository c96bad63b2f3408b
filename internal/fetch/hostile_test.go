package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/fetch/fetchtest"
)

// Servers that try to fill memory or to hold the scanner up.
func TestHostileBodies(t *testing.T) {
	const limit = 64 << 10
	bomb := func() []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(make([]byte, 64<<20))
		_ = z.Close()
		return b.Bytes()
	}()
	w := fetchtest.New(t)
	w.Name("evil.example", []string{publicIP})
	w.Serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/endless":
			for {
				if _, err := rw.Write(make([]byte, 32<<10)); err != nil {
					return
				}
			}
		case "/tiny":
			for {
				if _, err := rw.Write([]byte("x")); err != nil {
					return
				}
				rw.(http.Flusher).Flush()
			}
		case "/bomb":
			rw.Header().Set("Content-Encoding", "gzip")
			_, _ = rw.Write(bomb)
		case "/notgzip":
			rw.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(rw, "plain text")
		case "/br":
			rw.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(rw, "???")
		case "/exact":
			_, _ = rw.Write(make([]byte, limit))
		case "/emptygzip":
			rw.Header().Set("Content-Encoding", "gzip")
		case "/header":
			rw.Header().Set("X-Big", strings.Repeat("x", 10<<20))
		case "/headers":
			for i := range 20000 {
				rw.Header().Set(fmt.Sprintf("X-H-%d", i), strings.Repeat("y", 500))
			}
		}
	})
	c := client(t, w, func(o *fetch.Options) { o.MaxBytes = limit })
	for _, k := range []struct {
		path      string
		length    int
		truncated bool
		fails     bool
		encoding  string
	}{
		{path: "/endless", length: limit, truncated: true},
		{path: "/tiny", length: limit, truncated: true},
		{path: "/bomb", length: limit, truncated: true},
		{path: "/notgzip", fails: true},
		{path: "/br", length: 3, encoding: "br"},
		{path: "/exact", length: limit},
		{path: "/emptygzip"},
		{path: "/header", fails: true},
		{path: "/headers", fails: true},
	} {
		r, body, err := get(t, c, "http://evil.example"+k.path, false)
		if (err != nil) != k.fails || len(body) != k.length {
			t.Errorf("%s: %d bytes, %v", k.path, len(body), err)
			continue
		}
		if err == nil && (r.Truncated != k.truncated || r.Encoding != k.encoding) {
			t.Errorf("%s: truncated %v, encoding %q", k.path, r.Truncated, r.Encoding)
		}
	}
}

// Servers that are not web servers, or stop in the middle.
func TestHostileProtocols(t *testing.T) {
	for name, answer := range map[string]string{
		"not http":           "SSH-2.0-OpenSSH_9.2\r\n",
		"nothing":            "",
		"half a status line": "HTTP/1.1 2",
		"no end of headers":  "HTTP/1.1 200 OK\r\nX: y\r\n",
		"body too short":     "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
		"two lengths":        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		"bad chunk":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"negative length":    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"endless 100s":       strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100000),
	} {
		w := fetchtest.New(t)
		w.Name("evil.example", []string{publicIP})
		w.Raw(publicIP+":80", func(c net.Conn) { _, _ = io.WriteString(c, answer) })
		if _, _, err := get(t, client(t, w, nil), "http://evil.example/", false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A server that never answers, or drips, costs the time limit and no more.
func TestTimeLimit(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("silent.example", []string{publicIP})
	w.Name("drip.example", []string{otherIP})
	w.Raw(publicIP+":80", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	w.Raw(otherIP+":80", func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
		_, _ = io.Copy(io.Discard, c)
	})
	c := client(t, w, func(o *fetch.Options) { o.Timeout = 50 * time.Millisecond })
	for _, host := range []string{"silent.example", "drip.example"} {
		if _, _, err := get(t, c, "http://"+host+"/", false); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", host, err)
		}
	}
}
