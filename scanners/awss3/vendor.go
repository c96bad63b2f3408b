// What is known of the service that is asked, where it is not Amazon's: internal/vendors describes the others.

package awss3

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// recogniseVendor finds the description of the service: the one that the user named, else by the endpoint's host.
func (ses *session) recogniseVendor(named string) error {
	if ses.endpoint == "" {
		return nil
	}
	set, err := ses.settings.vendorSet()
	if err != nil {
		return err
	}
	if named == "" {
		u, err := url.Parse(ses.endpoint)
		if err != nil {
			return fmt.Errorf("endpoint %q: %w", ses.endpoint, scanners.ErrBadTarget)
		}
		match, _ := set.MatchEndpoint(u.Hostname())
		named = match.Vendor
	}
	vendor, ok := set.Named(named)
	switch {
	case ok:
		ses.vendor = &vendor
		ses.makeClients()
	case named != "":
		return scanners.WithHint(fmt.Errorf("vendor %q is not described: %w", named, scanners.ErrBadTarget),
			"known are "+strings.Join(set.Names(), ", "))
	}
	return nil
}

// vendorSet returns the descriptions that the scanner goes by.
func (s settings) vendorSet() (*vendors.Set, error) {
	if s.vendors != nil {
		return s.vendors, nil
	}
	set, err := vendors.Embedded()
	if err != nil {
		return nil, fmt.Errorf("reading the descriptions of S3-compatible services: %w", err)
	}
	return set, nil
}

// heedServer takes the service's own word for what it is. Servers that anybody can run have no hosts to be known
// by, and many say it in every answer.
func (ses *session) heedServer() {
	header := ses.server.Load()
	if ses.vendor != nil || ses.endpoint == "" || header == nil {
		return
	}
	set, err := ses.settings.vendorSet()
	if err != nil {
		return
	}
	if vendor, ok := set.ByServer(*header); ok {
		ses.vendor = &vendor
		ses.withoutAccounts()
	}
}

// withoutAccounts reports whether the service is described as keeping nothing per account, and notes it.
func (ses *session) withoutAccounts() bool {
	if ses.vendor == nil || ses.vendor.Can("account_public_access_block") != vendors.Unsupported {
		return false
	}
	ses.identity = &failure{Kind: attempt.Unsupported, Message: ses.vendor.Title + " has no accounts that can be asked for"}
	ses.account = ""
	return true
}

// can says what is known of a configuration API at this service.
func (ses *session) can(api vendors.API) vendors.Support {
	if ses.vendor == nil || api == "" {
		return vendors.Unknown
	}
	return ses.vendor.Can(api)
}

// untold fills slot where asking would tell nothing: the service has no such thing, or it does not tell it here.
func untold[T any](ses *session, slot *scanners.Fact[T], op operation) bool {
	switch ses.can(op.api) {
	case vendors.Unsupported:
		*slot = scanners.UnsupportedFact[T](op.origin())
	case vendors.Hidden:
		*slot = scanners.UnknownFact[T](scanners.Reason{Code: scanners.Hidden,
			Detail: ses.vendor.Title + " does not tell it through this API"}, op.origin())
	default:
		return false
	}
	return true
}

// emptyMeansAbsent reports whether the service is described as answering 200 with nothing for "not set".
func (ses *session) emptyMeansAbsent(api vendors.API) bool {
	return ses.vendor != nil && api != "" && ses.vendor.EmptyMeansAbsent(api)
}

// otherRoot is the root element that the service gives an operation's answer, where that is not S3's.
func (ses *session) otherRoot(operation string) string {
	if ses.vendor == nil {
		return ""
	}
	for _, f := range bucketFacts() {
		if f.op.api != "" && strings.TrimPrefix(f.op.call, "s3:") == operation {
			return ses.vendor.Root(f.op.api)
		}
	}
	return ""
}
