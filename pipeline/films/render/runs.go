package render

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"greenroom/compose/native"
	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/segments"
	"greenroom/remotion"
	"greenroom/remotion/sound"
)

// runs renders the ranges of a film, each by itself: its frames and times then do not depend on which others are
// missing. Ranges may be rendered at the same time, on other machines.
type runs struct {
	j     *job
	parts []*part
	facts remotion.Facts

	mu  sync.Mutex // of the fields below, and of part.ready and part.changed
	dir string     // of files that are not yet in the store; "" before the first one

	away away
}

// start sets what the store does not have. A key that several ranges have is that of the first one.
func (r *runs) start(missing map[string]bool) {
	for _, p := range r.parts {
		p.wantPictures, p.wantSound = missing[p.pictures], missing[p.sound]
		if !p.wantPictures {
			p.ready = p.to - p.from
		}
		delete(missing, p.pictures)
		delete(missing, p.sound)
	}
}

// remove removes what is not in the store.
func (r *runs) remove() {
	if r.dir != "" {
		_ = os.RemoveAll(r.dir) // the next process sweeps it
	}
}

// pictures returns the source of a range's pictures.
func (r *runs) pictures(p *part) segments.Source {
	return segments.Source{
		Key: p.pictures, Ext: r.j.ext(), Frames: p.to - p.from, Valid: r.valid(p),
		Make: func(ctx context.Context, out string, _ []string, _ func(int)) (native.Encoded, error) {
			return r.take(ctx, p, out, true)
		},
	}
}

// sound returns the source of the film's sound, which needs the sound of each range.
func (r *runs) sound(ext string) segments.Source {
	all := hashkey.New("ranges sound/1")
	out := segments.Source{Ext: ext, Seconds: float64(r.parts[len(r.parts)-1].to) / r.facts.FPS, Valid: r.valid(r.parts...)}
	chunks := make([]sound.Chunk, len(r.parts))
	var audible []int // the parts of out.Needs
	for i, p := range r.parts {
		chunks[i] = sound.Chunk{From: p.from, To: p.to - 1}
		all.Field("range", p.sound+" "+strconv.Itoa(p.to))
		if p.sound == "" {
			continue
		}
		audible = append(audible, i)
		out.Needs = append(out.Needs, segments.Source{
			Key: p.sound, Ext: ".wav", Seconds: float64(p.to-p.from) / r.facts.FPS, Valid: r.valid(p),
			Make: func(ctx context.Context, out string, _ []string, _ func(int)) (native.Encoded, error) {
				return r.take(ctx, p, out, false)
			},
		})
	}
	job, fps := r.j, r.facts.FPS
	all.Field("rate", strconv.FormatFloat(fps, 'g', -1, 64))
	all.Field("ffmpeg", job.r.Tools.Version)
	for _, option := range remotion.SoundOptions(job.spec.Out) {
		all.Field("setting", option)
	}
	out.Key = all.Sum()
	out.Make = func(ctx context.Context, file string, wavs []string, _ func(int)) (native.Encoded, error) {
		for n, wav := range wavs {
			chunks[audible[n]].File = wav
		}
		err := job.r.Remotion.EncodeSound(ctx, file, job.spec.Out, chunks, fps)
		return native.Encoded{Path: file}, err
	}
	return out
}

// valid returns a function that reports whether ranges show what their keys are of.
func (r *runs) valid(parts ...*part) func(context.Context) bool {
	return func(context.Context) bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return !slices.ContainsFunc(parts, func(p *part) bool { return p.changed })
	}
}

// take moves the pictures or the sound of a range to a file. It renders them if that was not done.
func (r *runs) take(ctx context.Context, p *part, out string, pictures bool) (native.Encoded, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	file := &p.sounds
	if pictures {
		file = &p.shown
	}
	if *file == "" {
		if err := r.render(ctx, p, pictures); err != nil {
			return native.Encoded{}, err
		}
	}
	if err := os.Rename(*file, out); err != nil {
		return native.Encoded{}, r.unwritten(err, p)
	}
	*file = ""
	return native.Encoded{Path: out}, nil
}

// render renders the pictures of a range, or its sound, and the other one too if that is missing and no other film
// renders it.
func (r *runs) render(ctx context.Context, p *part, pictures bool) error {
	both := r.j.r.rendering.claim(p, pictures)
	want := remotion.Range{From: p.from, To: p.to}
	name, err := r.fileOf(p)
	if err != nil {
		return err
	}
	if pictures || both {
		want.Pictures, p.wantPictures = name+r.j.ext(), false
	}
	if !pictures || both {
		want.Sound, p.wantSound = name+".wav", false
	}
	in, err := r.elsewhere(ctx)
	switch {
	case err != nil:
	case in == nil:
		err = r.here(ctx, p, func(film *remotion.Film, emit func(int)) error { return film.Range(ctx, want, emit) })
	default:
		err = r.ask(ctx, p, *in, want)
	}
	if err != nil {
		return err
	}
	if want.Pictures != "" {
		p.shown = want.Pictures
		r.progress(p, p.to-p.from)
	}
	if want.Sound != "" {
		p.sounds = want.Sound
	}
	return nil
}

// here renders a range in the run's session.
func (r *runs) here(ctx context.Context, p *part, render func(film *remotion.Film, emit func(int)) error) error {
	film, err := r.j.opened(ctx)
	if err != nil {
		return err
	}
	if err := render(film, func(frames int) { r.progress(p, frames) }); err != nil {
		return err
	}
	r.j.r.rendering.Lock()
	defer r.j.r.rendering.Unlock()
	r.j.r.keys.Forget() // files may have changed during the render
	r.compare(p)
	return nil
}

// compare records whether a range has the keys that it had when the film was cut. The caller holds the run's lock.
func (r *runs) compare(p *part) {
	shown, heard, err := p.keys()
	r.mu.Lock()
	defer r.mu.Unlock()
	p.changed = p.changed || err != nil || shown != p.pictures || heard != p.sound
}

// fileOf returns the name of a range's files, without an extension.
func (r *runs) fileOf(p *part) (name string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dir == "" {
		r.dir, err = os.MkdirTemp(filepath.Dir(r.j.r.maker.Store.TempPath("ranges")), "ranges-")
		if err != nil {
			return "", r.unwritten(err, p)
		}
	}
	return filepath.Join(r.dir, strconv.Itoa(p.from)), nil
}

// unwritten is the error of a range whose files cannot be written.
func (r *runs) unwritten(err error, p *part) error {
	return fault.Wrap(fault.Failed, err, fault.ReadHint(err, "free some space and run the same command again"),
		"keep frames %d to %d of film %q", p.from, p.to-1, r.j.name)
}

// progress reports that frames of a range are ready.
func (r *runs) progress(p *part, frames int) {
	job := r.j
	r.mu.Lock()
	if p.wantPictures { // it is the sound that is rendered
		frames = 0
	}
	p.ready = max(p.ready, frames)
	ready := 0
	for _, other := range r.parts {
		ready += other.ready
	}
	r.mu.Unlock()
	total := r.parts[len(r.parts)-1].to
	job.r.Emit(event.Event{Clip: job.name, Stage: stageRender, State: event.Progress,
		Done: int64(min(ready, total)), Total: int64(total), Time: job.r.Now()})
}
