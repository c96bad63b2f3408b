// What operators and macros answer over every state of a fact.

package judge

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// ruleText is a whole rule around the lines given, which replace its own lines of the same key.
func ruleText(lines ...string) string {
	out := []string{
		"id: ACME0001", "name: test-rule", "since: 0.1.0", "title: {en: t, ja: t}", "applies: [bucket]",
		`fails_when: "true"`, "severity: high", "why: {en: w, ja: w}", "fix: {aws: {cli: x}}", "refs: [https://example.com]",
		`examples: {bad: [{bucket: {versioning: absent}}], good: [{bucket: {versioning: absent}}]}`,
	}
	for _, l := range lines {
		key, _, _ := strings.Cut(l, ":")
		replaced := false
		for i := range out {
			if strings.HasPrefix(out[i], key+":") {
				out[i], replaced = l, true
			}
		}
		if !replaced {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n") + "\n"
}

func loadText(files ...string) (*Book, error) {
	tree := fstest.MapFS{}
	for i, text := range files {
		tree[fmt.Sprintf("r%d.yaml", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	return Load(Source{FS: fstest.MapFS{}, Name: "program"}, Source{FS: tree, Name: "dir", User: true})
}

func judgeOf(t *testing.T, opts Options, files ...string) *Judge {
	t.Helper()
	book, err := loadText(files...)
	if err != nil {
		t.Fatal(err)
	}
	if opts.Access == nil {
		opts.Access = fixed
	}
	j, err := New(book, opts)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestOperatorsOverFactStates(t *testing.T) {
	const (
		yes, no, unk, na = result.Fail, result.Pass, result.Unknown, result.NotApplicable
		broken           = result.Outcome("broken")
	)
	states := []string{"on", "off", "absent", "denied", "failed", "malformed", "computed", "partial", "unread", "unsupported"}
	bucket := func(state string) *scanners.Record {
		rec := scanners.NewRecord(scanners.Head{ID: "b", Name: "b", Kind: scanners.KindBucket, Provider: scanners.AWS})
		f := &rec.Bucket.Lifecycle
		switch state {
		case "on":
			*f = scanners.KnownFact(scanners.Lifecycle{Rules: []scanners.LifecycleRule{{ID: "a", Enabled: true, ExpireDays: 3}}}, scanners.Origin{})
		case "off":
			*f = scanners.KnownFact(scanners.Lifecycle{}, scanners.Origin{})
		case "absent":
			*f = scanners.AbsentFact[scanners.Lifecycle](scanners.Origin{})
		case "unsupported":
			*f = scanners.UnsupportedFact[scanners.Lifecycle](scanners.Origin{})
		case "unread":
		default:
			*f = scanners.UnknownFact[scanners.Lifecycle](scanners.Reason{Code: scanners.ReasonCode(state)}, scanners.Origin{})
		}
		rec.Bucket.Versioning = scanners.KnownFact(scanners.Versioning{Enabled: true}, scanners.Origin{})
		return rec
	}
	tests := []struct {
		expr string
		// Outcomes for: on, off (known, empty), absent, unknown for whatever reason, unsupported.
		want [5]result.Outcome
	}{
		{`bucket.lifecycle.configured`, [5]result.Outcome{yes, yes, no, unk, na}},
		{`!bucket.lifecycle.configured`, [5]result.Outcome{no, no, yes, unk, na}},
		{`size(bucket.lifecycle.rules) > 0`, [5]result.Outcome{yes, no, broken, unk, na}},
		{`bucket.lifecycle.configured && size(bucket.lifecycle.rules) > 0`, [5]result.Outcome{yes, no, no, unk, na}},
		{`!bucket.lifecycle.configured || size(bucket.lifecycle.rules) == 0`, [5]result.Outcome{no, yes, yes, unk, na}},
		{`bucket.lifecycle.configured ? size(bucket.lifecycle.rules) == 0 : true`, [5]result.Outcome{no, yes, yes, unk, na}},
		{`bucket.lifecycle.configured || bucket.versioning.enabled`, [5]result.Outcome{yes, yes, yes, yes, yes}},
		{`bucket.lifecycle.configured && !bucket.versioning.enabled`, [5]result.Outcome{no, no, no, no, no}},
		{`bucket.versioning.enabled ? true : bucket.lifecycle.configured`, [5]result.Outcome{yes, yes, yes, yes, yes}},
		{`bucket.lifecycle.rules.exists(r, r.enabled)`, [5]result.Outcome{yes, no, broken, unk, na}},
		{`bucket.lifecycle.rules.all(r, r.enabled)`, [5]result.Outcome{yes, yes, broken, unk, na}},
		{`bucket.lifecycle.rules.exists_one(r, r.expire_days == 3)`, [5]result.Outcome{yes, no, broken, unk, na}},
		{`bucket.lifecycle.rules.filter(r, r.enabled).size() == 1`, [5]result.Outcome{yes, no, broken, unk, na}},
		{`bucket.lifecycle.rules.map(r, r.id) == ["a"]`, [5]result.Outcome{yes, no, broken, unk, na}},
		{`"a" in bucket.lifecycle.rules.map(r, r.id)`, [5]result.Outcome{yes, no, broken, unk, na}},
		{`bucket.lifecycle.rules.exists(r, r.id.glob("?"))`, [5]result.Outcome{yes, no, broken, unk, na}},
		{`bucket.lifecycle.rules.exists(r, days(r.expire_days) > seconds(86400))`, [5]result.Outcome{yes, no, broken, unk, na}},
		{`has(bucket.lifecycle.rules)`, [5]result.Outcome{yes, yes, broken, unk, na}},
		{`[1, 2].exists(i, i == 2 && bucket.lifecycle.configured)`, [5]result.Outcome{yes, yes, no, unk, na}},
	}
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			j := judgeOf(t, Options{}, ruleText("fails_when: |\n  "+tt.expr))
			for _, state := range states {
				at := map[string]int{"on": 0, "off": 1, "absent": 2, "unsupported": 4}
				i, ok := at[state]
				if !ok {
					i = 3
				}
				judged := j.Judge(bucket(state), testTime)
				got := judged.Results[0].Outcome
				if len(judged.Woes) > 0 {
					got = broken
				}
				if got != tt.want[i] {
					t.Errorf("%s: got %s, want %s %v", state, got, tt.want[i], judged.Woes)
				}
			}
		})
	}
}

func TestUnknownElementsAreUnknownAlone(t *testing.T) {
	j := judgeOf(t, Options{}, ruleText(`fails_when: bucket.aws.access_points.list.exists(p, !p.public_access_block.configured || !p.public_access_block.block_public_acls)`))
	point := func(state scanners.State, on bool) scanners.AccessPoint {
		p := scanners.AccessPoint{Name: "p"}
		p.PublicAccessBlock.State = state
		p.PublicAccessBlock.Value.BlockPublicAcls = on
		return p
	}
	tests := []struct {
		name string
		list []scanners.AccessPoint
		want result.Outcome
	}{
		{"one decides, whatever the other is", []scanners.AccessPoint{point(scanners.Unknown, false), point(scanners.Known, false)}, result.Fail},
		{"all known and good", []scanners.AccessPoint{point(scanners.Known, true)}, result.Pass},
		{"the unread one may be bad", []scanners.AccessPoint{point(scanners.Known, true), point(scanners.Unknown, true)}, result.Unknown},
		{"not set", []scanners.AccessPoint{point(scanners.Absent, true)}, result.Fail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := wellKept("b")
			rec.Bucket.AWS.AccessPoints.Value.List = tt.list
			got := j.Judge(rec, testTime)
			if got.Results[0].Outcome != tt.want || len(got.Woes) > 0 {
				t.Errorf("got %s %v, want %s", got.Results[0].Outcome, got.Woes, tt.want)
			}
		})
	}
}

func TestTimesThatAreNotSet(t *testing.T) {
	link := func(expires bool) *scanners.Record {
		rec := scanners.NewRecord(scanners.Head{ID: "l", Name: "l", Kind: scanners.KindLink})
		rec.Link.Signed.State = scanners.Known
		if expires {
			rec.Link.Signed.Value.ExpiresAt = testTime.AddDate(0, 0, 1)
		}
		return rec
	}
	guarded := judgeOf(t, Options{}, ruleText("applies: [link]", "fails_when: has(link.signed.expires_at) && link.signed.expires_at > now"))
	bare := judgeOf(t, Options{}, ruleText("applies: [link]", "fails_when: link.signed.expires_at < now"))
	var got []string
	for _, j := range []*Judge{guarded, bare} {
		for _, expires := range []bool{true, false} {
			judged := j.Judge(link(expires), testTime)
			got = append(got, fmt.Sprintf("%s %d", judged.Results[0].Outcome, len(judged.Woes)))
		}
	}
	if diff := cmp.Diff([]string{"fail 0", "pass 0", "pass 0", "unknown 1"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCostOfUsersRulesIsLimited(t *testing.T) {
	long := make([]string, 400)
	for i := range long {
		long[i] = fmt.Sprintf("%q", strings.Repeat("x", 20)+fmt.Sprint(i))
	}
	list := "[" + strings.Join(long, ", ") + "]"
	j := judgeOf(t, Options{}, ruleText("params: {l: {type: strings, default: "+list+", help: {en: h, ja: h}}}",
		"fails_when: params.l.exists(a, params.l.exists(b, params.l.exists(c, a + b + c == 'no')))"))
	judged := j.Judge(wellKept("b"), testTime)
	if len(judged.Woes) != 1 || !strings.Contains(judged.Woes[0].Detail, "cost limit exceeded") {
		t.Errorf("woes %v", judged.Woes)
	}
	if r := judged.Results[0]; r.Outcome != result.Unknown || !r.Missing[0].Affects() {
		t.Errorf("result %+v", r)
	}
}
