package access

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// Whether ranges hold the public internet is compared with asking for addresses one by one: the first and last
// of every /8 and the edges of every range.
func TestCoversInternetAgreesWithAddresses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "ranges")
		var ranges []netip.Prefix
		for range n {
			bits := rapid.IntRange(0, 9).Draw(t, "bits")
			addr := netip.AddrFrom4([4]byte{rapid.Byte().Draw(t, "a"), rapid.Byte().Draw(t, "b"), 0, 0})
			ranges = append(ranges, netip.PrefixFrom(addr, bits).Masked())
		}
		holds := func(list []netip.Prefix, a netip.Addr) bool {
			for _, p := range list {
				if p.Contains(a) {
					return true
				}
			}
			return false
		}
		want := true
		probe := func(a netip.Addr) {
			if a.Is4() && !holds(reserved, a) && !holds(ranges, a) {
				want = false
			}
		}
		for i := range 512 {
			a := netip.AddrFrom4([4]byte{byte(i / 2), byte(i % 2 * 128), 1, 1})
			probe(a)
			probe(netip.AddrFrom4([4]byte{byte(i / 2), byte(i%2*127 + 127), 255, 255}))
		}
		for _, p := range append(ranges, reserved...) {
			probe(p.Addr().Prev())
			last := p.Addr().As4()
			for i := p.Bits(); i < 32; i++ {
				last[i/8] |= 1 << (7 - i%8)
			}
			probe(netip.AddrFrom4(last).Next())
		}
		if got := coversInternet(ranges); got != want {
			t.Fatalf("coversInternet(%v) = %v, want %v", ranges, got, want)
		}
	})
}

func TestRanges(t *testing.T) {
	parse := func(words ...string) []netip.Prefix {
		var out []netip.Prefix
		for _, w := range words {
			p, ok := parseRange(w)
			if !ok {
				t.Fatalf("%q is no range", w)
			}
			out = append(out, p)
		}
		return out
	}
	if !coversInternet(parse("0.0.0.0/1", "128.0.0.0/1")) || !coversInternet(parse("0.0.0.0/0")) {
		t.Error("the whole internet is not covered")
	}
	if coversInternet(parse("0.0.0.0/1", "128.0.0.0/2")) {
		t.Error("three quarters are taken for the whole")
	}
	if !onlyReserved(parse("10.1.0.0/16", "192.168.0.0/24")) || onlyReserved(parse("10.0.0.0/7")) || onlyReserved(parse("2001:db8::/32")) {
		t.Error("private ranges are told apart wrongly")
	}
	if _, ok := parseRange("anywhere"); ok {
		t.Error("a word is taken for a range")
	}
}

func TestGlobMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"a*c", "abbc", true}, {"a*c", "abb", false}, {"a?c", "abc", true}, {"a?c", "ac", false},
		{"*.pdf", "x/y.pdf", true}, {"", "", true}, {"", "a", false}, {"a**b", "ab", true}, {"*a*b*", "xxaxxbxx", true},
	} {
		if got := globMatch(c.pattern, c.text); got != c.want {
			t.Errorf("globMatch(%q, %q) = %v", c.pattern, c.text, got)
		}
	}
}
