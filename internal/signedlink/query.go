package signedlink

// The query: from a run of link bytes to a host, a path and parameters, without net/url, which drops pairs with
// raw semicolons, turns raw plus signs into blanks and stops at a "#".

import (
	"bytes"
	"strings"
)

// param is one name=value of a query: name folded and value decoded once, raw as written.
type param struct {
	name, value, raw string
	exact            string // the name as written, decoded
	written          string // the name as written
}

// candidate is a run of bytes that is read as one link.
type candidate struct {
	scheme, host, path string // "" where the text has none; path as written, without the leading slash
	hasPath            bool
	params             []param
	at                 map[string]int // folded name -> index of its first param
	method             string         // of a request line or a command in front, upper case
	endpoints          string         // connection string in front of SharedAccessSignature=
	raw                []byte
}

func (c *candidate) get(name string) string {
	if i, ok := c.at[name]; ok {
		return c.params[i].value
	}
	return ""
}

func (c *candidate) has(name string) bool { _, ok := c.at[name]; return ok }

// plainHit finds the next "sig=" or "signature=" in b and returns the index of its equals sign.
func plainHit(b []byte, from int) int {
	for i := max(from, 3); i < len(b); i++ {
		at := bytes.IndexByte(b[i:], '=')
		if at < 0 {
			return -1
		}
		i += at
		if endsFold(b[:i], "sig") || endsFold(b[:i], "signature") {
			return i
		}
	}
	return -1
}

// schemeAt reports whether "http://" or "https://" begins at i.
func schemeAt(b []byte, i int) bool { return hasFold(b, i, "http://") || hasFold(b, i, "https://") }

// token returns the run of link bytes around at.
func token(b []byte, at int) (lo, hi int) {
	lo, hi = at, at
	for lo > 0 && linkByte(b[lo-1]) {
		lo--
	}
	for hi < len(b) && linkByte(b[hi]) {
		hi++
	}
	return lo, hi
}

// trimmed takes off what prose, Markdown and code put after a link.
func trimmed(b []byte) []byte {
	return bytes.TrimRight(b, ".,;:!?)(]}[{>*\\&")
}

