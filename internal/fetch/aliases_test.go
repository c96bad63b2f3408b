package fetch

import (
	"context"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers every question with the CNAME records given, then as if there were nothing.
func nameServer(t *testing.T, records [][2]string) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var asked dnsmessage.Message
			if asked.Unpack(buffer[:n]) != nil {
				continue
			}
			answer := dnsmessage.Message{Header: dnsmessage.Header{ID: asked.ID, Response: true, RecursionAvailable: true, RCode: dnsmessage.RCodeNameError}, Questions: asked.Questions}
			for _, r := range records {
				answer.Answers = append(answer.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(r[0]), Type: dnsmessage.TypeCNAME, Class: dnsmessage.ClassINET, TTL: 60},
					Body:   &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(r[1])},
				})
			}
			if packed, err := answer.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}
}

func TestAliasesThatLeadNowhere(t *testing.T) {
	for name, c := range map[string]struct {
		records [][2]string
		want    []string
	}{
		"one":    {[][2]string{{"Files.example.com.", "ACME.blob.core.windows.net."}}, []string{"acme.blob.core.windows.net"}},
		"chain":  {[][2]string{{"x.example.net.", "acme.azureedge.net."}, {"files.example.com.", "x.example.net."}}, []string{"x.example.net", "acme.azureedge.net"}},
		"none":   {nil, nil},
		"other":  {[][2]string{{"elsewhere.example.com.", "acme.blob.core.windows.net."}}, nil},
		"circle": {[][2]string{{"files.example.com.", "a.example."}, {"a.example.", "files.example.com."}}, []string{"a.example", "files.example.com", "a.example", "files.example.com", "a.example", "files.example.com", "a.example", "files.example.com", "a.example", "files.example.com"}},
	} {
		got := AliasReader{Dial: nameServer(t, c.records)}.Aliases(t.Context(), "files.example.com")
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func FuzzReadAliases(f *testing.F) {
	m := dnsmessage.Message{Answers: []dnsmessage.Resource{{
		Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("a.example."), Type: dnsmessage.TypeCNAME, Class: dnsmessage.ClassINET},
		Body:   &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("b.example.")},
	}}}
	packed, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, answer []byte) {
		targets := map[string]string{}
		readAliases(answer, targets)
		if len(targets) > maxRecords {
			t.Errorf("%d records", len(targets))
		}
	})
}
