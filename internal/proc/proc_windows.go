package proc

import (
	"os"
	"os/exec"
)

// ProgressArgs is empty here: Windows programs inherit no extra descriptors, so
// there is no progress while a program runs.
func ProgressArgs() []string { return nil }

func ownGroup(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}

func maxRSS(*os.ProcessState) int64 { return 0 }

type pipe struct{}

func (*pipe) started() {}
func (*pipe) wait()    {}

func attachProgress(*exec.Cmd, func(key, value string), func()) (*pipe, error) { return nil, nil }
