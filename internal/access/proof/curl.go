// Package proof writes a witness request as a line that is safe to paste into a shell, although its parts
// come from strangers.
package proof

import (
	"fmt"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// Curl writes the request as one line for a POSIX shell: every foreign part in single quotes, control bytes
// percent-encoded, globbing and path squeezing off, no form of argument that makes curl read a file.
// Reads ask for one byte of the content only. A signed request takes the caller's own credentials from the
// environment.
func Curl(r verdict.Request) string {
	words := []string{"curl", "--globoff", "--path-as-is"}
	switch {
	case r.Method == "HEAD":
		words = append(words, "--head")
	case r.Method != "GET" && r.Method != "":
		words = append(words, "--request", quote(r.Method))
	case r.Key != "":
		words = append(words, "--include", "--range", "0-0")
	}
	if r.Signed {
		words = append(words, "--aws-sigv4", quote("aws:amz:"+signingRegion(r)+":s3"),
			"--user", `"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`,
			"--header", `"x-amz-security-token: $AWS_SESSION_TOKEN"`)
	}
	for _, h := range r.Headers {
		if own := callersOwn(h); own != "" {
			words = append(words, "--header", own)
			continue
		}
		if h[1] == "" {
			words = append(words, "--header", quote(h[0]+";"))
			continue
		}
		words = append(words, "--header", quote(h[0]+": "+h[1]))
	}
	if r.Method == "PUT" || r.Method == "POST" {
		words = append(words, "--data-raw", quote(Body(r)))
	}
	return strings.Join(append(words, quote(r.URL)), " ")
}

// Header values that stand for what only the caller has; the line takes them from the environment.
const (
	BearerToken   = "Bearer TOKEN"
	PayingProject = "PROJECT"
)

// callersOwn is the shell word of a header that holds something of the caller's own, empty for all others.
func callersOwn(h [2]string) string {
	switch {
	case h[0] == "Authorization" && h[1] == BearerToken:
		return `"Authorization: Bearer $ACCESS_TOKEN"`
	case h[0] == "x-goog-user-project" && h[1] == PayingProject:
		return `"x-goog-user-project: $PROJECT"`
	default:
		return ""
	}
}

// Body is what a described write would send: harmless text, or nothing for a change of permissions.
func Body(r verdict.Request) string {
	path, query, _ := strings.Cut(r.URL, "?")
	if query == "acl" || strings.HasPrefix(query, "acl&") || strings.HasPrefix(path, "https://storage.googleapis.com/storage/v1/b/") {
		return ""
	}
	return "written by tojimari as a proof"
}

func signingRegion(r verdict.Request) string {
	if r.Region == "" {
		return "us-east-1"
	}
	return r.Region
}

// quote makes one shell word of foreign text: single quotes, with control bytes, which neither a URL nor a
// header may hold, percent-encoded.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'':
			b.WriteString(`'\''`)
		case c < 0x20 || c == 0x7f:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// EscapePath percent-encodes an object key for the path of a URL; '/' stays.
func EscapePath(key string) string { return escape(key, "-_.~/") }

// EscapeQuery percent-encodes a query name or value.
func EscapeQuery(value string) string { return escape(value, "-_.~") }

func escape(text, also string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(also, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
