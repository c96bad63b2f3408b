package fetch_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/fetch/fetchtest"
)

func client(t testing.TB, w *fetchtest.World, change func(*fetch.Options)) *fetch.Client {
	t.Helper()
	o := fetch.Options{UserAgent: "tojimari/test", Resolver: w, Dial: w.Dial, RootCAs: w.Roots(), Proxy: w.Proxy, Timeout: 5 * time.Second}
	if change != nil {
		change(&o)
	}
	c, err := fetch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
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

func say(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
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

const (
	publicIP = "93.184.215.14"
	otherIP  = "198.41.0.4"
)

func TestFetchesAPage(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("files.example", []string{publicIP})
	w.Serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, "%s %s %s %q", r.Method, r.Host, r.URL, r.UserAgent())
	})
	r, body, err := get(t, client(t, w, nil), "http://files.example/a?b=1", false)
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
	w := fetchtest.New(t)
	w.Name("example.com", []string{publicIP})
	w.Name("other.example", []string{publicIP})
	w.ServeTLS(publicIP+":443", say("secret"), "example.com")
	c := client(t, w, nil)
	if _, body, err := get(t, c, "https://example.com/", false); err != nil || body != "secret" {
		t.Errorf("with the right name: %q, %v", body, err)
	}
	var wrongName x509.HostnameError
	if _, _, err := get(t, c, "https://other.example/", true); !errors.As(err, &wrongName) {
		t.Errorf("with another name: %v", err)
	}
	stranger := client(t, w, func(o *fetch.Options) { o.RootCAs = x509.NewCertPool() })
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
				w := fetchtest.New(t)
				w.Name("host.example", []string{c.answer})
				w.Serve(net.JoinHostPort(netip.MustParseAddr(c.answer).Unmap().String(), "80"), say("hello"))
				_, body, err := get(t, client(t, w, nil), "http://host.example/", named)
				allowed := map[bool]bool{false: c.others, true: c.byNamed}[named]
				if allowed != (body == "hello") || !allowed && !errors.Is(err, fetch.ErrAddress) {
					t.Errorf("allowed %v: %q, %v", allowed, body, err)
				}
				if to := w.Dialled(); !allowed && len(to) > 0 {
					t.Errorf("connected to %v", to)
				}
			})
		}
	}
}

func TestAddressWrittenByTheUser(t *testing.T) {
	w := fetchtest.New(t)
	w.Serve("169.254.169.254:80", say("hello"))
	c := client(t, w, nil)
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
			w := fetchtest.New(t)
			w.Name("named.corp", []string{"10.0.0.1"}) // private, and named by the user
			w.Name("inside.example", []string{"10.0.0.5"})
			w.Name("localhost", []string{"127.0.0.1"})
			w.Name("2130706433", []string{"127.0.0.1"})
			w.Name("0x7f.1", []string{"127.0.0.1"})
			for _, a := range []string{"127.0.0.1:80", "127.0.0.1:8080", "127.0.0.1:443", "[::1]:80", "169.254.169.254:80", "10.0.0.5:80", "10.0.0.1:8080", "0.0.0.0:80"} {
				w.Serve(a, say("inside"))
			}
			w.Serve("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, to, http.StatusFound) })
			r, body, err := get(t, client(t, w, nil), "http://named.corp/", true)
			if !errors.Is(err, fetch.ErrAddress) || body != "" {
				t.Errorf("%q, %v", body, err)
			}
			if r == nil || r.Status != http.StatusFound || len(r.Hops) != 1 {
				t.Errorf("the redirect itself is not told: %+v", r)
			}
			if diff := cmp.Diff([]string{"10.0.0.1:80"}, w.Dialled()); diff != "" {
				t.Errorf("connections (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRedirectsOfANamedPrivateHostToItself(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("example.com", []string{"10.0.0.1"})
	w.Serve("10.0.0.1:80", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "https://example.com/new", http.StatusMovedPermanently)
	})
	w.ServeTLS("10.0.0.1:443", say("same host"), "example.com")
	r, body, err := get(t, client(t, w, nil), "http://example.com/", true)
	if err != nil || body != "same host" || len(r.Hops) != 1 || r.URL.String() != "https://example.com/new" {
		t.Errorf("%q, %v, %+v", body, err, r)
	}
	if !r.Vantage.PrivateAnswer {
		t.Error("the private answer is not in the vantage")
	}
}

// A connection made for a named private host is not used again for somebody else's redirect to it.
func TestPooledConnectionsAreNotShared(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("named.corp", []string{"10.0.0.1"})
	w.Name("evil.example", []string{publicIP})
	w.Serve("10.0.0.1:80", say("inside"))
	w.Serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "http://named.corp/", http.StatusFound)
	})
	c := client(t, w, nil)
	if _, body, err := get(t, c, "http://named.corp/", true); body != "inside" {
		t.Fatal(err)
	}
	if _, body, err := get(t, c, "http://evil.example/", true); body == "inside" || !errors.Is(err, fetch.ErrAddress) {
		t.Errorf("%q, %v", body, err)
	}
}

