package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/records"
	"greenroom/remotion/project"
)

// Options of a session.
type Options struct {
	Project pipeline.Options // its Sink receives every event too
	Poll    Poll             // how changes are noticed
	Buy     bool             // saves buy, too, on request
	Draft   bool             // saves buy voices, no clips
	Notice  func(string)     // messages for the user; may be nil
}

// Session is one project being watched.
//
// size: one method for each event and each request of the page; the state belongs to one lock.
type Session struct {
	o     Options
	root  string
	files *files
	stop  func() error

	orders   chan order
	restored chan bool // a restore from the shared cache ended; true: files came

	mu    sync.Mutex
	state State
	subs  map[chan struct{}]bool
	last  [32]byte // of the inputs at the last run
	later bool     // the last run failed for a reason that goes away without a save

	stills sync.Mutex // one film's still is rendered at a time

	restoring bool   // a restore from the shared cache is running
	restoreOf string // the state that the last one was for

	// Of the goroutine that runs, or of the one run it waits for.
	samples    map[string]sample
	seen       inputs
	built      outputs  // of the last run
	filmsKey   [32]byte // of what the films were checked with
	filmsFiles [32]byte
	filmFaults []Fault
	rendered   map[string]records.File // files that exist, by path
	renderedOf string                  // the folders as they were then
}

// order is a request of the user.
type order struct {
	buy  []string // names; nil: all that are on offer
	what string   // NextVoice, NextClip; empty: run although nothing changed
	done chan error
}

// ErrNothing is the answer to a purchase of nothing.
var ErrNothing = errors.New("there is nothing to buy")

// New prepares a session; Run does the work.
func New(o Options) (*Session, error) {
	path, err := filepath.Abs(o.Project.ManifestPath)
	if err != nil {
		return nil, err
	}
	s := &Session{
		o: o, root: filepath.Dir(path), orders: make(chan order), restored: make(chan bool, 1),
		subs: map[chan struct{}]bool{}, samples: map[string]sample{},
	}
	s.o.Project.ManifestPath = path
	s.o.Project, s.stop = o.Project.Share()
	s.o.Project.Sink = s.event
	if also := o.Project.Sink; also != nil {
		s.o.Project.Sink = func(e event.Event) {
			also(e)
			s.event(e)
		}
	}
	s.files = newFiles(s.root, s.notify)
	if p, err := pipeline.Open(s.o.Project); err == nil { // else the first run reports why
		s.setLayout(p)
		p.Close()
	}
	return s, nil
}

// setLayout records where the project has its files.
func (s *Session) setLayout(p *pipeline.Project) {
	l := p.Layout()
	s.files.layout.Store(&l)
}

// Layout is where the project has its files, by the last manifest that could be read.
func (s *Session) Layout() project.Layout { return s.files.at() }

func (s *Session) notify(text string) {
	if s.o.Notice != nil {
		s.o.Notice(text)
	}
}

// State returns what is known now.
func (s *Session) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state
	st.Clips, st.Faults, st.Log = slices.Clone(st.Clips), slices.Clone(st.Faults), slices.Clone(st.Log)
	return st
}

// Subscribe returns a channel that receives changes; it holds one at most. end frees it.
func (s *Session) Subscribe() (changes <-chan struct{}, end func()) {
	c := make(chan struct{}, 1)
	c <- struct{}{}
	s.mu.Lock()
	s.subs[c] = true
	s.mu.Unlock()
	return c, func() {
		s.mu.Lock()
		delete(s.subs, c)
		s.mu.Unlock()
	}
}

// change edits the state and notifies every subscriber.
func (s *Session) change(f func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.state)
	s.state.Rev++
	for c := range s.subs {
		select {
		case c <- struct{}{}:
		default: // one is waiting there already
		}
	}
}

// Buy buys the named clips, or all whose voices are no longer to come. It returns when
// their requests are sent; results arrive while editing goes on. A clip that was offered
// and whose voice is missing by now, for its words were edited, is not bought.
func (s *Session) Buy(ctx context.Context, names []string) error {
	return s.order(ctx, order{buy: names, what: NextClip})
}

// BuyVoices buys the voices of the named clips, or all that are missing, and no clip.
func (s *Session) BuyVoices(ctx context.Context, names []string) error {
	return s.order(ctx, order{buy: names, what: NextVoice})
}

// Rebuild runs although nothing changed.
func (s *Session) Rebuild(ctx context.Context) error { return s.order(ctx, order{}) }

