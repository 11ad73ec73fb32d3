package cli

import (
	"encoding/xml"
	"fmt"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

// outcome is what became of one clip or file, for every report.
type outcome struct {
	name    string
	state   string // ok, warn, fail
	file    string // the manifest that names it; may be empty
	line    int
	details []string // one finding each
	hint    string
	poster  string // a file, absolute; may be empty
	facts   string // size, frames, length
}

// The shape that Jenkins, GitLab and the GitHub actions for JUnit read.
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

// writeJUnit writes the outcomes of one command.
func (e *env) writeJUnit(path, command string, list []outcome, seconds float64) error {
	s := junitSuite{Name: "greenroom " + command, Tests: len(list), Time: fmt.Sprintf("%.3f", seconds), Stamp: e.Now().UTC().Format("2006-01-02T15:04:05")}
	for _, o := range list {
		c := junitCase{Name: outside.Text(o.name), Class: "greenroom." + command, File: outside.Text(o.file), Line: o.line}
		text := outside.Text(strings.Join(o.details, "\n"))
		switch {
		case o.state == stateFail:
			s.Failures++
			c.Failure = &junitFailure{Message: outside.Text(first(o.details)), Text: text}
			if o.hint != "" {
				c.Failure.Text += "\n" + outside.Text(o.hint)
			}
		default:
			c.Out = text
		}
		s.Cases = append(s.Cases, c)
	}
	b, err := xml.MarshalIndent(junitSuites{Name: "greenroom", Tests: s.Tests, Failures: s.Failures, Suite: s}, "", "  ")
	if err != nil {
		return err
	}
	if _, err := atomicfile.WriteBytes(e.path(path), 0o644, append([]byte(xml.Header), append(b, '\n')...)); err != nil {
		return fault.Wrap(fault.Failed, err, "name a file in a folder that can be written", "write %s", path)
	}
	return nil
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
