package web_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/scanners"
)

// What lists nothing is called by its own name, where that is the name of a file: severity follows what lies there.
func TestAPageIsCalledByItsOwnName(t *testing.T) {
	pdf := with(s3Headers, "Content-Type", "application/pdf")
	html := map[string]string{"Content-Type": "text/html", "Server": "nginx"}
	s := newSite(t, map[string]answer{
		"acme.s3.eu-west-1.amazonaws.com/kyc/passport_1.pdf":  {header: pdf, body: "%PDF"},
		"acme.s3.eu-west-1.amazonaws.com/id_rsa":              {header: s3Headers, body: "x"},
		"acme.s3.eu-west-1.amazonaws.com/logo.pdf":            {header: pdf, body: "%PDF"},
		"acme.s3.eu-west-1.amazonaws.com/closed/passport.pdf": {status: 403, header: s3Headers, body: s3Denied},
		"www.example.com/backup.zip":                          {header: map[string]string{"Content-Type": "application/zip"}, body: "PK"},
		"www.example.com/customers":                           {header: html, body: "<html><body>our customers</body></html>"},
		"www.example.com/reset-password.html":                 {header: html, body: "<html><body>x</body></html>"},
	})
	w := scanner(t, s, nil)
	for address, want := range map[string]string{
		"https://acme.s3.eu-west-1.amazonaws.com/kyc/passport_1.pdf": "known identity", "https://acme.s3.eu-west-1.amazonaws.com/id_rsa": "known secret",
		"https://acme.s3.eu-west-1.amazonaws.com/logo.pdf": "absent", "https://acme.s3.eu-west-1.amazonaws.com/closed/passport.pdf": "absent",
		"https://www.example.com/backup.zip": "known backup", "https://www.example.com/customers": "absent", "https://www.example.com/reset-password.html": "absent",
	} {
		names := scan(t, w, address)[0].Page.Names
		got := names.State.String()
		if names.State == scanners.Known {
			var kinds []string
			for _, k := range names.Value.Kinds {
				kinds = append(kinds, k.Kind)
			}
			got += " " + strings.Join(kinds, " ")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
}
