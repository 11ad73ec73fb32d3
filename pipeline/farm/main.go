// Command greenroom-worker runs units of greenroom for other machines, by Temporal. With "client" it is the other side:
// it passes tickets of a greenroom process to the server.
//
// It is a module of its own, so that greenroom itself has no gRPC.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

// version is that of the greenroom it was released with (-X main.version=1.2.3).
var version = "0.1.0-dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if err == nil || errors.Is(err, pflag.ErrHelp) {
		return
	}
	fmt.Fprint(os.Stderr, fault.Format(err, true))
	stop()
	os.Exit(fault.ExitCode(err))
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "client":
			return runClient(ctx, args[1:])
		case "queues":
			return printQueues(ctx, args[1:])
		case "version":
			_, err := fmt.Println(version)
			return err
		}
	}
	return runWorker(ctx, args)
}
