// Headers stored with an object that look as if they kept it from somebody.

package scanners

import (
	"maps"
	"slices"
	"strings"
)

// GuardHeaders picks, of what a service stores with an object, what looks as if it kept the object private or out of
// search results: caching directives, attachment, metadata named after a robots header. None of it does. Keys and
// values are foreign text.
func GuardHeaders(cacheControl, disposition string, metadata map[string]string) []string {
	var out []string
	lower := strings.ToLower(cacheControl)
	if strings.Contains(lower, "private") || strings.Contains(lower, "no-store") {
		out = append(out, "cache-control: "+cut(cacheControl))
	}
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(disposition)), "attachment") {
		out = append(out, "content-disposition: attachment")
	}
	for _, name := range slices.Sorted(maps.Keys(metadata)) {
		switch plain := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name)); plain {
		case "xrobotstag", "robotstag", "robots", "noindex", "googlebot":
			out = append(out, cut(name)+": "+cut(metadata[name])+" (metadata)")
		}
	}
	return out
}

// cut bounds a foreign value.
func cut(s string) string {
	const most = 200
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
