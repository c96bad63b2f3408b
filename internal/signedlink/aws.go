package signedlink

// Amazon S3 and its compatibles: Signature Version 4 and 4A ("Authenticating Requests: Using Query
// Parameters") and Version 2 ("Signing and Authenticating REST Requests").

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/vendors"
)

const amzDate = "20060102T150405Z"

func readSigV4(c *candidate, known *vendors.Set) reading {
	r := reading{Link: Link{Kind: AWSSigV4, ValidSyntax: true}}
	algorithm := c.get("x-amz-algorithm")
	if strings.EqualFold(algorithm, "AWS4-ECDSA-P256-SHA256") {
		r.Kind = AWSSigV4A
	}
	id, date, region, service, terminator := credentialScope(c.get("x-amz-credential"), r.Kind == AWSSigV4A)
	raw := decode(signatureText(c, "x-amz-signature"))
	sig, lower := hexSignature(raw)
	r.signature, r.credential = sig, strings.ToLower(strings.Join([]string{id, date, region, service, terminator}, "/"))

	headers, hasHost := signedHeaders(c.get("x-amz-signedheaders"))
	r.Limits.Headers = headers
	temporary := c.get("x-amz-security-token") != "" || strings.HasPrefix(strings.ToUpper(id), "ASIA")
	r.LongLivedKey = ptr(!temporary)
	r.Revoke = RevokeAccessKey
	if temporary {
		r.Revoke = RevokeSession
	}
	place := placeS3(c, known, id, region)
	place.apply(&r, id)
	if r.Provider == providerGCP {
		r.Revoke = RevokeHMACKey
	}
	r.Permissions = hinted(c, "amz", headers, r.Container != nil, r.Object != nil)
	scopeOfBucket(c, &r)

	r.ValidSyntax = lower && hasHost && exactNames(c, exactAmz) && terminator == "aws4_request" &&
		(algorithm == "AWS4-HMAC-SHA256" || algorithm == "AWS4-ECDSA-P256-SHA256")
	readSigned(&r, c.get("x-amz-date"), c.get("x-amz-expires"), date)

	r.LookAlike = firstOf(
		maskedText(raw), exampleCredential(id), emulatorKey(id), emulatorHost(c),
		maskedText(c.get("x-amz-security-token")),
		incompleteIf(id == "" || algorithm == "" || c.get("x-amz-date") == "" || c.get("x-amz-expires") == "" || c.get("x-amz-signedheaders") == ""),
		otherServiceIf(!storageService(service)),
		cutIf(r.Kind == AWSSigV4 && len(sig) != 32 || r.Kind == AWSSigV4A && (len(sig) < 68 || len(sig) > 72)),
		placeholderIf(patterned(raw)),
	)
	return r
}

// credentialScope splits ID/DATE/REGION/SERVICE/aws4_request; an id may hold slashes, and SigV4A has no region.
func credentialScope(value string, asymmetric bool) (id, date, region, service, terminator string) {
	if !strings.Contains(value, "/") {
		value = decode(value)
	}
	parts := strings.Split(value, "/")
	n := 4
	if asymmetric {
		n = 3
	}
	if len(parts) < n+1 {
		return "", "", "", "", ""
	}
	scope := parts[len(parts)-n:]
	id = strings.Join(parts[:len(parts)-n], "/")
	if asymmetric {
		return id, scope[0], "", scope[1], scope[2]
	}
	return id, scope[0], scope[1], scope[2], scope[3]
}

// readSigned reads start and life of the V4 grammars and lowers ValidSyntax where the service would refuse them.
func readSigned(r *reading, date, expires, scopeDate string) {
	start, err := time.Parse(amzDate, strings.ToUpper(date))
	if err != nil {
		r.ValidSyntax = false
	} else {
		r.StartsAt = ptr(start)
	}
	seconds, expErr := strconv.ParseInt(expires, 10, 64)
	switch {
	case expErr != nil:
		r.ValidSyntax = false
	case seconds < 1 || seconds > maxSigV4Seconds:
		r.ValidSyntax = false
		r.LifetimeSeconds = ptr(seconds)
		if err == nil && seconds >= 0 && seconds < 1<<40 {
			r.ExpiresAt = instant(start.Unix() + seconds)
		}
	default:
		r.LifetimeSeconds = ptr(seconds)
		if err == nil {
			r.ExpiresAt = instant(start.Unix() + seconds)
		}
	}
	if err == nil && start.Format("20060102") != scopeDate {
		r.ValidSyntax = false
	}
}

