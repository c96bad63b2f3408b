// Sets of network addresses: does a list of ranges cover the whole public internet?

package access

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
)

// reserved are the IPv4 ranges that no client on the public internet comes from.
// IANA IPv4 Special-Purpose Address Registry; multicast and class E beside it.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("224.0.0.0/3"),
}

// parseRange reads an address or a CIDR range.
func parseRange(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	return netip.Prefix{}, false
}

// spanOf reads an address, a CIDR range, or a range A-B of IPv4 addresses, as the fewest CIDR ranges.
func spanOf(text string) ([]netip.Prefix, bool) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		p, ok := parseRange(text)
		return []netip.Prefix{p}, ok
	}
	from, err := netip.ParseAddr(first)
	to, err2 := netip.ParseAddr(last)
	if err != nil || err2 != nil || !from.Is4() || !to.Is4() || to.Less(from) {
		return nil, false
	}
	var out []netip.Prefix
	for from.IsValid() && !to.Less(from) {
		bits := 32
		for bits > 0 {
			wider := netip.PrefixFrom(from, bits-1)
			if wider.Masked().Addr() != from || to.Less(lastOf(wider)) {
				break
			}
			bits--
		}
		p := netip.PrefixFrom(from, bits)
		out = append(out, p)
		from = lastOf(p).Next()
	}
	return out, true
}

// lastOf is the highest address of an IPv4 range.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	n := binary.BigEndian.Uint32(b[:]) | uint32(1<<(32-p.Bits())-1)
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b)
}

// coversInternet reports whether the ranges together hold every public IPv4 address.
func coversInternet(ranges []netip.Prefix) bool {
	type span struct{ from, to uint64 }
	var spans []span
	for _, p := range append(slices.Clone(ranges), reserved...) {
		if !p.Addr().Is4() {
			continue
		}
		b := p.Addr().As4()
		from := uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
		spans = append(spans, span{from, from + 1<<(32-p.Bits())})
	}
	slices.SortFunc(spans, func(a, b span) int {
		switch {
		case a.from < b.from:
			return -1
		case a.from > b.from:
			return 1
		default:
			return 0
		}
	})
	var reached uint64
	for _, s := range spans {
		if s.from > reached {
			return false
		}
		reached = max(reached, s.to)
	}
	return reached >= 1<<32
}

// documentation are the ranges of reserved that stand for public ones wherever something is explained.
func documentation(p netip.Prefix) bool {
	return slices.Contains([]string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"}, p.String())
}

// onlyReserved reports whether no public IPv4 or IPv6 address lies in the ranges. Addresses for documentation count as
// public here: where they stand in a rule, they stand for somebody.
func onlyReserved(ranges []netip.Prefix) bool {
	for _, p := range ranges {
		if !p.Addr().Is4() {
			return false
		}
		if !slices.ContainsFunc(reserved, func(r netip.Prefix) bool {
			return !documentation(r) && r.Bits() <= p.Bits() && r.Contains(p.Addr())
		}) {
			return false
		}
	}
	return true
}
