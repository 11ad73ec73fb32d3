// Package sandbox is HeyGen's API on this machine: jobs with realistic states,
// real media, signed links that expire, an account of what was billed, and the
// faults of real networks on request.
//
// It promises that a job is on disk before its answer is sent, so that a killed
// process loses no job that it billed; that it refuses what HeyGen refuses; and
// that it listens on loopback only. It connects to no other machine.
package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/singleflight"

	"greenroom/compose/standin"
	"greenroom/heygen/sandbox/resource"
	"greenroom/heygen/sandbox/route"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
)

// MediaMaker renders a job's footage.
type MediaMaker interface {
	Make(ctx context.Context, s standin.Spec, out string) (standin.Result, error)
}

// Tools are the programs media is made with.
type Tools struct{ FFmpeg, Espeak string }

// Options of a sandbox.
type Options struct {
	Dir         string  // state and media
	Speed       float64 // how much faster than HeyGen; 0 is 60
	Key         string  // the only key accepted; empty: any
	Faults      []Fault
	Tools       Tools
	Media       MediaMaker // nil: made with Tools
	Now         func() time.Time
	Concurrency int  // jobs rendered at once; 0 is 3, as a pro plan
	Canned      bool // render one short file per size and format, for every job
	Balance     int  // what the account holds at all times, USD; 0 is 1,000
}

// renderSeconds is how long a job takes at HeyGen, plus twice its own length.
const renderSeconds = 60

// linkLife is how long a signed link is valid.
const linkLife = 7 * 24 * time.Hour

// job is one accepted request.
type job struct {
	ID         string       `json:"id"`
	Route      string       `json:"route"`
	Title      string       `json:"title"`
	Created    time.Time    `json:"created"`
	Started    time.Time    `json:"started"` // of rendering; zero while waiting
	Ready      time.Time    `json:"ready"`
	Status     string       `json:"status"` // the last one reported: waiting, processing, completed, failed
	Error      string       `json:"error,omitempty"`
	File       string       `json:"file,omitempty"`
	Duration   float64      `json:"duration,omitempty"`
	Callback   string       `json:"callback,omitempty"`
	Spec       standin.Spec `json:"-"`
	Request    request      `json:"request"`
	Deleted    bool         `json:"deleted,omitempty"`
	V3         bool         `json:"v3,omitempty"`   // of v3; v1 and v2 do not show it
	Kind       string       `json:"kind,omitempty"` // translate, cutout, speech; empty: a video
	Session    string       `json:"session,omitempty"`
	Language   string       `json:"language,omitempty"`
	Batch      string       `json:"batch,omitempty"`
	BatchTitle string       `json:"batch_title,omitempty"`
	Index      int          `json:"index,omitempty"`
	Once       string       `json:"once,omitempty"`      // its idempotency key
	Announced  bool         `json:"told,omitempty"`      // its end has an event
	Captioned  string       `json:"captioned,omitempty"` // the file with the words in the picture
	Folder     string       `json:"folder,omitempty"`
	Group      string       `json:"group,omitempty"` // the first job of one request that made several
	more       []*job       // the others of it, until they are billed
}

// Server is the handler.
//
// size: one method for each endpoint and fault; the state belongs to one lock and one file.
type Server struct {
	o         Options
	table     route.Table
	secret    []byte
	lock      *flock.Flock
	ctx       context.Context
	stop      context.CancelFunc
	wg        sync.WaitGroup
	slots     chan struct{}
	rendering singleflight.Group

	mu          sync.Mutex
	rev         int64    // of the state, raised by every record
	diary       *os.File // jobs that changed since the state was written
	diarySize   int64
	jobs        []*job
	assets      []asset
	photos      []photo
	direct      map[string]direct
	faults      faults
	replays     replays
	hooks       hooks
	unannounced []*job // rendered, and without an event of their end
	rendered    chan struct{}

	// What is not on disk.
	streams   map[string]bool
	tokens    map[string]bool // of streaming sessions
	uploads   map[string]uploads
	resources *resource.Service
	generic   []string // operations that resources answers
	bulkReads int
	reads     int // of single videos
}

