package segments

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"greenroom/assets"
	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
)

// PieceIn is a piece of a film that ffmpeg draws, or the film's sound, for other machines.
type PieceIn struct {
	Key      string            `json:"key"` // see Encoding.PartKey and SoundKey
	Film     *timeline.Film    `json:"film"`
	Content  map[string]string `json:"content"` // SHA-256 of each file, by its key in Film.Media
	From, To int               // frames; both 0: the sound
	Preset   string            `json:"preset"`
	CRF      int               `json:"crf,omitempty"`
}

// PieceOut is an encoded piece in the store.
type PieceOut struct {
	File     stage.Object `json:"file"`
	Warnings []string     `json:"warnings,omitempty"`
}

// PieceStep encodes a piece of a film.
var PieceStep = stage.Step[PieceIn, PieceOut]{
	Name: "render/1", Queue: stage.Render, Run: runPiece,
	Clip:  func(in PieceIn) string { return in.Film.Name },
	Key:   func(in PieceIn) string { return in.Key },
	Files: pieceFiles,
	Made:  func(out PieceOut) []stage.Object { return []stage.Object{out.File} },
}

// drawn is a piece as one machine encodes it.
type drawn struct {
	part     native.Part // of pictures
	encoding Encoding
	shown    *timeline.Film // with files by their hash, and no others
	key, ext string
}

func (in PieceIn) sound() bool { return in.To == 0 }

// on returns the piece for a version of ffmpeg.
func (in PieceIn) on(ffmpeg string) (p drawn, err error) {
	ext := ".mp4"
	for _, preset := range native.Presets {
		if preset.Name == in.Preset {
			ext = preset.Exts[0]
		}
	}
	preset, err := native.PresetFor(in.Preset, "film"+ext, in.Film.Transparent)
	if err != nil {
		return p, err
	}
	p.encoding = Encoding{Preset: preset, CRF: in.CRF, FFmpeg: ffmpeg}
	if in.sound() {
		p.ext = preset.SoundExt()
		heard := timeline.Film{FPS: in.Film.FPS, Frames: in.Film.Frames, Media: in.Film.Media, Sounds: in.Film.Sounds}
		p.shown, err = anonymous(&heard, in.Content)
		if err == nil {
			p.key, err = p.encoding.SoundKey(in.Film, in.Content)
		}
		return p, err
	}
	p.ext = preset.PartExt()
	p.part = native.PartOf(in.Film, in.From, in.To)
	p.shown, err = anonymous(p.part.Film, in.Content)
	if err == nil {
		p.key, err = p.encoding.PartKey(p.part, in.Content)
	}
	return p, err
}

// pieceFiles returns the files that the piece shows or plays.
func pieceFiles(in PieceIn) (list []stage.File) {
	p, err := in.on("")
	if err != nil {
		return nil // it was computed for its key
	}
	for _, name := range slices.Sorted(maps.Keys(in.Content)) {
		hash := in.Content[name]
		if _, shown := p.shown.Media[hash]; shown {
			list = append(list, stage.File{Hash: hash, Path: in.Film.Media[name].File})
		}
	}
	return list
}

// runPiece encodes a piece. It refuses one whose key is another on this machine: its bytes would be others too.
func runPiece(ctx context.Context, env stage.Env, in PieceIn) (PieceOut, error) {
	tools, err := env.Tools(ctx)
	if err != nil {
		return PieceOut{}, err
	}
	film := *in.Film
	film.Media = maps.Clone(film.Media)
	for name, m := range film.Media {
		if hash := in.Content[name]; hash != "" {
			m.File = env.Store.Path(assets.Hash(hash))
			film.Media[name] = m
		}
	}
	in.Film = &film
	p, err := in.on(tools.Version)
	if err != nil {
		return PieceOut{}, err
	}
	if p.key != in.Key {
		return PieceOut{}, fmt.Errorf("%w: the piece has the key %.8s here, not %.8s", stage.ErrRefused, p.key, in.Key)
	}
	release, err := env.Capacity.Use(ctx, encoding(in.Film))
	if err != nil {
		return PieceOut{}, err
	}
	defer release()
	out := env.Store.TempPath("piece-" + p.key + p.ext)
	defer os.Remove(out) // gone when it was adopted
	spec := p.encoding.spec(in.Film)
	spec.Tools, spec.WorkDir, spec.Out, spec.Threads = tools, filepath.Dir(out), out, env.Threads
	var done native.Encoded
	if in.sound() {
		done, err = native.RenderSound(ctx, spec, p.encoding.Preset)
	} else {
		done, err = native.RenderPart(ctx, spec, p.part, p.encoding.Preset, func(frame int) {
			env.Send(ctx, event.Event{Stage: "render", State: event.Progress, Frac: float64(frame) / float64(in.To-in.From)})
		})
	}
	if err != nil {
		return PieceOut{}, err
	}
	hash, size, err := env.Store.Adopt(out)
	return PieceOut{File: stage.Object{Hash: string(hash), Bytes: size}, Warnings: done.Warnings}, err
}

// elsewhere encodes a piece on another machine into a file of this one.
func (m *Maker) elsewhere(ctx context.Context, in PieceIn, out string, emit func(int)) (native.Encoded, error) {
	env := *m.Farm
	env.Again = m.Fresh
	env.Send = func(ctx context.Context, e event.Event) {
		if e.State != event.Progress {
			m.Farm.Send(ctx, e)
			return
		}
		if emit != nil {
			emit(int(e.Frac * float64(in.To-in.From)))
		}
	}
	made, err := stage.Do(ctx, env, PieceStep, in)
	if err != nil {
		return native.Encoded{}, err
	}
	return native.Encoded{Path: out, Warnings: made.Warnings}, m.Link(made.File.Hash, out)
}

// Link puts a file of the store under another name, on the store's file system.
func (m *Maker) Link(hash, out string) error {
	stored := m.Store.Path(assets.Hash(hash))
	if os.Link(stored, out) == nil {
		return nil
	}
	return copyFile(stored, out)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if end := out.Close(); err == nil {
		err = end
	}
	return err
}

// Make encodes the pieces of a film that no store has, and joins nothing. A later Render of the film counts them as
// encoded. emit is that of Render.
func (m *Maker) Make(ctx context.Context, f Film, emit func(frame int)) error {
	r, err := m.ranges(f)
	if err != nil {
		return err
	}
	return m.MakeRanges(ctx, r, emit)
}

// MakeRanges is Make for a film of ranges.
func (m *Maker) MakeRanges(ctx context.Context, r Ranges, emit func(frame int)) error {
	if err := os.MkdirAll(m.WorkDir, 0o700); err != nil {
		return err
	}
	units := r.units()
	err := m.makeAll(ctx, units, m.Fresh, emit)
	for _, u := range units {
		if !u.reused && u.record.Hash != "" {
			m.progress.ahead.Store(u.Key, true)
		}
	}
	return err
}
