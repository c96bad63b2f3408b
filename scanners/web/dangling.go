package web

// Names that lead to storage that is not there: whoever makes the bucket or account of that name answers under them.

import (
	"context"
	"errors"
	"net"
	"net/url"

	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/internal/storageurl"
)

// bucketMissing reports whether the storage service itself answered that there is no such bucket.
func (v *visit) bucketMissing() bool {
	if v.answer == nil || v.answer.Header == nil {
		return false
	}
	message := ""
	if v.page != nil && v.page.Error != nil {
		message = v.page.Error.Message
	}
	return storageurl.Missing(v.answer.Status, serviceCode(v.answer.Header, v.page), message)
}

// trace finds out, where nothing is there, what the host's name is an alias of. It asks the name server once more, so
// it is not done for pages that answered.
func (s *Scanner) trace(ctx context.Context, v *visit) {
	host := v.final().Hostname()
	var unknown *net.DNSError
	gone := errors.Is(v.err, fetch.ErrName) && errors.As(v.err, &unknown) && unknown.IsNotFound && (v.answer == nil || len(v.answer.Hops) == 0)
	switch at := s.recogniser.FromURL(v.final()); {
	case !gone && !v.bucketMissing():
		return
	case at.Basis == storageurl.FromAddress && at.Front == "":
		// The address is the service's own: there is no name in between.
		if gone && at.Known() {
			v.dangling = names.Printable(host)
		}
		return
	}
	for _, alias := range s.aliases(ctx, host) {
		v.aliases = append(v.aliases, names.Printable(alias))
		if at := s.recogniser.FromURL(&url.URL{Scheme: "https", Host: alias, Path: "/"}); gone && (at.Known() || at.Front != "") {
			v.dangling = names.Printable(alias)
		}
	}
}

// aliases asks whoever finds addresses, where it can tell.
func (s *Scanner) aliases(ctx context.Context, host string) []string {
	if s.options.Resolver == nil {
		return fetch.AliasReader{}.Aliases(ctx, host)
	}
	if a, ok := s.options.Resolver.(fetch.Aliaser); ok {
		return a.Aliases(ctx, host)
	}
	return nil
}
