package standin

import (
	"fmt"
	"path/filepath"
	"testing"
)

// With the user's own sound a stand-in is exactly as long as a drawn clip with the same sound,
// wherever the sound ends within a frame; words, where they are known, move the mouth.
func TestOwnSoundIsAsLongWhoeverDrawsIt(t *testing.T) {
	t.Parallel()
	m := realMaker(t)
	dir := t.TempDir()
	s := Spec{Width: 128, Height: 128, FPS: 25, Presenter: "one"}
	l, err := m.Library(t.Context(), filepath.Join(dir, "lib"), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, seconds := range []float64{1, 1.199, 1.2, 1.2001, 1.239, 0.5} {
		v := speaking(seconds)
		s.AudioPath = filepath.Join(dir, fmt.Sprintf("%g.wav", seconds))
		if err := v.write(s.AudioPath); err != nil {
			t.Fatal(err)
		}
		s.Words = []Word{{"boom", 0.3, 0.45}}
		drawn, err := m.Make(t.Context(), s, filepath.Join(dir, "drawn.webm"))
		if err != nil {
			t.Fatal(err)
		}
		q, err := m.Quick(t.Context(), l, s, filepath.Join(dir, "voice"), filepath.Join(dir, "quick.webm"))
		if err != nil {
			t.Fatal(err)
		}
		if q.Frames != drawn.Frames || q.Duration != drawn.Duration {
			t.Errorf("%g s: %d frames quick, %d drawn", seconds, q.Frames, drawn.Frames)
		}
		if video, _, _, _ := probe(t, filepath.Join(dir, "quick.webm")); video != drawn.Frames {
			t.Errorf("%g s: %d coded frames, want %d", seconds, video, drawn.Frames)
		}
		if len(q.Words) != 1 || q.Words[0].Text != "boom" {
			t.Errorf("words %v", q.Words)
		}
	}
	again := filepath.Join(dir, "again.wav")
	if d, err := m.WAV(t.Context(), filepath.Join(dir, "drawn.webm"), again); err != nil || d < 0.5 || d > 0.56 {
		t.Errorf("%g s of sound: %v", d, err)
	}
}
