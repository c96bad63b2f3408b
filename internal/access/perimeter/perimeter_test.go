package perimeter_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access/perimeter"
	"github.com/tojimari/tojimari/scanners"
)

func TestRead(t *testing.T) {
	const name = "accessPolicies/1/servicePerimeters/p"
	for text, want := range map[string]*scanners.ServicePerimeter{
		`{"name":"accessPolicies/1/servicePerimeters/p","status":{"resources":["projects/42"],"restrictedServices":["storage.googleapis.com"],"accessLevels":["b","a"]}}`: {
			Name: name, Enforced: true, AccessLevels: []string{"a", "b"}},
		`{"name":"accessPolicies/1/servicePerimeters/p","status":{"resources":["projects/42"],"restrictedServices":["bigquery.googleapis.com"]},"spec":{"resources":["projects/42"],"restrictedServices":["storage.googleapis.com"]}}`: {
			Name: name},
		`{"status":{"resources":["projects/421"],"restrictedServices":["storage.googleapis.com"]}}`:                                        nil,
		`{"status":{"resources":["projects/42"],"restrictedServices":[]}}`:                                                                 nil,
		`{"status":{"resources":["projects/42"]}}`:                                                                                         nil,
		`{"perimeterType":"PERIMETER_TYPE_BRIDGE","status":{"resources":["projects/42"],"restrictedServices":["storage.googleapis.com"]}}`: nil,
		`{}`: nil,
		`{"name":"accessPolicies/1/servicePerimeters/p","status":{"resources":["projects/42"],"restrictedServices":["storage.googleapis.com"],"ingressPolicies":[
			{"ingressFrom":{"identityType":"ANY_IDENTITY","sources":[{"accessLevel":"*"}]},"ingressTo":{"resources":["*"],"operations":[{"serviceName":"bigquery.googleapis.com","methodSelectors":[{"method":"*"}]}]}},
			{"ingressFrom":{"identityType":"ANY_IDENTITY","sources":[{"accessLevel":"*"}]},"ingressTo":{"resources":["projects/7"],"operations":[{"serviceName":"*"}]}},
			{"ingressFrom":{"identityType":"ANY_IDENTITY"},"ingressTo":{"resources":["*"],"operations":[{"serviceName":"*"}]}},
			{"ingressFrom":{"identities":["user:a@example.com"],"sources":[{"accessLevel":"l"},{"resource":"projects/9"}]},
			 "ingressTo":{"resources":["projects/42"],"operations":[{"serviceName":"storage.googleapis.com","methodSelectors":[{"method":"m"},{"permission":"p"}]}],"roles":["r"]}}]}}`: {
			Name: name, Enforced: true, Ingress: []scanners.PerimeterIngress{
				{Identities: []string{"user:a@example.com"}, Sources: []string{"l", "projects/9"}, Methods: []string{"r", "m", "p"}}}},
	} {
		got, holds, err := perimeter.Read([]byte(text), "projects/42")
		if err != nil || holds != (want != nil) {
			t.Errorf("%s: %v, %v", text, holds, err)
			continue
		}
		if want != nil {
			if diff := cmp.Diff(*want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", text, diff)
			}
		}
	}
	for _, text := range []string{``, `[]`, `{"status":{"resources":"projects/42"}}`, `{"status":[]}`} {
		if _, _, err := perimeter.Read([]byte(text), "projects/42"); err == nil {
			t.Errorf("%q is taken for a perimeter", text)
		}
	}
}

// FuzzRead: no panic, and whatever is not restricted is not called so.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"status":{"resources":["projects/42"],"restrictedServices":["storage.googleapis.com"],"ingressPolicies":[null,{"ingressFrom":null,"ingressTo":{"operations":[null]}}]},"spec":null}`), "projects/42")
	f.Add([]byte(`{"spec":{"restrictedServices":["*"]}}`), "")
	f.Fuzz(func(t *testing.T, text []byte, project string) {
		p, holds, err := perimeter.Read(text, project)
		if (!holds || err != nil) && p.Enforced {
			t.Errorf("%q: enforced and not held", text)
		}
	})
}
