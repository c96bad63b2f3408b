package signedlink

// Redaction: what of a link may be shown. Names and the values known to be harmless; everything else is
// replaced, a parameter nobody knows as well, since it may be somebody else's token.

import (
	"strings"
	"unicode/utf8"
)

const (
	redacted   = "REDACTED"
	longestRun = 1024 // bytes of one shown part
)

// shown writes a link for people. paths tells whether the path may be shown.
func shown(c *candidate, paths bool) string {
	var out strings.Builder
	switch {
	case c.scheme != "":
		out.WriteString(c.scheme + "://" + printable(c.host))
	case c.host != "":
		out.WriteString(printable(c.host))
	}
	if c.hasPath {
		out.WriteByte('/')
		switch {
		case !paths && c.path != "":
			out.WriteString(redacted)
		default:
			out.WriteString(printable(scrubbed(c.path)))
		}
	}
	if c.host != "" || c.hasPath {
		out.WriteByte('?')
	}
	for i, p := range c.params {
		if i > 0 {
			out.WriteByte('&')
		}
		if i == 40 {
			out.WriteString("...")
			break
		}
		name := p.exact
		if !knownName(p.name) && len(name) > 64 {
			name = redacted
		}
		out.WriteString(printable(scrubbed(name)))
		if p.raw != "" || !subresource(p.written) {
			out.WriteString("=" + shownValue(p))
		}
	}
	return out.String()
}

func shownValue(p param) string {
	switch p.name {
	case "x-amz-credential", "x-goog-credential":
		id, scope, ok := strings.Cut(p.value, "/")
		if !ok {
			return shortened(p.value)
		}
		return shortened(id) + "/" + printable(cutTo(scope, 80))
	case "awsaccesskeyid", "googleaccessid", "key-pair-id":
		return shortened(p.value)
	case "expires", "x-amz-algorithm", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-region-set",
		"x-amz-content-sha256", "x-id", "x-goog-algorithm", "x-goog-date", "x-goog-expires", "x-goog-signedheaders",
		"hash-algorithm", "partnumber", "list-type",
		"sv", "ss", "srt", "sr", "tn", "sp", "se", "st", "si", "skt", "ske", "sks", "skv", "sdd", "spr", "sip",
		"restype", "comp":
		return printable(cutTo(scrubbed(p.raw), 128))
	default:
		return redacted
	}
}

// shortened shows the first and last four characters of a credential id.
func shortened(id string) string {
	if len(id) < 12 {
		return redacted
	}
	return printable(id[:4]) + "..." + printable(id[len(id)-4:])
}

// scrubbed replaces text that holds another link's signature.
func scrubbed(s string) string {
	d := s
	for range 4 {
		if plainHit([]byte(d), 0) >= 0 {
			return redacted
		}
		next := decode(d)
		if next == d {
			break
		}
		d = next
	}
	return s
}

func cutTo(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "..."
}

// printable percent-encodes what isn't printable ASCII and cuts what is too long.
func printable(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if out.Len() >= longestRun {
			out.WriteString("...")
			break
		}
		if c := s[i]; c > ' ' && c < 0x7f {
			out.WriteByte(c)
			continue
		}
		const digits = "0123456789ABCDEF"
		out.WriteByte('%')
		out.WriteByte(digits[s[i]>>4])
		out.WriteByte(digits[s[i]&15])
	}
	return out.String()
}

// finish redacts the fields of a link and writes its text.
func (r *reading) finish(c *candidate, paths bool) {
	for _, field := range []*string{r.Account, r.Container, r.Object} {
		if field != nil {
			*field = bounded(scrubbed(*field))
		}
	}
	if !paths && r.Object != nil {
		r.Object = ptr(redacted)
	}
	l := &r.Limits
	for _, field := range []*string{&l.Resource, &l.StoredPolicy, &l.User, &l.EncryptionScope} {
		*field = bounded(scrubbed(*field))
	}
	if !paths && l.Resource != "" {
		l.Resource = redacted
	}
	const most = 32
	for _, list := range []*[]string{&l.Network, &l.Headers, &l.Protocols, &l.Rows} {
		if len(*list) > most {
			*list = (*list)[:most]
		}
		for i, s := range *list {
			(*list)[i] = bounded(scrubbed(s))
		}
	}
	r.Text = shown(c, paths)
	r.Scheme = c.scheme
	r.Credential = credentialOf(c)
}

// credentialOf shows who signed: a key id, a service account, the delegating principal of a user delegation SAS.
func credentialOf(c *candidate) string {
	for _, name := range []string{"x-amz-credential", "x-goog-credential", "awsaccesskeyid", "googleaccessid", "key-pair-id", "skoid"} {
		if c.has(name) {
			id, _, _ := strings.Cut(c.get(name), "/")
			return shortened(id)
		}
	}
	return ""
}

// bounded cuts a field at a whole rune and makes it valid UTF-8.
func bounded(s string) string {
	const most = 4096
	if len(s) > most {
		n := most
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
