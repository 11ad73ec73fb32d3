package cli

import (
	"context"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/manifest"
	"greenroom/remotion"
)

// draw makes a film or a picture in the one session of this run, unless the film's file
// holds it already: then neither Node nor a browser is started.
func (s *studio) draw(ctx context.Context, name string, spec remotion.RenderSpec) (film, error) {
	if s.o.still >= 0 {
		return s.still(ctx, name, spec)
	}
	spec.Concurrency = s.o.concurrency
	if s.o.crfSet { // else it is the project's configuration's, or the usual one
		spec.CRF = s.o.crf
	}
	key, err := s.remotionKey(ctx, spec)
	if err != nil {
		return film{}, err
	}
	if r, ok := s.p.FilmRecords().UpToDate(spec.Out, key); ok && !s.o.force {
		return standing(spec.Out, rendererRemotion, r), nil
	}
	reused := true
	if s.node == nil {
		if err := s.open(ctx, name); err != nil {
			return film{}, err
		}
		if reused, err = s.node.Prepare(ctx, s.emit(name)); err != nil {
			return film{}, err
		}
		s.keys.Save()
		s.keys = nil // packages may have been installed, and the first bundle shows what it is made of
		if key, err = s.remotionKey(ctx, spec); err != nil {
			return film{}, err
		}
	}
	res, err := s.node.Render(ctx, spec, s.emit(name))
	s.keys.Forget() // what comes next is of what is there then
	if err != nil {
		return film{}, err
	}
	d := records.Output{Frames: res.Frames, Width: res.Width, Height: res.Height, FPS: res.FPS, Seconds: res.Seconds}
	out := drawn(res.Path, rendererRemotion, d)
	out.BundleReused = reused && res.BundleReused
	// What changed meanwhile may be in it or not.
	switch after, err := s.remotionKey(ctx, spec); {
	case err != nil:
		s.again(name, err.Error())
	case after != key:
		s.again(name, "the project changed while it was drawn")
	default:
		s.record(name, res.Path, key, d)
	}
	return out, nil
}

// mayExist refuses a composition that is not there before packages are installed for it. Where an id may be
// computed, and once the packages are there, the project itself says what it has.
func (s *studio) mayExist(id string) error {
	if remotion.Installed(s.p.Dir()) {
		return nil
	}
	ids, all, err := remotion.Compositions(s.p.Layout())
	if err != nil || !all || slices.Contains(ids, id) {
		return nil // a folder that is no project is refused in other words
	}
	ours := films.CompositionNames(s.p.Manifest)
	hint := "Remotion has " + strings.Join(ids, ", ") + "; if a package registers it, run npm install first"
	if len(ours) > 0 {
		hint = "the manifest has " + strings.Join(ours, ", ") + "; " + hint
	}
	if near := manifest.Nearest(id, slices.Concat(ours, ids)); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return fault.New(fault.Usage, hint, "find composition %q: neither the manifest nor the Remotion project has it", id)
}

// still draws one picture.
func (s *studio) still(ctx context.Context, name string, spec remotion.RenderSpec) (film, error) {
	if s.node == nil {
		if err := s.open(ctx, name); err != nil {
			return film{}, err
		}
	}
	res, err := s.node.Still(ctx, remotion.StillSpec{Composition: spec.Composition, Out: s.path(name, ".png"), Frame: s.o.still, PropsJSON: spec.PropsJSON, InputProps: spec.InputProps, AllowStandIns: spec.AllowStandIns}, s.emit(name))
	if err != nil {
		return film{}, err
	}
	return film{Path: res.Path, Renderer: rendererRemotion, Frames: 1, Width: res.Width, Height: res.Height}, nil
}

func (s *studio) renderer() remotion.Renderer {
	r := remotion.Renderer{MayInstall: s.mayInstall(s.o.install), FFmpeg: s.tools.FFmpeg, Browser: s.o.browser}
	if r.Browser == "" {
		r.Browser = s.Getenv("GREENROOM_BROWSER")
	}
	if r.Browser == "" {
		r.FoundBrowser = remotion.FindBrowser("", s.Getenv, s.LookPath)
	}
	return r
}

func (s *studio) session() remotion.SessionSpec {
	return remotion.SessionSpec{Layout: s.p.Layout(), CacheDir: s.workDir(), NewBundle: s.o.force}
}

// open begins the session of this run.
func (s *studio) open(ctx context.Context, name string) (err error) {
	s.node, err = s.renderer().Open(ctx, s.session(), s.emit(name))
	return err
}

// remotionKey is the key of a film as the project was when it was last looked at.
func (s *studio) remotionKey(ctx context.Context, spec remotion.RenderSpec) (string, error) {
	if s.keys == nil {
		var err error
		if s.keys, err = s.renderer().Keys(ctx, s.session()); err != nil {
			return "", err
		}
	}
	key, err := s.keys.Film(spec)
	if err != nil {
		return "", err
	}
	return s.p.FilmRecords().Key(key, s.tools.Version, rendererRemotion)
}

// emit tells of a film's progress.
func (s *studio) emit(name string) func(remotion.Event) {
	return func(ev remotion.Event) {
		state := pipeline.Progress
		if ev.Message != "" {
			state = pipeline.Started
		}
		s.out.event(pipeline.Event{Clip: name, Stage: ev.Stage, State: state, Done: int64(ev.Done), Total: int64(ev.Total), Message: ev.Message, Time: s.Now()})
	}
}
