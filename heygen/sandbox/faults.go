package sandbox

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"greenroom/internal/fault"
)

// Fault is an error that the sandbox makes on request.
type Fault struct{ Name, Value string }

// kinds of faults: once fires a single time, always fires while it is set, and chance fires with a
// probability of VALUE per cent.
var kinds = map[string]string{
	"cut": "once", "ignore-range": "once", "wrong-content-range": "once", "changed-etag": "once", "html-200": "once",
	"expired-link": "once", "rate-limit": "once", "server-error": "once", "lost-response": "once",
	"lost-request": "once", "upload-expired": "once", "upload-cut": "once", "parts-lie": "always",
	"text-200": "always", "cut-silent": "always", "short-length": "always", "long-length": "always",
	"new-etags": "always", "drip": "always", "wrong-bytes": "always",
	"head-403": "always", "job-fails": "always", "job-fails-silently": "always", "job-never-ends": "always",
	"gone": "always", "token-expired": "always", "download-failed": "always", "in-progress": "once", "unprocessable": "once",
	"batch-item-fails": "always", "chat-answer": "always", "captions-late": "once", "captions-missing": "always", "no-credit": "always", "no-credit-late": "always", "watermark": "always", "no-matting": "always",
	"status-word": "always", "plan": "always", "streaming": "always",
	"webhook-forged": "once", "webhook-late": "once", "webhook-twice": "once", "webhook-out-of-order": "once",
	"list-lag": "always", "slow-first-byte": "always", "refuse": "chance", "cut-answer": "chance",
}

// FaultNames lists the faults, sorted.
func FaultNames() []string {
	var out []string
	for n := range kinds {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// ParseFault reads NAME or NAME=VALUE.
func ParseFault(s string) (Fault, error) {
	name, value, _ := strings.Cut(s, "=")
	kind, ok := kinds[name]
	if !ok {
		return Fault{}, fault.New(fault.Usage, "known: "+strings.Join(FaultNames(), ", "), "no fault named %q", name)
	}
	if kind == "chance" {
		if p, err := strconv.Atoi(value); err != nil || p < 0 || p > 100 {
			return Fault{}, fault.New(
				fault.Usage, "write "+name+"=10 for ten per cent", "fault %s needs a percentage", name,
			)
		}
	}
	if name == "list-lag" || name == "slow-first-byte" {
		if _, err := time.ParseDuration(value); err != nil {
			return Fault{}, fault.New(fault.Usage, "write "+name+"=2s", "fault %s needs a duration", name)
		}
	}
	return Fault{name, value}, nil
}

// watermarkedResult is the error in the record of a free account's finished video.
var watermarkedResult = map[string]any{"code": "MOVIO_PAYMENT_INSUFFICIENT_CREDIT", "message": "watermarked result"}

// faults is the set of active faults.
type faults struct {
	mu  *sync.Mutex
	set map[string]*Fault
	was map[string]string // values of faults that fired
}

func newFaults(list []Fault) faults {
	f := faults{mu: &sync.Mutex{}, set: map[string]*Fault{}, was: map[string]string{}}
	for _, x := range list {
		f.set[x.Name] = &x
	}
	return f
}

func (f faults) on(name string) bool { return f.armed(name) }

func (f faults) armed(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.set[name] != nil
}

// once reports whether the fault is set, and removes it.
func (f faults) once(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.set[name]
	if x == nil {
		return false
	}
	f.was[name] = x.Value
	delete(f.set, name)
	return true
}

func (f faults) value(name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if x := f.set[name]; x != nil {
		return x.Value
	}
	return f.was[name]
}

func (f faults) duration(name string) (time.Duration, bool) {
	d, err := time.ParseDuration(f.value(name))
	return d, err == nil && f.armed(name)
}

func (f faults) chance(name string) bool {
	p, err := strconv.Atoi(f.value(name))
	return err == nil && f.armed(name) && rand.IntN(100) < p
}

// setFaults is POST /_sandbox/faults with ["cut=1000","head-403"]; an empty list
// clears all.
func (s *Server) setFaults(w http.ResponseWriter, r *http.Request) {
	var names []string
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&names); err != nil {
		http.Error(w, `send a list such as ["cut=1000"]`, http.StatusBadRequest)
		return
	}
	next := map[string]*Fault{}
	for _, n := range names {
		f, err := ParseFault(n)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		next[f.Name] = &f
	}
	s.faults.mu.Lock()
	clear(s.faults.set)
	for k, v := range next {
		s.faults.set[k] = v
	}
	s.faults.mu.Unlock()
	fmt.Fprintln(w, "ok")
}
