// Command greenroom turns scripts in a manifest into verified transparent avatar
// clips, typed props and films.
package main

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"greenroom/internal/cli"
	"greenroom/internal/fault"
)

// version is set when a release is linked (-X main.version=1.2.3). `greenroom version` adds the commit that the build
// recorded.
var version = "0.1.0-dev"

// grace is how long a command may take to stop after the first signal.
const grace = 15 * time.Second

// together is how long further signals are those of the same key: a terminal sends Ctrl-C to every process, and npm and
// other programs that started us forward theirs.
const together = 300 * time.Millisecond

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		cause := fault.ErrInterrupted
		if <-signals != os.Interrupt {
			cause = fault.ErrTerminated
		}
		cancel(cause)
		// A command stops by itself within a second or two. One that waits for a disk or a library that
		// knows no context ends here: what a killed run leaves is repaired by the next one.
		time.AfterFunc(grace, func() { os.Exit(fault.ExitCode(cause)) })
		time.AfterFunc(together, func() {
			select {
			case <-signals:
			default:
			}
			signal.Stop(signals) // a second signal ends us at once
		})
	}()
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	os.Exit(cli.Main(ctx, os.Args[1:], cli.Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, LookPath: exec.LookPath,
		Now: time.Now, Dir: dir, Version: version,
	}))
}
