package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/snapshot"
)

const header = `{"tojimari":{"schema":"1","tool":"t","version":"v"}}`

func account(id string) string {
	return fmt.Sprintf(`{"record":{"id":"aws:account/%s","kind":"scope","provider":"aws","name":"%s"}}`, id, id)
}

func bucket(account, name string) string {
	return fmt.Sprintf(`{"record":{"id":"aws:s3:bucket/%s","kind":"bucket","provider":"aws","name":"%s","parent":"aws:account/%s","bucket":{"versioning":{"state":"absent"}}}}`, name, name, account)
}

func end(scope string, n int) string {
	return fmt.Sprintf(`{"end":{"scope":"%s","records":%d}}`, scope, n)
}

// discovered lists what Discover yields: "SCOPE ID" for a record, "SCOPE! CODE RESOURCE: DETAIL" for an error.
func discovered(t *testing.T, s *snapshot.Scanner, name string) []string {
	t.Helper()
	var out []string
	for ref, err := range s.Discover(t.Context(), scanners.Target{Scheme: "snapshot", Name: name}) {
		if err != nil {
			f := scanners.FailureOf(err)
			out = append(out, fmt.Sprintf("%s! %s %s: %s", ref.Scope, f.Code, f.Resource, f.Detail))
			continue
		}
		rec, err := s.Inspect(t.Context(), ref, nil, nil)
		if err != nil || rec.ID != ref.ID {
			t.Errorf("inspecting %s: %v", ref.ID, err)
		}
		out = append(out, ref.Scope+" "+ref.ID)
	}
	return out
}

