package signedlink

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// said turns a link into the form in which the corpus states what it must say.
func said(l Link) want {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	when := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	w := want{kind: l.Kind, provider: l.Provider, account: text(l.Account), container: text(l.Container), object: text(l.Object),
		permissions: strings.Join(l.Permissions, ","), starts: when(l.StartsAt), expires: when(l.ExpiresAt), longLived: "null", limits: l.Limits}
	if l.Scope != nil {
		w.scope = *l.Scope
	}
	if l.LongLivedKey != nil {
		w.longLived = map[bool]string{true: "true", false: "false"}[*l.LongLivedKey]
	}
	return w
}

var exact = cmp.AllowUnexported(want{})

func TestEverySDKLinkReadsAsItWasMade(t *testing.T) {
	d := New(embedded(t))
	for _, s := range corpus(t) {
		t.Run(s.name, func(t *testing.T) {
			links := d.ScanBytes([]byte(s.url), Options{All: true})
			if len(links) != 1 {
				t.Fatalf("%d links in %s: %+v", len(links), s.url, links)
			}
			l := links[0]
			if diff := cmp.Diff(s.want, said(l), exact); diff != "" {
				t.Errorf("%s\n(-want +got):\n%s", s.url, diff)
			}
			if l.LookAlike != "" || !l.ValidSyntax || l.Offset != 0 || l.Line != 1 || len(l.Fingerprint) != 32 || l.Revoke == "" {
				t.Errorf("look-alike %q, syntax %v, offset %d, line %d, fingerprint %q, revoke %q", l.LookAlike, l.ValidSyntax, l.Offset, l.Line, l.Fingerprint, l.Revoke)
			}
			if l.StartsAt != nil && l.ExpiresAt != nil && *l.LifetimeSeconds != int64(l.ExpiresAt.Sub(*l.StartsAt).Seconds()) {
				t.Errorf("lifetime %d", *l.LifetimeSeconds)
			}
		})
	}
}

// A signature that begins with 3d looks like quoted-printable behind its equals sign.
func TestSignatureThatLooksQuoted(t *testing.T) {
	u := "https://storage.googleapis.com/acme-media?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=uploader%40acme-prod.iam.gserviceaccount.com%2F20261122%2Fauto%2Fstorage%2Fgoog4_request" +
		"&X-Goog-Date=20261122T030842Z&X-Goog-Expires=172799&X-Goog-Signature=3d" + strings.Repeat(aHex, 8)[2:] + "&X-Goog-SignedHeaders=host"
	for _, in := range []string{u, "[" + u + "](" + u + ")", u + "\n" + u, "<a href='" + u + "'>" + u + "</a>"} {
		if links := New(embedded(t)).ScanBytes([]byte(in), Options{All: true}); len(links) != 1 || links[0].LookAlike != "" {
			t.Errorf("%+v in %s", links, in)
		}
	}
}
