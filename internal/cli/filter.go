// --include and --exclude: which resources a scan looks at, by name, region and tag.

package cli

import (
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/scanners"
)

// filter keeps resources that match one include of every kind given and no exclude.
type filter struct {
	include, exclude []condition
}

// condition is one --include or --exclude: name=PATTERN, region=PATTERN or tag:KEY=PATTERN; a bare pattern is
// a name.
type condition struct {
	what    string // "name", "region" or "tag:KEY"
	pattern judge.Pattern
}

func parseFilter(include, exclude []string) (filter, error) {
	var f filter
	var err error
	if f.include, err = parseConditions("--include", include); err != nil {
		return f, err
	}
	f.exclude, err = parseConditions("--exclude", exclude)
	return f, err
}

func parseConditions(flag string, words []string) ([]condition, error) {
	var out []condition
	for _, word := range words {
		what, pattern, found := strings.Cut(word, "=")
		if !found {
			what, pattern = "name", word
		}
		if what != "name" && what != "region" && (!strings.HasPrefix(what, "tag:") || what == "tag:") {
			return nil, usagef("%s %q: %q is not name, region or tag:KEY", flag, word, what)
		}
		if pattern == "" {
			return nil, usagef("%s %q: the pattern is empty", flag, word)
		}
		out = append(out, condition{what: what, pattern: judge.NewPattern(pattern)})
	}
	return out, nil
}

// takesRef decides by what discovery knows: name and region. Scopes and stores are always taken, since what is
// filtered lies in them.
func (f filter) takesRef(ref scanners.Ref) bool {
	if ref.Kind == scanners.KindScope || ref.Kind == scanners.KindStore {
		return true
	}
	return f.takes(func(what string) (string, bool) {
		switch what {
		case "name":
			return ref.Name, true
		case "region":
			return ref.Region, ref.Region != ""
		default:
			return "", false
		}
	})
}

// takesRecord decides by tags, once they were read. Tags that could not be read leave the resource in.
func (f filter) takesRecord(rec *scanners.Record) bool {
	if rec.Kind != scanners.KindBucket {
		return true
	}
	labels := rec.Bucket.Labels
	return f.takes(func(what string) (string, bool) {
		key, isTag := strings.CutPrefix(what, "tag:")
		if !isTag || labels.State == scanners.Unknown {
			return "", false
		}
		return labels.Value.Values[key], true
	})
}

// takes applies the conditions whose value is known; the others are left to a later look.
func (f filter) takes(value func(what string) (text string, known bool)) bool {
	for _, c := range f.exclude {
		if text, known := value(c.what); known && c.pattern.Matches(text) {
			return false
		}
	}
	wanted, met := map[string]bool{}, map[string]bool{}
	for _, c := range f.include {
		text, known := value(c.what)
		if !known {
			continue
		}
		wanted[c.what] = true
		if c.pattern.Matches(text) {
			met[c.what] = true
		}
	}
	return len(wanted) == len(met)
}

// needs names the facts that the conditions read.
func (f filter) needs() scanners.FactSet {
	for _, c := range slices.Concat(f.include, f.exclude) {
		if strings.HasPrefix(c.what, "tag:") {
			return scanners.NewFactSet("bucket.labels")
		}
	}
	return nil
}

// words say the filter, sorted, in the form that snapshots keep.
func (f filter) words() []string {
	var out []string
	for flag, conditions := range map[string][]condition{"include": f.include, "exclude": f.exclude} {
		for _, c := range conditions {
			out = append(out, flag+" "+c.what+"="+c.pattern.String())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (f filter) empty() bool { return len(f.include) == 0 && len(f.exclude) == 0 }
