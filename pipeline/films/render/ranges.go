package render

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"greenroom/compose/native"
	"greenroom/compose/native/piece"
	"greenroom/compose/timeline"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
	"greenroom/remotion"
	"greenroom/remotion/segment"
	"greenroom/remotion/sound"
)

// job is one film of Remotion's in a run.
type job struct {
	r    *Renderer
	name string
	spec remotion.RenderSpec
	film *films.Film // nil for a composition of the project's own
	key  string      // of the film as the project was when its files were last read

	mu   sync.Mutex
	open *remotion.Film // nil before the first range that is rendered
	wavs map[int]string // sound of segments that were rendered, for the one who asks next
}

// rendered is the file of a film.
type rendered struct {
	records.Output
	path            string
	encoded, reused int      // frames, of a film that was joined of ranges
	pieces          []string // hashes of its ranges in the store; nil for a film that was rendered in one run
	bundleReused    bool
}

// readKey computes the key of the film from the project's files.
func (j *job) readKey(ctx context.Context) (err error) {
	j.key, err = j.r.remotionKey(ctx, j.spec)
	return err
}

// close releases the film and removes what nobody asked for.
func (j *job) close() {
	if j.open != nil {
		j.open.Close()
	}
	for _, wav := range j.wavs {
		_ = os.Remove(wav) // only a cache
	}
}

// reuse joins the film of ranges that are in the store. It returns nil if a range is missing.
func (j *job) reuse(ctx context.Context) (*rendered, error) {
	if j.r.way() == records.Whole {
		return nil, nil
	}
	if err := j.r.open(ctx); err != nil {
		return nil, err
	}
	facts, known := j.facts()
	if !known {
		return nil, nil
	}
	ranges, err := j.ranges(facts)
	if err != nil || ranges == nil || !j.r.maker.Has(ctx, *ranges) {
		return nil, err
	}
	return j.join(ctx, facts, *ranges)
}

// render renders the film in the run's session: range by range if it has ranges, else in one run.
func (j *job) render(ctx context.Context) (*rendered, error) {
	if j.r.way() == records.Whole {
		done, err := j.r.session.Render(ctx, j.spec, j.r.progress(j.name))
		return whole(done, err)
	}
	facts, known := j.facts()
	if !known {
		film, err := j.opened(ctx)
		if err != nil {
			return nil, err
		}
		facts = film.Facts()
		j.r.keys.Remember(j.spec.Composition, j.key, facts)
	}
	ranges, err := j.ranges(facts)
	if err != nil {
		return nil, err
	}
	if ranges != nil {
		return j.join(ctx, facts, *ranges)
	}
	film, err := j.opened(ctx)
	if err != nil {
		return nil, err
	}
	done, err := film.Render(ctx)
	return whole(done, err)
}

func whole(done remotion.RenderResult, err error) (*rendered, error) {
	if err != nil {
		return nil, err
	}
	out := records.Output{
		Frames: done.Frames, Width: done.Width, Height: done.Height, FPS: done.FPS, Seconds: done.Seconds,
	}
	return &rendered{Output: out, path: done.Path}, nil
}

// opened returns the film in the session.
func (j *job) opened(ctx context.Context) (*remotion.Film, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.open == nil {
		film, err := j.r.session.Film(ctx, j.spec, j.r.progress(j.name))
		if err != nil {
			return nil, err
		}
		j.open = film
	}
	return j.open, nil
}

// facts returns the size, rate, length and segments of the film, if they are known without a browser.
func (j *job) facts() (remotion.Facts, bool) {
	if j.film == nil {
		return j.r.keys.Recall(j.spec.Composition, j.key)
	}
	f := j.film.Timeline
	return remotion.Facts{Frames: f.Frames, Width: f.Width, Height: f.Height, FPS: f.FPS.FPS()}, true
}

