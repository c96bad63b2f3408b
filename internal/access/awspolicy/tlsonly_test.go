package awspolicy

import (
	"fmt"
	"testing"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// The shortcut says what the search says: each question is asked with a policy as it is, and with a harmless
// statement added that makes the shortcut step aside.
func TestTLSShortcutAgreesWithTheSearch(t *testing.T) {
	const aside = `{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/never","Condition":{"StringEquals":{"s3:VersionId":"never"}}}`
	conditions := []string{
		`"Bool":{"aws:SecureTransport":"false"}`, `"Bool":{"aws:SecureTransport":false}`, `"BoolIfExists":{"aws:SecureTransport":["false"]}`,
		`"Bool":{"aws:SecureTransport":"true"}`, `"Bool":{"aws:SecureTransport":["false","true"]}`,
		`"StringEquals":{"aws:SecureTransport":"false"}`, `"Null":{"aws:SecureTransport":"true"}`, `"ForAnyValue:Bool":{"aws:SecureTransport":"false"}`,
	}
	resources := []string{
		`"*"`, `["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, `"arn:aws:s3:::b/*"`, `"arn:aws:s3:::b*"`, `"arn:aws:s3:::c/*"`, `"arn:aws:s3:::*"`,
	}
	whos := []string{`"Principal":"*"`, `"Principal":{"AWS":"arn:aws:iam::444455556666:root"}`, `"NotPrincipal":{"AWS":"111122223333"}`}
	actions := []string{`"Action":"s3:*"`, `"Action":"*"`, `"Action":"s3:GetObject"`, `"NotAction":"s3:GetObject"`}
	taken := 0
	for _, c := range conditions {
		for _, r := range resources {
			for _, w := range whos {
				for _, a := range actions {
					statement := fmt.Sprintf(`{"Effect":"Deny",%s,%s,"Resource":%s,"Condition":{%s}}`, w, a, r, c)
					ask := func(statements string) [4]verdict.Answer {
						p, err := Parse([]byte(`{"Version":"2012-10-17","Statement":[` + statements + `]}`))
						if err != nil {
							t.Fatal(err)
						}
						set := Setting{Env: Env{Bucket: "b", Account: "111122223333"}, Grants: []Layer{{Policy: p}}}
						c := NewControls(set)
						if c.only || c.whole {
							taken++
						}
						return [4]verdict.Answer{
							c.RefusesCleartext().Holds, c.RefusesUnencryptedUploads().Holds, c.BoundsSignatureAge().Bounded, c.LocksOut().Holds,
						}
					}
					short := ask(statement)
					p, _ := Parse([]byte(`{"Version":"2012-10-17","Statement":[` + statement + `,` + aside + `]}`))
					set := Setting{Env: Env{Bucket: "b", Account: "111122223333"}, Grants: []Layer{{Policy: p}}}
					searched := NewControls(set)
					long := [4]verdict.Answer{
						searched.ask("*", `"Bool":{"aws:SecureTransport":"false"}`, verdict.Verbs()).Holds,
						searched.RefusesUnencryptedUploads().Holds, searched.BoundsSignatureAge().Bounded, searched.LocksOut().Holds,
					}
					if short != long {
						t.Errorf("%s\nshortcut %v, search %v", statement, short, long)
					}
				}
			}
		}
	}
	if taken < 50 {
		t.Errorf("the shortcut was taken %d times only", taken)
	}
}
