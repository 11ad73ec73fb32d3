//go:build !unix

package native

import "strings"

func isDiskFull(err error) bool { return strings.Contains(err.Error(), "not enough space") }
