package awspolicy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// TestDatesAreWrittenAsTheyAreSent: x-amz-object-lock-retain-until-date is an ISO 8601 date (S3 API reference, PutObject).
func TestDatesAreWrittenAsTheyAreSent(t *testing.T) {
	set := settingOf(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"*","Condition":{"DateGreaterThanEquals":{"s3:object-lock-retain-until-date":"2030-01-01T00:00:00Z"},"DateLessThan":{"s3:object-lock-retain-until-date":"2030-01-01T00:00:01Z"}}}}`)
	a := New(set).Solve(verdict.Write, verdict.Anonymous)
	if a.Witness == nil {
		t.Fatalf("got %+v, want a witness", a)
	}
	want := [][2]string{{"x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z"}}
	if d := cmp.Diff(want, a.Witness.Headers); d != "" {
		t.Errorf("headers (-want +got):\n%s", d)
	}
}
