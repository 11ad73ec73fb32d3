package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/pipeline/event"
)

// The lines on stderr of a command with --json: each is one object, an event, a message, a warning or an error.

// messageLine is what a person reads as "greenroom: …".
type messageLine struct {
	Message string `json:"message"`
}

// warningLine is a finding of `prompt` that does not fail it.
type warningLine struct {
	Warning promptWarning `json:"warning"`
}

type promptWarning struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1
	Column  int    `json:"column"` // from 1, characters
}

// errorLine is one reason why the command failed. A command may print several.
type errorLine struct {
	Error errorBody `json:"error"`
}

// errorBody has the kind of the error as Code, which decides the exit code.
type errorBody struct {
	Code    fault.Kind `json:"code"`
	Message string     `json:"message"`
	Hint    string     `json:"hint"` // what to do; may be empty
	Clip    string     `json:"clip,omitempty"`
	File    string     `json:"file,omitempty"`
	Line    int        `json:"line,omitempty"`   // from 1
	Column  int        `json:"column,omitempty"` // from 1, characters
}

// stderrLine is any of them.
type stderrLine interface {
	event.Event | messageLine | warningLine | errorLine
}

// printLine prints one line on stderr.
func printLine[T stderrLine](e *env, v T) {
	b, err := json.Marshal(v)
	if err != nil { // a number that JSON does not have, such as a fraction of nothing
		b, _ = json.Marshal(messageLine{err.Error()})
	}
	fmt.Fprintln(e.Stderr, string(b))
}

func errorLines(err error) []errorLine {
	var out []errorLine
	for _, f := range fault.All(err) {
		b := errorBody{Code: f.Kind, Message: outside.Text(f.Error()), Hint: outside.Text(f.Hint),
			Clip: outside.Clean(f.Clip)}
		if f.Place != nil {
			b.File, b.Line, b.Column = f.Place.File, f.Place.Line, f.Place.Column
		}
		out = append(out, errorLine{b})
	}
	return out
}

// onlyJSON makes stderr a stream of JSON lines: text from any other place, such as a library's log, becomes a
// message.
func (e *env) onlyJSON() {
	if _, ok := e.Stderr.(*jsonLines); !ok {
		e.Stderr = &jsonLines{w: e.Stderr}
	}
}

// jsonLines passes lines that are JSON objects and wraps others in a message.
type jsonLines struct {
	mu   sync.Mutex
	w    io.Writer
	rest []byte // a line without its end
}

func (j *jsonLines) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.rest = append(j.rest, b...)
	for {
		i := bytes.IndexByte(j.rest, '\n')
		if i < 0 {
			return len(b), nil
		}
		line := j.rest[:i]
		j.rest = j.rest[i+1:]
		if err := j.line(line); err != nil {
			return len(b), err
		}
	}
}

func (j *jsonLines) line(line []byte) error {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil
	}
	if line[0] != '{' || !json.Valid(line) {
		text := strings.TrimPrefix(outside.Text(string(line)), "greenroom: ")
		line, _ = json.Marshal(messageLine{text}) // a string always encodes
	}
	_, err := j.w.Write(append(line, '\n'))
	return err
}
