package vendors

// Host forms: the shapes of a vendor's host names, with the parts that vary in braces.

import (
	"errors"
	"fmt"
	"strings"
)

// HostForm is the shape of a host, such as "{bucket}.s3.{region}.wasabisys.com". {bucket} stands for one or
// more labels and only at the beginning, since bucket names may hold dots; {region}, {account} and {any}
// stand for one label or, beside literal text, for a part of one.
type HostForm struct {
	Form   string `yaml:"form"`
	Style  Style  `yaml:"style"`
	Source string `yaml:"source"` // one of the vendor's docs

	labels  []label
	bucket  bool
	literal int
}

type label struct{ before, field, after string } // field "" means the label is before, literally

func (f *HostForm) compile() error {
	switch f.Style {
	case PathStyle, VirtualStyle, BoundStyle:
	default:
		return fmt.Errorf("host form %q has style %q, want path, virtual or bound", f.Form, f.Style)
	}
	rest, bucket := strings.CutPrefix(f.Form, "{bucket}.")
	f.bucket = bucket
	if bucket != (f.Style == VirtualStyle) {
		return fmt.Errorf("host form %q: exactly the virtual style begins with {bucket}", f.Form)
	}
	for _, part := range strings.Split(rest, ".") {
		l := label{before: part}
		if before, tail, ok := strings.Cut(part, "{"); ok {
			field, after, closed := strings.Cut(tail, "}")
			if !closed {
				return fmt.Errorf("host form %q: a brace isn't closed", f.Form)
			}
			switch field {
			case "region", "account", "any":
			default:
				return fmt.Errorf("host form %q: unknown part {%s}", f.Form, field)
			}
			l = label{before: before, field: field, after: after}
		} else {
			f.literal++
		}
		f.labels = append(f.labels, l)
	}
	if f.literal < 1 {
		return errors.New("host form " + f.Form + " has no literal label and would fit any host")
	}
	return nil
}

func (f HostForm) match(host string) (Match, bool) {
	parts := strings.Split(host, ".")
	extra := len(parts) - len(f.labels)
	if extra < 0 || (extra == 0) == f.bucket || (!f.bucket && extra > 0) {
		return Match{}, false
	}
	m := Match{Style: f.Style, Bucket: strings.Join(parts[:extra], ".")}
	if f.bucket && m.Bucket == "" {
		return Match{}, false
	}
	for i, l := range f.labels {
		part := parts[extra+i]
		if l.field == "" {
			if part != l.before {
				return Match{}, false
			}
			continue
		}
		inner, ok := strings.CutPrefix(part, l.before)
		if !ok {
			return Match{}, false
		}
		if inner, ok = strings.CutSuffix(inner, l.after); !ok || inner == "" {
			return Match{}, false
		}
		switch l.field {
		case "region":
			m.Region = inner
		case "account":
			m.Account = inner
		}
	}
	return m, true
}
