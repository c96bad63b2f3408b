package fetch_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/fetch/fetchtest"
)

func TestThroughAProxy(t *testing.T) {
	w := fetchtest.New(t)
	seen := w.StartProxy(true)
	w.Name("example.com", []string{publicIP})
	w.Name("plain.example", []string{otherIP})
	w.Name("inside.example", []string{"10.0.0.5"})
	w.Name("redirect.example", []string{otherIP})
	w.ServeTLS(publicIP+":443", say("through the tunnel"), "example.com")
	w.Serve(otherIP+":80", func(rw http.ResponseWriter, r *http.Request) {
		if r.Host == "redirect.example" {
			http.Redirect(rw, r, "http://inside.example/", http.StatusFound)
			return
		}
		_, _ = io.WriteString(rw, "through the tunnel")
	})
	w.Serve("10.0.0.5:80", say("inside"))
	c := client(t, w, nil)
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
	if diff := cmp.Diff(want, seen()); diff != "" {
		t.Errorf("the proxy saw (-want +got):\n%s", diff)
	}
}

func TestBehindAProxyThatAloneKnowsNames(t *testing.T) {
	w := fetchtest.New(t)
	seen := w.StartProxy(true)
	w.ServeTLS("example.com:443", say("known to the proxy"), "example.com")
	c := client(t, w, nil)
	if _, body, err := get(t, c, "https://example.com/", true); body != "known to the proxy" {
		t.Errorf("a named host: %q, %v", body, err)
	}
	if _, _, err := get(t, c, "https://evil.example/", false); !errors.Is(err, fetch.ErrName) {
		t.Errorf("another host, which cannot be checked: %v", err)
	}
	if len(seen()) != 1 {
		t.Errorf("the proxy saw %q", seen())
	}
}

func TestProxyTroubleNamesNoPassword(t *testing.T) {
	w := fetchtest.New(t)
	w.StartProxy(false)
	w.Name("example.com", []string{publicIP})
	_, _, err := get(t, client(t, w, nil), "https://example.com/", false)
	if !errors.Is(err, fetch.ErrProxy) || strings.Contains(fmt.Sprint(err), "hush") {
		t.Errorf("%v", err)
	}
	w.ProxyURL = &url.URL{Scheme: "socks5", Host: "10.9.9.9:1080"}
	if _, _, err := get(t, client(t, w, nil), "https://example.com/", false); !errors.Is(err, fetch.ErrProxy) {
		t.Errorf("%v", err)
	}
}