// exactAmz is how the parameters of Version 4 are written; the service tells cases apart.
func exactAmz(folded string) string {
	switch folded {
	case "x-amz-algorithm":
		return "X-Amz-Algorithm"
	case "x-amz-credential":
		return "X-Amz-Credential"
	case "x-amz-date":
		return "X-Amz-Date"
	case "x-amz-expires":
		return "X-Amz-Expires"
	case "x-amz-signedheaders":
		return "X-Amz-SignedHeaders"
	case "x-amz-signature":
		return "X-Amz-Signature"
	case "x-amz-security-token":
		return "X-Amz-Security-Token"
	case "x-amz-region-set":
		return "X-Amz-Region-Set"
	default:
		return ""
	}
}

func storageService(service string) bool {
	switch strings.ToLower(service) {
	case "s3", "s3express", "s3-outposts", "s3-object-lambda":
		return true
	default:
		return false
	}
}

func readSigV2(c *candidate, known *vendors.Set) reading {
	r := reading{Link: Link{Kind: AWSSigV2}}
	id := c.get("awsaccesskeyid")
	raw := signatureText(c, "signature")
	sig, exact := base64Signature(raw)
	r.signature, r.credential = sig, strings.ToLower(id)
	temporary := c.get("x-amz-security-token") != "" || strings.HasPrefix(strings.ToUpper(id), "ASIA")
	r.LongLivedKey = ptr(!temporary)
	r.Revoke = RevokeAccessKey
	if temporary {
		r.Revoke = RevokeSession
	}
	placeS3(c, known, id, "").apply(&r, id)
	if r.Provider == providerGCP {
		r.Revoke = RevokeHMACKey
	}
	r.Permissions = hinted(c, "amz", nil, r.Container != nil, r.Object != nil)
	scopeOfBucket(c, &r)
	r.ValidSyntax = exact && exactNames(c, func(folded string) string {
		switch folded {
		case "awsaccesskeyid":
			return "AWSAccessKeyId"
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
		maskedText(raw), exampleCredential(id), emulatorKey(id), emulatorHost(c),
		maskedText(c.get("x-amz-security-token")),
		incompleteIf(id == "" || c.get("expires") == ""),
		cutIf(len(sig) != 20),
		placeholderIf(patterned(decode(raw))),
	)
	return r
}

// readExpires reads an expiry in Unix seconds.
func readExpires(r *reading, value string) {
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil || seconds < 0 {
		r.ValidSyntax = false
		return
	}
	r.ExpiresAt = instant(seconds)
}

// scopeOfBucket sets the scope of a link to a bucket, and takes a bare bucket to be a listing.
func scopeOfBucket(c *candidate, r *reading) {
	switch {
	case r.Object != nil:
		r.Scope = ptr(ScopeObject)
	case r.Container == nil && (c.host == "" || r.Provider == providerCompatible):
	case r.Container == nil:
		r.Scope = ptr(ScopeAccount)
	case c.get("prefix") != "" && len(r.Permissions) == 1 && r.Permissions[0] == "list":
		r.Scope = ptr(ScopePrefix)
	default:
		r.Scope = ptr(ScopeContainer)
	}
}

// place is where an S3 link leads.
type place struct{ provider, bucket, object, account string }

func (p place) apply(r *reading, keyID string) {
	r.Provider = p.provider
	r.Container, r.Object = named(p.bucket), named(p.object)
	r.Account = named(p.account)
	if p.provider == providerAWS {
		if account, ok := accountOfKey(keyID); ok {
			r.Account = named(account)
		}
	}
}

// placeS3 reads bucket and key. Where the host is nobody's known one, a key id of AWS's shape means a bucket behind
// its own name (S3 takes the bucket from the Host header), and any other means path style, as self-hosted
// servers are called.
func placeS3(c *candidate, known *vendors.Set, keyID, region string) place {
	host := c.hostname()
	if host == "" {
		p := place{provider: providerOfKey(known, keyID, region)}
		if c.hasPath {
			p.object = decode(c.path)
		}
		return p
	}
	if bucket, account, ok := bucketOfAWSHost(host); ok {
		p := place{provider: providerAWS, bucket: bucket, account: account}
		if bucket == "" {
			p.bucket, p.object = segments(c.path)
		} else {
			p.object = decode(c.path)
		}
		return p
	}
	if m, ok := known.MatchEndpoint(host); ok {
		p := place{provider: m.Vendor, bucket: m.Bucket, account: m.Account}
		if m.Style == vendors.PathStyle {
			p.bucket, p.object = segments(c.path)
		} else {
			p.object = decode(c.path)
		}
		return p
	}
	if bucket, ok := bucketOfGCSHost(host); ok {
		p := place{provider: providerGCP, bucket: bucket, object: decode(c.path)}
		if bucket == "" {
			p.bucket, p.object = segments(c.path)
		}
		return p
	}
	provider := providerOfKey(known, keyID, region)
	if provider == providerAWS {
		return place{provider: provider, bucket: host, object: decode(c.path)}
	}
	p := place{provider: provider}
	if labels := strings.Split(host, "."); len(labels) > 3 && slices.Contains(labels[1:len(labels)-2], "s3") {
		p.bucket, p.object = host[:strings.Index(host, ".s3.")], decode(c.path) // BUCKET.s3.anything, as most services have it
		return p
	}
	p.bucket, p.object = segments(c.path)
	return p
}

func providerOfKey(known *vendors.Set, keyID, region string) string {
	switch upper := strings.ToUpper(keyID); {
	case awsKeyID(upper):
		return providerAWS
	case strings.HasPrefix(upper, "GOOG"):
		return providerGCP
	}
	if name, ok := known.ByCredential(keyID, region); ok {
		return name
	}
	return providerCompatible
}

// awsKeyID reports whether an id has the shape of AWS's long-lived (AKIA) or temporary (ASIA) keys.
func awsKeyID(id string) bool {
	if len(id) != 20 || !strings.HasPrefix(id, "AKIA") && !strings.HasPrefix(id, "ASIA") {
		return false
	}
	for i := 4; i < len(id); i++ {
		if c := id[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// accountOfKey takes the account number out of an access key id: the first 41 bits after the prefix, of which the
// first marks the ids that carry it (older ids, which go on with I or J, don't).
func accountOfKey(id string) (string, bool) {
	id = strings.ToUpper(id)
	if !awsKeyID(id) {
		return "", false
	}
	raw, err := base32.StdEncoding.DecodeString(id[4:])
	if err != nil || len(raw) < 6 {
		return "", false
	}
	bits := binary.BigEndian.Uint64(append([]byte{0, 0}, raw[:6]...))
	const carries, mask, shift, accounts = 0x800000000000, 0x7fffffffff80, 7, 1e12
	number := (bits & mask) >> shift
	if bits&carries == 0 || number >= accounts {
		return "", false
	}
	return fmt.Sprintf("%012d", number), true
}

// bucketOfAWSHost reads the bucket (or access point) of an Amazon S3 host; "" means path style. account is that of
// an access point's host.
func bucketOfAWSHost(host string) (bucket, account string, ok bool) {
	var rest string
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"} {
		if r, cut := strings.CutSuffix(host, suffix); cut {
			rest, ok = r, true
		}
	}
	if !ok {
		return "", "", false
	}
	labels := strings.Split(rest, ".")
	for i := len(labels) - 1; i >= 0 && i >= len(labels)-4; i-- {
		l := labels[i]
		if l != "s3" && !strings.HasPrefix(l, "s3-") && !strings.HasPrefix(l, "s3express-") {
			continue
		}
		bucket = strings.Join(labels[:i], ".")
		if strings.HasPrefix(l, "s3-accesspoint") || strings.HasPrefix(l, "s3-object-lambda") || strings.HasPrefix(l, "s3-outposts") {
			if j := strings.LastIndexByte(bucket, '-'); j >= 0 && digits(bucket[j+1:], 12) {
				account = bucket[j+1:]
			}
		}
		return bucket, account, true
	}
	return "", "", false
}

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
