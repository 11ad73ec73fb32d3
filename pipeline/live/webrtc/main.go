// Command greenroom-live speaks WebRTC for greenroom: `record` receives a session over WHEP and writes its streams to
// files, `serve` plays files to each viewer over WHEP, as a stand-in for a live avatar. greenroom starts it; it is a
// program and a module of its own, because WebRTC would make greenroom slower to start and 6 MB larger.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is that of the greenroom it was released with (-X main.version=1.2.3).
var version = "0.1.0-dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("greenroom starts this program: use `greenroom live`")
	}
	fs := flag.NewFlagSet(args[0], flag.ContinueOnError)
	switch args[0] {
	case "version":
		_, err := fmt.Println(version)
		return err
	case "record":
		var o recording
		fs.StringVar(&o.url, "url", "", "address of the WHEP endpoint")
		fs.StringVar(&o.dir, "out", "", "folder of the files")
		fs.DurationVar(&o.length, "for", 30*time.Second, "length of the recording")
		fs.DurationVar(&o.wait, "wait", 20*time.Second, "time until the first picture, and of silence in the middle")
		fs.Int64Var(&o.maxBytes, "max-bytes", 2<<30, "largest recording")
		if err := fs.Parse(args[1:]); err != nil {
			return err
		}
		o.token = os.Getenv("GREENROOM_LIVE_TOKEN")
		return o.run(ctx)
	case "serve":
		var o station
		fs.StringVar(&o.video, "video", "", "IVF file with VP8")
		fs.StringVar(&o.audio, "audio", "", "Ogg file with Opus")
		fs.StringVar(&o.listen, "listen", "127.0.0.1:0", "address to serve on")
		fs.StringVar(&o.urlFile, "url-file", "", "file for the address once it serves")
		fs.StringVar(&o.fault, "fault", "", "silent, garbage, page, end=SECONDS or drop=N")
		if err := fs.Parse(args[1:]); err != nil {
			return err
		}
		o.token = os.Getenv("GREENROOM_LIVE_TOKEN")
		return o.run(ctx)
	}
	return fmt.Errorf("no command %q", args[0])
}
