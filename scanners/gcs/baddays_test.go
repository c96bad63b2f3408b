package gcs_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/auth"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/gcs"
)

func demo() *lab.Google { return lab.DemoWorld().Google }

func TestThrottlingLosesNothing(t *testing.T) {
	want := start(t, demo(), scanners.Runtime{Objects: 2}).everything("gcp:" + lab.DemoProject)
	if !strings.Contains(want, `"partners/2025/"`) || strings.Contains(want, `"state":"unknown"`) {
		t.Fatalf("the clean scan is not clean:\n%s", want)
	}
	for _, kind := range []lab.FaultKind{lab.Throttle, lab.Busy, lab.Limit, lab.Reset, lab.Truncate, lab.Cut, lab.Broken} {
		t.Run(string(kind), func(t *testing.T) {
			b := start(t, demo(), scanners.Runtime{Objects: 2}, lab.Fault{Kind: kind, Share: 2, Times: 3})
			if got := b.everything("gcp:" + lab.DemoProject); got != want {
				t.Errorf("half of the calls failing three times each changes the records:\n%s\n%s", want, got)
			}
			if len(*b.waits) < 15 {
				t.Errorf("only %d waits: nothing was spoiled", len(*b.waits))
			}
			for _, w := range *b.waits {
				if kind == lab.Busy && w < 3*time.Second {
					t.Errorf("waited %v although the service asked for 3 seconds", w)
				}
			}
		})
	}
}

func TestThrottledForGood(t *testing.T) {
	b := start(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{}, lab.Fault{Kind: lab.Throttle, Operation: "storage.buckets.getIamPolicy"})
	rec := b.inspect(b.ref("gcp:acme-prod", acme), "bucket.gcp.iam")
	if got := rec.Bucket.GCP.IAM.Reason; got.Code != scanners.Failed || !strings.HasPrefix(got.Detail, "throttled") {
		t.Errorf("%+v", got)
	}
	if len(*b.waits) < 50 {
		t.Errorf("gave up after %d attempts", len(*b.waits))
	}
}

// TestWrongAnswers: a 200 that does not say what was asked for is never taken for "not set".
func TestWrongAnswers(t *testing.T) {
	for _, kind := range []lab.FaultKind{lab.Wrong, lab.Empty, lab.Garbage} {
		for operation, name := range map[string]scanners.FactName{
			"storage.buckets.getIamPolicy":                   "bucket.gcp.iam",
			"storage.managedFolders.list":                    "bucket.gcp.managed_folders",
			"storage.notifications.list":                     "bucket.notifications",
			"storage.objects.list":                           "bucket.objects",
			"storage.projects.hmacKeys.list":                 "scope.gcp.hmac_keys",
			"orgpolicy.projects.policies.getEffectivePolicy": "scope.gcp.public_access_prevention",
		} {
			b := start(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{Objects: 1}, lab.Fault{Kind: kind, Operation: operation})
			for _, ref := range b.mustDiscover("gcp:acme-prod").refs {
				if ref.Kind != name.Kind() {
					continue
				}
				rec := b.inspect(ref, name)
				if f := factOf(t, &rec, name); f.State != scanners.Unknown || f.Code != scanners.Malformed {
					t.Errorf("%s for %s: %+v", kind, operation, f)
				}
			}
		}
		got := start(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{}, lab.Fault{Kind: kind, Operation: "storage.buckets.list"}).discover("gcp:acme-prod")
		if len(got.errs) != 1 {
			t.Errorf("%s for the listing: %v", kind, got.errs)
		}
	}
}

