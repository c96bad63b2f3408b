// What a person reads in Japanese is Japanese: the demo has findings of every cloud, unread settings and coverage.

package cli

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
)

var (
	// Three words of English in a row are a phrase that nobody translated.
	englishPhrase = regexp.MustCompile(`[A-Za-z'’]{2,},? [a-z'’]{2,},? [a-z'’]{2,}`)
	// Commands, policies and values are shown as they are.
	verbatimPart = regexp.MustCompile(`「[^」]*」|"[^"]*"|(?:curl|aws|az|gcloud|tojimari|#) .*|\S*[{}\[\]].*`)
)

func TestDemoInJapanese(t *testing.T) {
	t.Setenv("LC_ALL", "")
	for _, format := range []string{"terminal", "markdown"} {
		var out, errs bytes.Buffer
		if code := Run(context.Background(), []string{"demo", "--lang", "ja", "-o", format}, Streams{Out: &out, Err: &errs}); code != 0 {
			t.Fatalf("%s: exit code %d: %s", format, code, &errs)
		}
		continued := false
		lines := 0
		for line := range strings.Lines(out.String() + errs.String()) {
			lines++
			line = strings.TrimRight(line, "\n")
			command := continued
			continued = strings.HasSuffix(line, `\`)
			if command {
				continue
			}
			if found := englishPhrase.FindString(verbatimPart.ReplaceAllString(line, "")); found != "" {
				t.Errorf("%s: %q is English in %q", format, found, line)
			}
		}
		if lines < 100 {
			t.Errorf("%s: only %d lines", format, lines)
		}
	}
}
