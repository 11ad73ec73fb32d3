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
// missing.
type runs struct {
	j     *job
	parts []*part
	fps   float64

	mu      sync.Mutex
	missing map[string]bool // keys of what the store does not have and was not rendered
	ready   int             // frames that are rendered, or need not be
	dir     string          // of files that are not yet in the store; "" before the first one
}

// start sets what the store does not have.
func (r *runs) start(missing map[string]bool) {
	r.missing = missing
	for _, p := range r.parts {
		if !missing[p.pictures] {
			r.ready += p.to - p.from
		}
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
	out := segments.Source{Ext: ext, Seconds: float64(r.parts[len(r.parts)-1].to) / r.fps, Valid: r.valid(r.parts...)}
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
			Key: p.sound, Ext: ".wav", Seconds: float64(p.to-p.from) / r.fps, Valid: r.valid(p),
			Make: func(ctx context.Context, out string, _ []string, _ func(int)) (native.Encoded, error) {
				return r.take(ctx, p, out, false)
			},
		})
	}
	job, fps := r.j, r.fps
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
	r.mu.Lock()
	defer r.mu.Unlock()
	file := &p.sounds
	if pictures {
		file = &p.shown
	}
	if *file == "" {
		if err := r.render(ctx, p, pictures || r.missing[p.pictures]); err != nil {
			return native.Encoded{}, err
		}
	}
	if err := os.Rename(*file, out); err != nil {
		return native.Encoded{}, r.unwritten(err, p)
	}
	*file = ""
	return native.Encoded{Path: out}, nil
}

// render renders the pictures of a range, and its sound if that is missing, too; or its sound alone.
func (r *runs) render(ctx context.Context, p *part, pictures bool) error {
	film, err := r.j.opened(ctx)
	if err != nil {
		return err
	}
	if r.dir == "" {
		r.dir, err = os.MkdirTemp(filepath.Dir(r.j.r.maker.Store.TempPath("ranges")), "ranges-")
		if err != nil {
			return r.unwritten(err, p)
		}
	}
	want := remotion.Range{From: p.from, To: p.to}
	name := filepath.Join(r.dir, strconv.Itoa(p.from))
	if pictures {
		want.Pictures = name + r.j.ext()
	}
	if !pictures || r.missing[p.sound] {
		want.Sound = name + ".wav"
	}
	if err := film.Range(ctx, want, r.progress); err != nil {
		return err
	}
	if pictures {
		p.shown = want.Pictures
		r.ready += p.to - p.from
		delete(r.missing, p.pictures)
	}
	if want.Sound != "" {
		p.sounds = want.Sound
		delete(r.missing, p.sound)
	}
	r.j.r.keys.Forget() // files may have changed during the render
	shown, heard, err := p.keys()
	p.changed = err != nil || shown != p.pictures || heard != p.sound
	return nil
}

// unwritten is the error of a range whose files cannot be written.
func (r *runs) unwritten(err error, p *part) error {
	return fault.Wrap(fault.Failed, err, fault.ReadHint(err, "free some space and run the same command again"),
		"keep frames %d to %d of film %q", p.from, p.to-1, r.j.name)
}

// progress reports how many frames are ready.
func (r *runs) progress(frames int) {
	job := r.j
	total := r.parts[len(r.parts)-1].to
	job.r.Emit(event.Event{Clip: job.name, Stage: stageRender, State: event.Progress,
		Done: int64(min(r.ready+frames, total)), Total: int64(total), Time: job.r.Now()})
}
