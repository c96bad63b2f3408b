package awspolicy

// These tests check the parts that the solver is built of against slower and simpler ways to the same answer.

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func regexpOf(glob string, fold bool) *regexp.Regexp {
	s := regexp.QuoteMeta(glob)
	s = strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(s)
	flags := "s"
	if fold {
		flags += "i"
	}
	return regexp.MustCompile("(?" + flags + ")^" + s + "$")
}

var (
	genGlob = rapid.StringOfN(rapid.SampledFrom([]rune("abB*?:é")), 0, 7, -1)
	genText = rapid.StringOfN(rapid.SampledFrom([]rune("abB:é")), 0, 7, -1)
)

func TestPatternMatchesLikeRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		glob, text, fold := genGlob.Draw(t, "glob"), genText.Draw(t, "text"), rapid.Bool().Draw(t, "fold")
		p := globPattern(glob, fold)
		want := regexpOf(glob, fold).MatchString(text)
		if got := p.match(text); got != want {
			t.Fatalf("match(%q, %q) = %v, want %v", glob, text, got, want)
		}
		cut := rapid.IntRange(0, len([]rune(text))).Draw(t, "cut")
		r := []rune(text)
		l, ok := p.from(string(r[:cut]))
		if got := ok && l.has(string(r[cut:])); got != want {
			t.Fatalf("%q read behind %q: has(%q) = %v, want %v", glob, string(r[:cut]), string(r[cut:]), got, want)
		}
		if !ok {
			return
		}
		left := false
		for _, x := range l.residue() {
			left = left || regexpOf(x, fold).MatchString(string(r[cut:]))
		}
		if left != want {
			t.Fatalf("%q behind %q leaves %q, which says %v of %q, want %v", glob, string(r[:cut]), l.residue(), left, string(r[cut:]), want)
		}
	})
}

// TestFindTextIsExact compares with trying every string up to a length that suffices for such short patterns.
func TestFindTextIsExact(t *testing.T) {
	var all []string
	grow := []string{""}
	for range 7 {
		all = append(all, grow...)
		var next []string
		for _, s := range grow {
			for _, c := range []string{"a", "b", "z"} {
				next = append(next, s+c)
			}
		}
		grow = next
	}
	glob := rapid.StringOfN(rapid.SampledFrom([]rune("ab*?")), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		var cons []textCon
		for range rapid.IntRange(1, 4).Draw(t, "constraints") {
			c := textCon{neg: rapid.Bool().Draw(t, "neg")}
			for range rapid.IntRange(0, 2).Draw(t, "patterns") {
				c.langs = append(c.langs, lang{p: globPattern(glob.Draw(t, "glob"), false)})
			}
			cons = append(cons, c)
		}
		minLen := rapid.IntRange(0, 1).Draw(t, "minLen")
		want := false
		for _, s := range all {
			if want = len(s) >= minLen && admits(cons, s); want {
				break
			}
		}
		got, ok := findText(cons, minLen, &work{left: 1 << 30})
		if ok != want {
			t.Fatalf("found %q %v, want %v", got, ok, want)
		}
		if ok && (!admits(cons, got) || len(got) < minLen) {
			t.Fatalf("%q does not meet the constraints", got)
		}
	})
}

func TestFindTextStopsAtTheLimit(t *testing.T) {
	// The complement of this needs exponentially many states.
	var cons []textCon
	cons = append(cons, textCon{langs: []lang{{p: globPattern("*a"+strings.Repeat("?", 40)+"b*", false)}}})
	cons = append(cons, textCon{neg: true, langs: []lang{{p: globPattern("*a"+strings.Repeat("?", 30)+"*", false)}}})
	w := &work{left: 50_000}
	if s, ok := findText(cons, 0, w); ok {
		t.Fatalf("found %q in an empty set", s)
	}
	if !w.out() {
		t.Fatal("the work limit was not reached; the case is too easy")
	}
}

