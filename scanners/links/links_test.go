package links_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/linklive"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/links"
	"github.com/tojimari/tojimari/scanners/scannertest"
)

const (
	signature = "a56b06892c8efd7bc9d09187f5122572da69092ee6c0d493f80e3f8cd40a9cd6"
	awsLink   = "https://acme-uploads.s3.ap-northeast-1.amazonaws.com/in/a.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAQNZGKIQY56JQ7WML%2F20261101%2Fap-northeast-1%2Fs3%2Faws4_request&X-Amz-Date=20261101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&x-id=GetObject&X-Amz-Signature=" + signature
	sasLink   = "https://acmefiles.blob.core.windows.net/ids?sv=2022-11-02&sr=c&si=partners&sip=203.0.113.9&spr=https,http&sig=bhY0OmrfXEJ3P68FnSazvJBC3BzjAhLug8c5CRfURTk%3D"
)

var now = time.Date(2026, 11, 1, 0, 30, 0, 0, time.UTC)

func runtime() scanners.Runtime { return scanners.Runtime{Now: func() time.Time { return now }} }

func options(t testing.TB) links.Options {
	t.Helper()
	known, err := vendors.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return links.Options{Vendors: known}
}

func put(t testing.TB, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func scan(t testing.TB, s *links.Scanner, path string, need ...scanners.FactName) []scanners.Record {
	t.Helper()
	var out []scanners.Record
	for ref, err := range s.Discover(context.Background(), scanners.Target{Scheme: links.Scheme, Name: path}) {
		if err != nil {
			t.Fatal(err)
		}
		record, err := s.Inspect(context.Background(), ref, scanners.NewFactSet(need...), nil)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, record)
	}
	return out
}

