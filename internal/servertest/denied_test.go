//go:build servers && unix

// Partial permissions: a scan by somebody who lacks one permission loses the facts that need it, and no others.

package servertest

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// accessKey is a key that moto's IAM made.
type accessKey struct{ ID, Secret string }

func TestMissingPermissionCostsItsOwnFactsAlone(t *testing.T) {
	st, moto := newStore(t)
	exclusions := loadExclusions(t, moto, true)
	st.makeBuckets(t)
	for _, set := range settings() {
		if err := set.set(t, st); err != nil {
			t.Fatalf("setting %s: %v", set.fact, err)
		}
	}
	facts := factsByPermission()
	instead := map[string]string{} // by permission: what moto checks in its place
	for _, permission := range sortedKeys(facts) {
		for _, e := range covering(exclusions, []string{permissionConstruct + permission}, "", false) {
			instead[permission] = e.Instead
		}
	}
	users := map[string]accessKey{"": newUser(t, moto, "full", "")}
	for i, action := range slices.Sorted(maps.Keys(deniable(facts, instead))) {
		users[action] = newUser(t, moto, fmt.Sprintf("lacks-%02d", i), action)
	}
	servers.EnforceIAM(t, moto)
	transport := servers.Transport(moto)
	read := map[string]map[scanners.FactName]string{}
	for action, user := range users {
		read[action] = statuses(scan{transport: transport, key: user, target: "s3:" + wideBucket}.buckets(t)[wideBucket])
	}
	for _, e := range exclusions {
		permission := strings.TrimPrefix(e.Constructs[0], permissionConstruct)
		e.matched++
		if cmp.Equal(read[permission], read[""]) {
			e.reproduced++
		}
	}
	for _, permission := range sortedKeys(facts) {
		t.Run(permission, func(t *testing.T) {
			denied := permission
			if other := instead[permission]; other != "" {
				denied = other
			}
			want := maps.Clone(read[""])
			for other, names := range facts {
				if other == denied || instead[other] == denied {
					for _, name := range names {
						want[name] = "denied " + other
					}
				}
			}
			if diff := cmp.Diff(want, read[denied]); diff != "" {
				t.Errorf("without %s (-want +got):\n%s", denied, diff)
			}
		})
	}
	t.Run("a wrong secret", func(t *testing.T) {
		failed := false
		wrong := scan{transport: transport, key: accessKey{ID: users[""].ID, Secret: "not the secret"}}
		for ref, err := range wrong.scanner().Discover(t.Context(), scanners.Target{Scheme: "aws"}) {
			failed = failed || err != nil
			if err == nil && ref.Kind == scanners.KindBucket {
				t.Errorf("found %q", ref.ID)
			}
		}
		if !failed {
			t.Error("no error")
		}
	})
	reportStale(t, exclusions)
}

// deniable are the actions that a user of the test lacks: each permission, and what moto checks in its place.
func deniable(facts map[string][]scanners.FactName, instead map[string]string) map[string]bool {
	out := map[string]bool{}
	for permission := range facts {
		out[permission] = true
	}
	for _, other := range instead {
		out[other] = true
	}
	return out
}

// factsByPermission lists, for each permission of the AWS scanner that one denial can take away, the facts of a
// bucket that need it.
func factsByPermission() map[string][]scanners.FactName {
	out := map[string][]scanners.FactName{}
	for _, supply := range awss3.New(scanners.Runtime{}).Describe().Supplies {
		if supply.Fact.Kind() == scanners.KindBucket && len(supply.Permissions) == 1 {
			out[supply.Permissions[0]] = append(out[supply.Permissions[0]], supply.Fact)
		}
	}
	return out
}

// statuses says of each fact of a bucket how much is known, in a word or two.
func statuses(record *scanners.Record) map[scanners.FactName]string {
	out := map[scanners.FactName]string{}
	if record == nil {
		return out
	}
	for name, status := range record.Facts() {
		if name.Kind() != scanners.KindBucket {
			continue
		}
		switch {
		case status.State != scanners.Unknown:
			out[name] = status.State.String()
		case status.Reason.Code == scanners.Denied:
			out[name] = "denied " + status.Reason.Permission
		default:
			out[name] = "unknown " + string(status.Reason.Code)
		}
	}
	return out
}

// newUser makes a user who may do everything but the denied action, if any. It needs moto before EnforceIAM.
func newUser(t *testing.T, moto *servers.Server, name, denied string) accessKey {
	t.Helper()
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}`
	if denied != "" {
		document += `,{"Effect":"Deny","Action":"` + denied + `","Resource":"*"}`
	}
	document += "]}"
	iam(t, moto, url.Values{"Action": {"CreateUser"}, "UserName": {name}})
	iam(t, moto, url.Values{"Action": {"PutUserPolicy"}, "UserName": {name}, "PolicyName": {"p"}, "PolicyDocument": {document}})
	body := iam(t, moto, url.Values{"Action": {"CreateAccessKey"}, "UserName": {name}})
	var answer struct {
		Key struct {
			ID     string `xml:"AccessKeyId"`
			Secret string `xml:"SecretAccessKey"`
		} `xml:"CreateAccessKeyResult>AccessKey"`
	}
	if err := xml.Unmarshal(body, &answer); err != nil || answer.Key.ID == "" {
		t.Fatalf("no access key in %q: %v", body, err)
	}
	return accessKey{ID: answer.Key.ID, Secret: answer.Key.Secret}
}

// iam makes one call of IAM's query API. moto takes any signature until it enforces.
func iam(t *testing.T, moto *servers.Server, form url.Values) []byte {
	t.Helper()
	form.Set("Version", "2010-05-08")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://iam.amazonaws.com/", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// moto finds the service in the scope of a signature, and does not look at the signature itself.
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDTEST/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := moto.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("iam %s: %s %q %v", form.Get("Action"), resp.Status, body, err)
	}
	return body
}
