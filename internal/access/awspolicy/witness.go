package awspolicy

// This file writes a solution as a request: which query parameters and headers carry the condition keys.

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// witness builds the request of a solution.
func (s *Solver) witness(b *found) *Witness {
	c := b.sc.caller
	w := &Witness{
		Action: b.act.name, Method: b.act.method, Query: b.act.query, HTTPS: true, Context: map[string][]string{},
		Signed: c.signed(), Account: c.account, ByService: c.id == idService, FromVPC: c.network == netVPC,
	}
	if b.sc.object() {
		w.Key = b.sol.model[keyResource].text
		for _, st := range b.stmts {
			if st.res == nil {
				continue
			}
			for _, l := range st.res.object {
				if text, plain := l.literal(); plain && text == w.Key {
					w.KeyLiteral = true
				}
			}
		}
	}
	if w.Key != "" && !w.KeyLiteral && w.Method == "GET" {
		if i := slices.IndexFunc(s.sampled, func(key string) bool { return s.alsoOpens(b, key) }); i >= 0 {
			w.Key, w.KeyLiteral = s.sampled[i], true
		}
	}
	if b.act.method != "GET" && w.Key != "" && s.fresh != "" {
		s.freshen(w, b)
	}
	// A name that ends in a slash is a folder's marker; what is in the folder shows more, where it is open too.
	if strings.HasSuffix(w.Key, "/") && !w.KeyLiteral && s.alsoOpens(b, w.Key+"x") {
		w.Key += "x"
	}
	for k := 1; k < len(s.keys); k++ {
		v := b.sol.model[k]
		d := b.sc.dom(k)
		if !v.present || d.kind == domUnknown {
			continue
		}
		values := []string{v.text}
		if d.multi {
			values = v.many
		}
		w.Context[s.keys[k]] = values
		w.carry(s.keys[k], values[0], d)
	}
	if b.act.trait&keysVersion != 0 && !slices.ContainsFunc(w.Parameters, func(p [2]string) bool { return p[0] == "versionId" }) {
		w.Parameters = append(w.Parameters, [2]string{"versionId", "null"})
	}
	if len(w.tags(s, b)) > 0 {
		w.Headers = append(w.Headers, [2]string{"x-amz-tagging", strings.Join(w.tags(s, b), "&")})
	}
	less := func(a, b [2]string) int { return strings.Compare(a[0]+"\x00"+a[1], b[0]+"\x00"+b[1]) }
	slices.SortFunc(w.Headers, less)
	slices.SortFunc(w.Parameters, less)
	return w
}

// freshen makes the key of a request that would change something one that nobody uses, where the same request allows it.
func (s *Solver) freshen(w *Witness, b *found) {
	for at := len(w.Key); at >= 0; at-- {
		if key := w.Key[:at] + s.fresh + w.Key[at:]; utf8.ValidString(key) && s.alsoOpens(b, key) {
			w.Key, w.KeyLiteral = key, false
			return
		}
	}
}

// alsoOpens reports whether the same request for another object key is allowed too, by the same statements.
func (s *Solver) alsoOpens(b *found, key string) bool {
	sc, resource := b.sc, value{present: true, text: key}
	sc.forced = b.sol.forced
	defer func() { sc.forced = nil }()
	for _, st := range b.stmts {
		if st.res == nil || sc.eval(st.res, resource) != yes {
			return false
		}
	}
	bit := s.actionBit(b.act)
	for i := range s.denies {
		d := &s.denies[i]
		if d.actions&bit == 0 || d.matchesCaller(sc.caller) == no || d.res != nil && sc.eval(d.res, resource) == no {
			continue
		}
		escapes := func(l *clit) bool { return sc.eval(l, b.sol.model[l.k]) == no }
		if !slices.ContainsFunc(d.conds, escapes) {
			return false
		}
	}
	return true
}

// carry puts a key's value where a request carries it.
func (w *Witness) carry(key, v string, d *domain) {
	header := func(name string) { w.Headers = append(w.Headers, [2]string{name, v}) }
	parameter := func(name string) { w.Parameters = append(w.Parameters, [2]string{name, v}) }
	switch key {
	case "aws:referer":
		header("Referer")
	case "aws:useragent":
		header("User-Agent")
	case "aws:securetransport":
		w.HTTPS = v == "true"
	case "s3:prefix":
		parameter("prefix")
	case "s3:delimiter":
		parameter("delimiter")
	case "s3:max-keys":
		parameter("max-keys")
	case "s3:versionid":
		parameter("versionId")
	case "s3:if-match":
		header("If-Match")
	case "s3:if-none-match":
		header("If-None-Match")
	case "s3:authtype":
		w.QuerySigned = v == "REST-QUERY-STRING"
	case "s3:signatureage":
		w.QuerySigned = true // only signatures in the URL have an age
	case "aws:sourceip":
		w.SourceIP = v
	default:
		if name, ok := strings.CutPrefix(key, "s3:x-amz-"); ok {
			header("x-amz-" + name)
		} else if name, ok := strings.CutPrefix(key, "s3:object-lock-"); ok && name != "remaining-retention-days" {
			header("x-amz-object-lock-" + name)
		}
	}
}

// tags lists the request's object tags as a query string, names as the policy writes them.
func (w *Witness) tags(s *Solver, b *found) []string {
	var out []string
	for k, name := range s.keys {
		v := b.sol.model[k]
		tag, ok := strings.CutPrefix(name, "s3:requestobjecttag/")
		if ok && v.present {
			out = append(out, escapeTag(tag)+"="+escapeTag(v.text))
		}
	}
	if k, ok := s.index["s3:requestobjecttagkeys"]; ok && b.sol.model[k].present {
		for _, tag := range b.sol.model[k].many {
			if !slices.ContainsFunc(out, func(p string) bool { return strings.HasPrefix(strings.ToLower(p), strings.ToLower(escapeTag(tag))+"=") }) {
				out = append(out, escapeTag(tag)+"=")
			}
		}
	}
	return out
}

// escapeTag percent-encodes all but unreserved characters.
func escapeTag(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
