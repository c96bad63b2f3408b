// Targets: what the user names on the command line.

package scanners

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Target is one thing to scan.
type Target struct {
	// Scheme chooses the scanner: "aws", "s3", "gcp", "gs", "azure", "az", "https", "links", "snapshot", ...
	Scheme string `json:"scheme"`
	// Name is the rest, without options: a profile, a bucket, a path, a whole URL for https.
	Name string `json:"name,omitempty"`
	// Options are those that ride on the target.
	Options map[string]string `json:"options,omitempty"`
}

// pathSchemes take the rest literally, since a path or URL may hold any character.
var pathSchemes = []string{"snapshot", "links", "logs", "plan", "tf", "cfn", "arm", "http", "https"}

// bareWords are shorthand for a whole cloud.
var bareWords = []string{"aws", "gcp", "azure"}

// ParseTarget reads "aws", "aws:PROFILE", "s3://BUCKET?endpoint=URL", "https://host/path", "snapshot:FILE", ...
// It does not ask whether a scanner takes the scheme.
func ParseTarget(text string) (Target, error) {
	if text == "" {
		return Target{}, fmt.Errorf("empty target: %w", ErrBadTarget)
	}
	if word, options, ok := strings.Cut(text, "?"); ok && slices.Contains(bareWords, word) {
		text = word + ":?" + options // aws?profile=ops
	}
	scheme, rest, found := strings.Cut(text, ":")
	if !found {
		if slices.Contains(bareWords, text) {
			return Target{Scheme: text}, nil
		}
		return Target{}, WithHint(fmt.Errorf("%q is not a target: %w", text, ErrBadTarget),
			"name a target such as aws, s3://BUCKET, gcp:PROJECT, azure:SUBSCRIPTION, snapshot:FILE; 'tojimari scan --help' lists them")
	}
	if scheme == "" || strings.ContainsFunc(scheme, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		return Target{}, fmt.Errorf("%q has no scheme in front of the colon: %w", text, ErrBadTarget)
	}
	if scheme == "http" || scheme == "https" {
		if u, err := url.Parse(text); err != nil || u.Host == "" {
			return Target{}, fmt.Errorf("%q is not a URL with a host: %w", text, ErrBadTarget)
		}
		return Target{Scheme: scheme, Name: text}, nil
	}
	if slices.Contains(pathSchemes, scheme) {
		if rest == "" {
			return Target{}, fmt.Errorf("%q names no file: %w", text, ErrBadTarget)
		}
		return Target{Scheme: scheme, Name: rest}, nil
	}
	name, query, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "?")
	t := Target{Scheme: scheme, Name: strings.TrimRight(name, "/")}
	if t.Name == "" && !slices.Contains(bareWords, scheme) {
		return Target{}, fmt.Errorf("%q names nothing: %w", text, ErrBadTarget)
	}
	if query == "" {
		return t, nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return Target{}, fmt.Errorf("options of target %q: %w: %w", text, err, ErrBadTarget)
	}
	t.Options = map[string]string{}
	for key, list := range values {
		if len(list) != 1 {
			return Target{}, fmt.Errorf("target %q gives option %q %d times: %w", text, key, len(list), ErrBadTarget)
		}
		t.Options[key] = list[0]
	}
	return t, nil
}

// String gives back the form that ParseTarget reads.
func (t Target) String() string {
	if t.Scheme == "http" || t.Scheme == "https" {
		return t.Name
	}
	text := t.Scheme
	switch {
	case slices.Contains([]string{"s3", "gs", "az"}, t.Scheme):
		text += "://" + t.Name
	case t.Name != "" || len(t.Options) > 0:
		text += ":" + t.Name
	}
	for i, key := range slices.Sorted(maps.Keys(t.Options)) {
		sep := "&"
		if i == 0 {
			sep = "?"
		}
		text += sep + url.QueryEscape(key) + "=" + url.QueryEscape(t.Options[key])
	}
	return text
}

// Option returns the target's own option, else the one that stands for all targets, else "".
func (t Target) Option(rt Runtime, name string) string {
	if v, ok := t.Options[name]; ok {
		return v
	}
	return rt.Options[name]
}
