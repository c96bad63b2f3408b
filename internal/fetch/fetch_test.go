package fetch_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/fetch"
)

// world is a pretend internet: names with addresses, and addresses with servers on loopback behind them.
type world struct {
	t       testing.TB
	mu      sync.Mutex
	names   map[string][][]string // successive answers; the last one stays
	servers map[string]string     // "93.184.215.14:80" to the address listened at
	dialled []string
	roots   *x509.CertPool
	proxy   *url.URL
}

func newWorld(t testing.TB) *world {
	return &world{t: t, names: map[string][][]string{}, servers: map[string]string{}, roots: x509.NewCertPool()}
}

func (w *world) name(host string, answers ...[]string) { w.names[host] = answers }

func (w *world) serve(address string, handler http.HandlerFunc) {
	s := httptest.NewServer(handler)
	w.t.Cleanup(s.Close)
	w.servers[address] = s.Listener.Addr().String()
}

func (w *world) serveTLS(address string, handler http.HandlerFunc) {
	s := httptest.NewUnstartedServer(handler)
	s.EnableHTTP2 = true
	s.Config.ErrorLog = nil
	s.StartTLS()
	w.t.Cleanup(s.Close)
	w.servers[address] = s.Listener.Addr().String()
	w.roots.AddCert(s.Certificate())
}

// raw serves bytes as they are to whoever connects.
func (w *world) raw(address string, answer func(net.Conn)) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = l.Close() })
	w.servers[address] = l.Addr().String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = http.ReadRequest(bufio.NewReader(c))
				answer(c)
			}()
		}
	}()
}

func (w *world) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	answers, ok := w.names[strings.ToLower(host)]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(answers) > 1 {
		w.names[strings.ToLower(host)] = answers[1:]
	}
	var out []netip.Addr
	for _, a := range answers[0] {
		out = append(out, netip.MustParseAddr(a))
	}
	return out, nil
}

func (w *world) dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	w.dialled = append(w.dialled, address)
	to, ok := w.servers[address]
	w.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("nothing listens at %s", address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, to)
}

func (w *world) client(change func(*fetch.Options)) *fetch.Client {
	o := fetch.Options{UserAgent: "tojimari/test", Resolver: w, Dial: w.dial, RootCAs: w.roots, Timeout: 5 * time.Second}
	if w.proxy != nil {
		o.Proxy = func(*http.Request) (*url.URL, error) { return w.proxy, nil }
	}
	if change != nil {
		change(&o)
	}
	c, err := fetch.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	return c
}

func address(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// get fetches a page and returns its body.
func get(t testing.TB, c *fetch.Client, raw string, named bool) (*fetch.Response, string, error) {
	t.Helper()
	var body []byte
	r, err := c.Fetch(context.Background(), fetch.Request{URL: address(t, raw), Named: named}, func(_ *fetch.Response, b io.Reader) error {
		var err error
		body, err = io.ReadAll(b)
		return err
	})
	return r, string(body), err
}

func say(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

const (
	publicIP = "93.184.215.14"
	otherIP  = "198.41.0.4"
)

func TestFetchesAPage(t *testing.T) {
	w := newWorld(t)
	w.name("files.example", []string{publicIP})
	w.serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, "%s %s %s %q", r.Method, r.Host, r.URL, r.UserAgent())
	})
	r, body, err := get(t, w.client(nil), "http://files.example/a?b=1", false)
	if err != nil {
		t.Fatal(err)
	}
	if want := `GET files.example /a?b=1 "tojimari/test"`; body != want || r.Status != 200 {
		t.Errorf("%d %s, want %s", r.Status, body, want)
	}
	if r.Vantage.Source != "127.0.0.1" || r.Vantage.Proxy != "" {
		t.Errorf("vantage %+v", r.Vantage)
	}
}

