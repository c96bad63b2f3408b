package linklive

// Judging: what an answer says about the link.

import (
	"bytes"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/signedlink"
)

// answer is what is taken from a response: status, error code, and whether its message is about time.
type answer struct {
	status  int
	code    string
	expired bool
	early   bool
}

// read takes the code and the kind of message from an error's body (S3, GCS, CloudFront and Azure answer in XML).
func (a *answer) read(body []byte) {
	if a.code == "" {
		a.code = word(between(body, "<Code>", "</Code>"))
	}
	text := strings.ToLower(between(body, "<Message>", "</Message>") + " " + between(body, "<Details>", "</Details>") + " " +
		between(body, "<AuthenticationErrorDetail>", "</AuthenticationErrorDetail>"))
	a.early = strings.Contains(text, "not yet valid")
	a.expired = strings.Contains(text, "has expired") || strings.Contains(text, "is expired") || strings.Contains(text, "expired token") ||
		strings.Contains(text, "not valid in the specified time frame")
}

func (a answer) suffix() string {
	if a.code == "" {
		return ""
	}
	return " (" + a.code + ")"
}

func between(b []byte, begin, end string) string {
	_, after, ok := bytes.Cut(b, []byte(begin))
	if !ok {
		return ""
	}
	in, _, ok := bytes.Cut(after, []byte(end))
	if !ok {
		return ""
	}
	return string(in)
}

// word takes an error code of a stranger's answer, or nothing.
func word(s string) string {
	const most = 64
	if len(s) > most {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return ""
		}
	}
	return s
}

func ended(l signedlink.Link, now time.Time) bool {
	return l.ExpiresAt != nil && !now.Before(*l.ExpiresAt)
}

// judgeSigned reads the answers of S3, its compatibles and GCS ("Error responses").
func judgeSigned(a answer, l signedlink.Link, now time.Time) State {
	switch a.status {
	case 200, 206, 304, 412, 416:
		return Live
	case 404:
		if a.code == "NoSuchKey" || a.code == "NoSuchVersion" {
			return Live // asked after the signature had been accepted
		}
		return Unknown
	}
	switch {
	case a.expired, a.code == "ExpiredToken", a.code == "RequestExpired":
		return Expired
	case a.early:
		return Refused
	}
	switch a.code {
	case "InvalidAccessKeyId", "InvalidToken", "InvalidSecurity", "TokenRefreshRequired", "UserSuspended", "AccountProblem":
		return Revoked
	case "SignatureDoesNotMatch":
		// Signed for another method, altered on its way, or the secret was changed: the answer is the same.
		return Unknown
	case "AccessDenied", "AllAccessDisabled", "InvalidObjectState", "AuthorizationQueryParametersError", "InvalidRequest", "UserProjectMissing":
		if ended(l, now) {
			return Expired
		}
		return Refused
	}
	return Unknown
}

// judgeCloudFront reads its answers: the signature is looked at before the origin is.
func judgeCloudFront(a answer, l signedlink.Link, now time.Time) State {
	switch {
	case a.status == 403 || a.status == 400:
		if ended(l, now) {
			return Expired
		}
		return Refused
	case a.status < 400 && a.status != 301 && a.status != 302 && a.status != 307 && a.status != 308:
		return Live
	case a.status == 404 || a.status == 412 || a.status == 416:
		return Live
	default:
		return Unknown
	}
}

// judgeAzure reads the common and the authorisation error codes ("Common REST API error codes").
func judgeAzure(a answer, l signedlink.Link, now time.Time) State {
	switch {
	case a.status >= 200 && a.status < 300:
		return Live
	case a.status == 404 && a.code != "" && a.code != "ResourceTypeMismatch":
		return Live
	case a.expired:
		return Expired
	}
	switch a.code {
	case "AuthorizationPermissionMismatch", "BlobArchived", "InvalidQueryParameterValue", "UnsupportedQueryParameter":
		return Live // the signature was accepted; it doesn't allow this question
	case "AuthorizationSourceIPMismatch", "AuthorizationProtocolMismatch", "AuthorizationServiceMismatch",
		"AuthorizationResourceTypeMismatch", "AuthorizationFailure", "InsufficientAccountPermissions", "AccountIsDisabled":
		if ended(l, now) {
			return Expired
		}
		return Refused
	case "KeyBasedAuthenticationNotPermitted":
		return Revoked
	case "AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation":
		switch {
		case ended(l, now):
			return Expired
		case l.StartsAt != nil && now.Before(*l.StartsAt):
			return Refused
		case l.Limits.User != "":
			return Refused
		default:
			// Not a matter of time by its own text: the key was rotated, or the stored policy changed.
			return Revoked
		}
	}
	return Unknown
}
