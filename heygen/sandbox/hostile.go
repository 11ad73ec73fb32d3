package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

// hostile answers a download as servers and proxies do that never deliver the file. It
// reports whether it did.
func (s *Server) hostile(w http.ResponseWriter, r *http.Request, f *os.File, size int64) bool {
	part := func(name string) int64 {
		if n, err := strconv.ParseInt(s.faults.value(name), 10, 64); err == nil && n > 0 && n < size {
			return n
		}
		return size / 2
	}
	send := func(n int64) {
		_, _ = io.Copy(w, io.NewSectionReader(f, 0, n))
		_ = http.NewResponseController(w).Flush()
	}
	switch {
	case s.faults.on("text-200"):
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, "Access denied. Link expired.")
	case s.faults.on("cut-silent"): // as HTTP/1.0: the end of the connection is the end of the body
		w.Header().Set("Transfer-Encoding", "identity")
		w.Header().Set("Connection", "close")
		send(part("cut-silent"))
	case s.faults.on("short-length"):
		n := part("short-length")
		w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
		send(n)
	case s.faults.on("long-length"):
		w.Header().Set("Content-Length", strconv.FormatInt(size+10_000, 10))
		send(size)
		panic(http.ErrAbortHandler)
	case s.faults.on("new-etags"):
		w.Header().Set("ETag", fmt.Sprintf("%q", newID()))
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		send(part("new-etags"))
		panic(http.ErrAbortHandler)
	case s.faults.on("drip"):
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		s.drip(w, r, f, size)
	case s.faults.on("wrong-bytes"): // the container of the file with nothing in it
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		send(size / 4)
		_, _ = w.Write(make([]byte, size-size/4))
	default:
		return false
	}
	return true
}

// drip sends a byte every tenth of a second.
func (s *Server) drip(w http.ResponseWriter, r *http.Request, f io.ReaderAt, size int64) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := range size {
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
		if _, err := io.Copy(w, io.NewSectionReader(f, i, 1)); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
	}
}
