package records

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"greenroom/compose/timeline"
)

func TestAFilmIsUpToDateWhileItsFileIsUnchanged(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "project"), Version: "test"}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.Dir, "out.mp4")
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := &timeline.Film{Name: "a", Width: 16, Height: 16, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 1, Media: map[string]timeline.Media{}}
	key := func(tool string, settings ...string) string {
		t.Helper()
		k, err := s.Key(f, tool, settings...)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := key("7.1", "h264", "0")
	if _, ok := s.UpToDate(path, first); ok {
		t.Error("a film that was never rendered is up to date")
	}
	put("film")
	rendered := Output{Frames: 1, Width: 16, Height: 16, FPS: 25, Seconds: 0.04}
	if err := s.Save(path, first, rendered); err != nil {
		t.Fatal(err)
	}
	if r, ok := s.UpToDate(path, first); !ok || r.Output != rendered {
		t.Errorf("a film that was rendered: %+v %v", r, ok)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.UpToDate(path, first); !ok {
		t.Error("a film whose file was touched is not up to date")
	}
	moved := Store{Dir: filepath.Join(t.TempDir(), "moved"), Version: "test"}
	if err := os.Rename(s.Dir, moved.Dir); err != nil {
		t.Fatal(err)
	}
	if _, ok := moved.UpToDate(filepath.Join(moved.Dir, "out.mp4"), first); !ok {
		t.Error("a project that was moved has lost its films")
	}
	if err := os.Rename(moved.Dir, s.Dir); err != nil {
		t.Fatal(err)
	}
	f.Frames = 2
	for what, k := range map[string]string{
		"another film": key("7.1", "h264", "0"), "another ffmpeg": key("7.2", "h264", "0"),
		"another preset": key("7.1", "h265", "0"), "another quality": key("7.1", "h264", "30"),
	} {
		if _, ok := s.UpToDate(path, k); ok || k == first {
			t.Errorf("%s is up to date", what)
		}
	}
	for what, text := range map[string]string{"cut short": "fil", "of the same length": "fimm"} {
		put(text)
		if err := os.Chtimes(path, later.Add(time.Hour), later.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, ok := s.UpToDate(path, first); ok {
			t.Errorf("a file that was %s is up to date", what)
		}
	}
	put("film")
	if err := os.WriteFile(s.recordFile(path), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.UpToDate(path, first); ok {
		t.Error("a corrupt record is trusted")
	}
}

// TestKeyIsStable: records of earlier versions stay valid.
func TestKeyIsStable(t *testing.T) {
	f := &timeline.Film{Name: "a", Width: 16, Height: 16, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 1, Media: map[string]timeline.Media{}}
	key, err := Store{Version: "test"}.NativeKey(f, "7.1", "h264", 0, Whole)
	if want := "995d52f6734127e1e236826821c6460ea85174fd3dc772ad3d501152fa25216b"; err != nil || key != want {
		t.Errorf("%s, want %s: %v", key, want, err)
	}
}

// TestFilesOfRecords: a file is listed while it exists in the recorded size, wherever it is.
func TestFilesOfRecords(t *testing.T) {
	s := Store{Dir: t.TempDir(), Version: "test"}
	inside, outside := filepath.Join(s.Dir, "out", "tour-9x16.mp4"), filepath.Join(t.TempDir(), "card.webm")
	for _, path := range []string{inside, outside} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("film"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Save(path, "key", Output{Frames: 50, FPS: 25}); err != nil {
			t.Fatal(err)
		}
	}
	list := s.Files()
	if f := list[inside]; len(list) != 2 || f.Name != "tour-9x16" || f.Path != inside || f.Bytes != 4 || f.Frames != 50 || f.Time == 0 {
		t.Errorf("%+v", list)
	}
	if list[outside].Name != "card" {
		t.Errorf("%+v", list[outside])
	}
	if err := os.WriteFile(inside, []byte("replaced"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(outside); err != nil {
		t.Fatal(err)
	}
	if list := s.Files(); len(list) != 0 {
		t.Errorf("a file that was replaced and one that was removed: %+v", list)
	}
}

// TestCurrentFilm: a film that ffmpeg encoded is found by its key, any other by the times of what it shows.
func TestCurrentFilm(t *testing.T) {
	s := Store{Dir: t.TempDir(), Version: "test"}
	path, manifest := filepath.Join(s.Dir, "a.mp4"), filepath.Join(s.Dir, "greenroom.yaml")
	picture := filepath.Join(s.Dir, "a.png")
	now := time.Now()
	put := func(path string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte("film"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	put(manifest, now)
	put(picture, now)
	put(path, now.Add(time.Minute))
	f := &timeline.Film{Name: "a", Width: 16, Height: 16, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 1,
		Media: map[string]timeline.Media{"p": {File: picture, Public: "p"}}}
	file := File{Path: path, Time: now.Add(time.Minute).UnixNano()}
	if !s.Current(f, "", manifest, file) {
		t.Error("a file that is newer than what it shows is not current")
	}
	put(manifest, now.Add(2*time.Minute))
	if s.Current(f, "7.1", manifest, file) {
		t.Error("a file that is older than the manifest is current")
	}
	key, err := s.NativeKey(f, "7.1", "h264", 0, Pieces)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(path, key, Output{}); err != nil {
		t.Fatal(err)
	}
	if !s.Current(f, "7.1", manifest, file) {
		t.Error("a file with the film's key is not current")
	}
	f.Frames = 2
	if s.Current(f, "7.1", manifest, file) {
		t.Error("another film is current")
	}
	put(manifest, now)
	if err := os.Remove(picture); err != nil {
		t.Fatal(err)
	}
	if s.Current(f, "", manifest, file) {
		t.Error("a film whose picture is missing is current")
	}
}
