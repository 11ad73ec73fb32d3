// Command greenroom turns scripts in a manifest into proven transparent avatar
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

// version is set when a release is linked.
var version = "0.1.0-dev"

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if <-signals == os.Interrupt {
			cancel(fault.ErrInterrupted)
		} else {
			cancel(fault.ErrTerminated)
		}
		signal.Stop(signals) // a second signal ends us at once
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
