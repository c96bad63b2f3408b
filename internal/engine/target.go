// How a target is named where it stands for a scope: in end markers, failures and headers.

package engine

import (
	"net/url"

	"github.com/tojimari/tojimari/scanners"
)

// TargetName is the target without secrets: a URL loses its user, query and fragment, since those of a signed
// URL are as good as a password.
func TargetName(target scanners.Target) string {
	if target.Scheme != "http" && target.Scheme != "https" {
		return target.String()
	}
	u, err := url.Parse(target.Name)
	if err != nil {
		return target.Scheme + ":"
	}
	u.User, u.RawQuery, u.Fragment, u.ForceQuery = nil, "", "", false
	return u.String()
}