// ranges returns the ranges of the film; nil if it has none.
func (j *job) ranges(facts remotion.Facts) (*segments.Ranges, error) {
	width, height := facts.Pixels()
	ext := j.ext()
	film := &timeline.Film{Name: j.name, Width: width, Height: height, FPS: rateOf(facts.FPS), Frames: facts.Frames,
		Transparent: ext != ".mp4"}
	preset, err := native.PresetFor("", "film"+ext, film.Transparent)
	if err != nil {
		return nil, err
	}
	out := &segments.Ranges{Film: film, Preset: preset, Out: j.spec.Out, Tagged: true}
	has := false
	if j.film != nil {
		film.FPS = j.film.Timeline.FPS
		has, err = j.cut(out)
	} else if !facts.Muted {
		has, err = j.segments(out, facts)
	}
	if err != nil || !has {
		return nil, err
	}
	return out, nil
}

// ext returns the extension of the film's file.
func (j *job) ext() string { return strings.ToLower(filepath.Ext(j.spec.Out)) }

// join renders the ranges that the store does not have and joins all.
func (j *job) join(ctx context.Context, facts remotion.Facts, ranges segments.Ranges) (*rendered, error) {
	r := j.r
	done, err := r.maker.RenderRanges(ctx, ranges, func(frame int) {
		r.Emit(event.Event{Clip: j.name, Stage: stageRender, State: event.Progress, Done: int64(frame),
			Total: int64(facts.Frames), Time: r.Now()})
	})
	if err != nil {
		return nil, err
	}
	for _, w := range done.Warnings {
		r.warn(j.name, w)
	}
	width, height := facts.Pixels()
	return &rendered{
		Output: records.Output{Frames: done.Frames, Width: width, Height: height, FPS: facts.FPS},
		path:   done.Path, encoded: done.Encoded, reused: done.Reused, pieces: done.Objects, bundleReused: true,
	}, nil
}

// cut adds the ranges of a film of the manifest. It returns false if the project's Timeline is not the companion's.
func (j *job) cut(out *segments.Ranges) (bool, error) {
	f := j.film.Timeline
	content := map[string]string{}
	for name, m := range f.Media {
		content[name] = j.film.Content[name]
		if m.Public != "" {
			content[name] = j.r.keys.Content(m.Public)
		}
		if content[name] == "" {
			return false, nil // rendering reports the missing file
		}
	}
	for _, span := range piece.Cut(f) {
		part := native.PartOf(f, span.From, span.To)
		key := func() (string, error) {
			settings, err := j.settings()
			if err != nil || settings == nil {
				return "", err
			}
			return segments.RangeKey(part, content, settings...)
		}
		k, err := key()
		if err != nil || k == "" {
			return false, err
		}
		out.Pictures = append(out.Pictures, segments.Source{Key: k, Ext: j.ext(), Frames: span.Frames(), Valid: j.valid(k, key),
			Make: func(ctx context.Context, file string, _ []string, emit func(int)) (native.Encoded, error) {
				return j.pictures(ctx, span.From, span.To, file, "", emit)
			}})
	}
	key := func() (string, error) {
		settings, err := j.settings()
		if err != nil || settings == nil {
			return "", err
		}
		settings = append(settings, j.r.Tools.Version)
		return segments.RangeSoundKey(f, content, append(settings, remotion.SoundOptions(j.spec.Out)...)...)
	}
	k, err := key()
	out.Sound = segments.Source{Key: k, Ext: out.Preset.SoundExt(), Valid: j.valid(k, key), Make: j.sound}
	return err == nil && k != "", err
}

// settings returns what all ranges of a film of the manifest depend on; nil if the project's Timeline may show more
// than its input.
func (j *job) settings() ([]string, error) {
	project, err := j.r.keys.Timeline()
	if err != nil || project == "" {
		return nil, err
	}
	return []string{project, j.ext(), remotion.Quality(j.spec)}, nil
}

// valid returns a function that reports whether a key is still the same, by the files of the project.
func (j *job) valid(key string, compute func() (string, error)) func(context.Context) bool {
	return func(context.Context) bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.r.keys.Forget()
		now, err := compute()
		return err == nil && now == key
	}
}

// pictures renders a range of frames, and its sound unless audio is "".
func (j *job) pictures(
	ctx context.Context, from, to int, video, audio string, emit func(int),
) (native.Encoded, error) {
	film, err := j.opened(ctx)
	if err != nil {
		return native.Encoded{}, err
	}
	return native.Encoded{Path: video}, film.Range(ctx, from, to, video, audio, emit)
}

