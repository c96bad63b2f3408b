package awss3

import (
	"strings"
	"testing"
)

func TestCheckBody(t *testing.T) {
	for _, tc := range []struct {
		name, operation, body string
		want                  string // part of the error, "" for none
		truncated             bool
	}{
		{"whole", "GetBucketVersioning", `<?xml version="1.0"?><VersioningConfiguration xmlns="x"><Status>Enabled</Status></VersioningConfiguration>`, "", false},
		{"with a newline behind", "GetBucketVersioning", "<VersioningConfiguration></VersioningConfiguration>\n", "", false},
		{"empty element", "GetBucketVersioning", `<?xml version="1.0"?><VersioningConfiguration xmlns="x"/>`, "", false},
		{"prefixed", "GetBucketVersioning", `<s:VersioningConfiguration xmlns:s="x"><s:Status/></s:VersioningConfiguration >`, "", false},
		{"root of an SDK model", "GetBucketNotificationConfiguration", `<GetBucketNotificationResponse></GetBucketNotificationResponse>`, "", false},
		{"SDK model of S3 Control", "ListAccessPoints", `<ListAccessPointsResponse/>`, "", false},
		{"an error told with status 200", "GetBucketVersioning", `<Error><Code>InternalError</Code></Error>`, "", false},
		{"listing instead", "GetBucketVersioning", `<ListBucketResult></ListBucketResult>`, `"ListBucketResult"`, false},
		{"listing instead of buckets", "ListBuckets", `<ListBucketResult></ListBucketResult>`, `"ListBucketResult"`, false},
		{"another operation's answer", "GetBucketVersioning", `<GetBucketLoggingResponse></GetBucketLoggingResponse>`, `"GetBucketLoggingResponse"`, false},
		{"cut in the middle", "GetBucketVersioning", `<VersioningConfiguration><Status>Ena`, "ended early", true},
		{"cut after an inner element", "GetBucketVersioning", `<VersioningConfiguration><Status/>`, "ended early", true},
		{"cut in the end tag", "GetBucketVersioning", `<VersioningConfiguration></VersioningConfig`, "ended early", true},
		{"cut in the start tag", "GetBucketVersioning", `<?xml version="1.0"?><Versioning`, "not XML", true},
		{"empty", "GetBucketVersioning", " \n", "empty", false},
		{"HTML", "GetBucketVersioning", `<!doctype html><html>`, `"html"`, false},
		{"text", "GetBucketVersioning", `nope`, "not XML", true},
		{"policy", "GetBucketPolicy", `{"Statement":[]}`, "", false},
		{"policy as XML", "GetBucketPolicy", `<ListBucketResult/>`, "not a policy", false},
		{"policy cut", "GetBucketPolicy", `{"Statement":[`, "ended early", true},
		{"policy that is not JSON", "GetBucketPolicy", `{Statement}`, "not JSON", false},
		{"hostile root", "GetBucketVersioning", "<a\u202e></a\u202e>", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := checkBody([]byte(tc.body), answerRoot(tc.operation), tc.operation)
			if tc.name == "hostile root" {
				if err == nil || strings.Contains(err.Error(), "\u202e") {
					t.Errorf("got %v", err)
				}
				return
			}
			if tc.want == "" {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			wrong, ok := err.(*malformedError)
			if !ok || !strings.Contains(wrong.what, tc.want) || wrong.truncated != tc.truncated {
				t.Errorf("got %+v, want %q, truncated %v", err, tc.want, tc.truncated)
			}
		})
	}
}

func FuzzCheckBody(f *testing.F) {
	f.Add([]byte(`<VersioningConfiguration/>`), "GetBucketVersioning")
	f.Add([]byte(`{"Statement":[]}`), "GetBucketPolicy")
	f.Fuzz(func(t *testing.T, body []byte, operation string) {
		root := answerRoot(operation)
		if root == "" {
			return
		}
		if err := checkBody(body, root, operation); err == nil && !strings.Contains(string(body), strings.TrimSuffix(root, "Result")) &&
			!strings.Contains(string(body), "Error") && !strings.Contains(string(body), "Get") && !strings.Contains(string(body), "List") {
			t.Errorf("%q passes for %s", body, operation)
		}
	})
}