func TestAddressSets(t *testing.T) {
	block := rapid.Custom(func(t *rapid.T) addrSet {
		var p netip.Prefix
		if rapid.Bool().Draw(t, "four") {
			b := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 10, 127, 128, 255}), 4, 4).Draw(t, "bytes")
			p = netip.PrefixFrom(netip.AddrFrom4([4]byte(b)), rapid.IntRange(0, 32).Draw(t, "bits"))
		} else {
			b := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x20, 0xfe, 0xff}), 16, 16).Draw(t, "bytes")
			p = netip.PrefixFrom(netip.AddrFrom16([16]byte(b)), rapid.IntRange(0, 128).Draw(t, "bits"))
		}
		s, ok := parseAddrs(p.String())
		if !ok && !p.Addr().Is4In6() {
			t.Fatalf("parseAddrs(%s)", p)
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := block.Draw(t, "a"), block.Draw(t, "b"), block.Draw(t, "c")
		set := a.union(b).intersect(c.complement())
		var probe []netip.Addr
		for _, s := range []addrSet{a, b, c, set} {
			for _, r := range s.v4 {
				probe = append(probe, address(r.lo, true), address(r.hi, true))
				if r.hi != top4 {
					probe = append(probe, address(r.hi.inc(), true))
				}
			}
			for _, r := range s.v6 {
				probe = append(probe, address(r.lo, false), address(r.hi, false))
				if r.hi != top6 {
					probe = append(probe, address(r.hi.inc(), false))
				}
			}
		}
		for _, x := range probe {
			if x.Is4In6() {
				continue
			}
			if got, want := set.has(x), (a.has(x) || b.has(x)) && !c.has(x); got != want {
				t.Fatalf("%s: got %v, want %v", x, got, want)
			}
		}
		if !set.empty() && !set.has(set.first()) && !set.first().Is4In6() {
			t.Fatalf("first() = %s is not in the set", set.first())
		}
		back := addrSet{}
		for _, p := range set.prefixes(1000) {
			s, _ := parseAddrs(p)
			back = back.union(s)
		}
		if len(set.v4) > 0 && back.intersect(addrSet{v4: ranges{{u128{}, top4}}}).v4.size() != set.v4.size() {
			t.Fatalf("prefixes() do not add up: %v", set.prefixes(1000))
		}
	})
}

func TestAddressesLikeText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		glob := rapid.StringMatching(`[012*?]{1,3}\.[01*?]{1,2}(\.[01*?]{1,2}){0,2}`).Draw(t, "glob")
		set, ok := addrsLike(globPattern(glob, false), &work{left: 1 << 30})
		if !ok {
			return // too ragged
		}
		b := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 10, 11, 100, 101, 110, 111, 201, 210}), 4, 4).Draw(t, "address")
		a := netip.AddrFrom4([4]byte(b))
		if got, want := set.has(a), regexpOf(glob, false).MatchString(a.String()); got != want {
			t.Fatalf("%q on %s: got %v, want %v", glob, a, got, want)
		}
	})
}

// FuzzReadJSON compares with encoding/json: what is valid, and the strings in it.
func FuzzReadJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `[]`, `"a\u00e9\ud83d\ude00\ud800x"`, `-0.5e+3`, `01`, `1.`, `[1,]`, `{"a":1,"a":2}`, `{"a"}`, "\"\x01\"", `"\q"`, `tru`, `[[[[]]]]`, "\"\xff\"", ` null `, `"`, `{"a":`, "1 2",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if strings.HasPrefix(string(text), "\xef\xbb\xbf") || strings.Count(string(text), "[")+strings.Count(string(text), "{") > maxDepth {
			return
		}
		n, err := readJSON(text)
		if (err == nil) != json.Valid(text) {
			t.Fatalf("error %v, encoding/json says valid: %v", err, json.Valid(text))
		}
		if err != nil || n.kind != stringNode {
			return
		}
		var want string
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		if len([]rune(n.text)) != len([]rune(want)) && !strings.Contains(want, "\uFFFD") || !strings.Contains(want, "\uFFFD") && n.text != want {
			t.Fatalf("got %q, want %q", n.text, want)
		}
	})
}

