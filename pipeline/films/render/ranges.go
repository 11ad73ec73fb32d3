package render

import (
	"path/filepath"
	"strings"
	"sync"

	"greenroom/compose/native"
	"greenroom/compose/native/piece"
	"greenroom/compose/timeline"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/films/segments"
	"greenroom/remotion"
	"greenroom/remotion/segment"
)

// part is a range of frames of a film: from is its first frame, to the first one after it.
type part struct {
	from, to int
	// keys returns the keys of its pictures and of its sound, as the project's files are now. A key of sound is "" where
	// there is none.
	keys            func() (pictures, sound string, err error)
	pictures, sound string // as the files were when the film was cut
	changed         bool   // keys returned others after the range was rendered
	ready           int    // frames that are rendered, or need not be

	mu                      sync.Mutex // held while the range is rendered
	wantPictures, wantSound bool       // the store does not have them, and they were not rendered
	shown, sounds           string     // files of pictures and sound that are rendered and not yet in the store
}

// ranges returns the ranges of the film; nil if it has none.
func (j *job) ranges(facts remotion.Facts) (*segments.Ranges, error) {
	width, height := facts.Pixels()
	ext := j.ext()
	num, den := facts.Rate()
	film := &timeline.Film{Name: j.name, Width: width, Height: height, FPS: timeline.Rate{Num: num, Den: den},
		Frames: facts.Frames, Transparent: ext != ".mp4"}
	preset, err := native.PresetFor("", "film"+ext, film.Transparent)
	if err != nil {
		return nil, err
	}
	var parts []*part
	if j.film != nil {
		film.FPS = j.film.Timeline.FPS
		parts, err = j.cut()
	} else if !facts.Muted {
		parts, err = j.segments(facts)
	}
	if err != nil || parts == nil {
		return nil, err
	}
	j.runs = runs{j: j, parts: parts, facts: facts}
	out := &segments.Ranges{Film: film, Preset: preset, Out: j.spec.Out, Tagged: true,
		Tags: j.spec.Tags}
	for _, p := range parts {
		out.Pictures = append(out.Pictures, j.runs.pictures(p))
	}
	out.Sound = j.runs.sound(preset.SoundExt())
	return out, nil
}

// ext returns the extension of the film's file.
func (j *job) ext() string { return strings.ToLower(filepath.Ext(j.spec.Out)) }

// cut returns the ranges of a film of the manifest; none if the project's Timeline is not the companion's.
func (j *job) cut() (parts []*part, err error) {
	f := j.film.Timeline
	content := map[string]string{}
	for name, m := range f.Media {
		content[name] = j.film.Content[name]
		if m.Public != "" {
			content[name] = j.r.keys.Content(m.Public)
		}
		if content[name] == "" {
			return nil, nil // rendering reports the missing file
		}
	}
	for _, span := range piece.Cut(f) {
		p := &part{from: span.From, to: span.To}
		seen := native.PartOf(f, span.From, span.To)
		p.keys = func() (pictures, sound string, err error) {
			project, err := j.r.keys.Timeline()
			if err != nil || project == "" {
				return "", "", err
			}
			pictures, err = segments.RangeKey(seen, content, project, j.ext(), remotion.Quality(j.spec))
			if err == nil {
				sound, err = segments.RangeSoundKey(f, span.From, span.To, content, project)
			}
			return pictures, sound, err
		}
		p.pictures, p.sound, err = p.keys()
		if err != nil || p.pictures == "" {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// segments returns the segments that a composition of the project's own exports; none if it exports none.
func (j *job) segments(facts remotion.Facts) (parts []*part, err error) {
	list, err := segment.Parse(j.spec.Composition, facts.Segments, facts.Frames)
	if err != nil {
		return nil, err
	}
	for i, s := range list {
		p := &part{from: s.From, to: s.To}
		p.keys = func() (pictures, sound string, err error) {
			pictures, err = j.r.keys.Segment(j.spec, facts, list, i)
			if err != nil {
				return "", "", err
			}
			k := hashkey.New("segment sound/1")
			k.Field("segment", pictures)
			return pictures, k.Sum(), nil
		}
		p.pictures, p.sound, err = p.keys()
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}
