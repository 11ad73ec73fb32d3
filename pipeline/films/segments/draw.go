package segments

import (
	"context"
	"os"

	"greenroom/assets"
	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/internal/capacity"
	"greenroom/internal/fault"
)

// Draw returns the record of the pictures of a film in one file of the store: a movie, or a PNG file of its first
// frame. A file that the store has is not drawn again. f.Out is not used.
func (m *Maker) Draw(ctx context.Context, f Film, still bool, emit func(frame int)) (Record, error) {
	if err := f.Timeline.Validate(); err != nil {
		return Record{}, err
	}
	if err := os.MkdirAll(m.WorkDir, 0o700); err != nil {
		return Record{}, fault.Wrap(fault.Failed, err, "make the project folder writable", "create a work folder")
	}
	spec := f.Encoding.spec(f.Timeline)
	spec.Tools, spec.WorkDir, spec.Probes = m.Tools, m.WorkDir, &m.probes
	u := &unit{}
	var err error
	if still {
		u.Source, err = stillSource(f, spec)
	} else {
		u.Source, err = movieSource(f, spec)
	}
	if err == nil {
		err = m.make(ctx, u, false, true, orNothing(emit))
	}
	return u.record, err
}

func orNothing(emit func(int)) func(int) {
	if emit == nil {
		return func(int) {}
	}
	return emit
}

func movieSource(f Film, spec native.Spec) (Source, error) {
	preset := f.Encoding.Preset
	part := native.PartOf(f.Timeline, 0, f.Timeline.Frames)
	key, err := f.Encoding.PartKey(part, f.Content)
	return Source{Key: key, Ext: preset.PartExt(), Frames: f.Timeline.Frames, Work: encoding(f.Timeline),
		Make: func(ctx context.Context, out string, _ []string, emit func(int)) (native.Encoded, error) {
			spec.Out = out
			return native.RenderPart(ctx, spec, part, preset, emit)
		}}, err
}

// encoding is what drawing and encoding a part of a film takes.
func encoding(f *timeline.Film) capacity.Work {
	return capacity.Encoding(f.Width, f.Height, native.PartThreads)
}

func stillSource(f Film, spec native.Spec) (Source, error) {
	film, err := anonymous(f.Timeline, f.Content)
	if err != nil {
		return Source{}, err
	}
	k, err := keyOf("still/1", film, native.StillValues(spec), played(f.Timeline))
	if err != nil {
		return Source{}, err
	}
	k.Field("ffmpeg", f.Encoding.FFmpeg)
	return Source{Key: k.Sum(), Ext: native.StillExt, Work: encoding(f.Timeline),
		Make: func(ctx context.Context, out string, _ []string, _ func(int)) (native.Encoded, error) {
			spec.Out = out
			return native.RenderStill(ctx, spec)
		}}, nil
}

// Keep returns the record of a file of the store that belongs to a key. If there is none, make makes the file and puts
// it into the store.
func (m *Maker) Keep(key string, make func() (hash string, size int64, err error)) (Record, error) {
	if r, ok := m.Index.Get(key); ok && m.Store.Condition(assets.Hash(r.Hash), r.Bytes) == assets.Intact {
		return r, nil
	}
	hash, size, err := make()
	if err != nil {
		return Record{}, err
	}
	r := Record{Key: key, Hash: hash, Bytes: size}
	return r, m.Index.Set(r)
}