// New opens the state in Dir and continues its unfinished jobs.
func New(ctx context.Context, o Options) (*Server, error) {
	if o.Speed <= 0 {
		o.Speed = 60
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 3
	}
	if o.Balance <= 0 {
		o.Balance = 1000
	}
	if err := os.MkdirAll(filepath.Join(o.Dir, "media"), 0o700); err != nil {
		return nil, err
	}
	s := &Server{o: o, lock: flock.New(filepath.Join(o.Dir, "sandbox.lock")), slots: make(chan struct{}, o.Concurrency),
		faults: newFaults(o.Faults), rendered: make(chan struct{}, 1),
		direct: map[string]direct{}, streams: map[string]bool{},
		tokens: map[string]bool{}, uploads: map[string]uploads{}}
	if ok, err := s.lock.TryLock(); err != nil || !ok {
		return nil, fault.New(
			fault.Locked, "end the other one, or give this one its own --data folder", "another sandbox uses %s", o.Dir,
		)
	}
	if s.o.Media == nil {
		if o.Tools.FFmpeg == "" {
			return nil, errors.Join(
				fault.New(
					fault.Tool, "apt-get install ffmpeg; `greenroom doctor` checks again",
					"the sandbox renders with ffmpeg, which is not installed",
				),
				s.lock.Unlock(),
			)
		}
		s.o.Media = &standin.Maker{FFmpeg: o.Tools.FFmpeg, Espeak: o.Tools.Espeak, Threads: 2}
	}
	if err := s.load(); err != nil {
		return nil, errors.Join(err, s.lock.Unlock())
	}
	s.ctx, s.stop = context.WithCancel(ctx)
	if err := s.openResources(); err != nil {
		return nil, errors.Join(err, s.diary.Close(), s.lock.Unlock())
	}
	s.routes()
	for _, j := range s.jobs {
		if !j.Deleted && j.File == "" && j.Status != "failed" {
			s.start(j)
		}
	}
	s.resumeHooks()
	return s, nil
}

// Close ends the rendering; jobs continue when the folder is opened again.
func (s *Server) Close() error {
	s.stop()
	s.wg.Wait()
	return errors.Join(s.diary.Close(), s.lock.Unlock())
}

// accept bills a job: it is on disk before the answer can be sent.
func (s *Server) accept(route, title, callback string, r request) (*job, error) {
	j := newJob(route, title, r, s.o.Now())
	j.Callback, j.Folder = callback, r.Folder
	return j, s.bill(j)
}

func newJob(route, title string, r request, now time.Time) *job {
	return &job{ID: newID(), Route: route, Title: title, Created: now.UTC(), Status: "pending", Request: r}
}

func newID() string {
	id := make([]byte, 16)
	rand.Read(id)
	return hex.EncodeToString(id)
}

func (s *Server) bill(j *job) error {
	err := s.keep(j)
	if err == nil {
		s.start(j)
	}
	return err
}

// keep adds a job to the account and to the disk.
func (s *Server) keep(j *job) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = append(s.jobs, j)
	err := s.saveJob(j, true)
	if err != nil {
		s.jobs = s.jobs[:len(s.jobs)-1]
	}
	return err
}

// start queues a job, up to the plan's concurrency, and renders it.
func (s *Server) start(j *job) {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		s.set(j, func() { j.Status = "waiting" })
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-s.ctx.Done():
			return
		}
		s.set(j, func() { j.Status, j.Started = "processing", s.o.Now() })
		res, file, captioned, err := s.media(j.Request)
		if s.ctx.Err() != nil {
			return
		}
		s.set(j, func() {
			if err != nil {
				j.Status, j.Error = "failed", "rendering_failed: "+err.Error()
				return
			}
			life := time.Duration((renderSeconds + 2*res.Duration) / s.o.Speed * float64(time.Second))
			j.File, j.Captioned, j.Duration, j.Ready = file, captioned, res.Duration, j.Started.Add(life)
			if now := s.o.Now(); now.After(j.Ready) { // it is not completed before its file exists
				j.Ready = now
			}
		})
		s.announce(j)
	}()
}

func (s *Server) set(j *job, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	_ = s.saveJob(j, false) // after a restart, a job whose state could not be saved is rendered again
}

// status returns the state that a read reports now.
func (s *Server) status(j *job) string {
	if s.faults.on("job-never-ends") {
		return "processing"
	}
	if j.Status == "processing" && j.File != "" && !s.o.Now().Before(j.Ready) {
		j.Status = "completed"
		_ = s.saveJob(j, false) // it stays completed after a restart
	}
	return j.Status
}

// Running is a sandbox with a listener.
type Running struct {
	URL    string
	server *Server
	http   *http.Server
	done   chan struct{} // closed when serving has ended
	failed chan error
}

// Failed receives the error that ended serving before Close, at most once.
func (r *Running) Failed() <-chan error { return r.failed }

// Start serves on a loopback address; port 0 is a free one.
func Start(ctx context.Context, addr string, o Options) (*Running, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || !netutil.IsLoopback(host) {
		return nil, fault.New(
			fault.Usage, "use 127.0.0.1:8787", "the sandbox listens on this machine only, not on %q", addr,
		)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fault.Wrap(
			fault.Failed, err, "choose another port, or 127.0.0.1:0 for a free one", "listen on %s", addr,
		)
	}
	s, err := New(ctx, o)
	if err != nil {
		l.Close()
		return nil, err
	}
	return serve(l, s), nil
}

func serve(l net.Listener, s *Server) *Running {
	r := &Running{URL: fmt.Sprintf("http://%s", l.Addr()), server: s, done: make(chan struct{}),
		failed: make(chan error, 1),
		http:   &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}}
	go func() {
		defer close(r.done)
		if err := r.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			r.failed <- err
		}
	}()
	return r
}

// Close stops serving and rendering.
func (r *Running) Close() error {
	err := r.http.Close()
	<-r.done
	return errors.Join(err, r.server.Close())
}
