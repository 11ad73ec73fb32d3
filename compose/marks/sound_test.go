package marks

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sounds returns files that ffmpeg made of one sound: with a tag of each version, without one, and of an odd length.
func sounds(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	var out []string
	args := []string{"-v", "error", "-f", "lavfi", "-i", "sine=d=0.3"}
	for _, f := range [][]string{{"a.wav"}, {"-c:a", "pcm_u8", "-t", "0.10001", "odd.wav"}, {"-metadata", "title=Grüße", "v4.mp3"},
		{"-metadata", "title=Grüße", "-id3v2_version", "3", "v3.mp3"}, {"-id3v2_version", "0", "plain.mp3"}} {
		path := filepath.Join(dir, f[len(f)-1])
		args = append(append(args, f[:len(f)-1]...), path)
		out = append(out, path)
	}
	if b, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return out
}

func TestMarkedSoundsKeepTheirSamples(t *testing.T) {
	t.Parallel()
	for _, path := range sounds(t) {
		name := filepath.Base(path)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []Source{Generated, Composite} { // the second mark replaces the first
			if err := Write(path, s); err != nil {
				t.Fatal(err)
			}
			if got, err := Read(path); err != nil || got != (Found{Source: s}) {
				t.Errorf("%s: %+v %v", name, got, err)
			}
		}
		after, err := os.ReadFile(path)
		if err != nil || bytes.Count(after, []byte("<?xpacket begin")) != 1 {
			t.Errorf("%s: %v, %d marks", name, err, bytes.Count(after, []byte("<?xpacket begin")))
		}
		same := before[12:] // after the size
		if filepath.Ext(name) == ".mp3" {
			_, same, _ = bytes.Cut(before, []byte("\xff\xfb"))
		}
		if !bytes.Contains(after, same) {
			t.Errorf("%s: the sound changed", name)
		}
		checkFFmpeg(t, path)
	}
}

// checkFFmpeg: ffmpeg plays a marked file without a complaint, and reports the private frame of an MP3 next to a title that
// was there.
func checkFFmpeg(t *testing.T, path string) {
	t.Helper()
	args, want := []string{"ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-"}, []string{}
	if filepath.Ext(path) == ".mp3" {
		args = []string{"ffprobe", "-v", "warning", "-show_entries", "format_tags", path}
		want = append(want, Composite.URL())
		if filepath.Base(path) != "plain.mp3" {
			want = append(want, "title=Grüße")
		}
	}
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil || len(want) == 0 && len(out) > 0 {
		t.Errorf("%s: %v %s", path, err, out)
	}
	for _, text := range want {
		if !strings.Contains(string(out), text) {
			t.Errorf("%s has no %s: %s", path, text, out)
		}
	}
}

func TestMarkedSequence(t *testing.T) {
	t.Parallel()
	picture, err := os.ReadFile(filepath.Join(pictures(t), "a.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Source{"", Generated} {
		path := filepath.Join(t.TempDir(), "a.zip")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(f)
		w, err := z.CreateHeader(&zip.FileHeader{Name: "00001.png", Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if err := Copy(w, bytes.NewReader(picture), int64(len(picture)), s); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(path); err != nil || got != (Found{Source: s}) {
			t.Errorf("%q: %+v %v", s, got, err)
		}
		b, err := os.ReadFile(path)
		if err != nil || s == "" && !bytes.Contains(b, picture) {
			t.Errorf("%q: %v: the picture changed", s, err)
		}
	}
}
