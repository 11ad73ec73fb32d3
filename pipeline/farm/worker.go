package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"greenroom/assets"
	"greenroom/assets/remote"
	"greenroom/compose/standin"
	"greenroom/internal/capacity"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/films/ranges"
	"greenroom/pipeline/project"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/units"
	"greenroom/remotion"
	found "greenroom/remotion/tools"
)

// drain is how long a worker may take to end after SIGTERM.
const drain = 25 * time.Second

// settings are the flags of a worker.
type settings struct {
	server
	cache, state, listen string
	queues               []string
	slots                map[string]string
	threads, keepGB      int
	remotion, browser    string
}

func parse(args []string) (*settings, error) {
	var s settings
	fs := pflag.NewFlagSet(units.Program, pflag.ContinueOnError)
	fs.SortFlags = false
	s.bind(fs)
	fs.StringVar(&s.cache, "cache", os.Getenv("GREENROOM_CACHE_URL"),
		"the shared cache's `URL`: s3://BUCKET/PREFIX, gs://BUCKET or file:///FOLDER (default: GREENROOM_CACHE_URL)")
	fs.StringSliceVar(&s.queues, "queues", []string{stage.CPU, stage.Render}, "the `CLASSES` of units to run")
	fs.StringToStringVar(&s.slots, "slots", nil, "units at once, by class: cpu=2,render=1 (default 1 each)")
	fs.IntVar(&s.threads, "threads", 0, "threads of one ffmpeg (default: the cores, divided by the slots)")
	fs.StringVar(&s.remotion, "remotion", "",
		"render ranges of Remotion's with the packages of a `FOLDER` that has @remotion/renderer in node_modules")
	fs.StringVar(&s.browser, "browser", os.Getenv("GREENROOM_BROWSER"),
		"the `PROGRAM` of the browser for them (default: GREENROOM_BROWSER, or the one that is installed)")
	fs.StringVar(&s.state, "state", "", "`FOLDER` of the worker's files (default: in the user's cache folder)")
	fs.IntVar(&s.keepGB, "keep", 20, "keep at most `GB` of files that no unit uses")
	fs.StringVar(&s.listen, "listen", "", "serve /healthz and /metrics on this loopback `ADDRESS`")
	err := fs.Parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp): // printed
		return nil, err
	case err != nil:
		return nil, fault.Wrap(fault.Usage, err, units.Program+" --help", "read the flags")
	case fs.NArg() > 0:
		return nil, fault.New(fault.Usage, "commands are client, queues and version", "unexpected argument %q", fs.Arg(0))
	}
	return &s, nil
}

