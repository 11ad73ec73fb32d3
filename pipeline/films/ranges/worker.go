package ranges

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"greenroom/assets"
	"greenroom/internal/capacity"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
	"greenroom/remotion"
)

// idle is how long a session is kept that renders nothing.
const idle = time.Minute

// browserBytes is what node, a browser and its page take besides the encoder: 170 MB at 1920x1080 without footage, and
// its caches of decoded frames.
const browserBytes = 600 << 20

// Worker renders ranges of films of other machines. It keeps the sessions of node and a browser that its ranges need at
// once, and ends those that are idle. A nil Worker refuses every range.
type Worker struct {
	Bench *remotion.Bench

	mu     sync.Mutex
	free   []*remotion.Session
	timer  *time.Timer // of the idle sessions
	closed bool
	sites  sites
}

// Close ends the sessions that render nothing. Those of ranges end with them.
func (w *Worker) Close() {
	if w == nil {
		return
	}
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.end()
	w.sites.close()
}

// end ends the sessions that render nothing.
func (w *Worker) end() {
	w.mu.Lock()
	free := w.free
	w.free = nil
	w.mu.Unlock()
	for _, s := range free {
		_ = s.Close() // nothing is in progress
	}
}

// session returns a session that renders nothing, or a new one.
func (w *Worker) session(ctx context.Context) (*remotion.Session, error) {
	w.mu.Lock()
	if w.timer != nil {
		w.timer.Stop()
	}
	if n := len(w.free); n > 0 {
		s := w.free[n-1]
		w.free = w.free[:n-1]
		w.mu.Unlock()
		return s, nil
	}
	w.mu.Unlock()
	return w.Bench.Open(ctx)
}

// keep keeps a session for the next range.
func (w *Worker) keep(s *remotion.Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		go s.Close()
		return
	}
	w.free = append(w.free, s)
	if w.timer != nil {
		w.timer.Stop()
	}
	w.timer = time.AfterFunc(idle, w.end)
}

// Run is the step on a worker. It refuses ranges that would have other bytes here than on the machine that they are for,
// and all of them if a program of this machine is missing or does not start.
func (w *Worker) Run(ctx context.Context, env stage.Env, in In) (Out, error) {
	if w == nil {
		return Out{}, refuse("the worker renders nothing with Remotion (greenroom-worker --remotion FOLDER)")
	}
	out, err := w.run(ctx, env, in)
	switch {
	case err == nil, ctx.Err() != nil, errors.Is(err, stage.ErrRefused):
		return out, err
	case fault.KindOf(err) == fault.Tool:
		return Out{}, refuse("on the worker: %v", err)
	}
	one := *fault.All(err)[0]
	one.Msg = fmt.Sprintf("frames %d to %d of film %q, on a worker: %s", in.From, in.To-1, in.Film, one.Msg)
	return Out{}, &one
}

func (w *Worker) run(ctx context.Context, env stage.Env, in In) (Out, error) {
	tools, err := w.Bench.Tools()
	if err != nil {
		return Out{}, err
	}
	if why := tools.Differ(in.Tools); why != "" {
		return Out{}, refuse("%s", why)
	}
	dir, release, err := w.sites.use(env.Store, in)
	if err != nil {
		return Out{}, err
	}
	defer release()
	work := capacity.Encoding(in.Shape.Width, in.Shape.Height, 1)
	work.Bytes += browserBytes
	done, err := env.Capacity.Use(ctx, work)
	if err != nil {
		return Out{}, err
	}
	defer done()
	session, err := w.session(ctx)
	if err != nil {
		return Out{}, err
	}
	defer w.keep(session)
	return render(ctx, env, session, in, dir)
}

// render renders a range of a site into the store.
func render(ctx context.Context, env stage.Env, session *remotion.Session, in In, dir string) (Out, error) {
	film, err := session.SiteFilm(ctx, remotion.SiteSpec{
		Dir: dir, Composition: in.Composition, Input: in.Input, Values: in.Values, Ext: in.Ext, CRF: in.CRF, Exact: in.Exact,
	}, nil)
	if err != nil {
		return Out{}, err
	}
	defer film.Close()
	if here := ShapeOf(film.Facts()); here != in.Shape {
		return Out{}, refuse("the composition has the metadata %v here, not %v", here, in.Shape)
	}
	return Into(ctx, env.Store, film, in, func(frames int) {
		env.Send(ctx, event.Event{Clip: in.Film, Stage: Stage, State: event.Progress,
			Frac: float64(frames) / float64(in.To-in.From)})
	})
}

// Into renders a range of an open film into a store.
func Into(ctx context.Context, store *assets.Store, film *remotion.Film, in In, emit func(frames int)) (Out, error) {
	dir, err := os.MkdirTemp(filepath.Dir(store.TempPath("range")), "range-")
	if err != nil {
		return Out{}, err
	}
	defer os.RemoveAll(dir)
	want := remotion.Range{From: in.From, To: in.To}
	if in.Pictures {
		want.Pictures = filepath.Join(dir, "pictures"+in.Ext)
	}
	if in.Sound {
		want.Sound = filepath.Join(dir, "sound.wav")
	}
	if err := film.Range(ctx, want, emit); err != nil {
		return Out{}, err
	}
	var out Out
	for _, f := range []struct {
		path string
		to   *stage.Object
	}{{want.Pictures, &out.Pictures}, {want.Sound, &out.Sound}} {
		if f.path == "" {
			continue
		}
		hash, size, err := store.Adopt(f.path)
		if err != nil {
			return Out{}, err
		}
		*f.to = stage.Object{Hash: string(hash), Bytes: size}
	}
	return out, nil
}

// refuse returns the error of a range that this machine must not render.
func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", stage.ErrRefused, fmt.Sprintf(format, args...))
}
