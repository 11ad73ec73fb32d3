package media

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"greenroom/internal/fault"
)

func TestProbeSoundCountsPackets(t *testing.T) {
	tools, err := FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, want := range map[string]SoundInfo{"a.wav": {"pcm_s16le", 2.5}, "a.mp3": {"mp3", 2.5},
		"a.m4a": {"aac", 2.5}, "a.ogg": {"vorbis", 2.5}} {
		path := filepath.Join(dir, name)
		args := []string{"-v", "error", "-f", "lavfi", "-i", "sine=440:d=2.5:r=48000"}
		if name == "a.mp3" {
			args = append(args, "-write_xing", "0", "-q:a", "5") // whose length can only be guessed from its header
		}
		if name == "a.ogg" {
			args = append(args, "-c:a", "libvorbis")
		}
		if out, err := exec.Command(tools.FFmpeg, append(args, path)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		got, err := ProbeSound(t.Context(), tools, path)
		if err != nil {
			t.Fatal(err)
		}
		// A codec adds up to two of its frames.
		if got.Codec != want.Codec || got.Seconds < want.Seconds-0.001 || got.Seconds > want.Seconds+0.1 {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	text := filepath.Join(dir, "a.txt")
	if err := os.WriteFile(text, []byte("no sound"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ProbeSound(t.Context(), tools, text); fault.KindOf(err) != fault.Media {
		t.Errorf("%v", err)
	}
}
