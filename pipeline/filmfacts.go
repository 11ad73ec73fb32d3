package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"  // for image.Decode
	_ "image/jpeg" // for image.Decode
	_ "image/png"  // for image.Decode
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "golang.org/x/image/webp" // for image.Decode

	"greenroom/assets"
	"greenroom/compose/fonts"
	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/film"
	"greenroom/pipeline/film/typeset"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/renditions"
)

// mostPixels bounds a side of footage as it is shown: a file may say any shape of its pixels.
const mostPixels = 32768

// filmClip gives the facts of a published clip.
func (p *Project) filmClip(ctx context.Context, t media.Tools, c manifest.Clip, e lockfile.Entry, kind string) (film.Clip, error) {
	in := e.Info
	out := film.Clip{
		FPS: timeline.Rate{Num: in.FPSNum, Den: max(1, in.FPSDen)}, Frames: in.Frames, StandIn: kind == routeStandIn, Script: c.Script,
		Box: timeline.Rect{X: in.Box.X, Y: in.Box.Y, W: in.Box.W, H: in.Box.H}, Width: in.Width, Height: in.Height,
	}
	for _, f := range renditions.Published(e) {
		path := filepath.Join(p.Path(p.PublicDir()), f.Name)
		switch f.Rendition {
		case renditions.WebM:
			info, err := media.Walk(path)
			if err != nil {
				return out, fault.New(fault.Failed, "run `greenroom build`", "its published file cannot be read: %v", err)
			}
			out.Sound = info.AudioCodec != ""
			out.Media = timeline.Media{File: path, Public: "greenroom/" + f.Name, Width: info.Width, Height: info.Height, Seconds: in.Duration, Codec: info.VideoCodec, Alpha: in.Transparent}
		case renditions.Captions:
			var list []captions.Caption
			b, err := os.ReadFile(path)
			if err == nil {
				err = json.Unmarshal(b, &list)
			}
			if err != nil {
				return out, fault.New(fault.Failed, "run `greenroom build`", "its captions cannot be read: %v", err)
			}
			for _, k := range list {
				out.Captions = append(out.Captions, film.Caption{Text: k.Text, From: float64(k.StartMs) / 1000, To: float64(k.EndMs) / 1000})
			}
		}
	}
	if out.Media.File == "" {
		return out, fault.New(fault.Failed, "run `greenroom build`", "it has no published file")
	}
	return out, nil
}

// named is a file that a composition names, with the first place that does.
type named struct {
	kind  string // image, video, audio, font
	place fault.Place
}

// filmNames adds the files of compositions by their path. A file that is an image here and a video there is read as
// the first: it is one of the two.
func filmNames(out map[string]named, list []manifest.Composition) map[string]named {
	add := func(path, kind string, at fault.Place) {
		if _, ok := out[path]; !ok && path != "" {
			out[path] = named{kind, at}
		}
	}
	for _, c := range list {
		if b := c.Background; b != nil {
			add(b.Image, manifest.LayerImage, b.Place)
			add(b.Video, manifest.LayerVideo, b.Place)
		}
		for _, l := range c.Layers {
			switch l.Kind {
			case manifest.LayerImage, manifest.LayerVideo, manifest.LayerAudio:
				add(l.Of, l.Kind, l.Place)
			case manifest.LayerText, manifest.LayerCaptions:
				for _, f := range l.Style.Fonts {
					add(f.Path, "font", f.Place)
				}
			}
		}
	}
	return out
}

// publishAll puts the files that any composition names, of all rows, where both renderers read them: two machines' or two
// runs' parts of one set of films must not sweep each other's. A file that cannot be had is only remembered: it is for the
// film that needs it to say so.
func (r *filmReader) publishAll(all []string) error {
	var publish []assets.File
	for _, path := range all {
		name, hash, err := r.p.keepFile(path)
		if err != nil {
			r.lost[path] = err
			continue
		}
		publish = append(publish, assets.File{Name: name, Hash: hash})
		r.names[path] = name
	}
	builtin, err := r.p.builtinFonts(&r.facts)
	if err != nil {
		return err
	}
	return r.p.publishFiles(dedupe(append(publish, builtin...)))
}

func placed(e *fault.Error, at fault.Place) *fault.Error {
	e.Place = &at
	return e
}

