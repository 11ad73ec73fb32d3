package remotion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/remotion/project"
)

// tries is how often a request is made before node's or the browser's end is believed
// to be the film's fault.
const tries = 3

// Session makes films and pictures of one project with one Node process and one browser,
// which are started for the first and kept for the next. Requests of several goroutines
// are served one after another. A film that fails or is cancelled leaves the session in
// order; when node or the browser ends, both are started again and the film goes on with
// the frames that are missing.
type Session struct {
	r            Renderer
	node, script string
	at           project.Layout // Dir absolute, Entry known
	home         string         // the cache
	turn         chan struct{}
	driver       *driver // nil before the first request
	films        int     // names of films, counted
	closed       bool
	newBundle    bool
	bundled      map[string]bool // the bundles that this session made anew
}

// errClosed is the error of a request to a session that was closed.
var errClosed = errors.New("the session is closed")

// Open finds every program, installs the project's packages when they are missing, and
// gives a session, which the caller closes. ctx bounds the opening alone. No process
// runs before the first request.
func (r Renderer) Open(ctx context.Context, spec SessionSpec, emit func(Event)) (*Session, error) {
	if emit == nil {
		emit = func(Event) {}
	}
	s := &Session{turn: make(chan struct{}, 1), newBundle: spec.NewBundle, bundled: map[string]bool{}}
	var err error
	if s.at, err = findProject(spec.Layout); err != nil {
		return nil, err
	}
	if s.home, err = filepath.Abs(spec.CacheDir); err != nil {
		return nil, err
	}
	if s.node, err = r.node(ctx); err != nil {
		return nil, err
	}
	if r.FFmpeg, err = proc.Find(r.FFmpeg, "ffmpeg", exec.LookPath); err != nil {
		return nil, fault.Wrap(fault.Tool, err, "install it: apt-get install -y ffmpeg", "find ffmpeg")
	}
	if r.Browser != "" {
		if r.Browser, err = proc.Find(r.Browser, "", exec.LookPath); err != nil {
			return nil, fault.Wrap(fault.Tool, err, browserHint, "find the browser")
		}
	}
	if r.CacheBytes == 0 {
		r.CacheBytes = defaultCache
	}
	if err := r.packages(ctx, s.node, s.at.Dir, renderPackages, emit); err != nil {
		return nil, err
	}
	if s.script, err = writeDriver(s.home); err != nil {
		return nil, err
	}
	s.r = r
	return s, nil
}

// Close ends node and the browser and waits until they are gone. A film in progress on
// another goroutine is waited for. Closing twice does nothing.
func (s *Session) Close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.closed = true
	s.drop()
	return nil
}

// enter waits for the session to be free.
func (s *Session) enter(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := context.Cause(ctx); err != nil {
		s.leave()
		return err
	}
	if s.closed {
		s.leave()
		return errClosed
	}
	return nil
}

func (s *Session) leave() { <-s.turn }

// drop ends the driver, if there is one.
func (s *Session) drop() {
	if s.driver != nil {
		s.driver.stop()
		s.driver = nil
	}
}

// work is a composition being drawn: what has to be said again to every new driver.
type work struct {
	composition string
	bundle      string
	input       json.RawMessage
	name        string
	on          *driver // which has it open
	comp        composition
	emit        func(Event)
	alive       func()
}

// begin bundles the project if needed and reads the composition's metadata.
func (s *Session) begin(ctx context.Context, id string, input json.RawMessage, emit func(Event), touched ...string) (w *work, reused bool, err error) {
	key, err := bundleKey(s.at)
	if err != nil {
		return nil, false, fault.Wrap(fault.Failed, err, "make the project readable", "read the project")
	}
	bundle := filepath.Join(s.home, "bundle-"+key)
	_, missing := os.Stat(filepath.Join(bundle, "index.html"))
	made := s.newBundle && !s.bundled[bundle]
	s.films++
	w = &work{composition: id, bundle: bundle, input: input, name: fmt.Sprint("film ", s.films), emit: emit, alive: heartbeat(append(touched, bundle)...)}
	w.alive()
	// Opening is part of every request; this one is nothing else.
	_, err = s.request(ctx, w, "", nil, nil)
	return w, !made && missing == nil, err
}