func TestNameServerThatChangesItsAnswer(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("evil.example", []string{publicIP}, []string{"127.0.0.1"})
	w.Serve(publicIP+":80", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Connection", "close") // so that the next request asks the name server again
		_, _ = io.WriteString(rw, "outside")
	})
	w.Serve("127.0.0.1:80", say("inside"))
	for _, named := range []bool{true, false} {
		w.Name("evil.example", []string{publicIP}, []string{"127.0.0.1"})
		c := client(t, w, nil)
		if _, body, err := get(t, c, "http://evil.example/", named); body != "outside" {
			t.Fatalf("named %v: %v", named, err)
		}
		if _, body, err := get(t, c, "http://evil.example/robots.txt", named); body == "inside" || !errors.Is(err, fetch.ErrAddress) {
			t.Errorf("named %v: %q, %v", named, body, err)
		}
	}
}

func TestMixedAnswerIsTakenAtItsPublicAddresses(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("mixed.example", []string{"127.0.0.1", publicIP, "10.0.0.1"})
	w.Serve(publicIP+":80", say("outside"))
	w.Serve("127.0.0.1:80", say("inside"))
	for _, named := range []bool{true, false} {
		_, body, err := get(t, client(t, w, nil), "http://mixed.example/", named)
		if to := w.Dialled(); body != "outside" || len(to) != 1 {
			t.Errorf("named %v: %q, %v, connected to %v", named, body, err, to)
		}
	}
}

func TestRedirectLimits(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("files.example", []string{publicIP})
	var asked atomic.Int32
	w.Serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		to := map[string]string{"/endless": fmt.Sprintf("/endless?%d", n), "/loop": "/loop2", "/loop2": "/loop", "/file": "file:///etc/passwd",
			"/js": "javascript:alert(1)", "/user": "http://user:pw@files.example/x", "/gopher": "gopher://files.example:70/"}[r.URL.Path]
		rw.Header().Set("Location", to)
		rw.WriteHeader(http.StatusFound)
	})
	for path, want := range map[string]error{"/endless": fetch.ErrRedirects, "/loop": fetch.ErrRedirects, "/file": fetch.ErrRequest, "/js": fetch.ErrRequest, "/user": fetch.ErrRequest, "/gopher": fetch.ErrRequest} {
		asked.Store(0)
		r, _, err := get(t, client(t, w, nil), "http://files.example"+path, false)
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
	r, err := client(t, w, nil).Fetch(context.Background(), fetch.Request{URL: address(t, "http://files.example/endless"), NoRedirects: true}, nil)
	if err != nil || r.Status != http.StatusFound || len(r.Hops) != 0 {
		t.Errorf("with redirects handed out: %+v, %v", r, err)
	}
}

func TestHeadersGoToTheFirstHostAlone(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("a.example", []string{publicIP})
	w.Name("b.example", []string{otherIP})
	got := map[string]string{}
	w.Serve(publicIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		got["a"] = r.Header.Get("Referer") + "|" + r.UserAgent()
		http.Redirect(rw, r, "http://b.example/", http.StatusFound)
	})
	w.Serve(otherIP+":80", func(_ http.ResponseWriter, r *http.Request) { got["b"] = r.Header.Get("Referer") + "|" + r.UserAgent() })
	_, err := client(t, w, nil).Fetch(context.Background(), fetch.Request{URL: address(t, "http://a.example/"), Header: http.Header{"referer": {"https://secret.example/"}, "User-Agent": {"as the policy asks"}}}, nil)
	if diff := cmp.Diff(map[string]string{"a": "https://secret.example/|as the policy asks", "b": "|tojimari/test"}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestRefusedRequests(t *testing.T) {
	w := fetchtest.New(t)
	c := client(t, w, nil)
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
	if to := w.Dialled(); len(to) > 0 {
		t.Errorf("connected to %v", to)
	}
	if _, err := fetch.New(fetch.Options{}); err == nil {
		t.Error("a client without a name is made")
	}
}

func TestPacePerHost(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("a.example", []string{publicIP})
	w.Name("b.example", []string{publicIP})
	w.Serve(publicIP+":80", say("x"))
	now := time.Unix(1_800_000_000, 0)
	var waits []time.Duration
	c := client(t, w, func(o *fetch.Options) {
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

func TestCancelled(t *testing.T) {
	w := fetchtest.New(t)
	w.Name("a.example", []string{publicIP})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := client(t, w, nil).Fetch(ctx, fetch.Request{URL: address(t, "http://a.example/")}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
