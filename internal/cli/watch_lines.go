package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"greenroom/internal/fault"
	"greenroom/pipeline/watch"
)

// printChanges prints a line for each clip whose state changed, and the errors whenever these changed, until ctx ends.
func (e *env) printChanges(ctx context.Context, s *watch.Session) {
	changes, end := s.Subscribe()
	defer end()
	known := map[string]string{}
	var faults []watch.Fault
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes:
		}
		st := s.State()
		if !slices.Equal(st.Faults, faults) {
			e.printFaults(faults, st.Faults)
			faults = st.Faults
		}
		for _, c := range st.Clips {
			now := c.State + " " + c.Src + " " + c.Voice
			if known[c.Name] == now || c.State == watch.Working {
				continue
			}
			known[c.Name] = now
			e.stamp("%s: %s, %.1f s%s", c.Name, c.State, c.Seconds, after(c))
		}
	}
}

// stamp prints one line of the session with the time of day.
func (e *env) stamp(format string, args ...any) {
	fmt.Fprintf(e.Stderr, "[watch] %s "+format+"\n", append([]any{e.Now().Format("15:04:05")}, args...)...)
}

// printFaults prints the errors that a session has now as every command does: message, place, line, caret and hint.
// When the last one is gone it prints that.
func (e *env) printFaults(before, now []watch.Fault) {
	ofFile := func(f watch.Fault) bool { return f.File != "" }
	waits := func(f watch.Fault) bool { return f.Waits }
	switch {
	case len(now) == 0 && slices.ContainsFunc(before, ofFile):
		e.stamp("the manifest is valid again")
		return
	case len(now) == 0 && slices.ContainsFunc(before, waits):
		e.stamp("the other process has ended")
		return
	case len(now) == 0:
		e.stamp("no errors any more")
		return
	}
	red, off := "\x1b[31m", "\x1b[0m"
	if e.noColor {
		red, off = "", ""
	}
	errors := 0
	for _, f := range now {
		if f.Waits {
			e.stamp("waiting: %s; %s", oneLine(f.Message), oneLine(f.Hint))
			continue
		}
		errors++
		e.stamp("%serror%s: %s", red, off, oneLine(f.Message))
		fmt.Fprint(e.Stderr, fault.Snippet(f.Place()))
		if f.Hint != "" {
			fmt.Fprintf(e.Stderr, "  hint: %s\n", oneLine(f.Hint))
		}
	}
	if errors > 1 {
		e.stamp("%d errors", errors)
	}
}

func after(c watch.Clip) string {
	if c.State == watch.Broken || c.State == watch.Waiting {
		return ": " + oneLine(c.Line)
	}
	if c.Voice != "" && c.State != watch.Final {
		return ", voice " + c.Voice
	}
	return ""
}

// keyTexts are what the keys of a session do.
var keyTexts = []string{"b buy all, voices first", "b CLIP Enter buy one clip", "r rebuild", "q end", "? show the keys"}

// keysHelp returns the keys as lines that fit the columns when say prints them; no key is split from its text.
func keysHelp(columns int) string {
	const begin, indent, between = "keys: ", "    ", " · "
	var lines []string
	line, left := begin+keyTexts[0], columns-len("greenroom: ")
	for _, t := range keyTexts[1:] {
		if utf8.RuneCountInString(line+between+t) <= left {
			line += between + t
			continue
		}
		lines, line, left = append(lines, line), indent+t, columns-len("  ")
	}
	return strings.Join(append(lines, line), "\n")
}
