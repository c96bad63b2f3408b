// Reading targets: which cloud and tenant, and what to look at.

package azureblob

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// connection is everything that decides which tokens are used and where requests go.
type connection struct {
	cloud, tenant string
}

// view is what a target asks to look at.
type view struct {
	connection
	subscription string // one subscription, by id or name
	group        string // everything below this management group
	account      string // one storage account only
	container    string // one container of it only
}

var (
	subscriptionID = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	// Resource Manager documentation, "Naming rules and restrictions for Azure resources".
	subscriptionName = regexp.MustCompile(`^[^\x00-\x1f/?#\\%]{1,64}$`)
	groupName        = regexp.MustCompile(`^[A-Za-z0-9_().-]{1,90}$`)
	accountName      = regexp.MustCompile(`^[a-z0-9]{3,24}$`)
	containerName    = regexp.MustCompile(`^(\$root|\$web|\$logs|\$blobchangefeed|[a-z0-9]([a-z0-9]|-[a-z0-9]){2,62})$`)
	tenantName       = regexp.MustCompile(`^[A-Za-z0-9.-]{1,253}$`)
)

// CheckTarget refuses what is no target of this scanner; it asks nobody.
func (s *Scanner) CheckTarget(target scanners.Target) error {
	_, err := readTarget(target, s.rt)
	return err
}

// readTarget checks a target and its options; every error wraps scanners.ErrBadTarget.
func readTarget(t scanners.Target, rt scanners.Runtime) (view, error) {
	v := view{connection: connection{cloud: t.Option(rt, "cloud"), tenant: t.Option(rt, "tenant")}}
	for name := range t.Options {
		if name != "cloud" && name != "tenant" && (name != "subscription" || t.Scheme != "az") {
			return view{}, bad(t, "option %q is not one of %s", name, strings.Join(optionNames(t.Scheme), ", "))
		}
	}
	if _, ok := cloudNamed(v.cloud); !ok {
		return view{}, bad(t, "cloud %q is not public, china or usgov", v.cloud)
	}
	if v.tenant != "" && !tenantName.MatchString(v.tenant) {
		return view{}, bad(t, "tenant %q is neither an id nor a domain", v.tenant)
	}
	switch t.Scheme {
	case "az":
		v.account, v.container, _ = strings.Cut(t.Name, "/")
		v.subscription = t.Option(rt, "subscription")
		switch {
		case !accountName.MatchString(v.account):
			return view{}, scanners.WithHint(bad(t, "%q is not the name of a storage account", v.account),
				"name an account and perhaps one of its containers: az://ACCOUNT/CONTAINER")
		case strings.Contains(t.Name, "/") && !containerName.MatchString(v.container):
			return view{}, scanners.WithHint(bad(t, "%q is not the name of a container", v.container), "name a whole container, without blobs: az://ACCOUNT/CONTAINER")
		}
	case "azure":
		if group, ok := strings.CutPrefix(t.Name, "mg/"); ok {
			if v.group = group; !groupName.MatchString(group) {
				return view{}, bad(t, "%q is not the id of a management group", group)
			}
			return v, nil
		}
		v.subscription = t.Name
	default:
		return view{}, bad(t, "scheme %q is not read here", t.Scheme)
	}
	if v.subscription != "" && !subscriptionName.MatchString(v.subscription) {
		return view{}, bad(t, "%q is neither the id nor the name of a subscription", v.subscription)
	}
	return v, nil
}

func bad(t scanners.Target, format string, args ...any) error {
	return fmt.Errorf("target %q: %s: %w", t.String(), fmt.Sprintf(format, args...), scanners.ErrBadTarget)
}

func targetOptions() []scanners.Option {
	return []scanners.Option{
		{Name: "cloud", Help: "public, china or usgov"},
		{Name: "tenant", Help: "Entra tenant to get tokens from, by id or domain"},
	}
}

func accountOptions() []scanners.Option {
	return append(targetOptions(), scanners.Option{Name: "subscription", Help: "subscription that the account is in, by id or name"})
}

func optionNames(scheme string) []string {
	options := targetOptions()
	if scheme == "az" {
		options = accountOptions()
	}
	var out []string
	for _, o := range options {
		out = append(out, o.Name)
	}
	return out
}
