// Following the pages of a listing.

package awss3

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/tojimari/tojimari/scanners/attempt"
)

// Pages that a listing may have. An account has at most a million buckets, a region at most 10,000 access
// points (S3 User Guide, quotas); more means a service that never ends.
const (
	mostBucketPages = 10_000
	mostPages       = 200
)

// pages follows the tokens of one listing.
type pages struct {
	most int
	read int
	last string
}

// more reports whether there is another page. A listing that stands still or never ends is an error: what was
// listed so far is not all there is.
func (p *pages) more(token *string) (bool, error) {
	next := aws.ToString(token)
	if next == "" {
		return false, nil
	}
	p.read++
	if next == p.last || p.read >= p.most {
		return false, &failure{Kind: attempt.Malformed, Message: "the listing does not come to an end"}
	}
	p.last = next
	return true, nil
}
