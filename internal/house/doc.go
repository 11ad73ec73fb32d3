// Package house has tests that hold the structure and the language of the sources: import directions, sizes and words.
//
// Each rule is a function from sources to findings, and each has a test in which it finds a planted fault.
package house
