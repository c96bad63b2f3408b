package signedlink

// Reading: from a candidate to a Link, by the grammar that its parameters belong to.

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tojimari/tojimari/internal/vendors"
)

// reading is a Link in the making.
type reading struct {
	Link
	credential string // what, with the kind and the signature, makes the fingerprint
	signature  []byte // decoded
	known      int    // parameters that belong to the grammar: the fuller of two readings wins
	hostless   bool
	candidate  *candidate
	from, to   int    // where it stands in the buffer
	method     string // the HTTP method in front of it
}

// read judges which grammar a candidate follows. ok is false where it is none.
func read(c *candidate, known *vendors.Set) (reading, bool) {
	var r reading
	switch {
	case c.has("x-amz-signature"):
		r = readSigV4(c, known)
	case c.has("x-goog-signature"):
		r = readGCSV4(c)
	case c.has("signature") && c.has("googleaccessid"):
		r = readGCSV2(c)
	case c.has("signature") && c.has("awsaccesskeyid"):
		r = readSigV2(c, known)
	case c.has("signature") && c.has("key-pair-id"):
		r = readCloudFront(c)
	case c.has("sig") && c.has("sv"):
		r = readSAS(c)
	default:
		return reading{}, false
	}
	for _, p := range c.params {
		if knownName(p.name) && p.value != "" {
			r.known++
		}
	}
	if r.Kind == "" {
		return reading{}, false
	}
	r.hostless = c.host == ""
	if r.LookAlike != "" && len(r.signature) == 0 {
		r.signature = c.raw // what has no signature is told apart by its text
	}
	r.Fingerprint = fingerprint(r.Kind, r.credential, r.signature)
	if r.StartsAt != nil && r.ExpiresAt != nil && r.LifetimeSeconds == nil {
		r.LifetimeSeconds = ptr(int64(r.ExpiresAt.Sub(*r.StartsAt) / time.Second))
	}
	return r, true
}

