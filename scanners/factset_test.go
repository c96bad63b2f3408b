package scanners_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tojimari/tojimari/scanners"
)

// The names are the contract with rules and reports: they have one form, and nothing in the schema is without.
func TestFactNames(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+(\.(aws|gcp|azure))?\.[a-z][a-z0-9_]*$`)
	seen := map[scanners.FactName]bool{}
	for _, f := range scanners.FactFields() {
		if !form.MatchString(string(f.Name)) {
			t.Errorf("name %q", f.Name)
		}
		if seen[f.Name] {
			t.Errorf("%q stands twice", f.Name)
		}
		seen[f.Name] = true
		if !slices.Contains(scanners.Kinds(), f.Name.Kind()) {
			t.Errorf("%q belongs to no kind", f.Name)
		}
		if f.Value.Kind() != reflect.Struct {
			t.Errorf("%q holds a %v, not a struct", f.Name, f.Value)
		}
	}
	for _, name := range []scanners.FactName{"scope.aws.public_access_block", "store.azure.keys", "bucket.versioning", "bucket.gcp.iam", "prefix.gcp.iam", "endpoint.aws.policy", "link.signed", "page.response"} {
		if !seen[name] {
			t.Errorf("%q is missing", name)
		}
	}
}

// Every field of every value has a JSON name, so that CEL and JSON call it the same.
func TestEveryFieldHasAName(t *testing.T) {
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, path string) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem(), path+"[]")
		case reflect.Struct:
			if !strings.Contains(typ.PkgPath(), "scanners") {
				return
			}
			for i := range typ.NumField() {
				f := typ.Field(i)
				tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				if !f.Anonymous && tag == "" {
					t.Errorf("%s.%s has no JSON name", path, f.Name)
				}
				walk(f.Type, path+"."+f.Name)
			}
		}
	}
	walk(reflect.TypeFor[scanners.Line](), "Line")
}

func TestFactAccess(t *testing.T) {
	rec := scanners.NewRecord(scanners.Head{ID: "b", Kind: scanners.KindBucket})
	rec.Bucket.Versioning = scanners.KnownFact(scanners.Versioning{Enabled: true}, scanners.Origin{Call: "x"})
	rec.Bucket.AWS.Policy = scanners.DeniedFact[scanners.PolicyText]("s3:GetBucketPolicy", scanners.Origin{})

	field, ok := scanners.LookupFactField("bucket.versioning")
	if !ok {
		t.Fatal("no bucket.versioning")
	}
	status, value := field.Of(rec)
	if status.State != scanners.Known || value.(*scanners.Versioning) != &rec.Bucket.Versioning.Value {
		t.Errorf("%+v %v", status, value)
	}
	if got := rec.Status("bucket.aws.policy").Reason.Permission; got != "s3:GetBucketPolicy" {
		t.Errorf("permission %q", got)
	}
	for _, name := range []scanners.FactName{"bucket.logging", "scope.aws.organization", "bucket.colour", ""} {
		if got := rec.Status(name); got != (scanners.Status{}) {
			t.Errorf("%q: %+v", name, got)
		}
	}
	need := scanners.NewFactSet("bucket.versioning", "bucket.aws.policy", "bucket.logging", "scope.aws.organization", "bucket.colour")
	want := []scanners.FactName{"bucket.logging", "scope.aws.organization"}
	if diff := cmp.Diff(want, rec.Unsettled(need).Names()); diff != "" {
		t.Errorf("unsettled (-want +got):\n%s", diff)
	}
	n := 0
	for name := range rec.Facts() {
		if name.Kind() != scanners.KindBucket {
			t.Errorf("%q of a bucket without ancestors", name)
		}
		n++
	}
	if n < 20 {
		t.Errorf("%d facts", n)
	}
	for range rec.Facts() {
		break // must not go on after
	}
}

// Copy, Clear and SetUnknown change the record that they are given and no other that shares the part.
func TestDetach(t *testing.T) {
	for _, kind := range scanners.Kinds() {
		var field scanners.FactField
		for _, f := range scanners.FactFields() {
			if f.Name.Kind() == kind {
				field = f
				break
			}
		}
		parent := scanners.NewRecord(scanners.Head{ID: "p", Kind: kind})
		field.SetUnknown(parent, scanners.Reason{Code: scanners.Denied, Permission: "p"})
		child := *parent
		child.Detach(kind)
		field.SetUnknown(&child, scanners.Reason{Code: scanners.Failed})
		if got := parent.Status(field.Name).Reason.Code; got != scanners.Denied {
			t.Errorf("%s: the parent's fact became %q", field.Name, got)
		}
		field.Copy(&child, parent)
		if got := child.Status(field.Name).Reason.Permission; got != "p" {
			t.Errorf("%s was not copied", field.Name)
		}
		field.Clear(&child)
		if child.Status(field.Name) != (scanners.Status{}) {
			t.Errorf("%s was not cleared", field.Name)
		}
		field.Copy(parent, &scanners.Record{})
		if parent.Status(field.Name) != (scanners.Status{}) {
			t.Errorf("%s was not copied from a record that lacks the part", field.Name)
		}
		bare := &scanners.Record{}
		field.SetUnknown(bare, scanners.Reason{})
		field.Clear(bare)
		bare.Detach(kind)
		field.Copy(bare, &child)
		child.Drop(kind)
		if status := child.Status(field.Name); status != (scanners.Status{}) {
			t.Errorf("%s was not dropped", field.Name)
		}
	}
}

func TestInherit(t *testing.T) {
	scope := scanners.NewRecord(scanners.Head{ID: "s", Kind: scanners.KindScope, Account: "1"})
	store := scanners.NewRecord(scanners.Head{ID: "st", Kind: scanners.KindStore})
	bucket := scanners.NewRecord(scanners.Head{ID: "b", Kind: scanners.KindBucket})
	object := scanners.NewRecord(scanners.Head{ID: "o", Kind: scanners.KindObject})
	store.Inherit(scope)
	bucket.Inherit(store)
	own := bucket.Bucket
	object.Inherit(bucket)
	object.Inherit(nil)
	if object.Scope != scope.Scope || object.Store != store.Store || object.Bucket != own || object.Account != "1" {
		t.Errorf("%+v", object)
	}
	// A record without the part of its own kind does not take its parent's for it.
	odd := &scanners.Record{Head: scanners.Head{ID: "x", Kind: scanners.KindScope}}
	odd.Inherit(bucket)
	if odd.Bucket != nil {
		t.Error("an account has a bucket's facts")
	}
}

func TestFactJSON(t *testing.T) {
	at := scanners.Origin{File: "main.tf", Line: 3, Column: 7}
	for _, tc := range []struct {
		fact scanners.Fact[scanners.Versioning]
		want string
	}{
		{scanners.KnownFact(scanners.Versioning{Enabled: true}, scanners.Origin{Call: "c"}), `{"state":"known","value":{"enabled":true,"suspended":false,"mfa_delete":false},"origin":{"call":"c"}}`},
		{scanners.KnownFact(scanners.Versioning{}, at), `{"state":"known","origin":{"file":"main.tf","line":3,"column":7}}`},
		{scanners.AbsentFact[scanners.Versioning](scanners.Origin{}), `{"state":"absent"}`},
		{scanners.UnsupportedFact[scanners.Versioning](scanners.Origin{}), `{"state":"unsupported"}`},
		{scanners.DeniedFact[scanners.Versioning]("p", scanners.Origin{}), `{"state":"unknown","reason":{"code":"denied","permission":"p"}}`},
		{scanners.Fact[scanners.Versioning]{}, `{"state":"unknown"}`},
	} {
		text, err := json.Marshal(tc.fact)
		if err != nil || string(text) != tc.want {
			t.Errorf("got %s, %v, want %s", text, err, tc.want)
		}
		var back scanners.Fact[scanners.Versioning]
		if err := json.Unmarshal(text, &back); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(tc.fact, back); diff != "" {
			t.Errorf("(-written +read):\n%s", diff)
		}
		if settled := tc.fact != (scanners.Fact[scanners.Versioning]{}); tc.fact.Settled() != settled || tc.fact.Status().Settled() != settled || tc.fact.IsZero() == settled {
			t.Errorf("%s: settled %v, zero %v", text, tc.fact.Settled(), tc.fact.IsZero())
		}
		if _, known := tc.fact.Get(); known != (tc.fact.State == scanners.Known) {
			t.Errorf("%s: Get says %v", text, known)
		}
	}
	for want, o := range map[string]scanners.Origin{"main.tf:3:7": at, "x": {File: "x"}, "x:2": {File: "x", Line: 2}, "c": {Call: "c"}} {
		if got := o.String(); got != want {
			t.Errorf("%+v is %q, want %q", o, got, want)
		}
	}
	if got := scanners.State(9).String(); got != "State(9)" {
		t.Errorf("got %s", got)
	}
}

func TestFactSet(t *testing.T) {
	var none scanners.FactSet
	if none.Has("bucket.labels") || len(none.Names()) != 0 || len(none.OfKind(scanners.KindBucket)) != 0 {
		t.Error("the nil set is not empty")
	}
	s := scanners.NewFactSet("bucket.labels", "scope.aws.organization")
	s.AddAll(scanners.NewFactSet("bucket.cors"))
	s.Add("bucket.cors", "bucket.acl")
	if diff := cmp.Diff([]scanners.FactName{"bucket.acl", "bucket.cors", "bucket.labels", "scope.aws.organization"}, s.Names()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]scanners.FactName{"scope.aws.organization"}, s.OfKind(scanners.KindScope).Names()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
