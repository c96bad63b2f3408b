package iamcond_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/iamcond"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// at is the moment of every test: a Sunday.
var at = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func tags(pairs ...string) scanners.Fact[scanners.Labels] {
	values := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return scanners.KnownFact(scanners.Labels{Values: values}, scanners.Origin{Call: "x"})
}

// TestSolve holds conditions against "Attribute reference for IAM Conditions" and "Overview of IAM Conditions".
func TestSolve(t *testing.T) {
	bucket := iamcond.Resource{Bucket: "acme"}
	object := iamcond.Resource{Bucket: "acme", Object: true}
	inFolder := iamcond.Resource{Bucket: "acme", Object: true, ObjectPrefix: "in/"}
	const objects = "projects/_/buckets/acme/objects/"
	for _, tc := range []struct {
		condition string
		on        iamcond.Resource
		want      verdict.Answer
		patterns  []string
	}{
		{"true", bucket, verdict.Yes, nil},
		{"false", bucket, verdict.No, nil},
		{"true", object, verdict.Yes, []string{"*"}},
		{"true", inFolder, verdict.Yes, []string{"in/*"}},
		{`resource.name.startsWith("` + objects + `pub/")`, object, verdict.Yes, []string{"pub/*"}},
		// Listing is asked of the bucket, whose name has no objects in it.
		{`resource.name.startsWith("` + objects + `pub/")`, bucket, verdict.No, nil},
		{`resource.name.startsWith("` + objects + `pub/")`, inFolder, verdict.No, nil},
		{`resource.name == "` + objects + `a.txt"`, object, verdict.Yes, []string{"a.txt"}},
		{`resource.name.endsWith(".jpg")`, object, verdict.Yes, []string{"*.jpg"}},
		{`resource.name.startsWith("projects/_/buckets/other/")`, object, verdict.No, nil},
		{`resource.name.startsWith("` + objects + `a/") && resource.name.startsWith("` + objects + `b/")`, object, verdict.No, nil},
		{`resource.type == "storage.googleapis.com/Object"`, object, verdict.Yes, []string{"*"}},
		{`resource.type == "storage.googleapis.com/Object"`, bucket, verdict.No, nil},
		{`resource.type == "storage.googleapis.com/Bucket"`, bucket, verdict.Yes, nil},
		{`resource.service == "storage.googleapis.com"`, bucket, verdict.Yes, nil},
		{`request.time < timestamp("2026-11-22T12:00:01Z")`, bucket, verdict.Yes, nil},
		{`request.time < timestamp("2026-11-22T12:00:00Z")`, bucket, verdict.No, nil},
		{`request.time.getDayOfWeek("UTC") == 0`, bucket, verdict.Yes, nil},
		{`resource.matchTag("1/env", "prod")`, iamcond.Resource{Bucket: "acme", Tags: tags("1/env", "prod")}, verdict.Yes, nil},
		{`resource.matchTag("1/env", "prod")`, iamcond.Resource{Bucket: "acme", Tags: tags("1/env", "dev")}, verdict.No, nil},
		{`resource.hasTagKey("1/env")`, iamcond.Resource{Bucket: "acme", Tags: tags("1/env", "")}, verdict.Yes, nil},
		{`resource.hasTagKey("1/env")`, iamcond.Resource{Bucket: "acme", Tags: tags()}, verdict.No, nil},
		{`resource.matchTag("1/env", "prod")`, bucket, verdict.Unknown, nil},
		{`resource.matchTag("1/env", "prod") || true`, bucket, verdict.Yes, nil},
		{`resource.matchTag("1/env", "prod") && false`, bucket, verdict.No, nil},
		{`resource.matchTagId("tagKeys/1", "tagValues/2")`, iamcond.Resource{Bucket: "acme", Tags: tags("1/env", "prod")}, verdict.Unknown, nil},
		{`resource.name.extract("buckets/{b}/objects") == "acme"`, object, verdict.Yes, []string{"*"}},
		{`resource.name.matches("^.*/objects/[0-9]{3}$")`, object, verdict.Unknown, nil},
		// What cannot be evaluated is not met.
		{`1 / 0 == 1`, bucket, verdict.No, nil},
		{`resource.nam == "x"`, bucket, verdict.Unknown, nil},
		{`resource.name`, bucket, verdict.Unknown, nil},
		{`resource.name ==`, bucket, verdict.Unknown, nil},
		{``, bucket, verdict.Unknown, nil},
		{strings.Repeat("(", 5_000) + "true" + strings.Repeat(")", 5_000), bucket, verdict.Unknown, nil},
		{"true" + strings.Repeat(" && true", 3_000), bucket, verdict.Unknown, nil},
	} {
		got := iamcond.Solve(tc.condition, tc.on, at)
		if got.Verdict != tc.want {
			t.Errorf("%.80s on %+v is %s, want %s (%v)", tc.condition, tc.on, got.Verdict, tc.want, got.Reasons)
		}
		if diff := cmp.Diff(tc.patterns, got.Patterns); diff != "" {
			t.Errorf("%.80s (-want +got):\n%s", tc.condition, diff)
		}
		if (got.Verdict == verdict.Unknown) != (len(got.Reasons) > 0) {
			t.Errorf("%.80s is %s with the reasons %v", tc.condition, got.Verdict, got.Reasons)
		}
	}
}

