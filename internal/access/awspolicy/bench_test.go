package awspolicy

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

func everything(s *Solver) {
	for _, v := range verdict.Verbs() {
		s.Solve(v, verdict.Anonymous)
		s.Solve(v, verdict.AnyAccount)
	}
}

// tablePolicies are the policies of testdata with up to ten statements.
func tablePolicies(tb testing.TB) (texts [][]byte, env Env) {
	all := tables(tb)
	var names []string
	for n := range all {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		for _, c := range all[n].Cases {
			p, err := Parse(c.Policy)
			if err == nil && len(p.Statements) <= 10 {
				texts = append(texts, c.Policy)
			}
		}
		env = all[n].Env.env(tb, "")
	}
	return texts, env
}

// BenchmarkTables reports the median over the policies of testdata, for all verbs and audiences: solving alone, and
// with parsing.
func BenchmarkTables(b *testing.B) {
	texts, env := tablePolicies(b)
	for b.Loop() {
		var solving, whole []time.Duration
		for _, text := range texts {
			best, bestWhole := time.Hour, time.Hour
			for range 5 {
				start := time.Now()
				p, err := Parse(text)
				if err != nil {
					b.Fatal(err)
				}
				s := New(Setting{Env: env, Grants: []Layer{{Policy: p}}})
				mid := time.Now()
				everything(s)
				best, bestWhole = min(best, time.Since(mid)), min(bestWhole, time.Since(start))
			}
			solving, whole = append(solving, best), append(whole, bestWhole)
		}
		slices.Sort(solving)
		slices.Sort(whole)
		b.ReportMetric(float64(solving[len(solving)/2].Nanoseconds())/1000, "median-solve-µs")
		b.ReportMetric(float64(whole[len(whole)/2].Nanoseconds())/1000, "median-parse+solve-µs")
		b.ReportMetric(float64(solving[len(solving)-1].Nanoseconds())/1000, "max-solve-µs")
	}
}

// largePolicy has 60 statements and nearly 20 KB, the most that S3 stores.
func largePolicy() string {
	var list []string
	for i := range 60 {
		effect, cond := "Allow", fmt.Sprintf(`"StringLike":{"aws:Referer":["https://site-%d.example.com/*","https://www.site-%d.example.org/*"]},"NotIpAddress":{"aws:SourceIp":["198.51.%d.0/24","203.0.113.%d/32"]}`, i, i, i, i)
		if i%3 == 2 {
			effect, cond = "Deny", fmt.Sprintf(`"StringNotLike":{"aws:UserAgent":"agent-%d*"},"Bool":{"aws:SecureTransport":"false"}`, i)
		}
		list = append(list, fmt.Sprintf(`{"Sid":"S%d","Effect":"%s","Principal":"*","Action":["s3:GetObject*","s3:PutObject","s3:ListBucket*"],"Resource":["arn:aws:s3:::acme-files","arn:aws:s3:::acme-files/team-%d/*/public/*.html"],"Condition":{%s}}`, i, effect, i%7, cond))
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",\n") + `]}`
}

func BenchmarkLarge(b *testing.B) {
	text := []byte(largePolicy())
	b.ReportMetric(float64(len(text))/1024, "KB")
	_, env := tablePolicies(b)
	env.Bucket = "acme-files"
	b.ReportAllocs()
	for b.Loop() {
		p, err := Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		everything(New(Setting{Env: env, Grants: []Layer{{Policy: p}}}))
	}
}

// TestMemoryStaysFlat gives a million verdicts (a tenth of them with -short): nothing may be kept between questions,
// and no question may cost more memory than the same question before.
func TestMemoryStaysFlat(t *testing.T) {
	p, err := Parse([]byte(largePolicy()))
	if err != nil {
		t.Fatal(err)
	}
	small, err := Parse([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-files/*","Condition":{"StringLike":{"aws:Referer":"https://*.example.com/${aws:userid}/*"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	large, s := New(Setting{Grants: []Layer{{Policy: p}}}), New(Setting{Grants: []Layer{{Policy: small}}})
	memory := func() (heap, total uint64) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, m.TotalAlloc
	}
	rounds := 125_000 / 10 // of eight verdicts each
	if testing.Short() {
		rounds /= 10
	}
	everything(large)
	everything(s)
	before, start := memory()
	first := uint64(0) // allocated in the first round of ten
	for i := range 10 {
		everything(large)
		for range rounds {
			everything(s)
		}
		after, now := memory()
		if after > before+256<<10 {
			t.Fatalf("the heap grew from %d to %d bytes over %d verdicts", before, after, (i+1)*8*(rounds+1))
		}
		if i == 0 {
			first = now - start
		}
		if spent := now - start; spent > first+first/50 {
			t.Fatalf("round %d allocated %d bytes, the first one %d", i, spent, first)
		}
		start = now
	}
	if a := s.Solve(verdict.Read, verdict.Anonymous); a.Verdict != verdict.Yes {
		t.Errorf("got %s, want yes", a.Verdict)
	}
}

// hostilePolicy is made to be hard: products of patterns whose complements explode, and Deny statements that each can
// be escaped in several ways that exclude each other.
func hostilePolicy() string {
	var list []string
	list = append(list, `{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::acme-files/*a*b*c*","Condition":{"StringLike":{"aws:Referer":"*x*y*"}}}`)
	for i := range 24 {
		list = append(list, fmt.Sprintf(`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::acme-files/*a%s*","Condition":{"StringNotLike":{"aws:Referer":"*x%sy*","aws:UserAgent":"*%s%d*"},"IpAddressIfExists":{"aws:SourceIp":"0.0.0.0/0"}}}`,
			strings.Repeat("?", i+2), strings.Repeat("?", i), strings.Repeat("z?", i%5), i))
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
}

// TestHostilePolicyEnds holds the work limit: whatever the answer, no question costs more.
func TestHostilePolicyEnds(t *testing.T) {
	p, err := Parse([]byte(hostilePolicy()))
	if err != nil {
		t.Fatal(err)
	}
	s := New(Setting{Env: Env{Bucket: "acme-files", Limit: 300_000}, Grants: []Layer{{Policy: p}}})
	for _, v := range verdict.Verbs() {
		for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
			a := s.Solve(v, who)
			if a.Work > 2*300_000 {
				t.Errorf("%s by %s: work %d, far beyond the limit", v, who, a.Work)
			}
			if a.Verdict == verdict.Unknown && len(a.Reasons) == 0 {
				t.Errorf("%s by %s: unknown without a reason", v, who)
			}
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	p, err := Parse([]byte(hostilePolicy()))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		everything(New(Setting{Env: Env{Bucket: "acme-files"}, Grants: []Layer{{Policy: p}}}))
	}
}

// BenchmarkControls asks the four questions of controls.go about the large policy, prepared once.
func BenchmarkControls(b *testing.B) {
	p, err := Parse([]byte(largePolicy()))
	if err != nil {
		b.Fatal(err)
	}
	_, env := tablePolicies(b)
	env.Bucket = "acme-files"
	b.ReportAllocs()
	for b.Loop() {
		c := NewControls(Setting{Env: env, Grants: []Layer{{Policy: p}}})
		c.RefusesCleartext()
		c.BoundsSignatureAge()
		c.RefusesUnencryptedUploads()
		c.LocksOut()
	}
}
