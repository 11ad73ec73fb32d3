// Package delivery is about files as they were delivered: why one cannot be used.
package delivery

import (
	"fmt"

	"greenroom/internal/fault"
)

// Unusable is a delivered file that cannot be used, with the reason.
type Unusable struct{ Err error }

// Error returns the reason.
func (e *Unusable) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Unusable) Unwrap() error { return e.Err }

// Fault returns an Unusable, or a fault of this machine when that is why the file could not be read.
func Fault(err error) error {
	if hint := fault.MachineHint(err); hint != "" {
		return fault.Wrap(fault.Failed, err, hint, "verify the downloaded file")
	}
	return &Unusable{err}
}

// Times returns "once" or "N times".
func Times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
