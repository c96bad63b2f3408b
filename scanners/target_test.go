package scanners_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tojimari/tojimari/scanners"
	"pgregory.net/rapid"
)

func TestParseTarget(t *testing.T) {
	for _, tc := range []struct {
		text string
		want scanners.Target
	}{
		{"aws", scanners.Target{Scheme: "aws"}},
		{"aws:", scanners.Target{Scheme: "aws"}},
		{"aws:prod", scanners.Target{Scheme: "aws", Name: "prod"}},
		{"aws:org?role=audit", scanners.Target{Scheme: "aws", Name: "org", Options: map[string]string{"role": "audit"}}},
		{"s3://acme/", scanners.Target{Scheme: "s3", Name: "acme"}},
		{"s3://acme?endpoint=https%3A%2F%2Fminio.example%3A9000&profile=ops", scanners.Target{Scheme: "s3", Name: "acme", Options: map[string]string{"endpoint": "https://minio.example:9000", "profile": "ops"}}},
		{"gcp:organizations/123", scanners.Target{Scheme: "gcp", Name: "organizations/123"}},
		{"aws?profile=ops", scanners.Target{Scheme: "aws", Options: map[string]string{"profile": "ops"}}},
		{"az://account/container", scanners.Target{Scheme: "az", Name: "account/container"}},
		{"https://u:p@h/x?y=z#f", scanners.Target{Scheme: "https", Name: "https://u:p@h/x?y=z#f"}},
		{"snapshot:C:\\a?b=c&d", scanners.Target{Scheme: "snapshot", Name: "C:\\a?b=c&d"}},
		{"snapshot:-", scanners.Target{Scheme: "snapshot", Name: "-"}},
		{"links://x", scanners.Target{Scheme: "links", Name: "//x"}},
	} {
		got, err := scanners.ParseTarget(tc.text)
		if err != nil {
			t.Errorf("%s: %v", tc.text, err)
			continue
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.text, diff)
		}
		again, err := scanners.ParseTarget(got.String())
		if err != nil {
			t.Errorf("%s became %s: %v", tc.text, got, err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("%s became %s (-first +again):\n%s", tc.text, got, diff)
		}
	}
	for _, text := range []string{"", ":", ":x", "bucket", "A:x", "s 3://x", "https://", "https:", "snapshot:", "s3://", "program:", "s3://?profile=x", "s3://a?x=1&x=2", "s3://a?%zz", "s3://a?x=1;y=2"} {
		if got, err := scanners.ParseTarget(text); !errors.Is(err, scanners.ErrBadTarget) {
			t.Errorf("%q was taken as %+v, %v", text, got, err)
		}
	}
}

// What String gives is read back as the same target, whatever the parts are.
func TestTargetComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"aws:", "s3://", "gcp:", "az://", "snapshot:", "program:"}).Draw(t, "scheme") + rapid.String().Draw(t, "rest")
		got, err := scanners.ParseTarget(text)
		if err != nil {
			return
		}
		again, err := scanners.ParseTarget(got.String())
		if err != nil {
			t.Fatalf("%q became %q: %v", text, got.String(), err)
		}
		if again.String() != got.String() || again.Name != got.Name {
			t.Fatalf("%q became %+v, then %+v", text, got, again)
		}
	})
}

