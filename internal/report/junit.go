// JUnit XML, for the test tabs of CI systems: a finding is a failure, a suppressed one is skipped, and a reason
// why something is unknown is an error, since a test that could not be run is not a test that passed. What
// decides about the pipeline is the exit code, not this file. There is no standard; this keeps to what Jenkins,
// GitLab and GitHub's reporters all read.

package report

import (
	"bufio"
	"encoding/xml"
	"io"
	"strings"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

type junit struct {
	w    *bufio.Writer
	opts Options
}

type junitSuite struct {
	XMLName  xml.Name `xml:"testsuite"`
	Name     string   `xml:"name,attr"`
	Tests    int64    `xml:"tests,attr"`
	Failures int64    `xml:"failures,attr"`
	Errors   int64    `xml:"errors,attr"`
	Skipped  int64    `xml:"skipped,attr"`
}

type junitCase struct {
	XMLName   xml.Name    `xml:"testcase"`
	Name      string      `xml:"name,attr"`
	ClassName string      `xml:"classname,attr"`
	File      string      `xml:"file,attr,omitempty"`
	Failure   *junitCause `xml:"failure"`
	Error     *junitCause `xml:"error"`
	Skipped   *junitCause `xml:"skipped"`
}

type junitCause struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func newJUnit(w io.Writer, opts Options) *junit {
	return &junit{w: bufio.NewWriterSize(w, 64<<10), opts: opts}
}

// End writes one suite.
func (j *junit) End(end Ending) error {
	suite := junitSuite{Name: "tojimari", Errors: int64(len(end.Unknowns) + len(end.Run.Trouble))}
	for r, err := range end.Findings.All() {
		if err != nil {
			return err
		}
		if r.Suppressed != nil {
			suite.Skipped++
		} else {
			suite.Failures++
		}
	}
	suite.Tests = suite.Failures + suite.Skipped + suite.Errors
	if _, err := j.w.WriteString(xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(j.w)
	enc.Indent("", " ")
	start := xml.StartElement{Name: xml.Name{Local: "testsuite"}, Attr: []xml.Attr{
		{Name: xml.Name{Local: "name"}, Value: suite.Name}, {Name: xml.Name{Local: "tests"}, Value: count(suite.Tests)},
		{Name: xml.Name{Local: "failures"}, Value: count(suite.Failures)}, {Name: xml.Name{Local: "errors"}, Value: count(suite.Errors)},
		{Name: xml.Name{Local: "skipped"}, Value: count(suite.Skipped)},
	}}
	if err := enc.EncodeToken(start); err != nil {
		return err
	}
	for r, err := range end.Findings.All() {
		if err != nil {
			return err
		}
		if err := enc.Encode(j.testcase(r)); err != nil {
			return err
		}
	}
	t := newTerminal(io.Discard, j.opts)
	for _, f := range end.Run.Trouble {
		if err := enc.Encode(junitCase{Name: t.say(text.NotRead), ClassName: "tojimari", Error: &junitCause{Message: t.troubleText(f)}}); err != nil {
			return err
		}
	}
	for _, g := range end.Unknowns {
		where := t.say(text.NotKnownWhere, g.Resources, t.examples(g)) + "\n" + t.say(text.NotKnownRules, text.Clean(strings.Join(g.Rules, " ")))
		c := junitCase{Name: t.unknownReason(g), ClassName: "tojimari", Error: &junitCause{Message: t.unknownReason(g), Type: string(g.Severity), Text: where}}
		if err := enc.Encode(c); err != nil {
			return err
		}
	}
	if err := enc.EncodeToken(start.End()); err != nil {
		return err
	}
	if err := enc.Flush(); err != nil {
		return err
	}
	if err := j.w.WriteByte('\n'); err != nil {
		return err
	}
	return j.w.Flush()
}

func (j *junit) testcase(r result.Result) junitCase {
	t := teller{opts: j.opts}
	c := junitCase{
		Name:      text.Clean(r.Rule) + " " + t.title(r),
		ClassName: text.Clean(locator(r.Resource)),
		File:      text.Clean(r.Place.File),
	}
	if r.Key != "" {
		c.Name += " (" + mention(r.Key) + ")"
	}
	if r.Suppressed != nil {
		c.Skipped = &junitCause{Message: text.Clean(r.Suppressed.Reason)}
		return c
	}
	body := t.lines(r)
	if label, line, ok := t.request(r); ok {
		body = append(body, label, line)
	}
	c.Failure = &junitCause{Message: t.title(r), Type: string(r.Severity), Text: strings.Join(body, "\n")}
	return c
}
