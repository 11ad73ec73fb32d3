package ci

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

// The elements that Jenkins, GitLab and the GitHub actions for JUnit read.
type junitSuites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Suite    junitSuite
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Stamp    string      `xml:"timestamp,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Run describes the command that a report is about.
type Run struct {
	Command string // build, check
	Project string
	Version string // of greenroom
	Time    time.Time
	Seconds float64 // how long it took; 0 where that is not measured
	Brand   string  // #RRGGBB, a background of the HTML report; may be empty
}

// WriteJUnit writes the outcomes of one command to a file. It fails where the file cannot be written.
func WriteJUnit(path string, run Run, list []Outcome) error {
	s := junitSuite{
		Name: "greenroom " + run.Command, Tests: len(list), Failures: countFailed(list),
		Time: fmt.Sprintf("%.3f", run.Seconds), Stamp: run.Time.UTC().Format("2006-01-02T15:04:05"),
	}
	for _, o := range list {
		s.Cases = append(s.Cases, o.junit(run.Command))
	}
	all := junitSuites{Name: "greenroom", Tests: s.Tests, Failures: s.Failures, Suite: s}
	b, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if _, err := atomicfile.WriteBytes(path, 0o644, append([]byte(xml.Header), append(b, '\n')...)); err != nil {
		return fault.Wrap(fault.Failed, err, "name a file in a folder that can be written", "write %s", path)
	}
	return nil
}

func (o Outcome) junit(command string) junitCase {
	c := junitCase{Name: outside.Text(o.Name), Class: "greenroom." + command, File: outside.Text(o.File), Line: o.Line}
	text := outside.Text(strings.Join(o.Details, "\n"))
	if o.State != Fail {
		c.Out = text
		return c
	}
	c.Failure = &junitFailure{Text: text}
	if len(o.Details) > 0 {
		c.Failure.Message = outside.Text(o.Details[0])
	}
	if o.Hint != "" {
		c.Failure.Text += "\n" + outside.Text(o.Hint)
	}
	return c
}