// TestAHollowBucket: a resource that does not say who guards the bucket leaves the guards unknown.
func TestAHollowBucket(t *testing.T) {
	l, err := lab.Start(lab.World{Google: oneBucket(lab.GoogleBucket{})})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	hollow := roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path != "/storage/v1/b" {
			return l.Transport().RoundTrip(r)
		}
		return answer(r, 200, `{"kind":"storage#buckets","items":[{"kind":"storage#bucket","name":"acme"},{"name":"../etc"}]}`), nil
	})
	b := start(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{Transport: hollow})
	got := b.discover("gcp:acme-prod")
	if len(got.refs) != 2 || len(got.errs) != 1 { // the name that is none is told of, not left out
		t.Fatalf("%v, %v", got.ids(), got.errs)
	}
	rec := b.inspect(got.refs[1], "bucket.gcp.uniform_access", "bucket.gcp.public_access_prevention")
	for _, name := range []scanners.FactName{"bucket.gcp.uniform_access", "bucket.gcp.public_access_prevention"} {
		if f := factOf(t, &rec, name); f.Code != scanners.Malformed {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestNullElements: the client library takes null in a list for an element and would break on it; leaving it out would
// leave out a grant.
func TestNullElements(t *testing.T) {
	l, err := lab.Start(lab.World{Google: oneBucket(lab.GoogleBucket{})})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	spoiled := map[string]string{
		"/iam":                 `{"kind":"storage#policy","bindings":[{"role":"r","members":["allUsers"]},null]}`,
		"/o":                   `{"kind":"storage#objects","items":[{"name":"a","acl":[null]}]}`,
		"/notificationConfigs": `{"kind":"storage#notifications","items":[null]}`,
		"/managedFolders":      `{"kind":"storage#managedFolders","items":[null]}`,
		"/hmacKeys":            `{"kind":"storage#hmacKeysMetadata","items":[null]}`,
	}
	b := start(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{Objects: 1, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if body := spoiled[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/'):]]; body != "" {
			return answer(r, 200, body), nil
		}
		return l.Transport().RoundTrip(r)
	})})
	refs := b.mustDiscover("gcp:acme-prod").refs
	for i, names := range [][]scanners.FactName{{"scope.gcp.hmac_keys"}, {"bucket.gcp.iam", "bucket.objects", "bucket.notifications", "bucket.gcp.managed_folders"}} {
		for _, name := range names {
			rec := b.inspect(refs[i], name)
			if f := factOf(t, &rec, name); f.State != scanners.Unknown || f.Code != scanners.Malformed {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// TestListingsThatDoNotEnd: a listing that stands still, or goes on with empty pages, is not all there is.
func TestListingsThatDoNotEnd(t *testing.T) {
	l, err := lab.Start(lab.World{Google: oneBucket(lab.GoogleBucket{})})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n, kinds := 0, map[string]string{"/o": "storage#objects", "/managedFolders": "storage#managedFolders", "/hmacKeys": "storage#hmacKeysMetadata"}
	for name, next := range map[string]func() string{
		"still":   func() string { return "again" },
		"further": func() string { n++; return strconv.Itoa(n) },
	} {
		b := start(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{Objects: 5, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			switch kind := kinds[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/'):]]; {
			case kind != "":
				return answer(r, 200, `{"kind":"`+kind+`","nextPageToken":"`+next()+`"}`), nil
			case strings.HasSuffix(r.URL.Path, "/roles"), strings.HasSuffix(r.URL.Path, "/denypolicies"):
				return answer(r, 200, `{"nextPageToken":"`+next()+`"}`), nil
			}
			return l.Transport().RoundTrip(r)
		})})
		refs := b.mustDiscover("gcp:acme-prod").refs
		for i, facts := range [][]scanners.FactName{{"scope.gcp.hmac_keys", "scope.gcp.custom_roles", "scope.gcp.deny_policies"}, {"bucket.objects", "bucket.gcp.managed_folders"}} {
			for _, fact := range facts {
				rec := b.inspect(refs[i], fact)
				if f := factOf(t, &rec, fact); f.State != scanners.Unknown || f.Code != scanners.Malformed {
					t.Errorf("%s, %s: %+v", name, fact, f)
				}
			}
		}
	}
}

// TestTheEnvironmentLeadsNowhere: tokens go to Google's hosts alone.
func TestTheEnvironmentLeadsNowhere(t *testing.T) {
	t.Setenv("STORAGE_EMULATOR_HOST", "http://storage.attacker.example")
	t.Setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "attacker.example")
	b := start(t, demo(), scanners.Runtime{Objects: 1})
	if got := b.everything("gcp:" + lab.DemoProject); strings.Contains(got, `"state":"unknown"`) {
		t.Errorf("%s", got)
	}
}

// TestAPlain404 is no word of the service: the bucket is not gone.
func TestAPlain404(t *testing.T) {
	l, err := lab.Start(lab.World{Google: oneBucket(lab.GoogleBucket{})})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := start(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/iam") {
			return answer(r, 404, "Not Found"), nil
		}
		return l.Transport().RoundTrip(r)
	})})
	rec := b.inspect(b.ref("gcp:acme-prod", acme), "bucket.gcp.iam")
	if got := rec.Bucket.GCP.IAM.Reason; got.Code != scanners.Failed || got.Detail != "HTTP 404" {
		t.Errorf("%+v", got)
	}
}

