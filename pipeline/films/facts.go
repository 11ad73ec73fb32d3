package films

import (
	"context"
	"fmt"
	"image"
	_ "image/gif"  // for image.Decode
	_ "image/jpeg" // for image.Decode
	_ "image/png"  // for image.Decode
	"os"
	"path/filepath"

	_ "golang.org/x/image/webp" // for image.Decode

	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/films/resolve"
	"greenroom/pipeline/films/typeset"
	"greenroom/pipeline/manifest"
)

// maxSide bounds a side of footage as it is shown, pixels: the pixel aspect ratio of a file can have any value.
const maxSide = 32768

// readFacts reads a published file of the user's, which path names, and adds its facts.
func readFacts(ctx context.Context, tools func(context.Context) (media.Tools, error), path, kind string,
	m timeline.Media, f *resolve.Facts) error {
	switch kind {
	case kindFont:
		return fontFacts(path, m, f)
	case manifest.LayerImage:
		return imageFacts(path, m, f)
	}
	t, err := tools(ctx)
	if err != nil {
		return err
	}
	base := filepath.Base(path)
	sound, soundErr := media.ProbeSound(ctx, t, m.File)
	if kind == manifest.LayerAudio {
		if soundErr != nil {
			return fault.New(fault.Media, "convert it: ffmpeg -i "+base+" sound.wav", "cannot read audio from %s", base)
		}
		m.Seconds, m.Codec = sound.Seconds, ""
		f.Files[path] = resolve.File{Media: m, Sound: true}
		return nil
	}
	info, err := media.Probe(ctx, t, m.File)
	if err != nil {
		return fault.New(fault.Media, "convert it: ffmpeg -i "+base+" video.mp4", "cannot read video from %s", base)
	}
	if err := videoFacts(base, info, &m); err != nil {
		return err
	}
	f.Files[path] = resolve.File{Media: m, Sound: soundErr == nil}
	return nil
}

// videoFacts sets what is known about a video. It fails if films cannot show it.
func videoFacts(base string, info media.Info, m *timeline.Media) error {
	if info.Width <= 0 || info.Height <= 0 || info.Frames == 0 {
		return fault.New(fault.Media, "name a file with video", "%s has no video frames", base)
	}
	if info.Colour.HDR() {
		const format = "make it a clip (`file: %s`), which is tone-mapped, or convert it: %s"
		hint := fmt.Sprintf(format, base, info.Colour.Command(base))
		return fault.New(fault.Media, hint, "%s is HDR (%s); films are BT.709", base, info.Colour)
	}
	m.Codec, m.Seconds = info.VideoCodec, info.Duration
	// Both renderers rotate it and make its pixels square before they crop.
	m.Width, m.Height = info.ShownWidth, info.ShownHeight
	m.Matrix, m.FullRange = info.Colour.Matrix, info.Colour.FullRange && !info.Colour.RGB
	if m.Matrix == "bt709" || m.Matrix == "gbr" {
		m.Matrix = ""
	}
	if max(m.Width, m.Height) > maxSide {
		hint := "make its pixels square: ffmpeg -i " + base + " -vf scale=iw*sar:ih,setsar=1 square.mp4"
		return fault.New(fault.Media, hint, "%s would be %d x %d with its pixel aspect ratio of %s",
			base, m.Width, m.Height, info.Display.Aspect)
	}
	m.Alpha = info.AlphaPackets > 0 && info.AlphaPackets == info.VideoPackets
	return nil
}

func fontFacts(path string, m timeline.Media, f *resolve.Facts) error {
	data, err := os.ReadFile(m.File)
	if err != nil {
		return err
	}
	face, err := typeset.Load(data)
	if err != nil {
		const hint = "name a TrueType or OpenType file of one face"
		return fault.Wrap(fault.Manifest, err, hint, "font %s", filepath.Base(path))
	}
	f.Fonts[path] = resolve.Font{Media: m, Face: face}
	return nil
}

// maxPixels bounds an image: 16384 x 8192.
const maxPixels = 1 << 27

func imageFacts(path string, m timeline.Media, f *resolve.Facts) error {
	base := filepath.Base(path)
	convert := fmt.Sprintf("save it as PNG, JPEG or WebP: ffmpeg -i %s picture.png", base)
	file, err := os.Open(m.File)
	if err != nil {
		return err
	}
	defer file.Close()
	c, _, err := image.DecodeConfig(file)
	if err != nil {
		return fault.New(fault.Media, convert, "cannot decode image %s", base)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
		return fault.New(fault.Media, "make it smaller", "%s has %d x %d pixels", base, c.Width, c.Height)
	}
	if _, err := file.Seek(0, 0); err != nil {
		return err
	}
	if turned := orientation(file); turned != 1 {
		hint := "save it upright, as in: magick " + base + " -auto-orient upright.jpg"
		return fault.New(fault.Media, hint, "%s is a rotated photo (EXIF orientation %d)", base, turned)
	}
	if _, err := file.Seek(0, 0); err != nil {
		return err
	}
	img, _, err := image.Decode(file)
	if err != nil {
		return fault.New(fault.Media, convert, "image %s is corrupt: %v", base, err)
	}
	m.Width, m.Height = c.Width, c.Height
	if o, ok := img.(interface{ Opaque() bool }); ok {
		m.Alpha = !o.Opaque()
	}
	f.Files[path] = resolve.File{Media: m}
	return nil
}