func TestScopes(t *testing.T) {
	for _, tc := range []struct {
		name  string
		lines []string
		want  []string
	}{{
		name:  "two whole scopes",
		lines: []string{header, account("1"), bucket("1", "a"), end("aws:account/1", 2), account("2"), end("aws:account/2", 1)},
		want:  []string{"aws:account/1 aws:account/1", "aws:account/1 aws:s3:bucket/a", "aws:account/2 aws:account/2"},
	}, {
		name:  "the last is cut off",
		lines: []string{header, account("1"), end("aws:account/1", 1), account("2"), bucket("2", "a")},
		want: []string{"aws:account/1 aws:account/1", "aws:account/2 aws:account/2", "aws:account/2 aws:s3:bucket/a",
			`aws:account/2! cut_off : scope "aws:account/2" was cut off: it has no end marker`},
	}, {
		name:  "one in the middle is cut off",
		lines: []string{header, account("1"), account("2"), end("aws:account/2", 1)},
		want: []string{"aws:account/1 aws:account/1", `aws:account/1! cut_off : scope "aws:account/1" was cut off: it has no end marker`,
			"aws:account/2 aws:account/2"},
	}, {
		name:  "a scope whose own record was lost",
		lines: []string{header, bucket("1", "a"), bucket("2", "b"), end("aws:account/2", 1)},
		want: []string{"aws:account/1 aws:s3:bucket/a", `aws:account/1! cut_off : scope "aws:account/1" was cut off: it has no end marker`,
			"aws:account/2 aws:s3:bucket/b"},
	}, {
		name:  "a record was taken out",
		lines: []string{header, account("1"), end("aws:account/1", 2)},
		want:  []string{"aws:account/1 aws:account/1", `aws:account/1! malformed : scope "aws:account/1" has 1 records, its end marker says 2`},
	}, {
		name:  "bad lines are named and the rest goes on",
		lines: []string{header, account("1"), "{nonsense", `{"record":{"id":"x","kind":"teapot"}}`, `{"record":{"id":"x"},"end":{}}`, "", bucket("1", "a"), end("aws:account/1", 3)},
		want: []string{"aws:account/1 aws:account/1",
			"aws:account/1! malformed snapshot:-:3: snapshot:-: line 3: not a record line: ...",
			`aws:account/1! malformed snapshot:-:4: snapshot:-: line 4: unknown kind "teapot"`,
			`aws:account/1! malformed snapshot:-:5: snapshot:-: line 5: want exactly one of "tojimari", "record", "end", "failed"`,
			"aws:account/1 aws:s3:bucket/a"},
	}, {
		name:  "failures are passed on",
		lines: []string{header, account("1"), `{"failed":{"scope":"aws:account/1","code":"denied","permission":"s3:ListAllMyBuckets","detail":"no"}}`, end("fake:x", 0)},
		want:  []string{"aws:account/1 aws:account/1", "aws:account/1! denied : no"},
	}, {
		name:  "records of no scope",
		lines: []string{header, `{"record":{"id":"page:https://a/","kind":"page","name":"a"}}`, end("https://a/", 1)},
		want:  []string{" page:https://a/"},
	}, {
		name:  "nothing",
		lines: nil,
		want:  []string{"! failed : reading snapshot:-: it is empty"},
	}, {
		name:  "another version",
		lines: []string{`{"tojimari":{"schema":"2"}}`, account("1")},
		want:  []string{`! malformed : reading snapshot:-: line 1: record schema "2", this version reads "1"`},
	}} {
		t.Run(tc.name, func(t *testing.T) {
			got := discovered(t, snapshot.New(strings.NewReader(strings.Join(tc.lines, "\n"))), "-")
			for i, line := range got {
				if at := strings.Index(line, "not a record line: "); at >= 0 {
					got[i] = line[:at] + "not a record line: ..."
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGarbageComesToAnEnd(t *testing.T) {
	got := discovered(t, snapshot.New(strings.NewReader(strings.Repeat("x\n", 100_000))), "-")
	if len(got) != 1001 || !strings.Contains(got[1000], "the rest was not tried") {
		t.Errorf("%d events, the last is %s", len(got), got[len(got)-1])
	}
}

func TestGzipIsSeenByItsContent(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	io.WriteString(w, account("1")+"\n"+end("aws:account/1", 1))
	w.Close()
	path := filepath.Join(t.TempDir(), "no-such-suffix")
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"aws:account/1 aws:account/1"}, discovered(t, snapshot.New(nil), path)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMissingFile(t *testing.T) {
	for _, err := range snapshot.New(nil).Discover(t.Context(), scanners.Target{Scheme: "snapshot", Name: filepath.Join(t.TempDir(), "x")}) {
		f := scanners.FailureOf(err)
		if f.Code != scanners.CodeGone || f.Hint == "" {
			t.Errorf("got %+v", f)
		}
	}
}

func write(t *testing.T, w *snapshot.Writer, n int) {
	t.Helper()
	for i := range n {
		rec := scanners.NewRecord(scanners.Head{ID: fmt.Sprintf("aws:account/%d", i), Kind: scanners.KindScope})
		if err := w.Write(scanners.Line{Record: rec}); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(scanners.Line{End: &scanners.End{Scope: rec.ID, Records: 1}}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWriterLeavesAUsableFileBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "snap.jsonl")
	w, err := snapshot.Create(path, scanners.Header{Tool: "tojimari", Version: "v"})
	if err != nil {
		t.Fatal(err)
	}
	write(t, w, 3)
	// Not closed: as after a kill.
	want := []string{"aws:account/0 aws:account/0", "aws:account/1 aws:account/1", "aws:account/2 aws:account/2"}
	if diff := cmp.Diff(want, discovered(t, snapshot.New(nil), path)); diff != "" {
		t.Errorf("before Close (-want +got):\n%s", diff)
	}
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", stat.Mode())
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	// The next one leaves this alone until it is closed.
	w, err = snapshot.Create(path, scanners.Header{})
	if err != nil {
		t.Fatal(err)
	}
	killed, err := snapshot.Create(path, scanners.Header{}) // as if an earlier run had been killed
	if err != nil {
		t.Fatal(err)
	}
	write(t, killed, 2)
	write(t, w, 1)
	if got := discovered(t, snapshot.New(nil), path); len(got) != 3 {
		t.Errorf("the old file was touched: %v", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := discovered(t, snapshot.New(nil), path); len(got) != 1 {
		t.Errorf("the new file is not in its place: %v", got)
	}
	if got := discovered(t, snapshot.New(nil), path+".part1"); len(got) != 2 {
		t.Errorf("the killed run's file: %v", got)
	}
	killed.Close()
}

func TestWriterReportsAFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full on this system")
	}
	if _, err := snapshot.Create("/dev/full", scanners.Header{}); err == nil {
		t.Error("no error")
	}
}

func TestWriterRefusesWhatCannotBeMade(t *testing.T) {
	_, err := snapshot.Create(filepath.Join(t.TempDir(), "no", "such", "folder"), scanners.Header{})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func FuzzRefs(f *testing.F) {
	f.Add(strings.Join([]string{header, account("1"), bucket("1", "a"), end("aws:account/1", 2)}, "\n"))
	f.Add("{\"record\":{\"id\":\"\x1b[2J\",\"kind\":\"bucket\"}}\n" + end("x", -1))
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		for ref, err := range snapshot.Refs(t.Context(), strings.NewReader(text), scanners.Target{Scheme: "snapshot", Name: "-"}) {
			n++
			if err == nil && (ref.ID == "" || ref.Seed == nil) {
				t.Errorf("a Ref without record: %+v", ref)
			}
		}
		if n > 2*strings.Count(text, "\n")+2 {
			t.Errorf("%d events from %d lines", n, strings.Count(text, "\n")+1)
		}
	})
}
