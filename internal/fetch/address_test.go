package fetch

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wrappings are the ways in which an IPv4 address hides in an IPv6 one.
func wrappings(v4 netip.Addr) []netip.Addr {
	b := v4.As4()
	at := func(prefix string, from int) netip.Addr {
		a := netip.MustParseAddr(prefix).As16()
		copy(a[from:], b[:])
		return netip.AddrFrom16(a)
	}
	return []netip.Addr{at("::ffff:0:0", 12), at("::", 12), at("64:ff9b::", 12), at("2002::", 2)}
}

// Nothing that the standard library calls special is public, wrapped or not; and wrapping never makes public.
func TestSpecialAddressesAreNeverPublic(t *testing.T) {
	classes := classifier(blocks())
	inside := func(a netip.Addr) bool {
		return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() || a.IsMulticast() ||
			a.IsUnspecified() || a.IsInterfaceLocalMulticast()
	}
	rapid.Check(t, func(t *rapid.T) {
		// Drawn near the edges: a random address is hardly ever special.
		first := rapid.SampledFrom([]byte{0, 10, 100, 127, 169, 172, 192, 198, 203, 224, 255, 8, 93}).Draw(t, "first")
		rest := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 15, 16, 31, 32, 63, 64, 127, 168, 254, 255}), 3, 3).Draw(t, "rest")
		v4 := netip.AddrFrom4([4]byte{first, rest[0], rest[1], rest[2]})
		if inside(v4) && classes.of(v4) == public {
			t.Fatalf("%v is public", v4)
		}
		for _, w := range wrappings(v4) {
			if w != netip.IPv6Loopback() && classes.of(w) < classes.of(v4) {
				t.Fatalf("%v is %s and wrapped as %v %s", v4, classes.of(v4), w, classes.of(w))
			}
		}
		high := rapid.SampledFrom([]byte{0, 0x01, 0x20, 0x26, 0x3f, 0xfc, 0xfd, 0xfe, 0xff}).Draw(t, "high")
		low := rapid.SliceOfN(rapid.Byte(), 15, 15).Draw(t, "low")
		v6 := netip.AddrFrom16([16]byte(append([]byte{high}, low...)))
		if (inside(v6) || high&0xe0 != 0x20 && !nat64().Contains(v6)) && !v6.Is4In6() && classes.of(v6) == public {
			t.Fatalf("%v is public", v6)
		}
	})
}

// FuzzRedirect lets a hostile server choose where a redirect leads: no connection goes anywhere but to a public
// address, whatever is written there.
func FuzzRedirect(f *testing.F) {
	for _, to := range []string{"http://127.0.0.1/", "//10.0.0.1", "http://[::1]/", "/x", "http://[::ffff:7f00:1]:80/", "http://0x7f000001/", "http://evil.example@127.0.0.1/",
		"http://127.0.0.1#@evil.example/", "http:\\\\127.0.0.1", "HTTP://LOCALHOST", "http://[fe80::1%25lo]/"} {
		f.Add(to)
	}
	f.Fuzz(func(t *testing.T, to string) {
		if strings.ContainsAny(to, "\r\n\x00") {
			t.Skip()
		}
		classes := classifier(blocks())
		c, err := New(Options{
			UserAgent: "tojimari/test", MaxRedirects: 3,
			Resolver: everywhere{},
			Dial: func(_ context.Context, _, address string) (net.Conn, error) {
				at, err := netip.ParseAddrPort(address)
				if err != nil || classes.of(at.Addr()) != public {
					t.Errorf("%q leads to %s (%v)", to, address, err)
				}
				client, server := net.Pipe()
				go func() {
					defer server.Close()
					_, _ = server.Read(make([]byte, 4096))
					_, _ = io.WriteString(server, "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: "+to+"\r\n\r\n")
				}()
				return client, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		start := &url.URL{Scheme: "http", Host: "evil.example", Path: "/"}
		_, _ = c.Fetch(t.Context(), Request{Method: http.MethodGet, URL: start}, nil)
	})
}

// everywhere answers for evil.example with a public address and for every other name with the loopback.
type everywhere struct{}

func (everywhere) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if host == "evil.example" {
		return []netip.Addr{netip.MustParseAddr("93.184.215.14")}, nil
	}
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}
