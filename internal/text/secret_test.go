package text

import (
	"strings"
	"testing"
)

func TestWithoutSecrets(t *testing.T) {
	const value = "c2VjcmV0"
	for _, name := range []string{"sig", "Signature", "X-Amz-Signature", "x-amz-security-token", "X-Goog-Signature", "AccountKey", "SharedAccessKey"} {
		for _, sign := range []string{"=", "%3D", "%3d", `\u003d`, `\\u003D`} {
			for _, before := range []string{"", "?", "a=b&", `\u0026`, `"`} {
				in := before + name + sign + value + `" behind`
				got := WithoutSecrets(in)
				if strings.Contains(got, value) || !strings.HasSuffix(got, `" behind`) {
					t.Errorf("WithoutSecrets(%q) = %q", in, got)
				}
				if raw := string(JSONWithoutSecrets([]byte(in))); raw != got {
					t.Errorf("as JSON %q, as text %q", raw, got)
				}
			}
		}
	}
	for _, harmless := range []string{"design=1&prefix=a", "signs of age", `C:\sig\x`, "sp=r&se=2030"} {
		if got := WithoutSecrets(harmless); got != harmless {
			t.Errorf("WithoutSecrets(%q) = %q", harmless, got)
		}
	}
}
