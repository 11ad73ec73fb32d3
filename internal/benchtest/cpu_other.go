//go:build !unix

package benchtest

import "time"

// CPU is not measured here.
func CPU() time.Duration { return 0 }