func TestTLSIsVerified(t *testing.T) {
	w := newWorld(t)
	w.name("example.com", []string{publicIP})
	w.name("other.example", []string{publicIP})
	w.serveTLS(publicIP+":443", say("secret"))
	c := w.client(nil)
	if _, body, err := get(t, c, "https://example.com/", false); err != nil || body != "secret" {
		t.Errorf("with the right name: %q, %v", body, err)
	}
	var wrongName x509.HostnameError
	if _, _, err := get(t, c, "https://other.example/", true); !errors.As(err, &wrongName) {
		t.Errorf("with another name: %v", err)
	}
	stranger := w.client(func(o *fetch.Options) { o.RootCAs = x509.NewCertPool() })
	var unknown *tls.CertificateVerificationError
	if _, _, err := get(t, stranger, "https://example.com/", true); !errors.As(err, &unknown) {
		t.Errorf("with an unknown authority: %v", err)
	}
}

// Where a host leads, and whether it may be asked: not named, named by the user.
func TestAddresses(t *testing.T) {
	cases := []struct {
		answer          string
		others, byNamed bool
	}{
		{"93.184.215.14", true, true},
		{"2606:2800:21f:cb07:6820:80da:af6b:8b2c", true, true},
		{"127.0.0.1", false, true},
		{"127.9.9.9", false, true},
		{"10.1.2.3", false, true},
		{"172.31.0.1", false, true},
		{"172.32.0.1", true, true},
		{"192.168.1.1", false, true},
		{"100.64.0.1", false, true},
		{"::1", false, true},
		{"fd12:3456::1", false, true},
		{"169.254.169.254", false, false},
		{"fd00:ec2::254", false, false},
		{"100.100.100.200", false, false},
		{"168.63.129.16", false, false},
		{"fe80::1", false, false},
		{"0.0.0.0", false, false},
		{"::", false, false},
		{"224.0.0.1", false, false},
		{"255.255.255.255", false, false},
		{"192.0.2.1", false, false},
		{"198.18.0.1", false, false},
		{"240.0.0.1", false, false},
		{"ff02::1", false, false},
		{"2001:db8::1", false, false},
		{"::ffff:10.0.0.1", false, true},
		{"::ffff:169.254.169.254", false, false},
		{"::ffff:93.184.215.14", true, true},
		{"64:ff9b::a9fe:a9fe", false, false},
		{"64:ff9b::7f00:1", false, true},
		{"64:ff9b::5db8:d70e", true, true},
		{"64:ff9b:1::a00:1", false, false},
		{"2002:7f00:1::1", false, true},
		{"2002:5db8:d70e::1", false, false},
		{"2001:0:4136:e378:8000:63bf:3fff:fdd2", false, false},
		{"::7f00:1", false, true},
		{"fec0::1", false, false},
	}
	for _, c := range cases {
		for _, named := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/named=%v", c.answer, named), func(t *testing.T) {
				w := newWorld(t)
				w.name("host.example", []string{c.answer})
				w.serve(net.JoinHostPort(netip.MustParseAddr(c.answer).Unmap().String(), "80"), say("hello"))
				_, body, err := get(t, w.client(nil), "http://host.example/", named)
				allowed := map[bool]bool{false: c.others, true: c.byNamed}[named]
				if allowed != (body == "hello") || !allowed && !errors.Is(err, fetch.ErrAddress) {
					t.Errorf("allowed %v: %q, %v", allowed, body, err)
				}
				if !allowed && len(w.dialled) > 0 {
					t.Errorf("connected to %v", w.dialled)
				}
			})
		}
	}
}

func TestAddressWrittenByTheUser(t *testing.T) {
	w := newWorld(t)
	w.serve("169.254.169.254:80", say("hello"))
	c := w.client(nil)
	if _, body, err := get(t, c, "http://169.254.169.254/", true); body != "hello" {
		t.Errorf("what the user wrote: %v", err)
	}
	if _, _, err := get(t, c, "http://169.254.169.254/", false); !errors.Is(err, fetch.ErrAddress) {
		t.Errorf("what somebody else wrote: %v", err)
	}
}

