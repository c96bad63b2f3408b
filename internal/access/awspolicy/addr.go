package awspolicy

// This file holds sets of IP addresses as sorted ranges, with exact union, intersection, complement and size.

import (
	"math"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// u128 is an address as a number; IPv4 addresses use the low 32 bits.
type u128 struct{ hi, lo uint64 }

func (a u128) cmp(b u128) int {
	switch {
	case a.hi != b.hi && a.hi < b.hi, a.hi == b.hi && a.lo < b.lo:
		return -1
	case a == b:
		return 0
	}
	return 1
}

func (a u128) inc() u128 {
	lo, c := bits.Add64(a.lo, 1, 0)
	return u128{a.hi + c, lo}
}

func (a u128) dec() u128 {
	lo, b := bits.Sub64(a.lo, 1, 0)
	return u128{a.hi - b, lo}
}

func (a u128) float() float64 { return float64(a.hi)*math.Exp2(64) + float64(a.lo) }

var (
	top4 = u128{0, math.MaxUint32}
	top6 = u128{math.MaxUint64, math.MaxUint64}
)

type addrRange struct{ lo, hi u128 }

// ranges is sorted, and neighbouring or overlapping ranges are merged.
type ranges []addrRange

func merge(r ranges) ranges {
	if len(r) < 2 {
		return r
	}
	slices.SortFunc(r, func(a, b addrRange) int { return a.lo.cmp(b.lo) })
	out := r[:1]
	for _, n := range r[1:] {
		last := &out[len(out)-1]
		if n.lo.cmp(last.hi) <= 0 || n.lo == last.hi.inc() {
			if n.hi.cmp(last.hi) > 0 {
				last.hi = n.hi
			}
			continue
		}
		out = append(out, n)
	}
	return out
}

func (r ranges) complement(top u128) ranges {
	var out ranges
	next, done := u128{}, false
	for _, n := range r {
		if n.lo.cmp(next) > 0 {
			out = append(out, addrRange{next, n.lo.dec()})
		}
		if n.hi == top {
			done = true
			break
		}
		next = n.hi.inc()
	}
	if !done {
		out = append(out, addrRange{next, top})
	}
	return out
}

func (r ranges) intersect(o ranges) ranges {
	var out ranges
	for i, j := 0, 0; i < len(r) && j < len(o); {
		lo, hi := r[i].lo, r[i].hi
		if o[j].lo.cmp(lo) > 0 {
			lo = o[j].lo
		}
		if o[j].hi.cmp(hi) < 0 {
			hi = o[j].hi
		}
		if lo.cmp(hi) <= 0 {
			out = append(out, addrRange{lo, hi})
		}
		if r[i].hi.cmp(o[j].hi) < 0 {
			i++
		} else {
			j++
		}
	}
	return out
}

func (r ranges) size() float64 {
	total := 0.0
	for _, n := range r {
		total += n.hi.float() - n.lo.float() + 1
	}
	return total
}

// addrSet is a set of IPv4 and IPv6 addresses.
type addrSet struct{ v4, v6 ranges }

func allAddrs() addrSet {
	return addrSet{v4: ranges{{u128{}, top4}}, v6: ranges{{u128{}, top6}}}
}

func (s addrSet) complement() addrSet {
	return addrSet{s.v4.complement(top4), s.v6.complement(top6)}
}

func (s addrSet) intersect(o addrSet) addrSet {
	return addrSet{s.v4.intersect(o.v4), s.v6.intersect(o.v6)}
}

func (s addrSet) union(o addrSet) addrSet {
	return addrSet{merge(append(slices.Clone(s.v4), o.v4...)), merge(append(slices.Clone(s.v6), o.v6...))}
}

func (s addrSet) same(o addrSet) bool { return slices.Equal(s.v4, o.v4) && slices.Equal(s.v6, o.v6) }

func (s addrSet) empty() bool { return len(s.v4) == 0 && len(s.v6) == 0 }

func number(a netip.Addr) u128 {
	b := a.As16()
	var n u128
	for i := range 8 {
		n.hi = n.hi<<8 | uint64(b[i])
		n.lo = n.lo<<8 | uint64(b[8+i])
	}
	if a.Is4() {
		n.hi, n.lo = 0, n.lo&math.MaxUint32
	}
	return n
}

func address(n u128, four bool) netip.Addr {
	if four {
		return netip.AddrFrom4([4]byte{byte(n.lo >> 24), byte(n.lo >> 16), byte(n.lo >> 8), byte(n.lo)})
	}
	var b [16]byte
	for i := range 8 {
		b[i] = byte(n.hi >> (56 - 8*i))
		b[8+i] = byte(n.lo >> (56 - 8*i))
	}
	return netip.AddrFrom16(b)
}

func (s addrSet) has(a netip.Addr) bool {
	a = a.Unmap()
	r := s.v6
	if a.Is4() {
		r = s.v4
	}
	n := number(a)
	for _, x := range r {
		if n.cmp(x.lo) >= 0 && n.cmp(x.hi) <= 0 {
			return true
		}
	}
	return false
}

// first gives an address of the set, one that can be a host where there is a choice.
func (s addrSet) first() netip.Addr {
	pick := func(r addrRange, four bool) netip.Addr {
		n := r.lo
		if n.lo&0xFF == 0 && n.inc().cmp(r.hi) <= 0 {
			n = n.inc()
		}
		return address(n, four)
	}
	if len(s.v4) > 0 {
		return pick(s.v4[0], true)
	}
	return pick(s.v6[0], false)
}

// parseAddrs reads an IpAddress value: an address or a CIDR block; no prefix length means a single address.
func parseAddrs(s string) (addrSet, bool) {
	s = strings.TrimSpace(s)
	var p netip.Prefix
	if strings.Contains(s, "/") {
		var err error
		if p, err = netip.ParsePrefix(s); err != nil {
			return addrSet{}, false
		}
	} else {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return addrSet{}, false
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return addrSet{}, false
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return prefixSet(p), true
}

func prefixSet(p netip.Prefix) addrSet {
	p = p.Masked()
	lo := number(p.Addr())
	host := p.Addr().BitLen() - p.Bits()
	mask := u128{}
	switch {
	case host >= 128:
		mask = top6
	case host > 64:
		mask = u128{1<<(host-64) - 1, math.MaxUint64}
	case host == 64:
		mask = u128{0, math.MaxUint64}
	default:
		mask = u128{0, 1<<host - 1}
	}
	r := ranges{{lo, u128{lo.hi | mask.hi, lo.lo | mask.lo}}}
	if p.Addr().Is4() {
		return addrSet{v4: r}
	}
	return addrSet{v6: r}
}

// prefixes writes the set as CIDR blocks, at most limit of them and then an ellipsis.
func (s addrSet) prefixes(limit int) []string {
	var out []string
	add := func(r addrRange, four bool) bool {
		width := 128
		if four {
			width = 32
		}
		lo := r.lo
		for {
			host := 0
			for host < width {
				m := prefixSet(netip.PrefixFrom(address(lo, four), width-host-1))
				x := append(slices.Clone(m.v4), m.v6...)[0]
				if x.lo != lo || x.hi.cmp(r.hi) > 0 {
					break
				}
				host++
			}
			if len(out) >= limit {
				out = append(out, "...")
				return false
			}
			p := netip.PrefixFrom(address(lo, four), width-host)
			out = append(out, p.String())
			m := prefixSet(p)
			x := append(slices.Clone(m.v4), m.v6...)[0]
			if x.hi.cmp(r.hi) >= 0 {
				return true
			}
			lo = x.hi.inc()
		}
	}
	for _, r := range s.v4 {
		if !add(r, true) {
			return out
		}
	}
	for _, r := range s.v6 {
		if !add(r, false) {
			return out
		}
	}
	return out
}

// maxTextRanges bounds how many ranges a string pattern over dotted addresses may become.
const maxTextRanges = 4096

// addrsLike gives the addresses whose usual text matches a string pattern, exactly for IPv4. ok is false where the
// text form decides and is not settled (most patterns over IPv6) or the set is too ragged.
func addrsLike(p *pattern, w *work) (addrSet, bool) {
	all := len(p.el) == 1 && p.el[0] == elStar
	if all {
		return allAddrs(), true
	}
	if p.plain {
		a, err := netip.ParseAddr(string(p.el))
		if err == nil && a.String() == string(p.el) && !a.Is4In6() {
			return prefixSet(netip.PrefixFrom(a, a.BitLen())), true
		}
		return addrSet{}, true
	}
	never6 := false // an element that no IPv6 text has
	for _, e := range p.el {
		if e >= 0 && !strings.ContainsRune("0123456789abcdefABCDEF:", e) {
			never6 = true
		}
	}
	if !never6 {
		return addrSet{}, false
	}
	l, _ := p.from("")
	d := dotted{p: p, w: w, seen: map[string]ranges{}}
	out, ok := d.octets(l.start, 0)
	return addrSet{v4: out}, ok
}

// dotted walks the octets of all IPv4 addresses through a pattern.
type dotted struct {
	p    *pattern
	w    *work
	seen map[string]ranges
}

// octets gives the numbers that the octets from the given one on can spell, read from a state of the pattern. Equal
// states have equal answers, so that the work stays small.
func (d *dotted) octets(set []uint64, octet int) (ranges, bool) {
	bits := 8 * (4 - octet)
	if octet == 4 {
		if d.p.accepts(set) {
			return ranges{{}}, true
		}
		return nil, true
	}
	if d.p.universal(set) {
		return ranges{{hi: u128{0, 1<<bits - 1}}}, true
	}
	key := stateKey(set, octet)
	if known, ok := d.seen[key]; ok {
		return known, true
	}
	if !d.w.spend(256 * (1 + len(d.p.el))) {
		return nil, false
	}
	var out ranges
	cur, next := make([]uint64, len(set)), make([]uint64, len(set))
	for v := range 256 {
		copy(cur, set)
		text := strconv.AppendInt(make([]byte, 0, 4), int64(v), 10)
		if octet > 0 {
			text = append([]byte{'.'}, text...)
		}
		for _, c := range text {
			d.p.step(cur, next, rune(c))
			cur, next = next, cur
		}
		if empty(cur) {
			continue
		}
		below, ok := d.octets(append([]uint64(nil), cur...), octet+1)
		if !ok {
			return nil, false
		}
		base := uint64(v) << (bits - 8)
		for _, r := range below {
			out = append(out, addrRange{u128{0, base | r.lo.lo}, u128{0, base | r.hi.lo}})
		}
		if len(out) > 2*maxTextRanges {
			if out = merge(out); len(out) > maxTextRanges {
				return nil, false
			}
		}
	}
	out = merge(out)
	if len(out) > maxTextRanges || !d.w.spend(len(out)) {
		return nil, false
	}
	d.seen[key] = out
	return out, true
}
