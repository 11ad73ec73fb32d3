package proc

import (
	"bytes"
	"io"
	"sync"
)

// tailSize bounds what is kept of stderr, in bytes.
const tailSize = 64 << 10

// maxLine bounds a line handed to Cmd.Stderr; the rest of it is dropped.
const maxLine = 16 << 10

type aliveWriter struct {
	w     io.Writer
	alive func()
}

func (a *aliveWriter) Write(p []byte) (int, error) {
	a.alive()
	return a.w.Write(p)
}

// tailWriter keeps the end of what is written and passes on complete lines.
type tailWriter struct {
	mu    sync.Mutex
	buf   []byte
	part  []byte
	line  func(string)
	alive func()
}

func (t *tailWriter) Write(p []byte) (int, error) {
	t.alive()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*tailSize {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-tailSize:]...)
	}
	if t.line != nil {
		t.lines(p)
	}
	return len(p), nil
}

func (t *tailWriter) lines(p []byte) {
	for {
		i := bytes.IndexAny(p, "\r\n")
		if i < 0 {
			if room := maxLine - len(t.part); room > 0 {
				t.part = append(t.part, p[:min(room, len(p))]...)
			}
			return
		}
		t.part = append(t.part, p[:i]...)
		if len(t.part) > 0 {
			t.line(string(t.part))
		}
		t.part, p = t.part[:0], p[i+1:]
	}
}

func (t *tailWriter) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.line != nil && len(t.part) > 0 {
		t.line(string(t.part))
		t.part = nil
	}
}

func (t *tailWriter) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf[max(0, len(t.buf)-tailSize):])
}
