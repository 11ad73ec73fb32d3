//go:build !linux && !darwin

package cli

import "errors"

// immediate is not had here: a key counts with Enter.
func immediate(int) (func(), error) { return nil, errors.ErrUnsupported }
