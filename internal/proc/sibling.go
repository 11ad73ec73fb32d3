package proc

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Sibling returns the path of another program of greenroom: next to this one, or on the path. It also returns where it
// would be next to this one; that is empty where the system does not say. The error is that of lookPath.
func Sibling(name string, lookPath func(string) (string, error)) (path, next string, err error) {
	file := name
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	if own, err := os.Executable(); err == nil {
		next = filepath.Join(filepath.Dir(own), file)
		if fi, err := os.Stat(next); err == nil && fi.Mode().IsRegular() {
			return next, next, nil
		}
	}
	path, err = lookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	return path, next, err
}

// SiblingVersion returns what a program of greenroom prints for the argument version.
func SiblingVersion(ctx context.Context, path string) (string, error) {
	var out bytes.Buffer
	_, err := Run(ctx, Cmd{Path: path, Args: []string{"version"}, Stdout: &out, Timeout: 20 * time.Second})
	return strings.TrimSpace(out.String()), err
}
