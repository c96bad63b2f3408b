package fetch

// Aliases of a name: the CNAME records on the way, also where nothing is at their end. The standard resolver tells of
// none once a name leads nowhere, which is exactly when they matter.

import (
	"context"
	"net"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Aliaser is an optional ability of a Resolver.
type Aliaser interface {
	// Aliases returns the names that host is an alias of, in order, the last being the one that was looked up or
	// could not be found; none where it is no alias.
	Aliases(ctx context.Context, host string) []string
}

// AliasReader reads aliases by the machine's own name servers.
type AliasReader struct {
	// Dial connects to a name server; nil for net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// maxAliases bounds how far a chain is followed.
const maxAliases = 10

// Aliases implements Aliaser.
func (r AliasReader) Aliases(ctx context.Context, host string) []string {
	dial := r.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	var mu sync.Mutex
	targets := map[string]string{}
	note := func(answer []byte) {
		mu.Lock()
		defer mu.Unlock()
		readAliases(answer, targets)
	}
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if udp, ok := conn.(*net.UDPConn); ok && err == nil {
			return &overheard{UDPConn: udp, note: note}, nil
		}
		return conn, err
	}}
	// What it resolves to is not wanted, and that it does not resolve no surprise.
	_, _ = resolver.LookupNetIP(ctx, "ip", strings.TrimSuffix(host, ".")+".")
	mu.Lock()
	defer mu.Unlock()
	var out []string
	for at := canonicalName(host); len(out) < maxAliases; {
		next, ok := targets[at]
		if !ok {
			break
		}
		out = append(out, next)
		at = next
	}
	return out
}

// overheard is a connection to a name server whose answers are read along.
type overheard struct {
	*net.UDPConn
	note func(answer []byte)
}

// Read implements net.Conn.
func (o *overheard) Read(b []byte) (int, error) {
	n, err := o.UDPConn.Read(b)
	if n > 0 {
		o.note(b[:n])
	}
	return n, err
}

// maxRecords bounds how many records of one answer are looked at.
const maxRecords = 200

// readAliases notes the CNAME records of an answer.
func readAliases(answer []byte, targets map[string]string) {
	var p dnsmessage.Parser
	if _, err := p.Start(answer); err != nil {
		return
	}
	if err := p.SkipAllQuestions(); err != nil {
		return
	}
	for range maxRecords {
		h, err := p.AnswerHeader()
		if err != nil {
			return
		}
		if h.Type != dnsmessage.TypeCNAME {
			if p.SkipAnswer() != nil {
				return
			}
			continue
		}
		r, err := p.CNAMEResource()
		if err != nil {
			return
		}
		targets[canonicalName(h.Name.String())] = canonicalName(r.CNAME.String())
	}
}

func canonicalName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