// sound renders the sound of a film of the manifest: that of the same film without layers.
func (j *job) sound(ctx context.Context, out string, _ []string, _ func(int)) (native.Encoded, error) {
	f := *j.film.Timeline
	var parts []sound.Chunk
	if len(f.Sounds) > 0 {
		f.Layers = []timeline.Layer{}
		spec := j.spec
		var err error
		spec.InputProps, err = filmInput(&f)
		if err != nil {
			return native.Encoded{}, err
		}
		film, err := j.r.session.Film(ctx, spec, j.r.progress(j.name))
		if err != nil {
			return native.Encoded{}, err
		}
		defer film.Close()
		wav := out + ".wav"
		defer os.Remove(wav)
		if err := film.Sound(ctx, wav); err != nil {
			return native.Encoded{}, err
		}
		parts = []sound.Chunk{{To: f.Frames - 1, File: wav}}
	}
	err := j.r.Remotion.EncodeSound(ctx, out, j.spec.Out, parts, f.Frames, f.FPS.FPS())
	return native.Encoded{Path: out}, err
}

// segments adds the segments that a composition of the project's own exports. It returns false if it exports none.
func (j *job) segments(out *segments.Ranges, facts remotion.Facts) (bool, error) {
	list, err := segment.Parse(j.spec.Composition, facts.Segments, facts.Frames)
	if err != nil || list == nil {
		return false, err
	}
	all := hashkey.New("segments sound/1")
	var chunks []sound.Chunk
	for i, s := range list {
		key := func() (string, error) { return j.r.keys.Segment(j.spec, facts, list, i) }
		k, err := key()
		if err != nil {
			return false, err
		}
		heard := hashkey.New("segment sound/1")
		heard.Field("segment", k)
		wav := heard.Sum()
		out.Pictures = append(out.Pictures, segments.Source{Key: k, Ext: j.ext(), Frames: s.Frames(), Valid: j.valid(k, key),
			Make: func(ctx context.Context, file string, _ []string, emit func(int)) (native.Encoded, error) {
				audio := file + ".wav"
				j.keep(i, audio)
				return j.pictures(ctx, s.From, s.To, file, audio, emit)
			}})
		out.Sound.Needs = append(out.Sound.Needs, segments.Source{Key: wav, Ext: ".wav", Valid: j.valid(k, key),
			Make: func(ctx context.Context, file string, _ []string, _ func(int)) (native.Encoded, error) {
				if kept := j.kept(i); kept != "" && os.Rename(kept, file) == nil {
					return native.Encoded{Path: file}, nil
				}
				video := file + j.ext()
				defer os.Remove(video)
				return j.pictures(ctx, s.From, s.To, video, file, nil)
			}})
		all.Field("segment", wav)
		chunks = append(chunks, sound.Chunk{From: s.From, To: s.To - 1})
	}
	all.Field("ffmpeg", j.r.Tools.Version)
	for _, option := range remotion.SoundOptions(j.spec.Out) {
		all.Field("setting", option)
	}
	out.Sound.Key, out.Sound.Ext = all.Sum(), out.Preset.SoundExt()
	out.Sound.Make = func(ctx context.Context, file string, wavs []string, _ func(int)) (native.Encoded, error) {
		for i, wav := range wavs {
			chunks[i].File = wav
		}
		err := j.r.Remotion.EncodeSound(ctx, file, j.spec.Out, chunks, facts.Frames, facts.FPS)
		return native.Encoded{Path: file}, err
	}
	return true, nil
}

// keep remembers the file with the sound of a segment whose pictures are rendered.
func (j *job) keep(i int, wav string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.wavs == nil {
		j.wavs = map[int]string{}
	}
	j.wavs[i] = wav
}

// kept returns that file, once.
func (j *job) kept(i int) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	wav := j.wavs[i]
	delete(j.wavs, i)
	return wav
}

// rateOf returns a frame rate as a fraction: 30000/1001 for 29.97.
func rateOf(fps float64) timeline.Rate {
	for _, den := range []int{1, 1001} {
		num := math.Round(fps * float64(den))
		if math.Abs(num/float64(den)-fps) < 1e-6 && (den == 1 || math.Mod(num, 1000) == 0) {
			return timeline.Rate{Num: int(num), Den: den}
		}
	}
	return timeline.Rate{Num: int(math.Round(fps * 1e6)), Den: 1e6}
}
