package cli

import (
	"testing"

	"github.com/tojimari/tojimari/scanners"
)

func TestFilter(t *testing.T) {
	ref := func(name, region string) scanners.Ref {
		return scanners.Ref{Head: scanners.Head{Kind: scanners.KindBucket, Name: name, Region: region}}
	}
	tests := map[string]struct {
		include, exclude []string
		ref              scanners.Ref
		want             bool
	}{
		"no filter":                     {nil, nil, ref("a", "eu-west-1"), true},
		"name":                          {[]string{"acme-*"}, nil, ref("acme-data", ""), true},
		"other name":                    {[]string{"acme-*"}, nil, ref("other", ""), false},
		"one of two names":              {[]string{"acme-*", "other"}, nil, ref("other", ""), true},
		"name and region must both fit": {[]string{"acme-*", "region=us-*"}, nil, ref("acme-data", "eu-west-1"), false},
		"exclude wins":                  {[]string{"acme-*"}, []string{"*-logs"}, ref("acme-logs", ""), false},
		"a tag is judged later":         {[]string{"tag:env=prod"}, nil, ref("acme", ""), true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := parseFilter(test.include, test.exclude)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.takesRef(test.ref); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	if _, err := parseFilter([]string{"owner=me"}, nil); err == nil {
		t.Error("a condition on something unknown was taken")
	}
}

func TestFilterByTag(t *testing.T) {
	f, err := parseFilter([]string{"tag:env=prod"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rec := scanners.NewRecord(scanners.Head{Kind: scanners.KindBucket})
	if !f.takesRecord(rec) {
		t.Error("tags that were not read left the bucket out")
	}
	rec.Bucket.Labels = scanners.KnownFact(scanners.Labels{Values: map[string]string{"env": "test"}}, scanners.Origin{})
	if f.takesRecord(rec) {
		t.Error("a bucket with another tag was taken")
	}
	rec.Bucket.Labels.Value.Values["env"] = "prod"
	if !f.takesRecord(rec) {
		t.Error("a bucket with the tag was left out")
	}
}
