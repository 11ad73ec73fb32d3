package render

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"greenroom/compose/native"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/segments"
	"greenroom/remotion"
	"greenroom/remotion/sound"
)

// longestRun is how many frames are rendered in one run, unless one range has more. 0 renders each range alone: the
// times of frames in files that are split are not yet exact (Film.Ranges).
const longestRun = 0

// runs renders the ranges of a film. A page of the browser costs about as much as ten frames, so ranges that are
// missing one after another are rendered in one run and split.
type runs struct {
	j     *job
	parts []*part
	fps   float64

	mu      sync.Mutex
	missing map[string]bool // keys of what the store does not have and no run has rendered
	ready   int             // frames that are rendered, or need not be
	dir     string          // of files that are not yet in the store; "" before the first run
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
func (r *runs) pictures(i int) segments.Source {
	p := r.parts[i]
	return segments.Source{
		Key: p.pictures, Ext: r.j.ext(), Frames: p.to - p.from, Valid: r.valid(p),
		Make: func(ctx context.Context, out string, _ []string, _ func(int)) (native.Encoded, error) {
			return r.take(ctx, i, out, true)
		},
	}
}

// sound returns the source of the film's sound, which needs the sound of each range.
func (r *runs) sound(ext string) segments.Source {
	all := hashkey.New("ranges sound/1")
	out := segments.Source{Ext: ext, Valid: r.valid(r.parts...)}
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
			Key: p.sound, Ext: ".wav", Valid: r.valid(p),
			Make: func(ctx context.Context, out string, _ []string, _ func(int)) (native.Encoded, error) {
				return r.take(ctx, i, out, false)
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

// take moves the pictures or the sound of a range to a file. It renders them if no run has.
func (r *runs) take(ctx context.Context, i int, out string, pictures bool) (native.Encoded, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.parts[i]
	file := &p.files.Sound
	if pictures {
		file = &p.files.Pictures
	}
	if *file == "" {
		if err := r.render(ctx, i, pictures || r.missing[p.pictures]); err != nil {
			return native.Encoded{}, err
		}
	}
	if err := os.Rename(*file, out); err != nil {
		return native.Encoded{}, err
	}
	*file = ""
	return native.Encoded{Path: out}, nil
}

// render renders a range, and those after it of which the same is missing.
func (r *runs) render(ctx context.Context, i int, pictures bool) error {
	film, err := r.j.opened(ctx)
	if err != nil {
		return err
	}
	want := remotion.Want{Pictures: pictures, Sound: !pictures}
	cuts := []int{r.parts[i].from}
	end := i
	for ; end < len(r.parts); end++ {
		p := r.parts[end]
		key := p.sound
		if pictures {
			key = p.pictures
		}
		if end > i && (!r.missing[key] || p.to-cuts[0] > longestRun) {
			break
		}
		want.Sound = want.Sound || r.missing[p.sound]
		delete(r.missing, key)
		delete(r.missing, p.sound)
		cuts = append(cuts, p.to)
	}
	if r.dir == "" {
		r.dir, err = os.MkdirTemp(filepath.Dir(r.j.r.maker.Store.TempPath("ranges")), "ranges-")
		if err != nil {
			return err
		}
	}
	files, err := film.Ranges(ctx, r.dir, cuts, want, func(frames int) { r.progress(frames) })
	if err != nil {
		return err
	}
	if pictures {
		r.ready += cuts[len(cuts)-1] - cuts[0]
	}
	r.j.r.keys.Forget() // files may have changed during the render
	for n, p := range r.parts[i:end] {
		if pictures {
			p.files.Pictures = files[n].Pictures
		}
		if files[n].Sound != "" {
			p.files.Sound = files[n].Sound
		}
		pictures, sound, err := p.keys()
		p.changed = err != nil || pictures != p.pictures || sound != p.sound
	}
	return nil
}

// progress reports how many frames are ready.
func (r *runs) progress(frames int) {
	job := r.j
	total := r.parts[len(r.parts)-1].to
	job.r.Emit(event.Event{Clip: job.name, Stage: stageRender, State: event.Progress,
		Done: int64(min(r.ready+frames, total)), Total: int64(total), Time: job.r.Now()})
}