// slotsOf returns how many units of a class run at once.
func (s *settings) slotsOf(class string) (int, error) {
	text, set := s.slots[class]
	if !set {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1000 {
		return 0, fault.New(fault.Usage, "write --slots cpu=2,render=1", "--slots: %s=%s is not a number from 1", class,
			text)
	}
	return n, nil
}

// validate returns the number of all slots.
func (s *settings) validate() (total int, err error) {
	known := map[string]bool{stage.CPU: true, stage.Render: true}
	wanted := map[string]bool{}
	for _, q := range s.queues {
		if !known[q] {
			return 0, fault.New(fault.Usage, "classes are cpu and render", "--queues: unknown class %q", q)
		}
		wanted[q] = true
		n, err := s.slotsOf(q)
		if err != nil {
			return 0, err
		}
		total += n
	}
	for q := range s.slots {
		if !wanted[q] {
			return 0, fault.New(fault.Usage, "name it in --queues too", "--slots: %q is not a class of this worker", q)
		}
	}
	if s.threads == 0 {
		s.threads = max(1, runtime.NumCPU()/max(1, total))
	}
	if s.threads < 1 || s.keepGB < 0 || total == 0 {
		return 0, fault.New(fault.Usage, "", "--threads must be 1 or more, --keep 0 or more, --queues not empty")
	}
	return total, nil
}

// machine returns what of this machine decides the bytes that steps make.
func machine(ctx context.Context) (units.Machine, error) {
	t, err := tools.Find(ctx)
	if err != nil {
		return units.Machine{}, err
	}
	return units.Machine{Version: version, FFmpeg: t.Version}, nil
}

// tools finds ffmpeg as greenroom does.
var tools = project.Finder(os.Getenv, exec.LookPath)

// ranges returns what renders ranges of Remotion's; nil without --remotion.
func (s *settings) ranges(ctx context.Context) (*ranges.Worker, error) {
	if s.remotion == "" {
		return nil, nil
	}
	t, err := tools.Find(ctx)
	if err != nil {
		return nil, err
	}
	r := remotion.Renderer{FFmpeg: t.FFmpeg, Browser: found.FindBrowser(s.browser, os.Getenv, exec.LookPath)}
	b, err := remotion.NewBench(ctx, r, s.remotion, filepath.Join(s.state, "remotion"))
	if err != nil {
		return nil, fmt.Errorf("--remotion: %w", err)
	}
	return &ranges.Worker{Bench: b}, nil
}

// bench opens the worker's folder and its shared cache. release ends what its units have started.
func (s *settings) bench(ctx context.Context) (_ *units.Bench, release func(), err error) {
	if s.cache == "" {
		return nil, nil, fault.New(fault.Usage, "add --cache s3://BUCKET/PREFIX, the one that the projects have",
			"a worker needs a shared cache")
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil, nil, err
	}
	at, err := assets.ParseLocation(s.cache, dir)
	if err != nil {
		return nil, nil, fault.New(fault.Usage, "write it like s3://BUCKET/PREFIX, gs://BUCKET or file:///FOLDER",
			"--cache %v", err)
	}
	m, err := machine(ctx)
	if err != nil {
		return nil, nil, err
	}
	if s.state == "" {
		s.state = filepath.Join(project.LibraryDir(os.Getenv), "worker")
	}
	if err := os.MkdirAll(s.state, 0o700); err != nil {
		return nil, nil, fault.Wrap(fault.Failed, err, "make it writable, or name another --state", "create %s", s.state)
	}
	store, err := assets.Open(filepath.Join(s.state, "store"))
	if err != nil {
		return nil, nil, err
	}
	t, err := tools.Find(ctx)
	if err != nil {
		return nil, nil, err
	}
	maker := &standin.Maker{FFmpeg: t.FFmpeg, Threads: 2} // as greenroom has it: bytes depend on the threads
	if e, err := exec.LookPath("espeak-ng"); err == nil {
		maker.Espeak = e
	}
	films, err := s.ranges(ctx)
	if err != nil {
		return nil, nil, err
	}
	store.SweepTemp(func(string) bool { return false })
	env := stage.Env{Store: store, Tools: tools.Find, Capacity: capacity.New(math.MaxInt64, capacity.Memory()), Threads: s.threads}
	b := &units.Bench{
		Cache: remote.Config{At: at}, Machine: m, Env: env, Steps: units.Steps(maker, s.state, films),
		Shelf: &units.Shelf{Store: store, Bytes: int64(s.keepGB) << 30},
	}
	return b, func() {
		films.Close()
		store.Close()
	}, nil
}

func runWorker(ctx context.Context, args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	if _, err := s.validate(); err != nil {
		return err
	}
	bench, release, err := s.bench(ctx)
	if err != nil {
		return err
	}
	defer release()
	host, _ := os.Hostname()
	identity := fmt.Sprintf("%s %d, greenroom %s, ffmpeg %s", host, os.Getpid(), version, bench.Machine.FFmpeg)
	c, err := s.dial(ctx, identity)
	if err != nil {
		return err
	}
	defer c.Close()
	var queues []string
	for _, class := range s.queues {
		queues = append(queues, bench.Machine.Queue(class))
	}
	m := newMetrics(queues)
	end, err := s.serve(c, m)
	if err != nil {
		return err
	}
	defer end()
	workers, err := s.workers(c, bench, m)
	for _, w := range workers {
		defer w.Stop()
	}
	if err != nil {
		return fault.Wrap(fault.Failed, err, "check --server and --namespace", "start the worker")
	}
	fmt.Fprintf(os.Stderr, "greenroom-worker: ready: %s\n", strings.Join(queues, " "))
	<-ctx.Done()
	fmt.Fprintln(os.Stderr, "greenroom-worker: finishing units, at most", drain)
	time.AfterFunc(drain, func() { os.Exit(1) })
	return stopAll(workers)
}

// stopAll stops workers side by side, so that the time to drain is that of one. Stopping twice does nothing.
func stopAll(workers []worker.Worker) error {
	done := make(chan struct{})
	for _, w := range workers {
		go func() {
			w.Stop()
			done <- struct{}{}
		}()
	}
	for range workers {
		<-done
	}
	return nil
}

// workers starts what reads workflow tasks, and one reader for each class of units.
func (s *settings) workers(c client.Client, bench *units.Bench, m *metrics) (started []worker.Worker, err error) {
	all := []worker.Worker{worker.New(c, unitQueue, worker.Options{DisableRegistrationAliasing: true})}
	all[0].RegisterWorkflowWithOptions(runUnit, workflow.RegisterOptions{Name: unitWorkflow})
	for _, class := range s.queues {
		n, err := s.slotsOf(class)
		if err != nil {
			return nil, err
		}
		w := worker.New(c, bench.Machine.Queue(class), worker.Options{
			MaxConcurrentActivityExecutionSize: n, DisableWorkflowWorker: true, WorkerStopTimeout: drain - 3*time.Second,
			MaxHeartbeatThrottleInterval: beat,
		})
		a := &activities{bench, m}
		w.RegisterActivityWithOptions(a.Run, activity.RegisterOptions{Name: unitActivity})
		all = append(all, w)
	}
	for _, w := range all {
		if err := w.Start(); err != nil {
			return started, err
		}
		started = append(started, w)
	}
	return started, nil
}

// serve answers health checks and metrics on loopback.
func (s *settings) serve(c client.Client, m *metrics) (end func(), err error) {
	if s.listen == "" {
		return func() {}, nil
	}
	host, _, err := net.SplitHostPort(s.listen)
	if err != nil || !netutil.IsLoopback(host) {
		return nil, fault.New(fault.Usage, "write 127.0.0.1:PORT", "--listen %s is not a loopback address", s.listen)
	}
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return nil, fault.Wrap(fault.Failed, err, "choose another port", "listen on %s", s.listen)
	}
	healthy := func(ctx context.Context) error {
		_, err := c.CheckHealth(ctx, &client.CheckHealthRequest{})
		return err
	}
	server := &http.Server{Handler: m.handler(healthy), ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // until it is closed
	}()
	fmt.Fprintf(os.Stderr, "greenroom-worker: http://%s/metrics\n", l.Addr())
	return func() {
		_ = server.Close()
		<-done
	}, nil
}

// printQueues prints the names of this machine's queues on the server, for autoscalers.
func printQueues(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return fault.New(fault.Usage, "", "unexpected argument %q", args[0])
	}
	m, err := machine(ctx)
	if err != nil {
		return err
	}
	for _, class := range []string{stage.CPU, stage.Render} {
		if _, err := fmt.Println(m.Queue(class)); err != nil {
			return err
		}
	}
	return nil
}
