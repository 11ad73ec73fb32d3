package remotion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/remotion/bundles"
	"greenroom/remotion/project"
)

// tries is how often a request is made before the film is blamed for the end of node or the browser.
const tries = 3

// Session makes films and pictures of one project with one Node process and one browser,
// which are started for the first and kept for the next. Requests of several goroutines
// are served one after another. A film that fails or is cancelled leaves the session in
// order; when node or the browser ends, both are started again and the film goes on with
// the frames that are missing.
//
// size: one field for each program, path and setting that a session keeps.
type Session struct {
	r            Renderer
	node, script string
	given        project.Layout // as the caller named it
	at           project.Layout // Dir absolute, Entry known, with the configuration's values
	config       configuration
	configured   *driver // which has read the configuration
	home         string  // the cache
	turn         chan struct{}
	driver       *driver // nil before the first request
	films        int     // numbers the names of films
	closed       bool
	newBundle    bool
	noBrowser    bool
	bundled      map[string]bool // the bundles that this session made again
}

// errClosed is the error of a request to a session that was closed.
var errClosed = errors.New("the session is closed")

// Open finds every program, installs the project's packages when they are missing, and
// returns a session, which the caller closes. ctx bounds the opening alone. No process
// runs before the first request, but to read a configuration of the project's that changed.
func (r Renderer) Open(ctx context.Context, spec SessionSpec, emit func(Event)) (*Session, error) {
	if emit == nil {
		emit = func(Event) {}
	}
	given, err := givenProject(spec.Layout)
	if err != nil {
		return nil, err
	}
	s, err := newSession(ctx, r, spec.CacheDir)
	if err != nil {
		return nil, err
	}
	s.given, s.newBundle, s.noBrowser = given, spec.NewBundle, spec.NoBrowser
	if err := r.packages(ctx, s.node, s.given.Dir, renderPackages, emit); err != nil {
		return nil, err
	}
	if err := s.configure(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// newSession finds every program and returns a session without a project.
func newSession(ctx context.Context, r Renderer, cacheDir string) (*Session, error) {
	s := &Session{turn: make(chan struct{}, 1), bundled: map[string]bool{}}
	var err error
	s.home, err = filepath.Abs(cacheDir)
	if err != nil {
		return nil, err
	}
	s.node, err = r.node(ctx)
	if err != nil {
		return nil, err
	}
	r.FFmpeg, err = proc.Find(r.FFmpeg, "ffmpeg", exec.LookPath)
	if err != nil {
		return nil, fault.Wrap(fault.Tool, err, "install it: apt-get install -y ffmpeg", "find ffmpeg")
	}
	if r.Browser != "" {
		r.Browser, err = proc.Find(r.Browser, "", exec.LookPath)
		if err != nil {
			return nil, fault.Wrap(fault.Tool, err, browserHint, "find the browser")
		}
	}
	if r.CacheBytes == 0 {
		r.CacheBytes = defaultCache
	}
	s.script, err = writeDriver(s.home)
	s.r = r
	return s, err
}

// configure reads the project's configuration, from the cache where it did not change, else with the driver of the
// films that come.
func (s *Session) configure(ctx context.Context) error {
	file, err := configFile(s.given)
	if err != nil {
		return err
	}
	known := false
	s.config = (configuration{})
	if file != "" {
		s.config, known = s.r.remembered(s.home, s.given, file)
	}
	if file != "" && !known {
		s.driver, err = s.r.start(s.node, s.script, s.given.Dir)
		if err != nil {
			return err
		}
		s.config, err = s.r.runConfig(ctx, s.driver, s.home, s.given, file)
		if err != nil {
			s.drop()
			return err
		}
		s.configured = s.driver
	}
	s.at, err = s.config.project(s.given)
	if err != nil {
		s.drop()
	}
	return err
}

// changed reports that the configuration is another one than this session has read.
func (s *Session) changed() bool {
	file, err := configFile(s.given)
	return err != nil || file != s.config.file || file != "" && s.r.stamp(s.at, s.config) != s.config.stamp
}

// browser returns the browser's program: the caller's choice, the project's, or the one that was found; "" leaves it to
// Remotion.
func (s *Session) browser() string { return s.r.browser(s.at, s.config) }

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

// work is a composition being rendered: what every new driver must receive again.
//
// size: what a driver receives of a film, and what it has answered.
type work struct {
	composition string // "" for a bundle alone
	own         bool   // of the project, not of the manifest: the configuration decides how it is drawn
	format      string // of its file, "" for a still
	bundle      string
	static      string // the part of the bundle's key that is known before it is made
	input       json.RawMessage
	name        string
	on          *driver // which has it open
	comp        Facts
	emit        func(Event)
	alive       func()
	touched     []string // what is in use besides the bundle
	// given are the values of the configuration, if the bundle is another machine's.
	given map[string]json.RawMessage
}

// beat begins to mark what the work uses, so that nothing sweeps it.
func (w *work) beat() {
	w.alive = bundles.Heartbeat(append(slices.Clone(w.touched), w.bundle)...)
	w.alive()
}

// Prepare makes the project's bundle, if there is none yet, and returns its folder; reused reports that there was one,
// and then nothing is started. A film's key that is computed after it has everything that the bundle was made of.
func (s *Session) Prepare(ctx context.Context, emit func(Event)) (dir string, reused bool, err error) {
	if err := s.enter(ctx); err != nil {
		return "", false, err
	}
	defer s.leave()
	w, reused, err := s.begin(ctx, &work{emit: emit})
	if err != nil {
		return "", false, err
	}
	return w.bundle, reused, nil
}

// begin bundles the project if needed and reads the composition's metadata.
func (s *Session) begin(ctx context.Context, w *work, touched ...string) (_ *work, reused bool, err error) {
	if w.emit == nil {
		w.emit = func(Event) {}
	}
	if s.changed() {
		s.drop() // it has read the old one
		if err := s.configure(ctx); err != nil {
			return nil, false, err
		}
	}
	if err := s.locate(w); err != nil {
		return nil, false, err
	}
	made := s.newBundle && !s.bundled[w.bundle] || !bundled(w.bundle)
	w.touched = touched
	if w.composition == "" && !made {
		w.beat()
		return w, true, nil
	}
	return w, !made, s.open(ctx, w)
}

// open opens a composition in the driver, after making its bundle if there is none.
func (s *Session) open(ctx context.Context, w *work) error {
	s.films++
	w.name = fmt.Sprint("film ", s.films)
	w.beat()
	// Opening is part of every request; this one is nothing else.
	_, err := s.request(ctx, w, "", nil, nil)
	return err
}

// end lets the driver release the film.
func (s *Session) end(w *work) {
	if s.driver != nil && s.driver == w.on && !s.driver.gone() {
		// an ended driver has forgotten it
		_, _ = s.driver.do(context.Background(), "close", map[string]any{"film": w.name}, s.r.stall(), func(reply) {})
	}
}

// request sends a request about a film to the driver, a new one if the last has ended. op "" only opens the film. After
// an end of node or of the browser it tries again; every other fault is returned as an error for the user.
func (s *Session) request(ctx context.Context, w *work, op string, args map[string]any, progress func(reply)) (reply,
	error) {
	for try := 1; ; try++ {
		one, err := s.once(ctx, w, op, args, progress)
		var end *ended
		var config *configFault
		switch {
		case err == nil && one.Error == "":
			return one, nil
		case context.Cause(ctx) != nil:
			return reply{}, context.Cause(ctx)
		case errors.As(err, &config):
			s.drop()
			return reply{}, config.error
		case err == nil && one.Error == "died":
			s.drop()
			if try < tries {
				w.emit(Event{
					Stage:   StageRender,
					Message: "the browser ended (" + firstLine(one.Message) + "): starting it again",
				})
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

// once makes one attempt: it starts a driver and opens the film if that was not done.
func (s *Session) once(ctx context.Context, w *work, op string, args map[string]any, progress func(reply)) (reply,
	error) {
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
	if s.config.file != "" && s.configured != s.driver {
		c, err := s.r.runConfig(ctx, s.driver, s.home, s.given, s.config.file)
		if err != nil {
			return reply{}, err
		}
		s.config, s.configured = c, s.driver
		s.at, err = c.project(s.given)
		if err != nil {
			return reply{}, &configFault{err}
		}
	}
	if w.on != s.driver {
		show := func(one reply) { w.emit(Event{one.Stage, one.Done, one.Total, one.Message}) }
		one, err := s.bundle(w, func(op string, args map[string]any) (reply, error) { return do(op, args, show) })
		if err != nil || one.Error != "" || w.composition == "" {
			return one, err
		}
		open := map[string]any{"film": w.name, "bundleDir": w.bundle, "composition": w.composition, "own": w.own,
			"format": w.format, "inputProps": w.input, "browser": s.browser(), "cacheBytes": s.r.CacheBytes}
		if w.given != nil {
			open["given"] = w.given
		}
		one, err = do("open", open, show)
		if err != nil || one.Error != "" {
			return one, err
		}
		if one.Composition == nil {
			return reply{}, errors.New("the driver returned no metadata")
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