// end lets the driver forget the film.
func (s *Session) end(w *work) {
	if s.driver != nil && s.driver == w.on && !s.driver.gone() {
		_, _ = s.driver.do(context.Background(), "close", map[string]any{"film": w.name}, s.r.stall(), func(reply) {}) // an ended driver has forgotten it
	}
}

// request asks the driver, a new one if the last has ended, for something of a film. op
// "" asks for nothing but the film's opening. An end of node or of the browser is tried
// again; every other fault comes back in the user's words.
func (s *Session) request(ctx context.Context, w *work, op string, args map[string]any, progress func(reply)) (reply, error) {
	for try := 1; ; try++ {
		one, err := s.once(ctx, w, op, args, progress)
		var end *ended
		switch {
		case err == nil && one.Error == "":
			return one, nil
		case context.Cause(ctx) != nil:
			return reply{}, context.Cause(ctx)
		case err == nil && one.Error == "died":
			s.drop()
			if try < tries {
				w.emit(Event{Stage: StageRender, Message: "the browser ended (" + firstLine(one.Message) + "): starting it again"})
				continue
			}
		case errors.As(err, &end) && !errors.Is(err, proc.ErrStalled):
			s.drop()
			if try < tries {
				w.emit(Event{Stage: StageRender, Message: "node ended: starting it again"})
				continue
			}
			return reply{}, driverDied(w.composition, end.err)
		case err != nil:
			s.drop()
			return reply{}, driverDied(w.composition, err)
		}
		return reply{}, driverFault(w.composition, one)
	}
}

// once makes one attempt: it starts a driver and opens the film where that is to do.
func (s *Session) once(ctx context.Context, w *work, op string, args map[string]any, progress func(reply)) (reply, error) {
	if s.driver != nil && s.driver.gone() {
		s.drop()
	}
	if s.driver == nil {
		d, err := s.r.start(s.node, s.script, s.at.Dir)
		if err != nil {
			return reply{}, err
		}
		s.driver = d
	}
	do := func(op string, args map[string]any, progress func(reply)) (reply, error) {
		return s.driver.do(ctx, op, args, s.r.stall(), func(one reply) {
			w.alive()
			if progress != nil {
				progress(one)
			}
		})
	}
	if w.on != s.driver {
		show := func(one reply) { w.emit(Event{one.Stage, one.Done, one.Total, one.Message}) }
		anew := s.newBundle && !s.bundled[w.bundle]
		if _, err := os.Stat(filepath.Join(w.bundle, "index.html")); err != nil || anew {
			one, err := do("bundle", map[string]any{"bundleDir": w.bundle, "entryPoint": s.at.Path(s.at.Entry), "publicDir": s.at.Path(s.at.PublicDir()), "anew": anew, "browser": s.r.Browser}, show)
			if err != nil || one.Error != "" {
				return one, err
			}
			s.bundled[w.bundle] = true
		}
		one, err := do("open", map[string]any{"film": w.name, "bundleDir": w.bundle, "composition": w.composition, "inputProps": w.input, "browser": s.r.Browser, "cacheBytes": s.r.CacheBytes}, show)
		if err != nil || one.Error != "" {
			return one, err
		}
		if one.Composition == nil {
			return reply{}, errors.New("the driver gave no metadata")
		}
		w.on, w.comp = s.driver, *one.Composition
	}
	if op == "" {
		return reply{}, nil
	}
	all := map[string]any{"film": w.name}
	for k, v := range args {
		all[k] = v
	}
	return do(op, all, progress)
}