func TestRepeatedKeysAreMarked(t *testing.T) {
	const open = `"Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-files/*"`
	for _, c := range []struct {
		name, policy string
		want         string
	}{
		{"two Condition blocks", `{"Statement":[{"Effect":"Allow",` + open + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-x"}},"Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`, "unknown"},
		{"two Condition blocks in a Deny", `{"Statement":[{"Effect":"Allow",` + open + `},{"Effect":"Deny",` + open + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-x"}},"Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`, "unknown"},
		{"one operator twice", `{"Statement":[{"Effect":"Allow",` + open + `,"Condition":{"StringLike":{"aws:Referer":"a"},"StringLike":{"aws:UserAgent":"b"}}}]}`, "unknown"},
		{"one key twice", `{"Statement":[{"Effect":"Allow",` + open + `,"Condition":{"StringLike":{"aws:Referer":"a","aws:Referer":"b"}}}]}`, "unknown"},
		{"two Effects", `{"Statement":[{"Effect":"Allow","Effect":"Deny",` + open + `}]}`, "unknown"},
		{"two Statements", `{"Statement":[{"Effect":"Allow",` + open + `}],"Statement":[]}`, "unknown"},
		{"repeated, but another statement opens", `{"Statement":[{"Effect":"Allow",` + open + `,"Condition":{},"Condition":{}},{"Effect":"Allow",` + open + `}]}`, "yes"},
		{"repeated, but for another action", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::acme-files","Condition":{},"Condition":{}}]}`, "no"},
		{"repeated Condition on other keys", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"*","Condition":{},"Condition":{}}]}`, "no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := New(settingOf(t, c.policy)).Solve("read", "anonymous")
			if string(a.Verdict) != c.want {
				t.Errorf("got %s %+v, want %s", a.Verdict, a.Reasons, c.want)
			}
		})
	}
}

func TestParseNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, policy, want string }{
		{"no JSON", `{"Statement":`, "offset 13: unexpected end of JSON"},
		{"not an object", `[]`, "it is a JSON list"},
		{"no statements", `{"Version":"2012-10-17"}`, "it has no Statement"},
		{"statement of a wrong type", `{"Statement":1}`, "Statement is a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.policy))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
	text := `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"},{"Sid":"B","Effect":"Alow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}`
	p, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b := p.Statements[1]
	if got := text[b.Offset:b.End]; got != b.Text || !strings.HasPrefix(got, `{"Sid":"B"`) {
		t.Errorf("statement 1 is at %q", got)
	}
	if len(p.Problems) != 1 || p.Problems[0].Statement != 1 || !strings.HasPrefix(text[p.Problems[0].Offset:], `"Alow"`) {
		t.Errorf("problems: %+v", p.Problems)
	}
}

// TestClassesStayInTheirLetters compares patterns that stand for names and plain text with a regular expression.
func TestClassesStayInTheirLetters(t *testing.T) {
	// The first star must take more, for the second one may not.
	if p := newPattern([]rune{elStar, 'a', elNameStar, '/'}, false); !p.match("a/ba/") {
		t.Error("*a<name>/ does not match a/ba/")
	}
	letters := map[rune]string{elPlainAny: `[^*?$\{\}]`, elPlainStar: `[^*?$\{\}]*`, elNameAny: `[^*?$\{\}/: ]`, elNameStar: `[^*?$\{\}/: ]*`, elStar: `.*`, elAny: `.`}
	rapid.Check(t, func(t *rapid.T) {
		el := rapid.SliceOfN(rapid.SampledFrom([]rune{'a', '/', '*', elPlainAny, elPlainStar, elNameAny, elNameStar, elStar, elAny}), 0, 6).Draw(t, "elements")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab/*:")), 0, 6, -1).Draw(t, "text")
		var b strings.Builder
		for _, e := range el {
			if e < 0 {
				b.WriteString(letters[e])
				continue
			}
			b.WriteString(regexp.QuoteMeta(string(e)))
		}
		want := regexp.MustCompile("(?s)^" + b.String() + "$").MatchString(text)
		p := newPattern(el, false)
		if got := p.match(text); got != want {
			t.Fatalf("%s of %q: got %v, want %v", b.String(), text, got, want)
		}
		con := textCon{langs: []lang{{p: p}}}
		s, ok := findText([]textCon{con, without("ab")}, 0, &work{left: 1 << 20})
		if ok && !regexp.MustCompile("(?s)^"+b.String()+"$").MatchString(s) {
			t.Fatalf("%s: found %q, which does not match", b.String(), s)
		}
	})
}
