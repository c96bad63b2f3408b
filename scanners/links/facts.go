package links

// Facts: what the text of a link says, in the words of the record.

import (
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/linklive"
	"github.com/tojimari/tojimari/internal/linksource"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/scanners"
)

func sightOf(link signedlink.Link, unit linksource.Unit) scanners.Sight {
	s := scanners.Sight{Source: unit.Source, Offset: link.Offset, Line: link.Line}
	if c := unit.Commit; c != nil {
		s.Commit, s.Date, s.AtHead = c.ID, c.Time, c.AtHead
	}
	return s
}

// recordOf makes the record of a link that was seen at a time in UTC.
func recordOf(signed scanners.SignedLink, now time.Time) *scanners.Record {
	var place scanners.Origin
	if len(signed.Seen) > 0 {
		place = scanners.Origin{File: signed.Seen[0].Source, Line: int(min(signed.Seen[0].Line, 1<<31-1))}
	}
	name, _, _ := strings.Cut(signed.Text, "?")
	if name == "" {
		name = signed.SignedKind
	}
	head := scanners.Head{ID: scanners.LinkID(signed.Fingerprint), Kind: scanners.KindLink, Name: name, Place: place}
	switch p := signed.Provider; p {
	case "aws", "gcp":
		head.Provider, head.Account = scanners.Provider(p), signed.Account
	case "azure":
		head.Provider = scanners.Azure // its account is a storage account, no subscription
	default:
		head.Provider, head.Vendor = scanners.AWS, p
	}
	record := scanners.NewRecord(head)
	record.At = now
	record.Link.Signed = scanners.KnownFact(signed, place)
	return record
}

func signedFact(link signedlink.Link, sight scanners.Sight) scanners.SignedLink {
	f := scanners.SignedLink{
		SignedKind: string(link.Kind), Provider: link.Provider,
		Account: value(link.Account), Container: value(link.Container), Object: value(link.Object),
		Permissions: link.Permissions, PermsKnown: link.Permissions != nil,
		StartsAt: value(link.StartsAt), ExpiresAt: value(link.ExpiresAt), Lifetime: value(link.LifetimeSeconds),
		LongLivedKey: "unknown", HTTPAllowed: link.HTTPAllowed(), Limits: link.Limits.Words(),
		ValidSyntax: link.ValidSyntax, Fingerprint: link.Fingerprint, Text: link.Text, Revoke: string(link.Revoke),
		Seen: []scanners.Sight{sight}, StoredPolicy: link.Limits.StoredPolicy, CredentialRef: link.Credential,
	}
	if link.Scope != nil {
		f.Scope = string(*link.Scope)
	}
	if k := link.LongLivedKey; k != nil && *k {
		f.LongLivedKey = "true"
	} else if k != nil {
		f.LongLivedKey = "false"
	}
	return f
}

// value is what a pointer points at, or the zero value, which in these facts means "not in the text".
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func liveFact(r linklive.Result) scanners.Fact[scanners.Liveness] {
	from := scanners.Origin{Call: "link"}
	if r.State == linklive.Unknown {
		return scanners.UnknownFact[scanners.Liveness](scanners.Reason{Code: scanners.Failed, Detail: r.Response}, from)
	}
	return scanners.KnownFact(scanners.Liveness{State: string(r.State), Response: r.Response}, from)
}