// parse reads b as one link. hit is the index in b of the signature's equals sign.
func parse(b []byte, hit int) (candidate, bool) {
	c := candidate{raw: b, at: map[string]int{}}
	rest := b
	if connection := indexFold(b, 0, "sharedaccesssignature="); connection >= 0 && connection <= hit {
		c.endpoints = string(b[:connection])
		rest = b[connection+len("sharedaccesssignature="):]
		if q := bytes.IndexByte(rest, '?'); q == 0 {
			rest = rest[1:]
		}
	} else {
		q := bytes.IndexByte(b, '?')
		if q > hit {
			q = -1
		}
		switch {
		case q >= 0:
			c.locate(b[:q])
			rest = b[q+1:]
		case schemeAt(b, 0):
			// A SigV4 query behind a fragment (single-page applications) or glued to a path.
			if h := bytes.IndexByte(b, '#'); h >= 0 && h < hit {
				c.locate(b[:h])
				rest = b[h+1:]
			} else if s := bytes.IndexAny(b, "&;"); s >= 0 && s < hit {
				c.locate(b[:s])
				rest = b[s+1:]
			}
		}
	}
	separator := byte('&')
	if endsFold(b[:hit], "cloudfront-signature") {
		separator = ';'
	}
	for len(rest) > 0 {
		piece := rest
		if i := bytes.IndexByte(rest, separator); i >= 0 {
			piece, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		c.addParam(piece)
	}
	return c, len(c.params) > 0
}

// addParam splits one pair. What stands before a known name in the first pair (SAS_TOKEN=sv=..., a second
// question mark) is dropped.
func (c *candidate) addParam(piece []byte) {
	name, raw, ok := strings.Cut(string(piece), "=")
	if !ok && !subresource(name) {
		return
	}
	name = strings.TrimSpace(name)
	for tries := 0; tries < 3 && !knownName(strings.ToLower(decode(name))); tries++ {
		if i := strings.LastIndexAny(name, "?:;,#"); i >= 0 && knownName(strings.ToLower(decode(name[i+1:]))) {
			name = name[i+1:]
			break
		}
		inner, value, more := cutInner(raw)
		if !more {
			break
		}
		name, raw = inner, value
	}
	exact := decode(name)
	folded := strings.ToLower(exact)
	if i := strings.IndexAny(raw, ",;)]}"); i >= 0 && knownName(folded) && !holdsMarks(folded) {
		raw = raw[:i] // what follows a link in a table or a list
	}
	raw = strings.TrimRight(raw, "^") // the escape of Windows' command line
	folded = strings.TrimPrefix(folded, "cloudfront-")
	if _, twice := c.at[folded]; !twice {
		c.at[folded] = len(c.params)
	}
	c.params = append(c.params, param{name: folded, exact: exact, written: name, value: decode(raw), raw: raw})
}

// subresource names what an S3 or GCS URL may ask for beside the object itself, written without a value.
func subresource(name string) bool {
	switch name {
	case "acl", "policy", "tagging", "uploads", "versions", "torrent", "retention", "legal-hold", "restore", "attributes",
		"cors", "lifecycle", "location", "logging", "versioning", "website", "encryption", "publicAccessBlock":
		return true
	default:
		return false
	}
}

// holdsMarks reports whether a value of this parameter may have commas, semicolons or brackets written plainly.
func holdsMarks(name string) bool {
	switch name {
	case "x-amz-signedheaders", "x-goog-signedheaders", "spr", "prefix", "delimiter", "signature", "sig", "rscc", "rscd", "rsce", "rscl", "rsct":
		return true
	default:
		return strings.HasPrefix(name, "response-content-")
	}
}

// cutInner looks for a known name=value inside a value: "sv=2020-02-10" in "SAS=sv=2020-02-10".
func cutInner(raw string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(raw, "=")
	if !ok {
		return "", "", false
	}
	if i := strings.LastIndexAny(name, "?:;,#{["); i >= 0 {
		name = name[i+1:]
	}
	return name, value, knownName(strings.ToLower(decode(name)))
}

// knownName reports whether a folded name is a parameter of any of the grammars.
func knownName(name string) bool {
	switch name {
	case "signature", "expires", "awsaccesskeyid", "googleaccessid", "policy", "key-pair-id", "hash-algorithm",
		"cloudfront-policy", "cloudfront-signature", "cloudfront-key-pair-id", "x-id", "versionid", "uploadid",
		"partnumber", "list-type", "prefix", "delimiter",
		"sv", "ss", "srt", "sr", "tn", "spk", "srk", "epk", "erk", "sp", "se", "st", "si", "skoid", "sktid", "skt",
		"ske", "sks", "skv", "saoid", "suoid", "scid", "sdd", "sduoid", "skdutid", "spr", "sip", "ses", "rscc",
		"rscd", "rsce", "rscl", "rsct", "sig", "restype", "comp", "generation":
		return true
	default:
		return strings.HasPrefix(name, "x-amz-") || strings.HasPrefix(name, "x-goog-") ||
			strings.HasPrefix(name, "response-content-")
	}
}

// locate reads scheme, host and path from what stands before the query.
func (c *candidate) locate(b []byte) {
	base := string(b)
	switch {
	case hasFold(b, 0, "https://"):
		c.scheme, base = "https", base[len("https://"):]
	case hasFold(b, 0, "http://"):
		c.scheme, base = "http", base[len("http://"):]
	case strings.HasPrefix(base, "//"):
		base = base[2:]
	default:
		// A request line ("/bucket/key?...") or a host without a scheme; a name in front of either is dropped.
		if i := strings.LastIndexAny(base, "=,;([{"); i >= 0 && strings.ContainsAny(base[i+1:], "/.") {
			base = base[i+1:]
		}
		if strings.HasPrefix(base, "/") {
			c.path, c.hasPath = base[1:], true
			return
		}
		host, _, _ := strings.Cut(base, "/")
		if !strings.Contains(host, ".") || strings.ContainsAny(host, "%@=") {
			return
		}
	}
	if i := strings.IndexByte(base, '#'); i >= 0 {
		base = base[:i]
	}
	host, path, slash := strings.Cut(base, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	c.host, c.path, c.hasPath = strings.ToLower(host), path, slash || c.scheme != ""
}

// address writes the candidate as a URL, without user information and without what stood around it.
func (c *candidate) address() string {
	scheme := c.scheme
	if scheme == "" {
		scheme = "https"
	}
	pairs := make([]string, len(c.params))
	for i, p := range c.params {
		raw := p.raw
		if p.name == "signature" || p.name == "sig" || strings.HasSuffix(p.name, "-signature") {
			raw = signatureText(c, p.name)
		}
		pairs[i] = p.written + "=" + raw
		if raw == "" && subresource(p.written) {
			pairs[i] = p.written
		}
	}
	return scheme + "://" + c.host + "/" + c.path + "?" + strings.Join(pairs, "&")
}

// hostname is the host without its port and root dot.
func (c *candidate) hostname() string {
	host := c.host
	if strings.HasPrefix(host, "[") {
		if i := strings.IndexByte(host, ']'); i >= 0 {
			return host[1:i]
		}
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}

// decode undoes %XX once and leaves everything else, plus signs and broken escapes among it.
func decode(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if r, ok := hexRune([]byte(s[i+1 : i+3])); ok {
				out = append(out, byte(r))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

// segments decodes a path into its first part and the rest.
func segments(path string) (first, rest string) {
	first, rest, _ = strings.Cut(path, "/")
	return decode(first), decode(rest)
}
