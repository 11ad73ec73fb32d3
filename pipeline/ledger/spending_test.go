package ledger

import (
	"strconv"
	"testing"
)

// TestCentsAddUp: `plan --json` reported 2.9699999999999998 dollars for three clips of 0.99.
func TestCentsAddUp(t *testing.T) {
	sum := 0.0
	for i := 1; i <= 10000; i++ {
		sum = Add(sum, 0.99)
		if want := strconv.FormatFloat(float64(99*i)/100, 'f', -1, 64); strconv.FormatFloat(sum, 'f', -1, 64) != want {
			t.Fatalf("%d times 0.99 is %v, not %s", i, sum, want)
		}
	}
}