func TestTargetOption(t *testing.T) {
	rt := scanners.Runtime{Options: map[string]string{"profile": "all", "region": "r"}}
	target := scanners.Target{Options: map[string]string{"profile": "own", "region": ""}}
	for name, want := range map[string]string{"profile": "own", "region": "", "x": ""} {
		if got := target.Option(rt, name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if got := (scanners.Target{}).Option(rt, "profile"); got != "all" {
		t.Errorf("got %q", got)
	}
}

// named is a scanner that takes schemes and does nothing.
type named struct {
	name    string
	schemes []string
}

func (n named) Describe() scanners.Description {
	d := scanners.Description{Name: n.name}
	for _, s := range n.schemes {
		d.Forms = append(d.Forms, scanners.Form{Scheme: s})
	}
	return d
}

func (named) Discover(context.Context, scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(func(scanners.Ref, error) bool) {}
}

func (named) Inspect(context.Context, scanners.Ref, scanners.FactSet, *scanners.Record) (scanners.Record, error) {
	return scanners.Record{}, nil
}

func TestRegistry(t *testing.T) {
	a, b := named{"a", []string{"x", "y", "x"}}, named{"b", []string{"z"}}
	r, err := scanners.NewRegistry(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"x", "y", "z"}, r.Schemes()); diff != "" {
		t.Errorf("schemes (-want +got):\n%s", diff)
	}
	if s, err := r.For(scanners.Target{Scheme: "z"}); err != nil || s.Describe().Name != "b" {
		t.Errorf("%v %v", s, err)
	}
	if len(r.All()) != 2 {
		t.Errorf("%d scanners", len(r.All()))
	}
	_, err = r.For(scanners.Target{Scheme: "q"})
	var hint *scanners.HintError
	if !errors.Is(err, scanners.ErrBadTarget) || !errors.As(err, &hint) || !strings.Contains(hint.Hint, "x, y, z") {
		t.Errorf("got %v", err)
	}
	if _, err := scanners.NewRegistry(a, named{"c", []string{"y"}}); err == nil {
		t.Error("two scanners share a scheme")
	}
}

func TestFailureOf(t *testing.T) {
	wrap := func(err error) error { return scanners.WithHint(fmt.Errorf("listing: %w", err), "do this") }
	for _, tc := range []struct {
		err  error
		want scanners.Failure
	}{
		{wrap(scanners.ErrNoCredentials), scanners.Failure{Code: "no_credentials", Detail: "listing: no credentials", Hint: "do this"}},
		{wrap(scanners.ErrExpired), scanners.Failure{Code: "expired", Detail: "listing: credentials have expired", Hint: "do this"}},
		{wrap(scanners.ErrDenied), scanners.Failure{Code: "denied", Detail: "listing: access denied", Hint: "do this"}},
		{scanners.ErrGone, scanners.Failure{Code: "gone", Detail: "does not exist"}},
		{scanners.ErrThrottled, scanners.Failure{Code: "throttled", Detail: "throttled"}},
		{scanners.ErrBadTarget, scanners.Failure{Code: "bad_target", Detail: "bad target"}},
		{context.Canceled, scanners.Failure{Code: "cut_off", Detail: "context canceled"}},
		{&scanners.LineError{Number: 3, Err: errors.New("x")}, scanners.Failure{Code: "malformed", Detail: "line 3: x"}},
		{errors.New("a\xffb"), scanners.Failure{Code: "failed", Detail: "a\uFFFDb"}},
		{
			wrap(&scanners.FailureError{Failure: scanners.Failure{Scope: "s", Permission: "p"}, Err: scanners.ErrDenied}),
			scanners.Failure{Scope: "s", Code: "denied", Permission: "p", Detail: "listing: ", Hint: "do this"},
		},
		{
			&scanners.FailureError{Failure: scanners.Failure{Code: "own", Detail: "d", Hint: "h"}},
			scanners.Failure{Code: "own", Detail: "d", Hint: "h"},
		},
	} {
		if diff := cmp.Diff(tc.want, scanners.FailureOf(tc.err)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tc.err, diff)
		}
	}
	long := scanners.FailureOf(errors.New(strings.Repeat("戸", 1000))).Detail
	if len(long) > 1010 || strings.Contains(long, "\uFFFD") || !strings.HasSuffix(long, "戸...") {
		t.Errorf("%d bytes, ending in %q", len(long), long[len(long)-9:])
	}
	if scanners.WithHint(nil, "x") != nil {
		t.Error("a hint made an error")
	}
}

func TestSkipScope(t *testing.T) {
	ctx := scanners.WithSkip(t.Context(), func(scope string) bool { return scope == "a" })
	if !scanners.SkipScope(ctx, "a") || scanners.SkipScope(ctx, "b") || scanners.SkipScope(t.Context(), "a") {
		t.Error("the wrong scopes are skipped")
	}
}
