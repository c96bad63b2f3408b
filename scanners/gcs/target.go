// Reading targets: whose credentials, and what to look at.

package gcs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// connection is everything that decides which credentials are used and who pays for the calls.
type connection struct{ impersonate, quota string }

// view is what a target asks to look at. All empty means the project of the credentials.
type view struct {
	connection
	project string
	tree    string // "folders/N" or "organizations/N": every project below
	bucket  string // one bucket only
}

var (
	// projectName takes ids (with the domain of old ones) and numbers. Resource Manager, "Project identifiers".
	projectName = regexp.MustCompile(`^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$|^[0-9]{1,20}$`)
	placeName   = regexp.MustCompile(`^(projects|folders)/[0-9]{1,20}$`)
	treeName    = regexp.MustCompile(`^(folders|organizations)/[0-9]{1,20}$`)
	// bucketName follows Cloud Storage, "Bucket naming requirements", up to 222 characters with dots.
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$`)
	// accountEmail keeps what is put into the path of a request to letters that need no escape.
	accountEmail = regexp.MustCompile(`^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+$`)
)

// CheckTarget refuses what is no target of this scanner; it asks nobody.
func (s *Scanner) CheckTarget(target scanners.Target) error {
	_, err := readTarget(target, s.rt)
	return err
}

// readTarget checks a target and its options; every error wraps scanners.ErrBadTarget.
func readTarget(t scanners.Target, rt scanners.Runtime) (view, error) {
	v := view{connection: connection{
		impersonate: t.Option(rt, "impersonate-service-account"),
		quota:       t.Option(rt, "quota-project"),
	}}
	for name := range t.Options {
		if !slices.Contains(optionNames(), name) {
			return view{}, bad(t, "option %q is not one of %s", name, strings.Join(optionNames(), ", "))
		}
	}
	switch {
	case v.impersonate != "" && !accountEmail.MatchString(v.impersonate):
		return view{}, bad(t, "%q is not the address of a service account", v.impersonate)
	case v.quota != "" && !projectName.MatchString(v.quota):
		return view{}, bad(t, "quota project %q is not a project", v.quota)
	}
	switch t.Scheme {
	case "gs":
		if v.bucket = t.Name; !bucketName.MatchString(v.bucket) {
			return view{}, scanners.WithHint(bad(t, "%q is not the name of a bucket", v.bucket), "name a whole bucket, without objects: gs://BUCKET")
		}
	case "gcp":
		switch {
		case t.Name == "":
		case treeName.MatchString(t.Name):
			v.tree = t.Name
		case projectName.MatchString(t.Name):
			v.project = t.Name
		default:
			return view{}, scanners.WithHint(bad(t, "%q is not a project, folders/NUMBER or organizations/NUMBER", t.Name),
				"'gcloud projects list' shows the ids of projects, 'gcloud organizations list' the number of the organisation")
		}
	default:
		return view{}, bad(t, "scheme %q is not read here", t.Scheme)
	}
	return v, nil
}

func bad(t scanners.Target, format string, args ...any) error {
	return fmt.Errorf("target %q: %s: %w", t.String(), fmt.Sprintf(format, args...), scanners.ErrBadTarget)
}

func targetOptions() []scanners.Option {
	return []scanners.Option{
		{Name: "impersonate-service-account", Help: "service account to read as"},
		{Name: "quota-project", Help: "project that the calls are counted on and billed to"},
	}
}

func optionNames() []string {
	var out []string
	for _, o := range targetOptions() {
		out = append(out, o.Name)
	}
	return out
}
