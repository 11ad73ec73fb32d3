package lockfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greenroom/internal/fault"
)

var hash = strings.Repeat("ab", 32)

func sample() *File {
	f := newFile()
	for _, n := range []string{"pricing", "1", "intro"} {
		f.Set(Entry{
			Clip: n, TakeKey: hash, Route: "v2-key", VideoID: "7e1", Master: hash, MasterBytes: 12, Duration: 1.5,
			Inputs:     MakeInputs([2]string{"script", "aa"}, [2]string{"avatar", "bb"}),
			Info:       Info{Width: 1280, Height: 720, FPSNum: 25, FPSDen: 1, Frames: 38, Duration: 1.52, Transparent: true, Box: Box{4, 8, 600, 712}, OutWidth: 600, OutHeight: 712},
			Renditions: map[string]Rendition{"webm": {hash, hash, 5}, "poster": {hash, hash, 6}},
		})
	}
	return f
}

func TestRoundTripIsStableAndSorted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "greenroom.lock")
	if err := sample().Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sample().clips, got.clips); d != "" {
		t.Error(d)
	}
	a, _ := sample().Encode()
	b, _ := got.Encode()
	if string(a) != string(b) || strings.Index(string(a), "  1:") > strings.Index(string(a), "  intro:") {
		t.Errorf("unstable:\n%s\n%s", a, b)
	}
}

func TestNonsenseIsRefusedWithItsPlace(t *testing.T) {
	good, _ := sample().Encode()
	for name, text := range map[string]string{
		"conflict markers": "<<<<<<< HEAD\n" + string(good),
		"unknown key":      strings.Replace(string(good), "route:", "rout:", 1),
		"short hash":       strings.Replace(string(good), hash, "abc", 1),
		"path for a name":  strings.Replace(string(good), "  intro:", "  ../x:", 1),
		"newer":            "version: 9\nclips: {}\n",
		"negative":         strings.Replace(string(good), "frames: 38", "frames: -1", 1),
	} {
		_, err := Parse("greenroom.lock", []byte(text))
		if fault.KindOf(err) != fault.Manifest || !strings.Contains(fault.Format(err, true), "greenroom.lock:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMissingFileIsEmpty(t *testing.T) {
	f, err := Load(filepath.Join(t.TempDir(), "none"))
	if err != nil || len(f.clips) != 0 {
		t.Errorf("%v %v", f, err)
	}
}

func FuzzParse(f *testing.F) {
	good, _ := sample().Encode()
	f.Add(good)
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := Parse("l", b); err == nil {
			if _, err := got.Encode(); err != nil {
				t.Errorf("accepted and cannot be written: %v", err)
			}
		}
	})
}

// TestBothReadingsAgree: entry by entry and in one piece give the same file, and what is
// not laid out as ours is read in one piece.
func TestBothReadingsAgree(t *testing.T) {
	text, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	quick := blocks(string(text), newFile())
	if quick == nil {
		t.Fatal("our own text is not read entry by entry")
	}
	slow, err := Parse("greenroom.lock", bytes.Replace(text, []byte(header), []byte("# by hand\n"), 1))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(slow.clips, quick.clips); d != "" {
		t.Error(d)
	}
	e, _ := quick.Get("intro")
	e.MasterBytes++
	quick.Set(e)
	again, err := quick.Encode()
	if err != nil || !bytes.Contains(again, []byte("bytes: 13")) || bytes.Equal(text, again) {
		t.Errorf("a changed entry is written as before: %v\n%s", err, again)
	}
	quick.Drop("pricing")
	if short, err := quick.Encode(); err != nil || bytes.Contains(short, []byte("pricing")) {
		t.Errorf("%v\n%s", err, short)
	}
	for name, other := range map[string]string{
		"a clip twice": string(text) + "  intro:\n    take: " + hash + "\n    master: " + hash + "\n",
		"cut off":      string(text[:len(text)-3]),
		"no key":       strings.Replace(string(text), "  intro:", "  intro", 1),
		"other indent": strings.Replace(string(text), "    take", "     take", 1),
	} {
		if blocks(other, newFile()) != nil {
			t.Errorf("%s is read entry by entry", name)
		}
	}
}

func BenchmarkTenThousand(b *testing.B) {
	f := newFile()
	for i := range 10_000 {
		e, _ := sample().Get("intro")
		e.Clip, e.VideoID, e.Inputs = fmt.Sprintf("clip-%d", i), hash[:32], MakeInputs([2]string{"script", hash[:12]}, [2]string{"avatar", hash[:12]})
		f.Set(e)
	}
	text, err := f.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Parse("l", text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode after one change", func(b *testing.B) {
		for b.Loop() {
			e, _ := f.Get("clip-77")
			f.Set(e)
			if _, err := f.Encode(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestReload: a changed entry is read, an equal one is taken over, and what the text no
// longer holds is gone.
func TestReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "greenroom.lock")
	before := sample()
	if err := before.Save(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, tail, _ := strings.Cut(string(text), "  intro:\n")
	intro, _ := before.Get("intro")
	for name, c := range map[string]struct {
		text string
		same bool
	}{
		"equal":   {string(text), true},
		"changed": {head + "  intro:\n" + strings.Replace(tail, "bytes: 12", "bytes: 14", 1), false},
		"by hand": {"# by hand\n" + strings.TrimPrefix(string(text), header), false},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := before.Reload(path)
		if err != nil {
			t.Fatal(name, err)
		}
		e, ok := got.Get("intro")
		intro.Renditions["seen"] = Rendition{Key: "through the same map"}
		taken := e.Renditions["seen"].Key != ""
		delete(intro.Renditions, "seen")
		if !ok || taken != c.same || len(got.clips) != len(before.clips) {
			t.Errorf("%s: taken over %v, %+v", name, taken, e)
		}
		if name == "changed" && e.MasterBytes != 14 {
			t.Errorf("changed: %d bytes", e.MasterBytes)
		}
	}
	os.Remove(path)
	if got, err := before.Reload(path); err != nil || len(got.clips) != 0 {
		t.Errorf("a file that is gone: %v, %d clips", err, len(got.clips))
	}
}

// TestAWarningThatWasNotCleanedIsRefused: a cache's record or an edited lockfile must not
// steer a terminal.
func TestAWarningThatWasNotCleanedIsRefused(t *testing.T) {
	for name, text := range map[string]string{"escape": `"\x1b[2J"`, "line break": `"a\nb"`, "direction": `"a\u202Eb"`, "endless": strings.Repeat("a", MaxWarning+1)} {
		f := sample()
		b, err := f.Encode()
		if err != nil {
			t.Fatal(err)
		}
		bad := strings.Replace(string(b), "    bytes:", "    warning: "+text+"\n    bytes:", 1)
		if _, err := Parse("greenroom.lock", []byte(bad)); err == nil || !strings.Contains(err.Error(), "warning") {
			t.Errorf("%s was read: %v", name, err)
		}
	}
}
