package forms

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"greenroom/compose/marks"
	"greenroom/compose/media"
	"greenroom/internal/hashkey"
)

// Spec is a clip whose forms are made.
type Spec struct {
	Spec     media.PrepareSpec // of the WebM; In is the take, Frames and Duration are those of the prepared file
	WebM     string            // the prepared file
	Backdrop string            // #RRGGBB behind the preview; "" for the usual one
	Dir      string            // of the finished files; it exists
	Chapters []Chapter         // of its sound

	width, height, channels int
	fps                     float64
}

// Make makes the named forms, of All, and returns their files. A storyboard's text needs nameOf: the published name of
// its picture. Every file is complete and decodes; after an error none may be used. Progress counts forms that are
// encoded from the take, from 0 to 1.
func Make(
	ctx context.Context, t media.Tools, s Spec, names []string, nameOf func(path string) (string, error),
	progress func(float64),
) (map[string]string, error) {
	names = Complete(names)
	info, err := media.Probe(ctx, t, s.WebM)
	if err != nil {
		return nil, err
	}
	s.width, s.height, s.fps, s.channels = info.Width, info.Height, info.FPS(), max(1, info.AudioChannels)
	var large, light []string
	for _, name := range names {
		if IsLarge(name) {
			large = append(large, name)
		} else {
			light = append(light, name)
		}
	}
	path := func(name string) string { return filepath.Join(s.Dir, "clip."+Ext(name)) }
	out := map[string]string{}
	for i, name := range large {
		part := func(f float64) { progress((float64(i) + f) / float64(len(large))) }
		if err := s.encode(ctx, t, name, path(name), part); err != nil {
			return nil, err
		}
		out[name] = path(name)
	}
	if len(light) == 0 {
		return out, nil
	}
	if err := s.light(ctx, t, light, path, nameOf); err != nil {
		return nil, err
	}
	for _, name := range light {
		out[name] = path(name)
	}
	return out, nil
}

// encode makes a large form from the take.
func (s Spec) encode(ctx context.Context, t media.Tools, name, path string, progress func(float64)) (err error) {
	spec := s.Spec
	spec.As, err = encoding(ctx, t, name, spec.Transparent)
	if err != nil {
		return err
	}
	spec.Out = path
	pictures := filepath.Join(s.Dir, "pictures")
	if name == PNG {
		if err := os.Mkdir(pictures, 0o755); err != nil {
			return err
		}
		defer os.RemoveAll(pictures)
		spec.Out = filepath.Join(pictures, "%05d.png")
	}
	if err := media.Prepare(ctx, t, spec, progress); err != nil {
		return err
	}
	if name == PNG {
		return zipPictures(pictures, path, s.frames(), spec.Source)
	}
	if err := s.mark(path); err != nil {
		return err
	}
	return s.verify(ctx, t, name, path)
}

// light makes the small forms.
func (s Spec) light(
	ctx context.Context, t media.Tools, names []string, path func(string) string, nameOf func(string) (string, error),
) error {
	sound := s.Spec
	sound.Out = path(WAV)
	if err := media.WriteSound(ctx, t, sound); err != nil {
		return err
	}
	f, err := os.Open(sound.Out)
	if err != nil {
		return err
	}
	w, err := openWAV(f)
	f.Close()
	if err != nil {
		return err
	}
	s.channels = w.channels
	if err := makeSmall(ctx, t, s, names, path); err != nil {
		return err
	}
	if len(s.Chapters) > 0 && slices.Contains(names, WAV) {
		if err := addCues(path(WAV), s.Chapters); err != nil {
			return err
		}
	}
	for _, name := range names {
		if name == WaveformPicture { // it shows nothing of the clip
			continue
		}
		if err := s.mark(path(name)); err != nil {
			return err
		}
	}
	for _, name := range names {
		if err := s.finish(ctx, t, name, path, nameOf); err != nil {
			return err
		}
	}
	if !slices.Contains(names, WAV) {
		return os.Remove(sound.Out)
	}
	return nil
}

// mark writes how the clip was made into a file whose kind has such a mark. WebM has it from ffmpeg.
func (s Spec) mark(path string) error {
	if s.Spec.Source == "" || !marks.CanWrite(path) {
		return nil
	}
	return marks.Write(path, s.Spec.Source)
}

// finish writes what ffmpeg does not, and checks what it did.
func (s Spec) finish(
	ctx context.Context, t media.Tools, name string, path func(string) string, nameOf func(string) (string, error),
) error {
	switch name {
	case Storyboard:
		picture, err := nameOf(path(StoryboardPicture))
		if err != nil {
			return err
		}
		return os.WriteFile(path(name), s.storyboard(picture), 0o644)
	case Waveform:
		data, err := readWaveform(path(WAV))
		if err != nil {
			return err
		}
		return os.WriteFile(path(name), data, 0o644)
	case StoryboardPicture, WaveformPicture:
		return made(path(name))
	}
	return s.verify(ctx, t, name, path(name))
}

// frames is how many pictures a form has; 0 when a varying rate decides it.
func (s Spec) frames() int { return s.Spec.Frames }

// version is raised when a form's meaning changes.
const version = "forms/1"

// AddKey adds what decides a form, besides the take, the recipe of the WebM and the version of ffmpeg, to its key.
// chapters is what those of the sound are made from, "" for none.
func AddKey(k *hashkey.Key, name, backdrop, chapters string, source marks.Source) {
	k.Field("form", version)
	k.Field("form name", name)
	if name == Preview && backdrop != "" && backdrop != Backdrop {
		k.Field("backdrop", backdrop)
	}
	if source != "" && (name == PNG || name == WAV || name == MP3) { // these had no mark at first
		k.Field("mark", "in the file")
	}
	if chapters != "" && hasChapters(name) {
		k.Field("chapters", chapters)
	}
}