// A redirect never leads inside, from whatever host and by whatever notation.
func TestRedirectsInside(t *testing.T) {
	for _, to := range []string{
		"http://127.0.0.1/", "http://127.0.0.1:8080/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.5/", "http://inside.example/",
		"http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[fe80::1%25eth0]/", "//inside.example/x", "http://localhost/", "http://named.corp:8080/",
		"https://127.0.0.1/", "http://0.0.0.0/", "http://2130706433/", "http://0x7f.1/",
	} {
		t.Run(to, func(t *testing.T) {
			w := newWorld(t)
			w.name("named.corp", []string{"10.0.0.1"}) // private, and named by the user
			w.name("inside.example", []string{"10.0.0.5"})
			w.name("localhost", []string{"127.0.0.1"})
			w.name("2130706433", []string{"127.0.0.1"})
			w.name("0x7f.1", []string{"127.0.0.1"})
			for _, a := range []string{"127.0.0.1:80", "127.0.0.1:8080", "127.0.0.1:443", "[::1]:80", "169.254.169.254:80", "10.0.0.5:80", "10.0.0.1:8080", "0.0.0.0:80"} {
				w.serve(a, say("inside"))
			}
			w.serve("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, to, http.StatusFound) })
			r, body, err := get(t, w.client(nil), "http://named.corp/", true)
			if !errors.Is(err, fetch.ErrAddress) || body != "" {
				t.Errorf("%q, %v", body, err)
			}
			if r == nil || r.Status != http.StatusFound || len(r.Hops) != 1 {
				t.Errorf("the redirect itself is not told: %+v", r)
			}
			if diff := cmp.Diff([]string{"10.0.0.1:80"}, w.dialled); diff != "" {
				t.Errorf("connections (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRedirectsOfANamedPrivateHostToItself(t *testing.T) {
	w := newWorld(t)
	w.name("example.com", []string{"10.0.0.1"})
	w.serve("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "https://example.com/new", http.StatusMovedPermanently)
	})
	w.serveTLS("10.0.0.1:443", say("same host"))
	r, body, err := get(t, w.client(nil), "http://example.com/", true)
	if err != nil || body != "same host" || len(r.Hops) != 1 || r.URL.String() != "https://example.com/new" {
		t.Errorf("%q, %v, %+v", body, err, r)
	}
	if !r.Vantage.PrivateAnswer {
		t.Error("the private answer is not in the vantage")
	}
}

// A connection made for a named private host is not used again for somebody else's redirect to it.
func TestPooledConnectionsAreNotShared(t *testing.T) {
	w := newWorld(t)
	w.name("named.corp", []string{"10.0.0.1"})
	w.name("evil.example", []string{publicIP})
	w.serve("10.0.0.1:80", say("inside"))
	w.serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "http://named.corp/", http.StatusFound)
	})
	c := w.client(nil)
	if _, body, err := get(t, c, "http://named.corp/", true); body != "inside" {
		t.Fatal(err)
	}
	if _, body, err := get(t, c, "http://evil.example/", true); body == "inside" || !errors.Is(err, fetch.ErrAddress) {
		t.Errorf("%q, %v", body, err)
	}
}

func TestNameServerThatChangesItsAnswer(t *testing.T) {
	w := newWorld(t)
	w.name("evil.example", []string{publicIP}, []string{"127.0.0.1"})
	w.serve(publicIP+":80", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Connection", "close") // so that the next request asks the name server again
		_, _ = io.WriteString(rw, "outside")
	})
	w.serve("127.0.0.1:80", say("inside"))
	for _, named := range []bool{true, false} {
		w.name("evil.example", []string{publicIP}, []string{"127.0.0.1"})
		c := w.client(nil)
		if _, body, err := get(t, c, "http://evil.example/", named); body != "outside" {
			t.Fatalf("named %v: %v", named, err)
		}
		if _, body, err := get(t, c, "http://evil.example/robots.txt", named); body == "inside" || !errors.Is(err, fetch.ErrAddress) {
			t.Errorf("named %v: %q, %v", named, body, err)
		}
	}
}

func TestMixedAnswerIsTakenAtItsPublicAddresses(t *testing.T) {
	w := newWorld(t)
	w.name("mixed.example", []string{"127.0.0.1", publicIP, "10.0.0.1"})
	w.serve(publicIP+":80", say("outside"))
	w.serve("127.0.0.1:80", say("inside"))
	for _, named := range []bool{true, false} {
		w.dialled = nil
		if _, body, err := get(t, w.client(nil), "http://mixed.example/", named); body != "outside" || len(w.dialled) != 1 {
			t.Errorf("named %v: %q, %v, connected to %v", named, body, err, w.dialled)
		}
	}
}

func TestRedirectLimits(t *testing.T) {
	w := newWorld(t)
	w.name("files.example", []string{publicIP})
	var asked atomic.Int32
	w.serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		to := map[string]string{"/endless": fmt.Sprintf("/endless?%d", n), "/loop": "/loop2", "/loop2": "/loop", "/file": "file:///etc/passwd",
			"/js": "javascript:alert(1)", "/user": "http://user:pw@files.example/x", "/gopher": "gopher://files.example:70/"}[r.URL.Path]
		rw.Header().Set("Location", to)
		rw.WriteHeader(http.StatusFound)
	})
	for path, want := range map[string]error{"/endless": fetch.ErrRedirects, "/loop": fetch.ErrRedirects, "/file": fetch.ErrRequest, "/js": fetch.ErrRequest, "/user": fetch.ErrRequest, "/gopher": fetch.ErrRequest} {
		asked.Store(0)
		r, _, err := get(t, w.client(nil), "http://files.example"+path, false)
		if !errors.Is(err, want) || r == nil || r.Status != http.StatusFound {
			t.Errorf("%s: %+v, %v", path, r, err)
		}
		if asked.Load() > 6 {
			t.Errorf("%s: asked %d times", path, asked.Load())
		}
		if r != nil && r.Loop != (path == "/loop") {
			t.Errorf("%s: loop %v", path, r.Loop)
		}
	}
	r, err := w.client(nil).Fetch(context.Background(), fetch.Request{URL: address(t, "http://files.example/endless"), NoRedirects: true}, nil)
	if err != nil || r.Status != http.StatusFound || len(r.Hops) != 0 {
		t.Errorf("with redirects handed out: %+v, %v", r, err)
	}
}

