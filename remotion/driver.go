package remotion

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/remotion/sources"
)

//go:embed driver/*.mjs
var driverSources embed.FS

// driverSum is a hash of the driver: it decides how films are bundled and drawn.
var driverSum = sync.OnceValue(func() string {
	h := sources.NewKey()
	files, _ := driverSources.ReadDir("driver") // embedded
	for _, f := range files {
		b, _ := driverSources.ReadFile("driver/" + f.Name())
		h.Field(f.Name(), string(b))
	}
	return h.Sum()
})

const (
	defaultStall = 3 * time.Minute
	// grace is how long the driver may take to stop a film or itself before it is ended.
	grace = 5 * time.Second
)

// reply is one line of the driver.
type reply struct {
	ID          int            `json:"id"`
	Stage       string         `json:"stage"`
	Done        int            `json:"done"`
	Total       int            `json:"total"`
	Message     string         `json:"message"`
	Composition *Facts         `json:"composition"`
	Config      *configuration `json:"config"`
	Error       string         `json:"error"`
	IDs         []string       `json:"ids"`
	OK          bool           `json:"ok"`
}

// replies splits the driver's stdout into lines.
type replies struct {
	part   []byte
	handle func(reply)
}

const maxReply = 1 << 20

func (r *replies) Write(p []byte) (int, error) {
	r.part = append(r.part, p...)
	for {
		i := bytes.IndexByte(r.part, '\n')
		if i < 0 {
			if len(r.part) > maxReply {
				return 0, errors.New("the driver wrote a line without end")
			}
			return len(p), nil
		}
		var one reply
		if json.Unmarshal(r.part[:i], &one) == nil {
			r.handle(one)
		}
		r.part = r.part[i+1:]
	}
}

// writeDriver puts the driver into a folder of the cache, whose name is of its content, and returns its main file.
func writeDriver(cache string) (string, error) {
	dir := filepath.Join(cache, "driver-"+driverSum()[:12])
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fault.Wrap(fault.Failed, err, "make the folder writable", "create %s", dir)
	}
	files, err := driverSources.ReadDir("driver")
	if err != nil {
		return "", err
	}
	for _, f := range files {
		b, err := driverSources.ReadFile("driver/" + f.Name())
		if err != nil {
			return "", err
		}
		if _, err := atomicfile.WriteBytes(filepath.Join(dir, f.Name()), 0o644, b); err != nil {
			return "", fault.Wrap(fault.Failed, err, "make the folder writable", "write the render driver")
		}
	}
	_ = os.Chtimes(dir, time.Time{}, time.Now()) // in use: not to be swept
	return filepath.Join(dir, "driver.mjs"), nil
}

func (r Renderer) stall() time.Duration {
	if r.Stall > 0 {
		return r.Stall
	}
	return defaultStall
}

// ended is node's end in the middle of a request. A new driver may go on where this one
// was, unless we ended it for its silence.
type ended struct{ err error }

func (e *ended) Error() string {
	if e.err == nil {
		return "node ended before the answer"
	}
	return e.err.Error()
}

func (e *ended) Unwrap() error { return e.err }

// driver is one Node process with its browser. It serves one request at a time.
type driver struct {
	stdin *os.File
	lines chan []byte // to be written to stdin
	kill  context.CancelCauseFunc
	done  chan struct{} // closed when node and everything it started are gone
	err   error         // why it ended; set before done is closed

	mu     sync.Mutex
	id     int
	handle func(reply) // of the request in progress
	alive  chan struct{}
}

// start runs a driver. It lives until stop, whatever becomes of the films it makes.
func (r Renderer) start(node, script, project string) (*driver, error) {
	scratch, env, err := ownTemp(r.Env)
	if err != nil {
		return nil, err
	}
	in, out, err := os.Pipe()
	if err != nil {
		scratch.Close()
		return nil, err
	}
	ctx, kill := context.WithCancelCause(context.Background())
	d := &driver{stdin: out, lines: make(chan []byte, 2), kill: kill, done: make(chan struct{}),
		alive: make(chan struct{}, 1)}
	go d.write()
	go func() {
		defer close(d.done)
		_, d.err = proc.Run(ctx, proc.Cmd{Path: node, Args: []string{script, project}, Dir: project, Env: env,
			Stdin:  in,
			Stdout: &replies{handle: d.reply}, Stderr: func(string) { d.markAlive() }})
		kill(nil)
		in.Close() // only now: a request that is still being written ends with an error
		out.Close()
		scratch.Close()
	}()
	return d, nil
}

// write passes lines to node, so that senders need not wait: a line may be longer than a pipe's buffer, and node may
// have ended.
func (d *driver) write() {
	for {
		select {
		case b := <-d.lines:
			_, _ = d.stdin.Write(b) // node's end is noticed by those who wait for its answer
		case <-d.done:
			return
		}
	}
}

func (d *driver) markAlive() {
	select {
	case d.alive <- struct{}{}:
	default:
	}
}

func (d *driver) reply(one reply) {
	d.markAlive()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.handle != nil && one.ID == d.id {
		d.handle(one)
	}
}

// do sends one request and waits for its answer. A nil error means it succeeded; an
// answer with Error set comes with a nil error too. After an *ended the driver is gone.
// When ctx ends, the request alone is stopped where that is possible.
func (d *driver) do(ctx context.Context, op string, request map[string]any, stall time.Duration,
	progress func(reply)) (reply, error) {
	if err := context.Cause(ctx); err != nil {
		return reply{}, err
	}
	answer := make(chan reply, 1)
	d.mu.Lock()
	d.id++
	id := d.id
	d.handle = func(one reply) {
		switch {
		case one.OK || one.Error != "":
			select {
			case answer <- one:
			default: // what follows a fault is its consequence
			}
		case one.Stage != "":
			progress(one)
		}
	}
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.handle = nil
		d.mu.Unlock()
	}()
	line := map[string]any{"id": id, "op": op}
	for k, v := range request {
		line[k] = v
	}
	d.send(line)
	silent := time.NewTimer(stall)
	defer silent.Stop()
	cancelled := ctx.Done()
	for {
		select {
		case one := <-answer:
			if err := context.Cause(ctx); err != nil {
				return reply{}, err
			}
			return one, nil
		case <-d.done:
			select {
			case one := <-answer: // its last answer explains its end
				if one.Error != "" {
					return one, nil
				}
			default:
			}
			if err := context.Cause(ctx); err != nil {
				return reply{}, err
			}
			return reply{}, &ended{d.err}
		case <-d.alive:
			if ctx.Err() == nil {
				silent.Reset(stall)
			}
		case <-silent.C:
			if err := context.Cause(ctx); err != nil {
				d.kill(err)
			} else {
				d.kill(fmt.Errorf("%w for %s", proc.ErrStalled, stall))
			}
		case <-cancelled:
			cancelled = nil
			d.send(map[string]any{"op": "cancel", "of": id})
			silent.Reset(grace)
		}
	}
}

func (d *driver) send(line map[string]any) {
	b, err := json.Marshal(line)
	if err != nil {
		panic(err) // our own values, and props that were parsed before
	}
	select {
	case d.lines <- append(b, '\n'):
	case <-d.done:
	}
}

// stop ends the driver: by closing its input, and after a grace period by a kill.
func (d *driver) stop() {
	d.stdin.Close()
	t := time.AfterFunc(grace, func() { d.kill(errors.New("closed")) })
	defer t.Stop()
	<-d.done
}

// gone reports whether the driver has ended.
func (d *driver) gone() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}
