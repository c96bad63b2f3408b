//go:build servers && unix

// What an outsider gets: a stranger without credentials, or somebody with an account of their own.

package servertest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// objectKeys are the objects that every scene's bucket holds; content says what is in one.
func objectKeys() []string { return []string{"o.txt", "dir/p.txt", "dir/sub/q.txt", "pub/a.jpg"} }

func content(key string) string { return "content of " + key }

// probe is one request of a stranger.
type probe struct {
	verb   verdict.Verb
	method string
	url    string
	header http.Header
	body   string
}

// String is how a failure names the probe.
func (p probe) String() string { return fmt.Sprintf("%s %s %v", p.method, p.url, p.header) }

// send makes the request and says whether it succeeded: a listing listed, an object came, a write was taken.
func (p probe) send(t *testing.T, client *http.Client) (bool, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), p.method, p.url, strings.NewReader(p.body))
	if err != nil {
		t.Fatalf("%v: %v", p, err)
	}
	for name, list := range p.header {
		req.Header[name] = list
	}
	if _, ok := p.header["User-Agent"]; !ok {
		req.Header["User-Agent"] = nil // net/http would send its own
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%v: %v", p, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		t.Fatalf("%v: %v", p, err)
	}
	answer := fmt.Sprintf("%d %.120q", resp.StatusCode, body)
	ok := resp.StatusCode >= 200 && resp.StatusCode < 300
	switch p.verb {
	case verdict.List:
		ok = ok && (bytes.Contains(body, []byte("<ListBucketResult")) || bytes.Contains(body, []byte("<ListVersionsResult")) ||
			bytes.Contains(body, []byte("<ListMultipartUploadsResult")))
	case verdict.Read:
		ok = ok && bytes.HasPrefix(body, []byte("content of "))
	}
	return ok, answer
}

// pool is everything that a stranger who has read the policy would try: schemes, headers and parameters that it
// mentions, and every object. If none of it succeeds, the door counts as closed.
func pool(t *testing.T, s scene, bases []string, verb verdict.Verb) []probe {
	t.Helper()
	var out []probe
	for _, base := range bases {
		for _, header := range headers(t, s) {
			for _, p := range verbPool(t, s, base, verb) {
				p.header = header.Clone()
				out = append(out, p)
				if verb == verdict.Write && p.method == http.MethodPut {
					for _, acl := range s.conditionValues(t, "s3:x-amz-acl") {
						q := p
						q.header = header.Clone()
						q.header.Set("X-Amz-Acl", acl)
						out = append(out, q)
					}
				}
			}
		}
	}
	return out
}

// headers are no headers, and each combination of a referer and a user agent that the policy mentions or that are
// like nothing it mentions.
func headers(t *testing.T, s scene) []http.Header {
	t.Helper()
	referers := append([]string{""}, s.conditionValues(t, "aws:Referer")...)
	agents := append([]string{""}, s.conditionValues(t, "aws:UserAgent")...)
	if len(referers) > 1 {
		referers = append(referers, "https://elsewhere.invalid/")
	}
	if len(agents) > 1 {
		agents = append(agents, "something else")
	}
	var out []http.Header
	for _, referer := range referers {
		for _, agent := range agents {
			header := http.Header{}
			if referer != "" {
				header.Set("Referer", referer)
			}
			if agent != "" {
				header.Set("User-Agent", agent)
			}
			out = append(out, header)
		}
	}
	return out
}

func verbPool(t *testing.T, s scene, base string, verb verdict.Verb) []probe {
	t.Helper()
	var out []probe
	add := func(method, target, body string) {
		out = append(out, probe{verb: verb, method: method, url: target, body: body})
	}
	switch verb {
	case verdict.List:
		prefixes := append([]string{"", "dir/", "zz"}, s.conditionValues(t, "s3:prefix")...)
		delimiters := append([]string{""}, s.conditionValues(t, "s3:delimiter")...)
		sizes := append([]string{""}, s.conditionValues(t, "s3:max-keys")...)
		if len(sizes) > 1 {
			sizes = append(sizes, "1")
		}
		for _, kind := range []string{"list-type=2", "versions="} {
			for _, prefix := range prefixes {
				for _, delimiter := range delimiters {
					for _, size := range sizes {
						query := kind
						for name, value := range map[string]string{"prefix": prefix, "delimiter": delimiter, "max-keys": size} {
							if value != "" {
								query += "&" + name + "=" + url.QueryEscape(value)
							}
						}
						add(http.MethodGet, base+"/?"+query, "")
					}
				}
			}
		}
	case verdict.Read:
		for _, key := range objectKeys() {
			add(http.MethodGet, base+"/"+key, "")
			add(http.MethodGet, base+"/"+key+"?versionId=null", "")
		}
	case verdict.Write:
		for _, key := range []string{"new-5e1f", "dir/new-5e1f", "dir/sub/new-5e1f", "pub/new-5e1f.jpg", "o.txt", "dir/p.txt"} {
			add(http.MethodPut, base+"/"+key, content(key))
		}
		add(http.MethodDelete, base+"/new-5e1f", "")
		add(http.MethodDelete, base+"/dir/new-5e1f", "")
	}
	return out
}
