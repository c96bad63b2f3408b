//go:build servers && oracles && unix

package servertest

import (
	"testing"

	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/scanners"
)

func TestOracleRGWIsKnownWhenNamed(t *testing.T) {
	plain, _ := servers.RGW(t, [2]string{servers.VersitygwAccessKey, servers.VersitygwSecretKey}, [2]string{outsider.ID, outsider.Secret})
	record := asItself(t, plain.URL, "aws:?endpoint-url="+plain.URL+"&vendor=ceph", "ceph")
	// Its answer has another root element than S3's.
	if got := record.Bucket.AWS.PublicAccessBlock; got.State != scanners.Known {
		t.Errorf("public access block: %+v", got)
	}
	if got := record.Bucket.AWS.Ownership; got.State != scanners.Unsupported {
		t.Errorf("ownership, which it does not know: %+v", got)
	}
}
