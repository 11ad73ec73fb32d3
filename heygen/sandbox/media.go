package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"greenroom/compose/standin"
	"greenroom/internal/atomicfile"
)

// filmMaker is a MediaMaker that can also render scenes, pictures behind presenters and captions.
type filmMaker interface {
	Film(ctx context.Context, f standin.Film, out string) (standin.Result, error)
}

// dubber is a MediaMaker that can also give footage another sound.
type dubber interface {
	Dub(ctx context.Context, d standin.Dub, out string) (standin.Result, error)
}

// cannedPicture is the picture that is shown instead of one on another machine.
const cannedPicture = "canned"

// media renders a request's file, or returns the file of an equal one, and the file with captions where one was
// requested. Equal requests at the same time wait for one rendering.
func (s *Server) media(q request) (res standin.Result, file, captioned string, err error) {
	if maker, ok := s.o.Media.(dubber); ok && q.Footage != "" && !q.WebM && !s.o.Canned {
		res, file, err = s.dubbed(maker, q)
		return res, file, "", err
	}
	f, err := s.filmRequest(q)
	if err != nil {
		return res, "", "", err
	}
	res, file, err = s.filmFile(f)
	if err == nil && q.Captioned {
		look := q.Subtitles
		f.Scenes[0].Captions = standin.Captions{On: !s.o.Canned, Size: int(look.Size), Alignment: look.Alignment}
		_, captioned, err = s.filmFile(f)
	}
	return res, file, captioned, err
}

// filmRequest returns the scenes of a request.
func (s *Server) filmRequest(q request) (f standin.Film, err error) {
	list := q.Scenes
	if len(list) == 0 {
		list = []request{q}
	}
	for _, one := range list {
		scene := standin.Scene{Spec: one.spec(s), Empty: one.Empty, Seconds: one.Seconds}
		switch one.Picture {
		case "":
		case cannedPicture:
			scene.Picture, err = s.cannedFile()
		default:
			scene.Picture = filepath.Join(s.o.Dir, "assets", one.Picture)
		}
		f.Scenes = append(f.Scenes, scene)
	}
	if s.o.Canned {
		return standin.Film{Scenes: []standin.Scene{{Spec: canned(f.Scenes[0].Spec)}}}, err
	}
	return f, err
}

// plain reports a film that is one presenter alone.
func plain(f standin.Film) bool {
	one := f.Scenes[0]
	return len(f.Scenes) == 1 && !one.Captions.On && one.Picture == "" && !one.Empty && one.Seconds == 0
}

func (s *Server) filmFile(f standin.Film) (standin.Result, string, error) {
	ext := ".mp4"
	if f.Scenes[0].Format == standin.AlphaWebM {
		ext = ".webm"
	}
	name := contentName(f) + ext
	if plain(f) {
		name = contentName(f.Scenes[0].Spec) + ext
	}
	return s.made(name, ext, func(out string) (standin.Result, error) { return s.make(f, out) })
}

// dubbed returns footage with the sound of a request.
func (s *Server) dubbed(maker dubber, q request) (standin.Result, string, error) {
	footage := filepath.Join(s.o.Dir, filepath.FromSlash(q.Footage))
	d := standin.Dub{Video: footage, Spec: q.spec(s), KeepLength: q.KeepLength}
	make := func(out string) (standin.Result, error) { return maker.Dub(s.ctx, d, out) }
	return s.made(contentName(d)+".mp4", ".mp4", make)
}

// made returns a rendered file, which equal requests share.
func (s *Server) made(name, ext string, make func(out string) (standin.Result, error)) (standin.Result, string, error) {
	res, err, _ := s.rendering.Do(name, func() (any, error) { return s.render(name, ext, make) })
	return res.(standin.Result), name, err
}

func contentName(v any) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%#v", v))
	return hex.EncodeToString(h[:12])
}

// make renders with what the maker can do: one without films shows the first scene.
func (s *Server) make(f standin.Film, out string) (standin.Result, error) {
	if m, ok := s.o.Media.(filmMaker); ok && !plain(f) {
		return m.Film(s.ctx, f, out)
	}
	return s.o.Media.Make(s.ctx, f.Scenes[0].Spec, out)
}

func (s *Server) render(name, ext string, make func(out string) (standin.Result, error)) (standin.Result, error) {
	path := filepath.Join(s.o.Dir, "media", name)
	var res standin.Result
	if b, err := os.ReadFile(path + ".json"); err == nil && json.Unmarshal(b, &res) == nil {
		if _, err := os.Stat(path); err == nil {
			return res, nil
		}
	}
	tmp := filepath.Join(s.o.Dir, "media", "."+newID()+ext)
	defer os.Remove(tmp)
	res, err := make(tmp)
	if err != nil {
		return res, err
	}
	if err := atomicfile.Commit(tmp, path); err != nil {
		return res, err
	}
	for ext, text := range map[string][]byte{
		".srt": srt(res.Words), ".vtt": vtt(res.Words), ".ass": ass(res.Words),
	} {
		if _, err := atomicfile.WriteBytes(sidecar(path, ext), 0o600, text); err != nil {
			return res, err
		}
	}
	b, err := json.Marshal(res)
	if err == nil {
		_, err = atomicfile.WriteBytes(path+".json", 0o600, b)
	}
	return res, err
}

// canned returns the one request that is rendered for all of its size and format.
func canned(p standin.Spec) standin.Spec {
	return standin.Spec{
		Silence: 2, Width: p.Width, Height: p.Height, Scale: 1, Background: p.Background, Format: p.Format,
	}
}

// cannedFile returns the path of the picture for links to other machines.
func (s *Server) cannedFile() (string, error) {
	path := filepath.Join(s.o.Dir, "media", "canned.png")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	var b strings.Builder
	if err := png.Encode(&b, scenery("canned", 1280, 720)); err != nil {
		return "", err
	}
	_, err := atomicfile.WriteBytes(path, 0o600, []byte(b.String()))
	return path, err
}
