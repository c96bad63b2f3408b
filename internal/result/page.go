package result

import "github.com/tojimari/tojimari/scanners"

// Page is what one address showed to a stranger and would show to a search engine, whether or not a rule found
// anything to say of it.
type Page struct {
	URL string `json:"url"` // without what is secret in it
	// Response, Storage, Names and Story are nil where they were not read or do not apply.
	Response *scanners.Response     `json:"response,omitempty"`
	Storage  *scanners.StorageURL   `json:"storage,omitempty"`
	Names    *scanners.Names        `json:"names,omitempty"`
	Story    *scanners.Indexability `json:"story,omitempty"`
	// Missing says why the story is not known.
	Missing string `json:"missing,omitempty"`
}

// PageOf takes the page out of a record; ok is false for records of other kinds, and for pages that were not looked at.
func PageOf(r *scanners.Record) (p Page, ok bool) {
	if r.Kind != scanners.KindPage || r.Page == nil || !r.Page.Response.Settled() && !r.Page.Indexability.Settled() {
		return p, false
	}
	p = Page{
		URL: r.Name, Response: known(r.Page.Response), Storage: known(r.Page.Storage), Names: known(r.Page.Names), Story: known(r.Page.Indexability),
	}
	if p.Story == nil {
		p.Missing = r.Page.Indexability.Reason.Detail
	}
	return p, true
}

func known[T any](f scanners.Fact[T]) *T {
	if f.State != scanners.Known {
		return nil
	}
	return &f.Value
}
