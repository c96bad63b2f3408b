package explain

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// tableRecords builds the record of every case of testdata/policies.
func tableRecords(t *testing.T) map[string]*scanners.Record {
	t.Helper()
	files, err := filepath.Glob("../../testdata/policies/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	out := map[string]*scanners.Record{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var cases []accessCase
		if err := yaml.Unmarshal(text, &cases); err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			line, err := json.Marshal(c.Input)
			if err != nil {
				t.Fatal(err)
			}
			in, err := parseObject(line)
			if err != nil {
				t.Fatal(err)
			}
			b, err := build(in, line)
			if err != nil {
				t.Fatal(err)
			}
			out[tableName(file)+"/"+c.Name] = b.record
		}
	}
	return out
}

// denied is a copy of the record in which one fact was refused.
func denied(t *testing.T, rec *scanners.Record, fact scanners.FactName) *scanners.Record {
	t.Helper()
	text, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	at := doc
	path := strings.Split(string(fact), ".")
	for _, step := range path[:len(path)-1] {
		inner, ok := at[step].(map[string]any)
		if !ok {
			inner = map[string]any{}
			at[step] = inner
		}
		at = inner
	}
	at[path[len(path)-1]] = map[string]any{"state": "unknown", "reason": map[string]any{"code": "denied", "permission": "x:Y"}}
	if text, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	var out scanners.Record
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

// Denying a fact changes a verdict only if access.Needs lists the fact for it; and every fact that is listed
// changes some verdict, or is at least named as assumed.
func TestNeedsAreWhatVerdictsRestOn(t *testing.T) {
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	mattered := map[scanners.FactName]bool{}
	listed := scanners.FactSet{}
	for name, rec := range tableRecords(t) {
		before := access.Judge(rec, at)
		for _, field := range scanners.FactFields() {
			kind := field.Name.Kind()
			if kind != scanners.KindScope && kind != scanners.KindStore && kind != scanners.KindBucket {
				continue
			}
			after := access.Judge(denied(t, rec, field.Name), at)
			if len(after.Assumed) > len(before.Assumed) {
				mattered[field.Name] = true
			}
			for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
				for _, verb := range verdict.Verbs() {
					needs := access.Needs(rec.Provider, rec.Kind, who, verb)
					listed.AddAll(needs)
					was, is := before.Of(who, verb).Verdict, after.Of(who, verb).Verdict
					if was == is {
						continue
					}
					mattered[field.Name] = true
					if !needs.Has(field.Name) {
						t.Errorf("%s: denying %s turns %s %s from %s to %s, and Needs does not list it", name, field.Name, who, verb, was, is)
					}
					// A guard above the scope leaves a yes standing when it is not read, and is listed as assumed.
					if len(after.Assumed) > len(before.Assumed) {
						continue
					}
					if was == verdict.Yes && is == verdict.No || was == verdict.No && is == verdict.Yes {
						t.Errorf("%s: denying %s turns %s %s from %s into %s: a guess", name, field.Name, who, verb, was, is)
					}
				}
			}
		}
	}
	var idle []string
	for _, fact := range listed.Names() {
		if !mattered[fact] {
			idle = append(idle, string(fact))
		}
	}
	if len(idle) > 0 {
		t.Errorf("listed and never of any weight in the tables: %s", fmt.Sprint(idle))
	}
}