func TestChangesAt(t *testing.T) {
	on := iamcond.Resource{Bucket: "acme"}
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	got := iamcond.Solve(`request.time < timestamp("2027-01-01T00:00:00Z")`, on, at)
	if got.Verdict != verdict.Yes || got.ChangesAt == nil || !got.ChangesAt.Equal(end) {
		t.Errorf("an end: %+v", got)
	}
	got = iamcond.Solve(`request.time >= timestamp("2027-01-01T00:00:00Z")`, on, at)
	if got.Verdict != verdict.No || got.ChangesAt == nil || !got.ChangesAt.Equal(end) {
		t.Errorf("a beginning: %+v", got)
	}
	if got = iamcond.Solve(`request.time < timestamp("2020-01-01T00:00:00Z")`, on, at); got.Verdict != verdict.No || got.ChangesAt != nil {
		t.Errorf("over for good: %+v", got)
	}
}

// atoms are conditions whose conjunctions are searched exhaustively.
var atoms = []string{
	"true", "false", `resource.name.startsWith("projects/_/buckets/acme/objects/a/")`, `resource.name.startsWith("projects/_/buckets/acme")`,
	`resource.name.endsWith(".jpg")`, `resource.name == "projects/_/buckets/acme/objects/a/b.jpg"`, `resource.type == "storage.googleapis.com/Object"`,
	`request.time < timestamp("2027-01-01T00:00:00Z")`, `request.time > timestamp("2027-01-01T00:00:00Z")`,
	`resource.matchTag("1/env", "prod")`, `resource.hasTagKey("1/env")`, `!resource.name.contains("secret")`,
}

// openness orders answers by how much they let through.
func openness(a verdict.Answer) int {
	return map[verdict.Answer]int{verdict.No: 0, verdict.Unknown: 1, verdict.Yes: 2}[a]
}

func drawn(t *rapid.T) (iamcond.Resource, []string) {
	on := iamcond.Resource{Bucket: "acme", Object: rapid.Bool().Draw(t, "object")}
	if rapid.Bool().Draw(t, "tags are known") {
		on.Tags = tags("1/env", rapid.SampledFrom([]string{"prod", "dev"}).Draw(t, "env"))
	}
	return on, rapid.SliceOfN(rapid.SampledFrom(atoms), 1, 4).Draw(t, "parts")
}

// Adding a conjunct never widens, adding an alternative never narrows.
func TestConjunctsNarrowAndAlternativesWiden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		on, parts := drawn(t)
		extra := rapid.SampledFrom(atoms).Draw(t, "extra")
		base := strings.Join(parts, " && ")
		before := iamcond.Solve(base, on, at).Verdict
		if after := iamcond.Solve(base+" && "+extra, on, at).Verdict; openness(after) > openness(before) {
			t.Fatalf("%s is %s, with && %s it is %s", base, before, extra, after)
		}
		if after := iamcond.Solve("("+base+") || "+extra, on, at).Verdict; openness(after) < openness(before) {
			t.Fatalf("%s is %s, with || %s it is %s", base, before, extra, after)
		}
	})
}

// The order of conjuncts never matters, and the same question has the same answer.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		on, parts := drawn(t)
		want := iamcond.Solve(strings.Join(parts, " && "), on, at).Verdict
		other := rapid.Permutation(parts).Draw(t, "order")
		if got := iamcond.Solve(strings.Join(other, " && "), on, at).Verdict; got != want {
			t.Fatalf("%q is %s, %q is %s", parts, want, other, got)
		}
	})
}

func FuzzSolve(f *testing.F) {
	for _, a := range atoms {
		f.Add(a, true)
	}
	f.Add(`resource.name.extract("{")`, true)
	f.Add(`resource.name.extract("}{")`, true)
	f.Add(`api.getAttribute("x", []).size() > 0`, false)
	f.Add(`request.time.getHours("Europe/Berlin") < 8`, false)
	f.Add(`[1,2,3].all(x, [1,2,3].all(y, [1,2,3].all(z, x+y+z > 0)))`, false)
	f.Fuzz(func(t *testing.T, condition string, object bool) {
		got := iamcond.Solve(condition, iamcond.Resource{Bucket: "acme", Object: object}, at)
		switch got.Verdict {
		case verdict.Yes, verdict.No:
		case verdict.Unknown:
			if len(got.Reasons) == 0 {
				t.Errorf("%q is unknown without a reason", condition)
			}
		default:
			t.Errorf("%q is %q", condition, got.Verdict)
		}
	})
}