func TestHeadersGoToTheFirstHostAlone(t *testing.T) {
	w := newWorld(t)
	w.name("a.example", []string{publicIP})
	w.name("b.example", []string{otherIP})
	got := map[string]string{}
	w.serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		got["a"] = r.Header.Get("Referer") + "|" + r.UserAgent()
		http.Redirect(rw, r, "http://b.example/", http.StatusFound)
	})
	w.serve(otherIP+":80", func(_ http.ResponseWriter, r *http.Request) { got["b"] = r.Header.Get("Referer") + "|" + r.UserAgent() })
	_, err := w.client(nil).Fetch(context.Background(), fetch.Request{URL: address(t, "http://a.example/"), Header: http.Header{"referer": {"https://secret.example/"}, "User-Agent": {"as the policy asks"}}}, nil)
	if diff := cmp.Diff(map[string]string{"a": "https://secret.example/|as the policy asks", "b": "|tojimari/test"}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestRefusedRequests(t *testing.T) {
	w := newWorld(t)
	c := w.client(nil)
	for name, r := range map[string]fetch.Request{
		"PUT":         {Method: "PUT", URL: address(t, "http://a.example/")},
		"DELETE":      {Method: "DELETE", URL: address(t, "http://a.example/")},
		"POST":        {Method: "POST", URL: address(t, "http://a.example/")},
		"lower case":  {Method: "get", URL: address(t, "http://a.example/")},
		"no URL":      {},
		"file":        {URL: address(t, "file:///etc/passwd")},
		"credentials": {URL: address(t, "http://user:pw@a.example/")},
		"authorize":   {URL: address(t, "http://a.example/"), Header: http.Header{"authorization": {"Basic x"}}},
		"cookie":      {URL: address(t, "http://a.example/"), Header: http.Header{"Cookie": {"x=y"}}},
		"host":        {URL: address(t, "http://a.example/"), Header: http.Header{"Host": {"b.example"}}},
		"proxy":       {URL: address(t, "http://a.example/"), Header: http.Header{"Proxy-Authorization": {"x"}}},
	} {
		if _, err := c.Fetch(context.Background(), r, nil); !errors.Is(err, fetch.ErrRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(w.dialled) > 0 {
		t.Errorf("connected to %v", w.dialled)
	}
	if _, err := fetch.New(fetch.Options{}); err == nil {
		t.Error("a client without a name is made")
	}
}

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
	w := newWorld(t)
	w.name("evil.example", []string{publicIP})
	w.serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
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
	c := w.client(func(o *fetch.Options) { o.MaxBytes = limit })
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
		w := newWorld(t)
		w.name("evil.example", []string{publicIP})
		w.raw(publicIP+":80", func(c net.Conn) { _, _ = io.WriteString(c, answer) })
		if _, _, err := get(t, w.client(nil), "http://evil.example/", false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A server that never answers, or drips, costs the time limit and no more.
func TestTimeLimit(t *testing.T) {
	w := newWorld(t)
	w.name("silent.example", []string{publicIP})
	w.name("drip.example", []string{otherIP})
	w.raw(publicIP+":80", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	w.raw(otherIP+":80", func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
		_, _ = io.Copy(io.Discard, c)
	})
	c := w.client(func(o *fetch.Options) { o.Timeout = 50 * time.Millisecond })
	for _, host := range []string{"silent.example", "drip.example"} {
		if _, _, err := get(t, c, "http://"+host+"/", false); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestPacePerHost(t *testing.T) {
	w := newWorld(t)
	w.name("a.example", []string{publicIP})
	w.name("b.example", []string{publicIP})
	w.serve(publicIP+":80", say("x"))
	now := time.Unix(1_800_000_000, 0)
	var waits []time.Duration
	c := w.client(func(o *fetch.Options) {
		o.Pace = time.Second
		o.Now = func() time.Time { return now }
		o.Wait = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
	})
	for _, raw := range []string{"http://a.example/1", "http://b.example/1", "http://A.example/2", "http://a.example/3"} {
		if _, _, err := get(t, c, raw, false); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Minute)
	if _, _, err := get(t, c, "http://a.example/4", false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second}, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

// proxy is a proxy on loopback that tunnels within the world and forwards plain requests.
func (w *world) startProxy(allowTunnel bool) *[]string {
	var mu sync.Mutex
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Method+" "+r.RequestURI+" "+r.Header.Get("Proxy-Authorization"))
		mu.Unlock()
		if r.Method != http.MethodConnect {
			_, _ = io.WriteString(rw, "forwarded "+r.RequestURI)
			return
		}
		to, ok := w.servers[r.RequestURI]
		if !allowTunnel || !ok {
			rw.WriteHeader(http.StatusForbidden)
			return
		}
		inner, err := net.Dial("tcp", to)
		if err != nil {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		defer inner.Close()
		outer, _, err := rw.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer outer.Close()
		_, _ = io.WriteString(outer, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(inner, outer) }()
		_, _ = io.Copy(outer, inner)
	}))
	w.t.Cleanup(s.Close)
	u, _ := url.Parse(s.URL)
	u.Host = "10.9.9.9:3128"
	u.User = url.UserPassword("me", "hush")
	w.servers["10.9.9.9:3128"] = s.Listener.Addr().String()
	w.proxy = u
	return &seen
}

func TestThroughAProxy(t *testing.T) {
	w := newWorld(t)
	seen := w.startProxy(true)
	w.name("example.com", []string{publicIP})
	w.name("plain.example", []string{otherIP})
	w.name("inside.example", []string{"10.0.0.5"})
	w.name("redirect.example", []string{otherIP})
	w.serveTLS(publicIP+":443", say("through the tunnel"))
	w.serve(otherIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		if r.Host == "redirect.example" {
			http.Redirect(rw, r, "http://inside.example/", http.StatusFound)
			return
		}
		_, _ = io.WriteString(rw, "through the tunnel")
	})
	w.serve("10.0.0.5:80", say("inside"))
	c := w.client(nil)
	const auth = " Basic bWU6aHVzaA=="

	r, body, err := get(t, c, "https://example.com/", false)
	if err != nil || body != "through the tunnel" {
		t.Fatalf("%q, %v", body, err)
	}
	if r.Vantage.Proxy != "http://10.9.9.9:3128" {
		t.Errorf("vantage %+v", r.Vantage)
	}
	if _, body, _ = get(t, c, "http://plain.example/", true); body != "forwarded http://plain.example/" {
		t.Errorf("a named plain host: %q", body)
	}
	if _, body, _ = get(t, c, "http://plain.example/", false); body != "through the tunnel" {
		t.Errorf("another plain host: %q", body)
	}
	if _, body, err = get(t, c, "http://redirect.example/", false); body != "" || !errors.Is(err, fetch.ErrAddress) {
		t.Errorf("a redirect inside: %q, %v", body, err)
	}
	// Every tunnel leads to an address that was checked, never to a name.
	want := []string{"CONNECT " + publicIP + ":443" + auth, "GET http://plain.example/" + auth, "CONNECT " + otherIP + ":80" + auth, "CONNECT " + otherIP + ":80" + auth}
	if diff := cmp.Diff(want, *seen); diff != "" {
		t.Errorf("the proxy saw (-want +got):\n%s", diff)
	}
}

func TestBehindAProxyThatAloneKnowsNames(t *testing.T) {
	w := newWorld(t)
	seen := w.startProxy(true)
	w.serveTLS("example.com:443", say("known to the proxy"))
	c := w.client(nil)
	if _, body, err := get(t, c, "https://example.com/", true); body != "known to the proxy" {
		t.Errorf("a named host: %q, %v", body, err)
	}
	if _, _, err := get(t, c, "https://evil.example/", false); !errors.Is(err, fetch.ErrName) {
		t.Errorf("another host, which cannot be checked: %v", err)
	}
	if len(*seen) != 1 {
		t.Errorf("the proxy saw %q", *seen)
	}
}

func TestProxyTroubleNamesNoPassword(t *testing.T) {
	w := newWorld(t)
	w.startProxy(false)
	w.name("example.com", []string{publicIP})
	_, _, err := get(t, w.client(nil), "https://example.com/", false)
	if !errors.Is(err, fetch.ErrProxy) || strings.Contains(fmt.Sprint(err), "hush") {
		t.Errorf("%v", err)
	}
	w.proxy = &url.URL{Scheme: "socks5", Host: "10.9.9.9:1080"}
	if _, _, err := get(t, w.client(nil), "https://example.com/", false); !errors.Is(err, fetch.ErrProxy) {
		t.Errorf("%v", err)
	}
}

func TestCancelled(t *testing.T) {
	w := newWorld(t)
	w.name("a.example", []string{publicIP})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.client(nil).Fetch(ctx, fetch.Request{URL: address(t, "http://a.example/")}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
