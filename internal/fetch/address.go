package fetch

// Which addresses a stranger may lead us to.

import (
	"fmt"
	"net/netip"
	"slices"
)

// class is how far an address may be asked.
type class int

const (
	// public addresses may always be asked.
	public class = iota
	// private ones (loopback, RFC 1918, unique local, shared) only where the user named the host.
	private
	// special ones (link-local and with it cloud metadata, multicast, documentation, unspecified, ...) only where
	// the user wrote the very address.
	special
)

func (c class) String() string {
	switch c {
	case public:
		return "public"
	case private:
		return "private"
	default:
		return "special"
	}
}

type block struct {
	prefix netip.Prefix
	class  class
}

// blocks follow the IANA special-purpose address registries; the first that fits decides.
func blocks() []block {
	var out []block
	add := func(c class, prefixes ...string) {
		for _, p := range prefixes {
			out = append(out, block{netip.MustParsePrefix(p), c})
		}
	}
	// Metadata services: 169.254/16 is in link-local; these lie elsewhere.
	add(special, "100.100.100.200/32", "fd00:ec2::/32", "fd20:ce::254/128", "168.63.129.16/32", "192.0.0.192/32")
	add(private, "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")
	add(special, "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
		"192.88.99.0/24", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")
	// Of IPv6 only 2000::/3 is in public use, less these.
	add(special, "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "5f00::/16")
	add(public, "0.0.0.0/0", "2000::/3")
	return out
}

// Public reports whether an address is one of the internet, by the table that decides what may be asked.
func Public(a netip.Addr) bool { return classifier(blocks()).of(a) == public }

// classifier is the table, built once per client.
type classifier []block

func (c classifier) of(addr netip.Addr) class {
	if addr.Zone() != "" {
		return special
	}
	if inner, wrapped := unwrap(addr); wrapped {
		// An IPv4 address inside an IPv6 one reaches what the IPv4 address reaches; even a public one has no
		// business there, except where the network translates (NAT64) or the form is just notation (mapped).
		inside := c.of(inner)
		if inside == public && !addr.Is4In6() && !nat64().Contains(addr) {
			return special
		}
		return inside
	}
	for _, b := range c {
		if b.prefix.Contains(addr) {
			return b.class
		}
	}
	return special
}

func nat64() netip.Prefix { return netip.MustParsePrefix("64:ff9b::/96") }

// unwrap takes an IPv4 address out of the IPv6 forms that carry one: mapped, compatible, NAT64, 6to4.
func unwrap(addr netip.Addr) (netip.Addr, bool) {
	if !addr.Is6() {
		return addr, false
	}
	if addr.Is4In6() {
		return addr.Unmap(), true
	}
	b := addr.As16()
	last := func() (netip.Addr, bool) { return netip.AddrFrom4([4]byte(b[12:16])), true }
	switch {
	case nat64().Contains(addr):
		return last()
	case netip.MustParsePrefix("::/96").Contains(addr) && addr != netip.IPv6Loopback() && !addr.IsUnspecified():
		return last()
	case netip.MustParsePrefix("2002::/16").Contains(addr):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	default:
		return addr, false
	}
}

// usable keeps the addresses of one answer that may be connected to, in order. literal says that the user wrote the
// address itself; named that the user wrote the name. A name whose answer mixes public and private addresses is
// taken at its public ones, since nobody means both.
func (c classifier) usable(host string, addrs []netip.Addr, named, literal bool) ([]netip.Addr, class, error) {
	best := special
	for _, a := range addrs {
		best = min(best, c.of(a))
	}
	allowed := public
	switch {
	case literal:
		allowed = special
	case named:
		allowed = private
	}
	if best > allowed {
		return nil, best, fmt.Errorf("%q leads to the %s address %v: %w", host, best, first(addrs), ErrAddress)
	}
	kept := slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return c.of(a) != best })
	return kept, best, nil
}

func first(addrs []netip.Addr) netip.Addr {
	if len(addrs) == 0 {
		return netip.Addr{}
	}
	return addrs[0]
}
