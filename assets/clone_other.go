//go:build !linux && !darwin

package assets

import (
	"errors"
	"os"
)

// cloneInto is not available here.
func cloneInto(*os.Root, string, string) error { return errors.ErrUnsupported }