func TestListingWithoutACLs(t *testing.T) {
	l, err := lab.Start(lab.World{Google: oneBucket(lab.GoogleBucket{})})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := start(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Get("projection") == "full" {
			return answer(r, 403, `{"error":{"code":403,"message":"no storage.buckets.getIamPolicy","errors":[{"reason":"forbidden"}]}}`), nil
		}
		return l.Transport().RoundTrip(r)
	})})
	rec := b.inspect(b.ref("gcp:acme-prod", acme))
	if !rec.Bucket.GCP.UniformAccess.Value.Enabled {
		t.Errorf("the rest is lost: %+v", rec.Bucket.GCP.UniformAccess)
	}
}

func answer(r *http.Request, status int, body string) *http.Response {
	recorder := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}
	recorder.Body = readCloser{strings.NewReader(body)}
	return recorder
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestExpiredMidScan(t *testing.T) {
	b := start(t, demo(), scanners.Runtime{}, lab.Fault{Kind: lab.Expired, Operation: "storage.buckets.getIamPolicy"})
	refs := b.mustDiscover("gcp:" + lab.DemoProject).refs
	rec := b.inspect(refs[1], "bucket.versioning", "bucket.gcp.iam")
	if got := rec.Bucket.GCP.IAM.Reason; rec.Bucket.Versioning.State == scanners.Unknown || got.Code != scanners.Failed || !strings.Contains(got.Detail, "expired") {
		t.Errorf("%+v", rec.Bucket.GCP.IAM)
	}
	before := total(b.lab.Calls())
	_, err := b.scanner.Inspect(t.Context(), refs[2], scanners.NewFactSet("bucket.gcp.iam"), nil)
	if !errors.Is(err, scanners.ErrExpired) || !strings.Contains(hintOf(err), "gcloud auth application-default login") {
		t.Errorf("%v, hint %q", err, hintOf(err))
	}
	if n := total(b.lab.Calls()) - before; n != 0 {
		t.Errorf("%d calls with credentials known to have expired", n)
	}
}

func TestRequesterPays(t *testing.T) {
	world := demo()
	b := start(t, world, scanners.Runtime{Options: map[string]string{"quota-project": "billing-project"}})
	var asked []string
	inner := b.lab.Transport()
	watched := startWith(t, world, scanners.Runtime{Options: map[string]string{"quota-project": "billing-project"}, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.Header.Get("X-Goog-User-Project"))
		return inner.RoundTrip(r)
	})}, nil, gcs.WithCredentials(lab.GoogleCredentials()))
	watched.mustDiscover("gcp:" + lab.DemoProject)
	if len(asked) != 1 || asked[0] != "billing-project" {
		t.Errorf("counted on %q", asked)
	}
}

// signedIn makes a file of Application Default Credentials the only ones there are.
func signedIn(t *testing.T, file string) {
	t.Helper()
	for _, name := range os.Environ() {
		if key, _, _ := strings.Cut(name, "="); strings.HasPrefix(key, "GOOGLE_") || strings.HasPrefix(key, "GCE_") || strings.HasPrefix(key, "CLOUDSDK_") {
			t.Setenv(key, "")
		}
	}
	dir := t.TempDir()
	t.Setenv("CLOUDSDK_CONFIG", dir)
	t.Setenv("HOME", dir)
	t.Setenv("APPDATA", "")
	t.Setenv("NO_GCE_CHECK", "true")
	if file == "" {
		return
	}
	name := filepath.Join(dir, "credentials.json")
	if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", name)
}

const userFile = `{"type":"authorized_user","client_id":"c","client_secret":"hush-hush","refresh_token":"r-hush","quota_project_id":"quota-of-the-file"}`