// dedupe keeps one of files with equal names: the name is the content.
func dedupe(files []assets.File) []assets.File {
	slices.SortFunc(files, func(a, b assets.File) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(files)
}

// keepFile brings a user's file into the store and names it by its content.
func (p *Project) keepFile(path string) (name string, hash assets.Hash, err error) {
	h, err := p.Inputs.Hash(path)
	if err != nil {
		return "", "", err
	}
	fi, err := os.Stat(path)
	if err != nil {
		return "", "", err
	}
	if hash = assets.Hash(h); !p.Store.Has(hash, fi.Size()) {
		if hash, _, err = p.Store.Import(path); err != nil { // by what was copied: the file may change meanwhile
			return "", "", err
		}
	}
	return string(hash[:16]) + strings.ToLower(filepath.Ext(path)), hash, nil
}

// builtinFonts puts greenroom's own faces, and their licence, where both renderers can read them.
func (p *Project) builtinFonts(f *film.Facts) ([]assets.File, error) {
	keep := func(data []byte, name string) (assets.Hash, error) {
		tmp, err := os.CreateTemp(filepath.Dir(p.Store.TempPath("x")), name+"-*")
		if err != nil {
			return "", err
		}
		if _, err := tmp.Write(data); err != nil {
			tmp.Close()
			return "", err
		}
		if err := tmp.Close(); err != nil {
			return "", err
		}
		hash, _, err := p.Store.Adopt(tmp.Name())
		return hash, err
	}
	license, err := keep([]byte(fonts.License), "inter-license")
	if err != nil {
		return nil, err
	}
	out := []assets.File{{Name: "inter-license.txt", Hash: license}}
	for weight := 100; weight <= 900; weight++ {
		face := fonts.Inter(weight)
		key := film.BuiltinFont(weight)
		if same, ok := f.Fonts[film.BuiltinFont(weight-1)]; ok && weight > 100 && fonts.Inter(weight-1).Name == face.Name {
			f.Fonts[key] = same
			continue
		}
		hash, err := keep(face.Data, face.Name)
		if err != nil {
			return nil, err
		}
		loaded, err := typeset.Load(face.Data)
		if err != nil {
			return nil, err
		}
		name := string(hash[:16]) + strings.ToLower(filepath.Ext(face.Name))
		out = append(out, assets.File{Name: name, Hash: hash})
		f.Fonts[key] = film.Font{Media: timeline.Media{File: filepath.Join(p.Path(p.FilesDir()), name), Public: "greenroom/files/" + name}, Face: loaded}
	}
	return out, nil
}

// readFile looks at what a published file is.
func (p *Project) readFile(ctx context.Context, path, kind string, m timeline.Media, f *film.Facts) error {
	base := filepath.Base(path)
	switch kind {
	case "font":
		data, err := os.ReadFile(m.File)
		if err != nil {
			return err
		}
		face, err := typeset.Load(data)
		if err != nil {
			return fault.Wrap(fault.Manifest, err, "name a TrueType or OpenType file of one face", "font %s", base)
		}
		f.Fonts[path] = film.Font{Media: m, Face: face}
		return nil
	case manifest.LayerImage:
		return imageFacts(path, m, f)
	}
	t, err := p.Tools.Find(ctx)
	if err != nil {
		return err
	}
	sound, soundErr := media.ProbeSound(ctx, t, m.File)
	if kind == manifest.LayerAudio {
		if soundErr != nil {
			return fault.New(fault.Media, "convert it: ffmpeg -i "+base+" sound.wav", "%s holds no sound that can be read", base)
		}
		m.Seconds, m.Codec = sound.Seconds, ""
		f.Files[path] = film.File{Media: m, Sound: true}
		return nil
	}
	info, err := media.Probe(ctx, t, m.File)
	if err != nil {
		return fault.New(fault.Media, "convert it: ffmpeg -i "+base+" video.mp4", "%s is no video that can be read", base)
	}
	if info.Width <= 0 || info.Height <= 0 || info.Frames == 0 {
		return fault.New(fault.Media, "name a file with pictures", "%s holds no pictures", base)
	}
	if info.Colour.HDR() {
		hint := fmt.Sprintf("make it a clip (`file: %s`), which is tone-mapped, or convert it: %s", base, info.Colour.Command(base))
		return fault.New(fault.Media, hint, "%s is HDR (%s); films are BT.709", base, info.Colour)
	}
	m.Codec, m.Seconds = info.VideoCodec, info.Duration
	// Both renderers turn it and make its pixels square before they crop.
	m.Width, m.Height = info.ShownWidth, info.ShownHeight
	m.Matrix, m.FullRange = info.Colour.Matrix, info.Colour.FullRange && !info.Colour.RGB
	if m.Matrix == "bt709" || m.Matrix == "gbr" {
		m.Matrix = ""
	}
	if max(m.Width, m.Height) > mostPixels {
		return fault.New(fault.Media, "make its pixels square: ffmpeg -i "+base+" -vf scale=iw*sar:ih,setsar=1 square.mp4", "%s would be %d x %d with its pixels of %s", base, m.Width, m.Height, info.Display.Aspect)
	}
	m.Alpha = info.AlphaPackets > 0 && info.AlphaPackets == info.VideoPackets
	f.Files[path] = film.File{Media: m, Sound: soundErr == nil}
	return nil
}

// maxPixels bounds a picture: 16384 x 8192.
const maxPixels = 1 << 27

func imageFacts(path string, m timeline.Media, f *film.Facts) error {
	base := filepath.Base(path)
	convert := fmt.Sprintf("save it as PNG, JPEG or WebP: ffmpeg -i %s picture.png", base)
	file, err := os.Open(m.File)
	if err != nil {
		return err
	}
	defer file.Close()
	c, _, err := image.DecodeConfig(file)
	if err != nil {
		return fault.New(fault.Media, convert, "%s is no picture that can be read", base)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
		return fault.New(fault.Media, "make it smaller", "%s has %d x %d pixels", base, c.Width, c.Height)
	}
	if _, err := file.Seek(0, 0); err != nil {
		return err
	}
	if turned := orientation(file); turned != 1 {
		return fault.New(fault.Media, "save it upright, as in: magick "+base+" -auto-orient upright.jpg", "%s is a camera's picture that lies on its side (EXIF orientation %d)", base, turned)
	}
	if _, err := file.Seek(0, 0); err != nil {
		return err
	}
	img, _, err := image.Decode(file)
	if err != nil {
		return fault.New(fault.Media, convert, "%s is damaged: %v", base, err)
	}
	m.Width, m.Height = c.Width, c.Height
	if o, ok := img.(interface{ Opaque() bool }); ok {
		m.Alpha = !o.Opaque()
	}
	f.Files[path] = film.File{Media: m}
	return nil
}
