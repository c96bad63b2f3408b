package yamlfile

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type sample struct {
	Name  string            `yaml:"name,required"`
	Count int64             `yaml:"count"`
	On    bool              `yaml:"on"`
	When  time.Time         `yaml:"when"`
	Words []string          `yaml:"words"`
	Table map[string]string `yaml:"table"`
	Inner *struct {
		Deep int64 `json:"deep"`
	} `yaml:"inner"`
}

func TestDecode(t *testing.T) {
	var got sample
	err := Decode("f.yaml", []byte("name: a # b\ncount: -3\non: true\nwhen: 2026-12-31\nwords: [x, \"true\", 1.5]\ntable: {k: v}\ninner: {deep: 1}\n"), &got)
	if err != nil {
		t.Fatal(err)
	}
	want := sample{
		Name: "a", Count: -3, On: true, When: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC),
		Words: []string{"x", "true", "1.5"}, Table: map[string]string{"k": "v"},
		Inner: &struct {
			Deep int64 `json:"deep"`
		}{1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProblemsAreToldTogetherWithTheirPlaces(t *testing.T) {
	var got sample
	err := Decode("f.yaml", []byte("count: many\non: 1\nhidden: x\nwords:\n  - {a: b}\n  - null\ntable: {k: 1, k: 2}\ninner: {dep: 1}\n"), &got)
	want := strings.Join([]string{
		`f.yaml:1:8: count: want a whole number, got "many"`,
		`f.yaml:2:5: on: want true or false, got "1"`,
		`f.yaml:3:1: hidden: unknown key`,
		`f.yaml:5:5: words[0]: want text, got a mapping`,
		`f.yaml:6:5: words[1]: want text, got nothing (put it in quotes if it is meant as text)`,
		`f.yaml:7:15: table.k: given twice`,
		`f.yaml:8:9: inner.dep: unknown key (did you mean "deep"?)`,
		`f.yaml:1:1: name: missing`,
	}, "\n")
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestRefused(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "# nothing\n", "f.yaml: the file is empty"},
		{"anchor", "name: &a x\n", "f.yaml:1:7: anchors and aliases are not taken: write the value out"},
		{"merge", "name: x\n<<: {on: true}\n", "f.yaml:2:1: keys are plain words"},
		{"deep", "name: x\nwords: " + strings.Repeat("[", 80) + strings.Repeat("]", 80) + "\n", "nested deeper than 64"},
		{"long", "name: " + strings.Repeat("x", MaxSize), "f.yaml: longer than 1048576 bytes"},
		{"two documents", "name: x\n---\nname: y\n", "f.yaml: not YAML: "},
		{"not YAML", "name: x\nwords: a: b\n", "f.yaml:2:9: not YAML: mapping values are not allowed in this context"},
		{"not closed", "name: [", "f.yaml:2:1: not YAML: did not find expected node content"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got sample
			if err := Decode("f.yaml", []byte(tt.text), &got); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	known := []string{"read", "write", "list", "versioning"}
	for word, want := range map[string]string{"raed": "read", "lst": "list", "versionin": "versioning", "x": "", "permission": "", "wriet": "write"} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("name: a\nwords: [x]\ninner: {deep: 1}\n"))
	f.Add([]byte("name: &a\n  - *a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var got sample
		_ = Decode("f.yaml", text, &got)
	})
}
