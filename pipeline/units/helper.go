package units

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/internal/proc"
)

// Program is the name of the program that speaks with the server of a farm, and of its workers.
const Program = "greenroom-worker"

// Helper is the program that speaks with the server. The libraries for it are not part of greenroom.
type Helper struct {
	warn func(string)

	in   *os.File
	done chan struct{} // closed when the program has ended

	mu      sync.Mutex
	next    int
	waiting map[int]chan Reply
	err     error // why the program ended, after done
}

// StartHelper starts the program, which is found next to this one or on the path, for a server. warn receives messages
// for the user.
func StartHelper(ctx context.Context, path string, e Engine, warn func(string)) (*Helper, error) {
	// A pipe of the system: one of io's is read until the next question after the program has ended.
	in, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	from, out := io.Pipe()
	h := &Helper{warn: warn, in: to, done: make(chan struct{}), waiting: map[int]chan Reply{}}
	ready := make(chan Reply, 1)
	go func() {
		// It ends when its input does, also after ctx: the user's Ctrl-C reaches it as the end of its input.
		_, err := proc.Run(context.WithoutCancel(ctx), proc.Cmd{
			Path: path, Args: []string{"client", "--server", e.Server, "--namespace", e.Namespace},
			Env: proc.ForFarm(), Stdin: in, Stdout: out,
		})
		in.Close()
		out.CloseWithError(io.EOF)
		h.ended(err)
	}()
	go h.read(from, ready)
	select {
	case r := <-ready:
		if r.Ready == Protocol {
			return h, nil
		}
		h.Close()
		if r.Error != "" {
			const hint = "check the address; without --engine this machine does the work"
			return nil, fault.New(fault.Failed, hint, "the farm's server %s: %s", e.Server, outside.Short(r.Error, 500))
		}
		return nil, fault.New(fault.Tool, "install the "+Program+" of this release", "%s has protocol %d, not %d", path,
			r.Ready, Protocol)
	case <-h.done:
		return nil, fault.Wrap(fault.Tool, h.err, "run `"+Program+" client --help`", "start %s", Program)
	case <-ctx.Done():
		h.Close()
		return nil, context.Cause(ctx)
	}
}

// Close ends the program. Units that it waits for go on.
func (h *Helper) Close() {
	h.in.Close()
	<-h.done
}

func (h *Helper) ended(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		err = errors.New("it ended")
	}
	h.err = err
	close(h.done)
}

// read passes the program's lines on.
func (h *Helper) read(from io.Reader, ready chan<- Reply) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for first := true; lines.Scan(); first = false {
		var r Reply
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			continue
		}
		switch {
		case first:
			ready <- r
		case r.ID == 0:
			h.warn(outside.Short(r.Warning, 500))
		default:
			h.mu.Lock()
			to := h.waiting[r.ID]
			h.mu.Unlock()
			if to == nil || len(to) == cap(to)-1 && r.only() {
				continue // progress that is not read in time; the last place is for the answer
			}
			to <- r
		}
	}
	_, _ = io.Copy(io.Discard, from) // after a line that is too long
}

// Ask implements Asker.
func (h *Helper) Ask(ctx context.Context, t Ticket, progress func(float64)) (Answer, error) {
	replies := make(chan Reply, 8)
	h.mu.Lock()
	h.next++
	id := h.next
	h.waiting[id] = replies
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.waiting, id)
		h.mu.Unlock()
	}()
	b, err := json.Marshal(Question{ID: id, Ticket: t})
	if err != nil {
		return Answer{}, err
	}
	if _, err := h.in.Write(append(b, '\n')); err != nil {
		<-h.done
		return Answer{}, h.lost()
	}
	for {
		select {
		case <-ctx.Done():
			return Answer{}, context.Cause(ctx)
		case <-h.done:
			return Answer{}, h.lost()
		case r := <-replies:
			switch {
			case r.Failed != nil:
				return Answer{}, &StepError{*r.Failed}
			case r.Error != "":
				const hint = "run the same command again: what the workers have finished is not done again"
				return Answer{}, fault.New(fault.Failed, hint, "the farm: %s", outside.Short(r.Error, 500))
			case r.Answer != nil:
				return *r.Answer, nil
			}
			progress(r.Progress)
		}
	}
}

// lost describes a program that ended.
func (h *Helper) lost() error {
	const hint = "run the same command again: what the workers have finished is not done again"
	return fault.Wrap(fault.Failed, h.err, hint, "the farm's client stopped")
}