func fingerprint(kind Kind, credential string, signature []byte) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(kind), []byte(credential), signature} {
		h.Write(part)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func ptr[T any](v T) *T { return &v }

// named returns nil for an empty string, else a pointer to valid UTF-8.
func named(s string) *string {
	if s == "" {
		return nil
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return &s
}

// words sorts permissions and drops doubles; nil stays nil.
func words(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// instant makes a time of Unix seconds, cut to what RFC 3339 can write.
func instant(unix int64) *time.Time {
	const last = 253402300799 // 9999-12-31T23:59:59Z
	return ptr(time.Unix(min(unix, last), 0).UTC())
}

// exactNames reports whether every parameter of the grammar is written the way the service wants it.
func exactNames(c *candidate, want func(folded string) string) bool {
	for _, p := range c.params {
		if w := want(p.name); w != "" && strings.TrimPrefix(p.exact, "CloudFront-") != w {
			return false
		}
	}
	return true
}

// signatureText is a signature parameter as written, without what stuck to its end in the surrounding text.
func signatureText(c *candidate, name string) string {
	i, ok := c.at[name]
	if !ok {
		return ""
	}
	raw := c.params[i].raw
	for j := 0; j < len(raw); j++ {
		if isAlnum(raw[j]) || strings.IndexByte("+/=%_~-", raw[j]) >= 0 {
			continue
		}
		const shortest = 27
		if strings.IndexByte(",;)]!:\\", raw[j]) >= 0 || raw[j] == '[' && j >= shortest {
			return raw[:j]
		}
		break
	}
	return raw
}

// base64Signature decodes a signature that may be percent-encoded once or twice, padded or not.
func base64Signature(raw string) (sig []byte, exact bool) {
	s := decode(raw)
	if strings.IndexByte(s, '%') >= 0 {
		s = decode(s)
	}
	sig, err := base64.StdEncoding.DecodeString(s)
	if err == nil {
		return sig, true
	}
	if sig, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "=")); err == nil {
		return sig, false
	}
	return nil, false
}

// hexSignature decodes; exact is false for upper-case digits, which no service takes.
func hexSignature(raw string) (sig []byte, exact bool) {
	sig, err := hex.DecodeString(raw)
	if err != nil {
		return nil, false
	}
	return sig, raw == strings.ToLower(raw)
}

// operation maps the SDKs' x-id hint to what it lets do.
func operation(name string) []string {
	switch {
	case strings.HasSuffix(name, "Acl"), strings.HasSuffix(name, "Policy"):
		if strings.HasPrefix(name, "Put") || strings.HasPrefix(name, "Delete") {
			return []string{"permissions"}
		}
		return []string{"read"}
	case strings.HasPrefix(name, "List"):
		return []string{"list"}
	case strings.HasPrefix(name, "Get"), strings.HasPrefix(name, "Head"), strings.HasPrefix(name, "Select"):
		return []string{"read"}
	case strings.HasPrefix(name, "Put"), strings.HasPrefix(name, "Upload"), strings.HasPrefix(name, "Create"),
		strings.HasPrefix(name, "Complete"), strings.HasPrefix(name, "Copy"), strings.HasPrefix(name, "Restore"):
		return []string{"write"}
	case strings.HasPrefix(name, "Delete"), strings.HasPrefix(name, "Abort"):
		return []string{"delete"}
	default:
		return nil
	}
}

// hinted infers permissions where the method is signed but not visible. vendor is "amz" or "goog"; headers are
// the signed ones. hasObject tells whether the URL names an object, hasContainer whether it names a container.
func hinted(c *candidate, vendor string, headers []string, hasContainer, hasObject bool) []string {
	if p := operation(c.get("x-id")); p != nil {
		return p
	}
	if p, ok := subresourceHint(c, vendor); ok {
		return p
	}
	for _, p := range c.params {
		if strings.HasPrefix(p.name, "response-content-") || p.name == "response-expires" || p.name == "response-cache-control" {
			return []string{"read"}
		}
	}
	switch c.method {
	case "GET", "HEAD":
		if hasContainer && !hasObject {
			return []string{"list"}
		}
		if hasObject {
			return []string{"read"}
		}
	case "PUT", "POST":
		return []string{"write"}
	case "DELETE":
		return []string{"delete"}
	}
	if c.has("uploadid") || c.has("uploads") || c.has("x-"+vendor+"-acl") {
		return []string{"write"}
	}
	for _, h := range headers {
		switch h {
		case "content-md5", "content-type", "x-amz-acl", "x-goog-acl", "x-goog-resumable", "x-amz-copy-source":
			return []string{"write"}
		}
		if strings.HasPrefix(h, "x-amz-meta-") || strings.HasPrefix(h, "x-goog-meta-") || strings.HasPrefix(h, "x-amz-server-side-encryption") {
			return []string{"write"}
		}
	}
	if !hasObject && (c.has("list-type") || c.has("prefix") || c.has("delimiter")) {
		return []string{"list"}
	}
	return nil
}

// subresourceHint reads what a URL for a sub-resource lets do. Its method isn't visible, so only what tells writing
// apart says anything.
func subresourceHint(c *candidate, vendor string) (list []string, ok bool) {
	switch {
	case c.has("acl"), c.has("policy"), c.has("publicaccessblock"):
		if c.has("x-"+vendor+"-acl") || strings.Contains(strings.ToLower(c.get("x-"+vendor+"-signedheaders")), "x-"+vendor+"-acl") ||
			c.method == "PUT" || c.method == "DELETE" {
			return []string{"permissions"}, true
		}
		return nil, true
	case c.has("versions") && c.method != "PUT":
		return []string{"list"}, true
	default:
		return nil, false
	}
}

// signedHeaders splits a list of signed headers; hasHost tells that host is among them, as it must be.
func signedHeaders(value string) (others []string, hasHost bool) {
	value, _, _ = strings.Cut(value, ",")
	for _, h := range strings.Split(value, ";") {
		switch h = strings.ToLower(h); h {
		case "":
		case "host":
			hasHost = true
		default:
			others = append(others, h)
		}
	}
	return others, hasHost
}
