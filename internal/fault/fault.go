// Package fault holds errors that are meant for people: what happened, where in
// which file, to which clip, and what to do about it.
//
// A fault is made where the remedy is known, often one level above the cause.
// Error leaves the hint out, so hints do not pile up when errors are wrapped;
// only Format, which the command line calls once, prints it. The package never
// prints and never exits.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Place is a position in a text file. Line and Column count from 1, columns in
// characters. Text is the source line, without its line end.
type Place struct {
	File   string
	Line   int
	Column int
	Text   string
}

func (p *Place) String() string {
	switch {
	case p == nil || p.File == "":
		return ""
	case p.Line <= 0:
		return p.File
	case p.Column <= 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Error is one fault. Kind decides the exit code.
type Error struct {
	Kind  Kind
	Msg   string // lower case, verb first, no final stop
	Hint  string // a command or an edit the user can make now; may be empty
	Clip  string // the clip it happened to; may be empty
	Place *Place // where in the manifest or lockfile; may be nil
	Err   error  // the cause; may be nil
}

// New makes a fault without a cause.
func New(kind Kind, hint, format string, args ...any) *Error {
	return &Error{Kind: kind, Hint: hint, Msg: fmt.Sprintf(format, args...)}
}

// Wrap makes a fault around its cause. The cause is printed after the message.
func Wrap(kind Kind, err error, hint, format string, args ...any) *Error {
	return &Error{Kind: kind, Hint: hint, Msg: fmt.Sprintf(format, args...), Err: err}
}

// For names the clip the fault happened to and returns the fault.
func (e *Error) For(clip string) *Error {
	e.Clip = clip
	return e
}

// Error returns what happened, without the hint.
func (e *Error) Error() string {
	msg := e.Msg
	if e.Clip != "" && !strings.Contains(msg, e.Clip) {
		msg = fmt.Sprintf("clip %q: %s", e.Clip, msg)
	}
	if e.Err != nil {
		if msg == "" {
			return e.Err.Error()
		}
		msg += ": " + e.Err.Error()
	}
	return msg
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// List is several faults found in one look, such as all mistakes of a manifest.
type List []*Error

// Error joins the messages, one a line, each with its place.
func (l List) Error() string {
	lines := make([]string, 0, len(l))
	for _, e := range l {
		s := e.Error()
		if p := e.Place.String(); p != "" {
			s = p + ": " + s
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.As look into every fault.
func (l List) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// Sort orders by file, line and column; equal places keep their order.
func (l List) Sort() {
	sort.SliceStable(l, func(i, j int) bool {
		a, b := l[i].Place, l[j].Place
		switch {
		case a == nil || b == nil:
			return a == nil && b != nil
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
}

// Or returns the list as an error, or nil when it is empty.
func (l List) Or() error {
	switch len(l) {
	case 0:
		return nil
	case 1:
		return l[0]
	}
	return l
}

// AtClip returns copies of the faults inside err which name the clip, where they name none: clips that fail for the same
// reason, such as a server, share the error.
func AtClip(err error, clip string) List {
	list := slices.Clone(All(err))
	for i, e := range list {
		one := *e
		if one.Clip == "" {
			one.Clip = clip
		}
		list[i] = &one
	}
	return list
}

// All returns the faults inside err: the members of joined errors and lists, each
// once. Another error becomes a fault of kind Failed.
func All(err error) List {
	if err == nil {
		return nil
	}
	var list List
	if errors.As(err, &list) {
		return list
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out List
		for _, e := range many.Unwrap() {
			out = append(out, All(e)...)
		}
		return out
	}
	var one *Error
	if errors.As(err, &one) {
		if error(one) == err {
			return List{one}
		}
		return List{{Kind: one.Kind, Msg: err.Error(), Hint: one.Hint, Place: one.Place}}
	}
	return List{{Kind: KindOf(err), Msg: err.Error()}}
}