func TestRecords(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.md", "# x\n[file]("+awsLink+")\n")
	put(t, dir, "b.html", `<a href="`+strings.ReplaceAll(awsLink, "&", "&amp;")+`">x</a>`)
	put(t, dir, "c.env", "SAS="+sasLink+"\n")
	put(t, dir, "d.txt", "https://s3.amazonaws.com/b/k?"+strings.Replace(strings.SplitN(awsLink, "?", 2)[1], "QNZGKIQY56JQ7WML", "IOSFODNN7EXAMPLE", 1))
	records := scan(t, links.New(runtime(), options(t)), dir)
	if len(records) != 2 {
		t.Fatalf("%d records: %+v", len(records), records)
	}
	first := records[0].Link.Signed.Value
	want := scanners.SignedLink{
		SignedKind: "aws_sigv4", Provider: "aws", Account: "029608264753", Container: "acme-uploads", Object: "in/a.pdf",
		Permissions: []string{"read"}, PermsKnown: true, Scope: "object",
		StartsAt: now.Add(-30 * time.Minute), ExpiresAt: now.Add(30 * time.Minute), Lifetime: 3600, LongLivedKey: "true", ValidSyntax: true,
		Fingerprint: first.Fingerprint, Text: first.Text, Revoke: "deactivate_access_key", CredentialRef: "AKIA...7WML",
		Seen: []scanners.Sight{{Source: dir + "/a.md", Offset: 11, Line: 2}, {Source: dir + "/b.html", Offset: 9, Line: 1}},
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	head := records[0].Head
	if head.ID != "link:"+first.Fingerprint || head.Kind != scanners.KindLink || head.Provider != scanners.AWS || head.Account != "029608264753" ||
		head.Name != "https://acme-uploads.s3.ap-northeast-1.amazonaws.com/in/a.pdf" || head.Place.Line != 2 {
		t.Errorf("%+v", head)
	}
	second := records[1].Link.Signed.Value
	if second.StoredPolicy != "partners" || second.PermsKnown || !second.ExpiresAt.IsZero() || second.Revoke != "change_stored_access_policy" || !second.HTTPAllowed {
		t.Errorf("%+v", second)
	}
	if diff := cmp.Diff([]string{"network=203.0.113.9", "protocol=http", "protocol=https"}, second.Limits); diff != "" {
		t.Error(diff)
	}
	raw, err := json.Marshal(records)
	if err != nil || strings.Contains(string(raw), signature[:12]) || strings.Contains(string(raw), "bhY0Omrf") {
		t.Errorf("records hold a signature (%v)", err)
	}
}

func TestHistorySaysWhenAndWhere(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@acme.jp", "-c", "commit.gpgsign=false"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	git("init", "-q", "-b", "main")
	put(t, dir, "old.txt", awsLink)
	git("add", "-A")
	git("commit", "-q", "-m", "one")
	git("rm", "-q", "old.txt")
	put(t, dir, "new.txt", sasLink)
	git("add", "-A")
	git("commit", "-q", "-m", "two")
	var got []string
	for _, r := range scan(t, links.New(runtime(), options(t)), dir) {
		for _, s := range r.Link.Signed.Value.Seen {
			_, path, _ := strings.Cut(s.Source, ":")
			if len(s.Commit) != 40 || s.Date.IsZero() {
				t.Errorf("%+v", s)
			}
			got = append(got, path+map[bool]string{true: " at head", false: " in the past"}[s.AtHead])
		}
	}
	if diff := cmp.Diff([]string{"old.txt in the past", "new.txt at head"}, got); diff != "" {
		t.Error(diff)
	}
}

// What could not be looked through is unknown, never clean.
func TestUnreadPartsAreUnknown(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "cut.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
	put(t, dir, "fine.txt", "nothing")
	records := scan(t, links.New(runtime(), options(t)), dir)
	if len(records) != 1 {
		t.Fatalf("%+v", records)
	}
	signed := records[0].Link.Signed
	if signed.State != scanners.Unknown || signed.Reason.Code != scanners.Partial || !strings.HasSuffix(records[0].Name, "cut.gz") {
		t.Errorf("%+v", records[0])
	}
}

func TestMissingPathAndStdin(t *testing.T) {
	opt := options(t)
	s := links.New(runtime(), opt)
	for _, err := range s.Discover(t.Context(), scanners.Target{Scheme: links.Scheme, Name: filepath.Join(t.TempDir(), "none")}) {
		if !errors.Is(err, scanners.ErrGone) {
			t.Error(err)
		}
	}
	for _, err := range s.Discover(t.Context(), scanners.Target{Scheme: links.Scheme, Name: "-"}) {
		if !errors.Is(err, scanners.ErrBadTarget) {
			t.Error(err)
		}
	}
	opt.Stdin = strings.NewReader("x\n" + sasLink)
	if records := scan(t, links.New(runtime(), opt), "-"); len(records) != 1 || records[0].Place.File != "-" || records[0].Place.Line != 2 {
		t.Errorf("%+v", records)
	}
}

type refusing struct{ asked *int }

func (r refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	*r.asked++
	body := `<Error><Code>InvalidAccessKeyId</Code></Error>`
	return scannertest.Respond(req, 403, "application/xml", body), nil
}

func TestLiveIsOffUnlessAskedFor(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.txt", awsLink)
	asked := 0
	opt := options(t)
	live := &linklive.Checker{Transport: refusing{&asked}, Detector: signedlink.New(opt.Vendors), Now: runtime().Now}
	off := scan(t, links.New(runtime(), opt), dir, "link.live")
	if asked != 0 || !off[0].Link.Live.IsZero() {
		t.Errorf("asked %d times, %+v", asked, off[0].Link.Live)
	}
	opt.Live = live
	if on := scan(t, links.New(runtime(), opt), dir); asked != 0 || !on[0].Link.Live.IsZero() {
		t.Error("asked although the fact isn't needed")
	}
	on := scan(t, links.New(runtime(), opt), dir, "link.live")
	if asked != 1 || on[0].Link.Live.Value.State != "revoked" || on[0].Link.Live.Value.Response != "GET 403 Forbidden (InvalidAccessKeyId)" {
		t.Errorf("asked %d times, %+v", asked, on[0].Link.Live)
	}
}

func TestConformance(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.txt", awsLink)
	put(t, dir, "b.txt", sasLink)
	scannertest.Run(t, scannertest.Harness{
		New: func(func(http.RoundTripper) http.RoundTripper) (scanners.Scanner, error) {
			return links.New(runtime(), options(t)), nil
		},
		Target: scanners.Target{Scheme: links.Scheme, Name: dir},
	})
}
