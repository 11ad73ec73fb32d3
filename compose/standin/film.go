package standin

import (
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // pictures behind presenters
	_ "image/png"
	"io"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"

	"greenroom/internal/workdir"
)

// Film is one or more scenes after one another. The first one decides size, rate, format and captions.
type Film struct {
	Scenes []Scene
}

// Scene is a presenter in front of a background.
type Scene struct {
	Spec
	Picture string  // path of a PNG or JPEG that fills the frame; empty: the background of Spec
	Empty   bool    // without a presenter
	Seconds float64 // the scene is at least this long
}

// Film renders a film into out. It fails like Make, and when a picture cannot be decoded.
func (m *Maker) Film(ctx context.Context, f Film, out string) (Result, error) {
	if len(f.Scenes) == 0 {
		return Result{}, errors.New("the film has no scene")
	}
	first := f.Scenes[0].Spec
	if err := first.validate(); err != nil {
		return Result{}, err
	}
	workdir.Sweep(filepath.Dir(out), workPrefix)
	work, err := workdir.New(filepath.Dir(out), workPrefix)
	if err != nil {
		return Result{}, err
	}
	defer work.Close()
	sound := &speech{name: "silence"}
	var played []*played
	for i, scene := range f.Scenes {
		scene.Width, scene.Height, scene.FPS, scene.Format = first.Width, first.Height, first.FPS, first.Format
		p, err := m.play(ctx, scene, sound)
		if err != nil {
			return Result{}, fmt.Errorf("scene %d: %w", i+1, err)
		}
		played = append(played, p)
	}
	wav := filepath.Join(work.Path(), "voice.wav")
	if err := sound.write(wav); err != nil {
		return Result{}, err
	}
	r := reel{scenes: played}
	if first.Captions.On {
		r.captions, err = newSubtitles(first, sound.words)
		if err != nil {
			return Result{}, err
		}
	}
	frames := r.frames()
	pictures := func(i int) []byte { return r.frame(i, float64(i)/float64(first.FPS)) }
	if err := m.encode(ctx, first, pictures, frames, wav, out); err != nil {
		os.Remove(out)
		return Result{}, err
	}
	seconds := float64(frames) / float64(first.FPS)
	return Result{Duration: seconds, Frames: frames, Words: sound.words, Voice: sound.name}, nil
}

// played is a scene with its number of frames.
type played struct {
	*actor
	frames int
}

// play prepares a scene and appends its sound to the film's.
func (m *Maker) play(ctx context.Context, s Scene, sound *speech) (*played, error) {
	if s.Script == "" && s.AudioPath == "" {
		s.Silence = max(s.Silence, s.Seconds, 1)
	}
	if err := s.validate(); err != nil {
		return nil, err
	}
	v, err := m.voice(ctx, s.Spec)
	if err != nil {
		return nil, err
	}
	frames := max(1, int(math.Ceil(max(v.seconds(), s.Seconds)*float64(s.FPS)-1e-9)))
	v.pad(float64(frames) / float64(s.FPS))
	a, err := newActor(s.Spec, v, frames)
	if err != nil {
		return nil, err
	}
	if s.Empty {
		a.who = &presenter{}
	}
	if s.Picture != "" {
		a.bg, err = behind(s.Picture, s.Width, s.Height)
		if err != nil {
			return nil, err
		}
	}
	if v.name != "silence" {
		sound.name = v.name
	}
	sound.words = append(sound.words, after(v.words, sound.seconds())...)
	sound.samples = append(sound.samples, v.samples...)
	return &played{a, frames}, nil
}

// maxPixels of a picture behind a presenter: 8K twice.
const maxPixels = 64 << 20

// behind returns the pixels of a picture that fills a frame; what is too wide or too high is cut off.
func behind(path string, w, h int) (func(x, y int) rgb, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, _, err := image.DecodeConfig(f)
	if err == nil && size.Width*size.Height > maxPixels {
		err = fmt.Errorf("%dx%d pixels are too many", size.Width, size.Height)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot decode the picture: %w", err)
	}
	src, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("cannot decode the picture: %w", err)
	}
	b := src.Bounds()
	if cut := b.Dx() - b.Dy()*w/h; cut > 0 {
		b.Min.X, b.Max.X = b.Min.X+cut/2, b.Max.X-cut/2
	} else if cut := b.Dy() - b.Dx()*h/w; cut > 0 {
		b.Min.Y, b.Max.Y = b.Min.Y+cut/2, b.Max.Y-cut/2
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, b, draw.Src, nil)
	return func(x, y int) rgb {
		p := dst.Pix[dst.PixOffset(x, y):]
		return rgb{float64(p[0]), float64(p[1]), float64(p[2])}
	}, nil
}

// reel is the frames of all scenes.
type reel struct {
	scenes   []*played
	captions *subtitles // nil: none
}

func (r reel) frames() (n int) {
	for _, s := range r.scenes {
		n += s.frames
	}
	return n
}

func (r reel) frame(i int, seconds float64) []byte {
	for _, s := range r.scenes {
		if i >= s.frames {
			i -= s.frames
			continue
		}
		pix := s.actor.frame(i)
		if r.captions != nil {
			r.captions.draw(pix, seconds)
		}
		return pix
	}
	return nil
}

// Portrait returns the presenter of a spec at rest.
func Portrait(s Spec) (image.Image, error) {
	s.Silence, s.Script, s.AudioPath = 0.04, "", ""
	if err := s.validate(); err != nil {
		return nil, err
	}
	v := &speech{}
	v.quiet(s.Silence)
	a, err := newActor(s, v, 1)
	if err != nil {
		return nil, err
	}
	img := image.NewNRGBA(image.Rect(0, 0, s.Width, s.Height))
	copy(img.Pix, a.frame(0))
	return img, nil
}
