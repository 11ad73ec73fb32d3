//go:build race

package ledger

// The race detector makes a schedule ten times as dear and finds the same in few.
func init() { usualDepth = 2 }