func (s *Session) order(ctx context.Context, o order) error {
	o.done = make(chan error, 1)
	select {
	case s.orders <- o:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Run watches and works until ctx ends. A second session of one project is refused.
func (s *Session) Run(ctx context.Context) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	s.prunePreviews()
	if os.MkdirAll(s.filmRecords(), 0o700) == nil { // so that it can be watched
		s.files.folder = s.filmRecords()
	}
	defer func() { _ = s.stop() }() // an embedded sandbox ends with its session
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	var watchErr error
	wg.Go(func() {
		watchErr = s.files.run(ctx, s.o.Poll)
		if watchErr != nil {
			cancel()
		}
	})
	s.files.hint()
	for {
		s.restore(ctx, &wg)
		pending := s.again()
		select {
		case <-ctx.Done():
			wg.Wait()
			return watchErr
		case o := <-s.orders:
			o.done <- s.handle(ctx, o)
		case <-s.files.hints:
			if s.files.debounce(ctx, 0) {
				s.work(ctx, s.builtElsewhere())
			}
		case <-pending:
			s.work(ctx, true)
		case came := <-s.restored:
			s.restoring = false
			if came {
				s.work(ctx, true)
			}
		case <-s.recheck():
			s.work(ctx, s.builtElsewhere())
		}
	}
}

// lock holds the project for this session.
func (s *Session) lock() (unlock func(), err error) {
	dir := filepath.Join(s.root, pipeline.StateDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Failed, err, "make the project folder writable", "create %s", pipeline.StateDir)
	}
	l := flock.New(filepath.Join(dir, "watch.lock"))
	if ok, err := l.TryLock(); err != nil || !ok {
		return nil, fault.New(
			fault.Locked, "end the other one; two would answer the same saves",
			"another greenroom watch works on this project",
		)
	}
	return func() { _ = l.Unlock() }, nil // freed by exit too
}

// again returns when to read the state of jobs that are paid for: quickly in the sandbox, at
// HeyGen's own pace otherwise.
func (s *Session) again() <-chan time.Time {
	st := s.State()
	s.mu.Lock()
	later := s.later
	s.mu.Unlock()
	if later {
		return time.After(time.Second)
	}
	if !slices.ContainsFunc(st.Clips, func(c Clip) bool { return c.State == Waiting }) {
		return nil
	}
	if st.Sandbox {
		return time.After(300 * time.Millisecond)
	}
	return time.After(10 * time.Second)
}

// work brings what is free up to date when the inputs changed, or when it must. A
// change that comes meanwhile cancels it, and it starts again.
func (s *Session) work(ctx context.Context, must bool) {
	for vain := 0; ctx.Err() == nil; vain++ {
		in := s.read()
		now := in.hash
		s.mu.Lock()
		same := now == s.last
		s.last = now
		s.mu.Unlock()
		if same && !must {
			return
		}
		if !in.broken {
			s.files.follow(append(in.paths, s.lockPath(), s.propsPath()))
		}
		s.runBegins()
		run, cancel := context.WithCancel(ctx)
		over := make(chan struct{})
		go func() {
			defer close(over)
			free := !s.o.Buy && !s.o.Draft
			o := pipeline.BuildOptions{StandIns: free, Local: free, Draft: s.o.Draft, NoWait: true}
			_ = s.build(run, in, o) // it shows its own errors
		}()
		again := false
		for working := true; working; {
			select {
			case <-over:
				working = false
			case <-s.files.hints:
				if !again && s.files.debounce(ctx, vain+1) && s.fingerprint() != now {
					cancel()
					again = true
				}
			}
		}
		cancel()
		s.runEnds()
		if !again {
			return
		}
		must = false
	}
}

// build opens the project again and runs one build of what is not being written; the
// state follows.
func (s *Session) build(ctx context.Context, in inputs, o pipeline.BuildOptions) error {
	s.change(func(st *State) { st.Busy = true; st.Runs++ })
	defer s.change(func(st *State) { st.Busy = false })
	p, err := pipeline.Open(s.o.Project)
	if err != nil {
		s.failed(err)
		s.change(func(st *State) { st.Faults = faultsOf(err) })
		return err
	}
	defer p.Close()
	s.setLayout(p)
	var none bool
	o.Clips, none = in.completeClips(o.Clips)
	if !none {
		_, err = p.Build(ctx, o)
	}
	s.built.props = stampOf(s.propsPath()) // as this run left it; what comes later is another program's
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.failed(err)
	s.readClips(ctx, p, in, err)
	s.films(ctx, p, in)
	if err == nil && s.built.props == noFile && s.showsClips() {
		s.built.props = "removed" // between this run's publishing and its end: it is published again
	}
	return err
}

// showsClips reports that the last run published something. Src does not show it: it is empty once the file is gone.
func (s *Session) showsClips() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.state.Clips, func(c Clip) bool { return c.State == Final || c.State == StandIn })
}

// failed records whether a run failed for a reason that goes away without a save: a build
// in another terminal that works on the project, or a full disk.
func (s *Session) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later = fault.KindOf(err) == fault.Locked || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
