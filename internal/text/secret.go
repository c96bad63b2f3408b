// Secrets in text: what opens something goes out of whatever is shown.

package text

import "regexp"

// Redacted stands where a secret was.
const Redacted = "REDACTED"

// secret matches parameters whose value opens something: the signatures and tokens of signed URLs (SigV4 query
// authentication, V2, CloudFront, GCS V4, Azure SAS `sig`) and the parts of connection strings. In JSON the & or ? in front may be written as an
// escape, whose last digit would hide the start of the word, and the equals sign as \u003d.
var secret = regexp.MustCompile(`(?i)((?:\b|u0026|u003f)(?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|accountkey|sharedaccesskey|aws_secret_access_key|aws_session_token))(=|%3D|\\+u003d)[^&\s"'<>;\\]+`)

// maySecret is a cheap look before the costly one: an equals sign, plain or encoded, behind the last letter of
// one of the names above.
func maySecret[T string | []byte](s T) bool {
	for i := 1; i < len(s); i++ {
		if s[i] != '=' && s[i] != '%' && s[i] != '\\' {
			continue
		}
		switch s[i-1] | 0x20 {
		case 'g', 'e', 'n', 'y':
			return true
		}
	}
	return false
}

// WithoutSecrets takes the values of secret parameters out of a text.
func WithoutSecrets(s string) string {
	if !maySecret(s) {
		return s
	}
	return secret.ReplaceAllString(s, "${1}${2}"+Redacted)
}

// JSONWithoutSecrets is WithoutSecrets of JSON, which stays JSON.
func JSONWithoutSecrets(raw []byte) []byte {
	if !maySecret(raw) {
		return raw
	}
	return secret.ReplaceAll(raw, []byte("${1}${2}"+Redacted))
}
