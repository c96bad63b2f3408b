package signedlink

// The HTTP method that stands in front of a link: it is signed and not in the link itself.

import (
	"bytes"
	"strings"
)

// methodBefore reads the HTTP method in front of a link: of a request line, or of a command such as curl -X PUT.
func methodBefore(b []byte, at int) string {
	i := at
	for i > 0 && i > at-12 && (b[i-1] == ' ' || b[i-1] == '"' || b[i-1] == '\'') {
		i--
	}
	if i == at {
		return ""
	}
	end := i
	for i > 0 && end-i < 8 && b[i-1] >= 'A' && b[i-1] <= 'Z' {
		i--
	}
	if i > 0 && (isAlnum(b[i-1]) || b[i-1] == '_' || b[i-1] == '-') {
		return ofCommand(b[max(0, at-longestCommand):at])
	}
	if m := string(b[i:end]); isMethod(m) {
		return m
	}
	return ofCommand(b[max(0, at-longestCommand):at])
}

// longestCommand bounds what is read of a command in front of a link.
const longestCommand = 400

// ofCommand reads the method that a curl command gives before its link.
func ofCommand(b []byte) string {
	if i := bytes.LastIndex(b, []byte("curl ")); i >= 0 {
		b = b[i:]
	} else {
		return ""
	}
	if i := bytes.IndexByte(b, '\n'); i > 0 && b[i-1] != '\\' && b[max(0, i-2)] != '\\' {
		return ""
	}
	words := bytes.Fields(b)
	for i, w := range words {
		word := string(w)
		next := ""
		if i+1 < len(words) {
			next = strings.Trim(string(words[i+1]), `'"`)
		}
		switch {
		case (word == "-X" || word == "--request") && isMethod(next):
			return next
		case strings.HasPrefix(word, "-X") && isMethod(word[2:]):
			return word[2:]
		case word == "-T" || word == "--upload-file":
			return "PUT"
		case word == "-I" || word == "--head":
			return "HEAD"
		}
	}
	return ""
}

func isMethod(word string) bool {
	switch word {
	case "GET", "HEAD", "PUT", "POST", "DELETE":
		return true
	default:
		return false
	}
}
