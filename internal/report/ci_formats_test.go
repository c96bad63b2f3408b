// The formats for CI systems and spreadsheets: what is foreign in them stays text.

package report

import (
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/result"
)

func TestCSVRunsNothing(t *testing.T) {
	out := render(t, "csv", append(sampleResults(), hostileSorted()...), sampleRun(), Options{Show: []result.Outcome{result.Fail, result.Unknown}})
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(csvColumns(), rows[0]); diff != "" {
		t.Error(diff)
	}
	guarded := 0
	for _, row := range rows[1:] {
		for i, c := range row {
			if c != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(c)[0]) {
				t.Errorf("%s: %q is a formula to a spreadsheet", rows[0][i], c)
			}
			if strings.HasPrefix(c, "'=") {
				guarded++
			}
			if strings.ContainsAny(c, "\r\n\t") {
				t.Errorf("%s: %q is more than a line", rows[0][i], c)
			}
		}
	}
	if guarded == 0 {
		t.Error("no formula was among the cells: this test checks nothing")
	}
}

func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "plain": "plain", "": "", "a; b": "a; b", "a;=1": "a;'=1", "a; =1": "a;' =1", `a;"=1`: `a;'"=1`, "a;-": "a;'-", ";": ";", "'x": "''x", "＝1": "'＝1",
	} {
		if got := cell(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestJUnitIsWellFormedAndCountsRight(t *testing.T) {
	for name, results := range map[string][]result.Result{"sample": sampleResults(), "hostile": hostileSorted(), "nothing": nil} {
		out := render(t, "junit", results, hostileRunSorted(), Options{})
		var suite struct {
			Tests    int         `xml:"tests,attr"`
			Failures int         `xml:"failures,attr"`
			Errors   int         `xml:"errors,attr"`
			Skipped  int         `xml:"skipped,attr"`
			Cases    []junitCase `xml:"testcase"`
		}
		dec := xml.NewDecoder(strings.NewReader(out))
		if err := dec.Decode(&suite); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := dec.Token(); err != nil && err != io.EOF {
			if tok, again := dec.Token(); again != io.EOF {
				t.Errorf("%s: %v behind the end", name, tok)
			}
		}
		failures, errors, skipped := 0, 0, 0
		for _, c := range suite.Cases {
			switch {
			case c.Failure != nil:
				failures++
			case c.Error != nil:
				errors++
			case c.Skipped != nil:
				skipped++
			default:
				t.Errorf("%s: %s passed, which nobody said", name, c.Name)
			}
		}
		got := [4]int{len(suite.Cases), failures, errors, skipped}
		if want := [4]int{suite.Tests, suite.Failures, suite.Errors, suite.Skipped}; got != want {
			t.Errorf("%s: counted %v, the suite says %v", name, got, want)
		}
	}
}

func TestMarkdownTextIsNoMarkup(t *testing.T) {
	for in, want := range map[string]string{
		"[x](https://evil) ![y](z)": `\[x\](https&#58;//evil) !\[y\](z)`,
		"<img src=x>":               "&#60;img src=x&#62;",
		"a | b `c` *d* _e_ ~f~ $g$": `a \| b \` + "`c\\`" + ` \*d\* \_e\_ \~f\~ \$g\$`,
		"@everyone #1 :tada: &lt;":  "&#64;everyone &#35;1 &#58;tada&#58; &#38;lt;",
		"- item":                    `\- item`,
		"# head\nnext":              `&#35; head\\nnext`,
	} {
		if got := markdownText(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestFencesHold(t *testing.T) {
	for _, code := range []string{"a", "```\nevil\n```", "x `````` y", "a\x1b[2Jb"} {
		out := fenced("sh", code)
		fence := regexp.MustCompile("^`+").FindString(out)
		inside := strings.TrimSuffix(strings.TrimPrefix(out, fence+"sh\n"), "\n"+fence)
		if strings.Contains(inside, fence) || strings.Contains(inside, "\x1b") || len(fence) < 3 {
			t.Errorf("%q: %q", code, out)
		}
	}
}

func TestMarkdownIsBounded(t *testing.T) {
	var results []result.Result
	for i := range 2000 {
		r := sampleResults()[0]
		r.Key = fmt.Sprint(i)
		results = append(results, finish(r))
	}
	out := render(t, "markdown", results, sampleRun(), Options{})
	if len(out) > 65_000 {
		t.Errorf("%d bytes: GitHub takes 65,536 characters in a comment", len(out))
	}
	if !strings.Contains(out, fmt.Sprintf("and %d more", 2000-markdownRows)) {
		t.Error("nobody says that something was left out")
	}
}
