// Google's hosts and paths, from a request to the method of the API that it asks for.

package lab

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

const serviceGoogle service = "gcp"

// isGoogle reports whether a host is one of Google's that the lab has.
func isGoogle(name string) bool {
	if bare, _, err := net.SplitHostPort(name); err == nil {
		name = bare
	}
	rest, ok := strings.CutSuffix(name, ".googleapis.com")
	if !ok {
		return false
	}
	switch rest {
	case "storage", "cloudresourcemanager", "orgpolicy", "iam", "oauth2", "iamcredentials", "accesscontextmanager":
		return true
	}
	return strings.HasSuffix(rest, "-cloudresourcemanager") && !strings.Contains(rest, ".")
}

// readGoogle works out the method. In the request that it gives, bucket is what the method is about (a bucket, project
// or folder) and key what is in it.
func readGoogle(r *http.Request, form url.Values) request {
	q := request{service: serviceGoogle, query: r.URL.Query(), account: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	host, _, _ := strings.Cut(r.Host, ".")
	parts := segments(r.URL)
	if r.Method == http.MethodPost {
		switch {
		case host == "oauth2" && r.URL.Path == "/token":
			q.operation, q.key = "oauth2.token", form.Get("grant_type")
		case host == "iamcredentials" && strings.HasSuffix(r.URL.Path, ":generateAccessToken"):
			q.operation = "iamcredentials.generateAccessToken"
			q.bucket = strings.TrimSuffix(parts[len(parts)-1], ":generateAccessToken")
		default:
			q.operation = r.Method
		}
		return q
	}
	if r.Method != http.MethodGet {
		q.operation = r.Method // not served, but counted under a name that no test expects
		return q
	}
	switch host {
	case "storage":
		readStorage(&q, parts)
	case "orgpolicy":
		if len(parts) == 5 && parts[1] == "projects" && parts[3] == "policies" {
			q.operation, q.bucket, q.key = "orgpolicy.projects.policies.getEffectivePolicy", parts[2], parts[4]
		}
	case "iam":
		readIAM(&q, parts)
	case "accesscontextmanager":
		switch {
		case len(parts) == 2 && parts[1] == "accessPolicies":
			q.operation, q.bucket = "accesscontextmanager.accessPolicies.list", q.query.Get("parent")
		case len(parts) == 4 && parts[3] == "servicePerimeters":
			q.operation, q.bucket = "accesscontextmanager.accessPolicies.servicePerimeters.list", "organizations/"+parts[2]
		}
	default:
		readResources(&q, parts)
	}
	return q
}

// segments are the unescaped parts of a path: a name may hold slashes.
func segments(u *url.URL) []string {
	parts := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	for i, p := range parts {
		if plain, err := url.PathUnescape(p); err == nil {
			parts[i] = plain
		}
	}
	return parts
}

func readStorage(q *request, parts []string) {
	if len(parts) < 3 || parts[0] != "storage" || parts[1] != "v1" {
		// The XML API, as strangers use it.
		q.bucket, q.key = parts[0], strings.Join(parts[1:], "/")
		q.operation = "xml.objects.get"
		if q.key == "" {
			q.operation = "xml.objects.list"
		}
		return
	}
	parts = parts[2:]
	switch {
	case parts[0] == "projects" && len(parts) == 3 && parts[2] == "hmacKeys":
		q.operation, q.bucket = "storage.projects.hmacKeys.list", parts[1]
	case parts[0] != "b":
	case len(parts) == 1:
		q.operation, q.bucket = "storage.buckets.list", q.query.Get("project")
	case len(parts) == 2:
		q.operation, q.bucket = "storage.buckets.get", parts[1]
	case len(parts) == 3:
		q.bucket = parts[1]
		q.operation = map[string]string{
			"iam": "storage.buckets.getIamPolicy", "managedFolders": "storage.managedFolders.list", "o": "storage.objects.list",
			"notificationConfigs": "storage.notifications.list",
		}[parts[2]]
	case len(parts) == 5 && parts[2] == "managedFolders" && parts[4] == "iam":
		q.operation, q.bucket, q.key = "storage.managedFolders.getIamPolicy", parts[1], parts[3]
	}
}

func readIAM(q *request, parts []string) {
	switch {
	case len(parts) == 4 && parts[0] == "v1" && parts[3] == "roles":
		q.operation, q.bucket = "iam."+parts[1]+".roles.list", parts[1]+"/"+parts[2]
	case len(parts) >= 4 && parts[0] == "v2" && parts[1] == "policies" && parts[3] == "denypolicies":
		q.operation, q.bucket = "iam.policies.listPolicies", strings.TrimPrefix(parts[2], "cloudresourcemanager.googleapis.com/")
		if len(parts) == 5 {
			q.operation, q.key = "iam.policies.get", parts[4]
		}
	}
}

func readResources(q *request, parts []string) {
	switch {
	case len(parts) == 2 && parts[1] == "effectiveTags":
		q.operation = "cloudresourcemanager.effectiveTags.list"
		q.bucket = strings.TrimPrefix(q.query.Get("parent"), "//storage.googleapis.com/projects/_/buckets/")
	case len(parts) == 2:
		q.operation, q.bucket = "cloudresourcemanager."+parts[1]+".list", q.query.Get("parent")
	case len(parts) == 3:
		q.operation, q.bucket = "cloudresourcemanager."+parts[1]+".get", parts[1]+"/"+parts[2]
	}
}
