package segments

import (
	"context"
	"fmt"
	"maps"
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

	content map[string]string // of Timeline.Media
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
		Encoding: Encoding{Preset: s.preset, FFmpeg: s.ffmpeg}, Content: s.content,
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
	s.progress.made.Clear()
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

// cache is a shared cache of pieces in memory.
type cache struct {
	from       *studio // whose store has the files; nil if the cache cannot be reached
	to         *studio
	records    map[string]Record
	lie        func(*Record)
	sent       int
	distrusted []string
}

func (c *cache) Fetch(_ context.Context, key string) (Record, bool) {
	r, ok := c.records[key]
	if !ok || c.from == nil {
		return Record{}, false
	}
	if c.lie != nil {
		c.lie(&r)
	}
	b, err := os.ReadFile(c.from.Store.Path(assets.Hash(r.Hash)))
	if err != nil {
		return Record{}, false
	}
	tmp := c.to.Store.TempPath("fetched")
	if os.WriteFile(tmp, b, 0o600) != nil {
		return Record{}, false
	}
	hash, size, err := c.to.Store.Adopt(tmp)
	r.Hash, r.Bytes = string(hash), size
	return r, err == nil
}

func (c *cache) Send(_ context.Context, r Record) { c.sent++; c.records[r.Key] = r }

func (c *cache) Distrust(key string) { c.distrusted = append(c.distrusted, key) }

// TestACacheThatLiesCostsTimeAlone: its records name other pieces, too few frames, or sound instead of pictures.
func TestACacheThatLiesCostsTimeAlone(t *testing.T) {
	a := newStudio(t)
	c := &cache{from: a, records: map[string]Record{}}
	a.Shared = c
	f := film("#FF0000")
	good := a.render(f, 90)
	want := hashes(t, good.Path)
	short := film("#FF0000")
	short.Frames, short.Layers[0].Frames = 60, 60
	other := a.render(short, 60)
	sound := good.Objects[len(good.Objects)-1]
	for name, lie := range map[string]func(*Record){
		"truth":             func(*Record) {},
		"a shorter piece":   func(r *Record) { r.Hash = other.Objects[0] },
		"other parameters":  func(r *Record) { r.Parameters = "others" },
		"sound as pictures": func(r *Record) { r.Hash = sound },
		"another length":    func(r *Record) { r.Frames++ },
	} {
		t.Run(name, func(t *testing.T) {
			b := newStudio(t)
			mine := *c
			mine.to, mine.lie, mine.records = b, lie, maps.Clone(c.records)
			b.Shared = &mine
			encoded := 90
			if name == "truth" {
				encoded = 0
			}
			res := b.render(f, encoded)
			if (len(mine.distrusted) > 0) != (encoded > 0) {
				t.Errorf("%d records are not trusted", len(mine.distrusted))
			}
			if hashes(t, res.Path) != want {
				t.Error("the film has other pictures")
			}
			b.render(f, 0)
		})
	}
	// One that cannot be reached is as none.
	b := newStudio(t)
	b.Shared = &cache{to: b, records: c.records}
	b.render(f, 90)
}

// hashes returns the hashes of a film's decoded frames and sound.
func hashes(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-i", file, "-f", "framemd5", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestAFilmWhoseEverySecondChanges: an edit of every scene encodes everything, an edit of one encodes one piece.
// Scenes of a second are shorter than a piece.
func TestAFilmWhoseEverySecondChanges(t *testing.T) {
	s := newStudio(t)
	seconds := func(colour func(i int) string) *timeline.Film {
		f := film()
		for i := range 12 {
			f.Layers = append(f.Layers, timeline.Layer{
				ID: fmt.Sprint("second ", i), Kind: timeline.KindFill, From: 30 * i, Frames: 30, Opacity: 1,
				Box: timeline.Rect{W: 64, H: 36}, Fill: &timeline.Fill{Colors: []string{colour(i)}},
			})
		}
		f.Frames = 12 * 30
		return f
	}
	s.render(seconds(func(i int) string { return fmt.Sprintf("#%02X0000", 10*i) }), 360)
	s.render(seconds(func(i int) string { return fmt.Sprintf("#00%02X00", 10*i+5) }), 360)
	res, err := s.try(seconds(func(i int) string {
		if i == 6 {
			return "#0000FF"
		}
		return fmt.Sprintf("#00%02X00", 10*i+5)
	}))
	if err != nil || res.Encoded == 0 || res.Encoded > 90 || res.Encoded+res.Reused != 360 {
		t.Errorf("an edit of one second encoded %d of 360 frames, reused %d: %v", res.Encoded, res.Reused, err)
	}
}

// TestAFileIsProbedOnce counts the probes of a video that several pieces and the sound show.
func TestAFileIsProbedOnce(t *testing.T) {
	s := newStudio(t)
	clip := filepath.Join(s.dir, "clip.mp4")
	args := []string{"-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x36:r=30000/1001:d=13", "-f", "lavfi", "-i", "sine=d=13",
		"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", clip}
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	log := filepath.Join(s.dir, "probes")
	probe := filepath.Join(s.dir, "ffprobe")
	text := "#!/bin/sh\nfor a; do last=$a; done\necho \"$last\" >>" + log + "\nexec " + s.Tools.FFprobe + ` "$@"` + "\n"
	if err := os.WriteFile(probe, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	s.Tools.FFprobe, s.content = probe, map[string]string{"clip": strings.Repeat("0", 64)}
	f := film("#FF0000", "#00FF00", "#0000FF", "#FFFFFF")
	f.Media = map[string]timeline.Media{"clip": {File: clip, Width: 64, Height: 36}}
	f.Layers = append(f.Layers, timeline.Layer{
		ID: "clip", Kind: timeline.KindVideo, Frames: f.Frames, Opacity: 1, Box: timeline.Rect{W: 32, H: 18},
		Video: &timeline.Video{Media: "clip", Crop: timeline.Rect{W: 64, H: 36}},
	})
	f.Sounds = []timeline.Sound{{ID: "sound", Media: "clip", Frames: f.Frames, Gain: []timeline.Point{{Gain: 1}}}}
	s.render(f, 360)
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), clip+"\n"); n != 1 {
		t.Errorf("the clip was probed %d times:\n%s", n, b)
	}
}
