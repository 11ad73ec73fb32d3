package main

import (
	"os"
	"os/exec"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptCommand prepares this test binary to act as greenroom.
func scriptCommand(bin string, args []string, ts *testscript.TestScript) *exec.Cmd {
	path, err := exec.LookPath("greenroom")
	if err != nil {
		path = bin
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "NO_COLOR=1")
	cmd.Stderr = os.Stderr
	return cmd
}