func TestApplicationDefaultCredentials(t *testing.T) {
	signedIn(t, userFile)
	b := startWith(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{}, nil)
	if ids := b.mustDiscover("gcp:acme-prod").ids(); len(ids) != 2 {
		t.Errorf("%v", ids)
	}
	if n := b.lab.Calls()["gcp:oauth2.token"]; n != 1 {
		t.Errorf("%d tokens asked for through the transport", n)
	}
}

func TestNoCredentials(t *testing.T) {
	signedIn(t, "")
	for file, setup := range map[string]func(){
		"none":        func() {},
		"not there":   func() { t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "gone.json")) },
		"not of that": func() { signedIn(t, `{"type":"made_up","private_key":"hush-hush"}`) },
		"not JSON":    func() { signedIn(t, `hush-hush`) },
	} {
		setup()
		b := startWith(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{}, nil)
		got := b.discover("gcp:acme-prod")
		if len(got.errs) != 1 || len(got.refs) != 0 || !errors.Is(got.errs[0], scanners.ErrNoCredentials) || !strings.Contains(hintOf(got.errs[0]), "gcloud auth application-default login") {
			t.Errorf("%s: %v, hint %q", file, got.errs, hintOf(errors.Join(got.errs...)))
		}
		if len(got.errs) > 0 && strings.Contains(got.errs[0].Error(), "hush") {
			t.Errorf("%s: a secret in %v", file, got.errs[0])
		}
		if n := total(b.lab.Calls()); n != 0 {
			t.Errorf("%s: %d calls", file, n)
		}
	}
}

func TestALoginThatIsOver(t *testing.T) {
	signedIn(t, userFile)
	b := startWith(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{}, []lab.Fault{{Kind: lab.Expired, Operation: "oauth2.token"}})
	got := b.discover("gcp:acme-prod")
	err := errors.Join(got.errs...)
	if !errors.Is(err, scanners.ErrExpired) || !strings.Contains(hintOf(err), "log in again") || strings.Contains(err.Error(), "hush") {
		t.Errorf("%v, hint %q", err, hintOf(err))
	}
}

func TestImpersonation(t *testing.T) {
	world := oneBucket(lab.GoogleBucket{})
	world.Impersonable = []string{"audit@acme-prod.iam.gserviceaccount.com"}
	var tokens []string
	l, err := lab.Start(lab.World{Google: world})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	rt := scanners.Runtime{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "storage.googleapis.com" {
			tokens = append(tokens, r.Header.Get("Authorization"))
		}
		return l.Transport().RoundTrip(r)
	})}
	b := start(t, world, rt)
	b.mustDiscover("gcp:acme-prod?impersonate-service-account=audit@acme-prod.iam.gserviceaccount.com")
	if len(tokens) != 1 || tokens[0] != "Bearer lab-as-audit@acme-prod.iam.gserviceaccount.com" {
		t.Errorf("read as %q", tokens)
	}
	got := start(t, world, scanners.Runtime{Transport: l.Transport()}).discover("gcp:acme-prod?impersonate-service-account=other@acme-prod.iam.gserviceaccount.com")
	if err := errors.Join(got.errs...); !errors.Is(err, scanners.ErrNoCredentials) || !strings.Contains(err.Error(), "iam.serviceAccounts.getAccessToken") {
		t.Errorf("%v", err)
	}
}

func TestWithoutAuthentication(t *testing.T) {
	b := startWith(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{}, nil, gcs.WithoutAuthentication())
	got := b.discover("gcp:acme-prod")
	if err := errors.Join(got.errs...); !errors.Is(err, scanners.ErrDenied) {
		t.Errorf("%v", err)
	}
}

// TestTokensStayOutOfErrors: what goes wrong while a token is asked for may quote it.
func TestTokensStayOutOfErrors(t *testing.T) {
	b := startWith(t, oneBucket(lab.GoogleBucket{}), scanners.Runtime{}, nil, gcs.WithCredentials(auth.NewCredentials(&auth.CredentialsOptions{TokenProvider: leaky{}})))
	if err := errors.Join(b.discover("gcp:acme-prod").errs...); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("%v", err)
	}
}

type leaky struct{}

func (leaky) Token(context.Context) (*auth.Token, error) {
	return nil, errors.New("assertion hush-hush was refused")
}
