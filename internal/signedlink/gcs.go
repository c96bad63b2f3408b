package signedlink

// Google Cloud Storage: V4 signing ("Signed URLs", "V4 signing process") and V2 ("V2 signing process").

import (
	"strings"
)

func readGCSV4(c *candidate) reading {
	r := reading{Link: Link{Kind: GCSV4, Provider: providerGCP, Revoke: RevokeServiceAcct}}
	algorithm := c.get("x-goog-algorithm")
	if strings.EqualFold(algorithm, "GOOG4-HMAC-SHA256") {
		r.Kind, r.LongLivedKey, r.Revoke = GCSV4HMAC, ptr(true), RevokeHMACKey
	}
	id, date, location, service, terminator := credentialScope(c.get("x-goog-credential"), false)
	raw := decode(signatureText(c, "x-goog-signature"))
	sig, lower := hexSignature(raw)
	r.signature, r.credential = sig, strings.ToLower(strings.Join([]string{id, date, location, service, terminator}, "/"))
	headers, hasHost := signedHeaders(c.get("x-goog-signedheaders"))
	r.Limits.Headers = headers
	placeGCS(c, &r, id)
	r.Permissions = gcsPermissions(c, &r, headers)
	scopeOfBucket(c, &r)
	r.ValidSyntax = lower && hasHost && terminator == "goog4_request" && service == "storage" && exactNames(c, exactGoog) &&
		(algorithm == "GOOG4-RSA-SHA256" || algorithm == "GOOG4-HMAC-SHA256")
	readSigned(&r, c.get("x-goog-date"), c.get("x-goog-expires"), date)
	size := rsaSize(len(sig))
	if r.Kind == GCSV4HMAC {
		size = len(sig) == 32
	}
	r.LookAlike = firstOf(
		maskedText(raw), exampleCredential(id), exampleProject(id), emulatorHost(c),
		incompleteIf(id == "" || algorithm == "" || c.get("x-goog-date") == "" || c.get("x-goog-expires") == "" || c.get("x-goog-signedheaders") == ""),
		otherServiceIf(service != "" && !strings.EqualFold(service, "storage")),
		cutIf(!size),
		placeholderIf(patterned(raw)),
	)
	return r
}

// rsaSize knows the RSA signatures of service account keys, 2048 to 4096 bits.
func rsaSize(n int) bool { return n == 256 || n == 384 || n == 512 }

func exactGoog(folded string) string {
	switch folded {
	case "x-goog-algorithm":
		return "X-Goog-Algorithm"
	case "x-goog-credential":
		return "X-Goog-Credential"
	case "x-goog-date":
		return "X-Goog-Date"
	case "x-goog-expires":
		return "X-Goog-Expires"
	case "x-goog-signedheaders":
		return "X-Goog-SignedHeaders"
	case "x-goog-signature":
		return "X-Goog-Signature"
	default:
		return ""
	}
}

func readGCSV2(c *candidate) reading {
	r := reading{Link: Link{Kind: GCSV2, Provider: providerGCP, Revoke: RevokeServiceAcct}}
	id := c.get("googleaccessid")
	raw := signatureText(c, "signature")
	sig, exact := base64Signature(raw)
	r.signature, r.credential = sig, strings.ToLower(id)
	size := rsaSize(len(sig))
	if strings.HasPrefix(strings.ToUpper(id), "GOOG") {
		r.LongLivedKey, r.Revoke = ptr(true), RevokeHMACKey
		size = len(sig) == 20
	}
	placeGCS(c, &r, id)
	r.Permissions = gcsPermissions(c, &r, nil)
	scopeOfBucket(c, &r)
	r.ValidSyntax = exact && exactNames(c, func(folded string) string {
		switch folded {
		case "googleaccessid":
			return "GoogleAccessId"
		case "expires":
			return "Expires"
		case "signature":
			return "Signature"
		default:
			return ""
		}
	})
	readExpires(&r, c.get("expires"))
	r.LookAlike = firstOf(
		maskedText(raw), exampleCredential(id), exampleProject(id), emulatorHost(c),
		incompleteIf(id == "" || c.get("expires") == ""),
		cutIf(!size),
		placeholderIf(patterned(decode(raw))),
	)
	return r
}

// gcsPermissions adds to the hints that a link which names only a bucket is for listing it.
func gcsPermissions(c *candidate, r *reading, headers []string) []string {
	if p := hinted(c, "goog", headers, r.Container != nil, r.Object != nil); p != nil {
		return p
	}
	if r.Container != nil && r.Object == nil {
		return []string{"list"}
	}
	return nil
}

// placeGCS reads bucket and object. On a custom domain the bucket is the host only over http (a CNAME); over https a
// load balancer stands in front, and its bucket isn't in the text.
func placeGCS(c *candidate, r *reading, id string) {
	r.Account = named(projectOf(id))
	host := c.hostname()
	switch bucket, ok := bucketOfGCSHost(host); {
	case host == "":
		if c.hasPath {
			r.Object = named(decode(c.path))
		}
	case ok && bucket == "":
		b, o := segments(c.path)
		r.Container, r.Object = named(b), named(o)
	case ok:
		r.Container, r.Object = named(bucket), named(decode(c.path))
	case strings.HasPrefix(host, "storage."):
		// A universe domain, such as storage.example.goog.
		b, o := segments(c.path)
		r.Container, r.Object = named(b), named(o)
	default:
		if c.scheme == "http" {
			r.Container = named(host)
		}
		r.Object = named(decode(c.path))
	}
}

// bucketOfGCSHost reads the bucket of a Google host; "" means path style.
func bucketOfGCSHost(host string) (bucket string, ok bool) {
	switch host {
	case "storage.googleapis.com", "commondatastorage.googleapis.com", "storage.mtls.googleapis.com":
		return "", true
	}
	if strings.HasPrefix(host, "storage.") && strings.HasSuffix(host, ".rep.googleapis.com") {
		return "", true
	}
	for _, suffix := range []string{".storage.googleapis.com", ".commondatastorage.googleapis.com"} {
		if b, cut := strings.CutSuffix(host, suffix); cut && b != "" {
			return b, true
		}
	}
	return "", false
}

// projectOf takes the project out of a service account's address: its id, or for the default compute account its
// number.
func projectOf(id string) string {
	name, domain, ok := strings.Cut(id, "@")
	if !ok {
		return ""
	}
	if project, cut := strings.CutSuffix(domain, ".iam.gserviceaccount.com"); cut && !strings.HasPrefix(project, "gcp-sa-") {
		return project
	}
	if domain == "appspot.gserviceaccount.com" {
		return name
	}
	if domain == "developer.gserviceaccount.com" {
		number, _, _ := strings.Cut(name, "-")
		return number
	}
	return ""
}
