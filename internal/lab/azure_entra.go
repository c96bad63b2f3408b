// Entra, as far as a client with a secret needs it: what an authority says of itself, and tokens.

package lab

import (
	"net/http"
	"strings"
)

const serviceEntra service = "entra"

// isEntra reports whether a host gives out tokens ("National clouds", Microsoft Entra authentication endpoints).
func isEntra(name string) bool {
	switch name {
	case "login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn":
		return true
	}
	return false
}

// readEntra works out the operation; the tenant goes into account.
func readEntra(q *request, r *http.Request) {
	path := strings.Trim(r.URL.Path, "/")
	q.account, _, _ = strings.Cut(path, "/")
	switch {
	case strings.HasSuffix(path, "discovery/instance"):
		q.operation = "Instance.Discover"
	case strings.HasSuffix(path, ".well-known/openid-configuration"):
		q.operation = "OpenID.Get"
	case strings.HasSuffix(path, "oauth2/v2.0/token") && r.Method == http.MethodPost:
		q.operation = "Token.Get"
	}
}

func (q request) entra() answer {
	base := "https://" + q.region + "/" + q.account
	switch q.operation {
	case "Instance.Discover":
		return azureJSON(http.StatusOK, map[string]any{"tenant_discovery_endpoint": base + "/v2.0/.well-known/openid-configuration",
			"metadata": []any{map[string]any{"preferred_network": q.region, "preferred_cache": q.region, "aliases": []string{q.region}}}})
	case "OpenID.Get":
		return azureJSON(http.StatusOK, map[string]any{"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize", "token_endpoint": base + "/oauth2/v2.0/token"})
	case "Token.Get":
		return azureJSON(http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "not-a-token"})
	}
	return azureJSON(http.StatusNotFound, map[string]any{"error": "invalid_request", "error_description": "AADSTS90023: no such endpoint"})
}

// entraRefusal is what Entra says to credentials that it does not take.
func entraRefusal() answer {
	return azureJSON(http.StatusUnauthorized, map[string]any{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."})
}
