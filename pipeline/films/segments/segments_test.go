package segments

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/compose/timeline"
)

// film returns a film of scenes of 3 s, each a colour that slides in, at 29.97 fps.
func film(colors ...string) *timeline.Film {
	f := &timeline.Film{
		Name: "film", Width: 64, Height: 36, FPS: timeline.Rate{Num: 30000, Den: 1001}, Frames: 90 * len(colors),
	}
	for i, c := range colors {
		f.Layers = append(f.Layers, timeline.Layer{
			ID: fmt.Sprint("scene ", i), Kind: timeline.KindFill, From: 90 * i, Frames: 90, Opacity: 1,
			Box: timeline.Rect{W: 64, H: 36}, Fill: &timeline.Fill{Colors: []string{c}},
			Enter: timeline.Motion{Frames: 12, DX: 64, Fade: true},
		})
	}
	return f
}

// studio renders films in a folder.
type studio struct {
	testing.TB
	Maker
	dir    string
	preset *native.Preset
	ffmpeg string
}

func newStudio(t testing.TB) *studio {
	t.Helper()
	dir := t.TempDir()
	store, err := assets.Open(filepath.Join(dir, "store"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	tools, err := media.FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	s := &studio{TB: t, dir: dir, preset: &native.Presets[0], ffmpeg: tools.Version}
	s.Store, s.Tools, s.WorkDir = store, tools, filepath.Join(dir, "work")
	s.Index = Index{Dir: filepath.Join(dir, "pieces")}
	return s
}

func (s *studio) try(f *timeline.Film) (Result, error) {
	return s.Render(s.Context(), Film{
		Timeline: f, Out: filepath.Join(s.dir, "film"+s.preset.Exts[0]),
		Encoding: Encoding{Preset: s.preset, FFmpeg: s.ffmpeg},
	}, nil)
}

// render renders a film and checks how many of its frames were encoded.
func (s *studio) render(f *timeline.Film, encoded int) Result {
	s.Helper()
	res, err := s.try(f)
	if err != nil {
		s.Fatal(err)
	}
	if res.Encoded != encoded || res.Encoded+res.Reused != f.Frames || res.Frames != f.Frames {
		s.Errorf("%d frames encoded, %d reused, %d in the file; want %d of %d", res.Encoded, res.Reused, res.Frames,
			encoded, f.Frames)
	}
	return res
}

// TestOnlyPiecesThatChangedAreEncoded, also in another film and with other names.
func TestOnlyPiecesThatChangedAreEncoded(t *testing.T) {
	s := newStudio(t)
	s.render(film("#FF0000", "#00FF00", "#0000FF"), 270)
	s.render(film("#FF0000", "#00FF00", "#0000FF"), 0)
	s.render(film("#FF0000", "#FFFF00", "#0000FF"), 90) // a row's scene
	s.render(film("#FF0000", "#FF00FF", "#0000FF"), 90) // that of another row
	longer := film("#FF0000", "#FFFFFF", "#00FF00", "#0000FF")
	longer.Name, longer.Layers[3].ID = "another", "renamed"
	s.render(longer, 90)
	s.render(film("#808080", "#818181", "#828282"), 270) // every second differs
	s.render(film("#FFF000", "#FFF000", "#FFF000"), 90)  // one piece, shown three times
	s.Fresh = true
	s.made.Clear()
	s.render(film("#FF0000", "#00FF00"), 180)
	s.render(film("#FF0000", "#FFFF00"), 90) // each piece once, in all films of a run
}

func TestAFilmOfOneSecondIsOnePiece(t *testing.T) {
	s := newStudio(t)
	f := film("#102030")
	f.Frames, f.Layers[0].Frames = 30, 30
	if res := s.render(f, 30); len(res.Objects) != 2 {
		t.Errorf("%d files, want pictures and sound", len(res.Objects))
	}
	s.render(f, 0)
}

// TestACorruptPieceIsEncodedAgain: also when its size is the same.
func TestACorruptPieceIsEncodedAgain(t *testing.T) {
	s := newStudio(t)
	f := film("#FF0000", "#00FF00", "#0000FF")
	res := s.render(f, 270)
	good, err := os.ReadFile(res.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []func(path string, b []byte) error{
		func(path string, b []byte) error { b[len(b)/2] ^= 1; return os.WriteFile(path, b, 0o600) },
		func(path string, b []byte) error { return os.WriteFile(path, b[:len(b)/2], 0o600) },
		func(path string, _ []byte) error { return os.Remove(path) },
	} {
		path := s.Store.Path(assets.Hash(res.Objects[1]))
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := damage(path, b); err != nil {
			t.Fatal(err)
		}
		s.render(f, 90)
		if again, err := os.ReadFile(res.Path); err != nil || string(again) != string(good) {
			t.Errorf("the film differs after a piece was encoded again: %v", err)
		}
	}
	for _, key := range res.keys(s) {
		if err := os.WriteFile(s.Index.file(key), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.render(f, 90)
}

// keys returns the keys of a film's second piece; versions of ffmpeg may write the same bytes.
func (r Result) keys(s *studio) (list []string) {
	entries, err := os.ReadDir(s.Index.Dir)
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range entries {
		key := strings.TrimSuffix(e.Name(), ".json")
		if rec, _ := s.Index.Get(key); rec.Hash == r.Objects[1] {
			list = append(list, key)
		}
	}
	return list
}

// TestFilmsOfTwoVersionsDoNotMix: another version of ffmpeg encodes everything again, and so does the same version
// whose encoder writes other parameters.
func TestFilmsOfTwoVersionsDoNotMix(t *testing.T) {
	s := newStudio(t)
	f := film("#FF0000", "#00FF00")
	res := s.render(f, 180)
	s.ffmpeg = "another"
	s.render(f, 180)
	s.ffmpeg = s.Tools.Version
	for _, key := range res.keys(s) {
		r, _ := s.Index.Get(key)
		r.Parameters = "others"
		if err := s.Index.Set(r); err != nil {
			t.Fatal(err)
		}
	}
	s.render(f, 180)
	s.render(f, 0)
}

// TestAFullDiskWhileJoining leaves the pieces for the next try, and no film.
func TestAFullDiskWhileJoining(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Log("this system has no /dev/full")
		return
	}
	s := newStudio(t)
	part := filepath.Join(s.dir, "film.part.mp4")
	if err := os.Symlink("/dev/full", part); err != nil {
		t.Fatal(err)
	}
	f := film("#FF0000", "#00FF00")
	if _, err := s.try(f); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "film.mp4")); err == nil {
		t.Error("there is a film")
	}
	s.render(f, 0)
}
