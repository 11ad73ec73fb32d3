package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"greenroom/compose/media"
)

// footage makes files with ffmpeg: an opaque WebM, a turned MP4 with two sounds, a WebM that is cut, no video.
func footage(t *testing.T, dir string) {
	t.Helper()
	for name, args := range map[string]string{
		"opaque.webm": "-f lavfi -i testsrc=size=320x180:rate=25:duration=1 -c:v libvpx-vp9 -deadline realtime -cpu-used 8",
		"sounds.mp4": "-f lavfi -i testsrc=size=320x180:rate=25:duration=1 -f lavfi -i sine=duration=1 -f lavfi -i sine=f=880:duration=1" +
			" -map 0 -map 1 -map 2 -ac 2 -c:v libx264 -pix_fmt yuv420p",
	} {
		all := append([]string{"-v", "error", "-y"}, strings.Fields(args)...)
		if out, err := exec.CommandContext(t.Context(), "ffmpeg", append(all, filepath.Join(dir, name))...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
	}
	turn := []string{"-v", "error", "-y", "-display_rotation", "90", "-i", filepath.Join(dir, "sounds.mp4"), "-map", "0", "-c", "copy", filepath.Join(dir, "turned.mp4")}
	if _, err := exec.CommandContext(t.Context(), "ffmpeg", turn...).CombinedOutput(); err != nil { // ffmpeg 5 has it not: the tag of older files does
		turn = []string{"-v", "error", "-y", "-i", filepath.Join(dir, "sounds.mp4"), "-map", "0", "-c", "copy", "-metadata:s:v", "rotate=90", filepath.Join(dir, "turned.mp4")}
		if out, err := exec.CommandContext(t.Context(), "ffmpeg", turn...).CombinedOutput(); err != nil {
			t.Fatalf("turned.mp4: %v: %s", err, out)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "opaque.webm"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"cut.webm": b[:len(b)/2], "words.webm": []byte("no video at all")} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFilesAreCheckedWithPicturesAndWithoutPaths: the page shows each file that decodes, and names no folder and no
// pointer of this machine; the JSON has a verdict for every file, also for one that cannot be read.
func TestFilesAreCheckedWithPicturesAndWithoutPaths(t *testing.T) {
	dir := t.TempDir()
	footage(t, dir)
	run := func(args ...string) (string, int) {
		var out, errs strings.Builder
		code := Main(t.Context(), args, Env{
			Dir: dir, Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }, LookPath: exec.LookPath, Now: time.Now,
		})
		return out.String() + errs.String(), code
	}
	files := []string{"opaque.webm", "turned.mp4", "cut.webm", "words.webm", "gone.webm"}
	said, code := run(append([]string{"check", "--report", "page", "--junit", "out.xml"}, files...)...)
	if code != 7 {
		t.Errorf("exit %d: %s", code, said)
	}
	pointer := regexp.MustCompile(`0x[0-9a-f]{6,}`)
	for _, name := range []string{"page/index.html", "out.xml"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		said += string(b)
		if name != "page/index.html" {
			continue
		}
		if n := strings.Count(string(b), "data:image/webp"); n != 3 {
			t.Errorf("%d pictures", n)
		}
	}
	if strings.Contains(said, dir) || pointer.MatchString(said) {
		at := max(0, strings.Index(said, dir))
		t.Errorf("a path or a pointer of this machine: %s %s", pointer.FindString(said), said[at:min(len(said), at+300)])
	}

	out, _ := run(append([]string{"check", "--json"}, files...)...)
	out, _, _ = strings.Cut(out, "\n]")
	var list []struct {
		Name, File, Error, Hint string
		Verdict                 media.Verdict
		Findings                []media.Finding
		Info                    map[string]any
		Box                     map[string]int
	}
	if err := json.Unmarshal([]byte(out+"\n]"), &list); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(list) != len(files) {
		t.Fatalf("%d of %d files", len(list), len(files))
	}
	for i, f := range list {
		if f.Name != files[i] || f.File != files[i] || f.Verdict != media.Fail || (f.Error != "") != (i > 2) {
			t.Errorf("%+v", f)
		}
	}
	if k := regexp.MustCompile(`"[A-Z]\w*":`).FindString(out); k != "" {
		t.Errorf("member %s", k)
	}
	info := list[1].Info
	if info["audioTracks"] != 2.0 || info["audioChannels"] != 2.0 || info["shownWidth"] != 180.0 || info["width"] != 320.0 || info["colour"] == nil {
		t.Errorf("%+v", info)
	}
	var bad []string
	for _, f := range list[0].Findings {
		if f.Verdict == media.Fail {
			bad = append(bad, f.Name+": "+f.Advice)
		}
	}
	if len(bad) != 1 || !strings.Contains(bad[0], "--opaque") {
		t.Errorf("an opaque file: %q", bad)
	}
	if said, code := run("check", "--opaque", "opaque.webm", "sounds.mp4"); code != 0 || !strings.Contains(said, "2 tracks") {
		t.Errorf("exit %d: %s", code, said)
	}
}

// TestATakeThatFailedIsChecked: the hint of a failed build named `greenroom check CLIP`, which answered that nothing
// is published.
func TestATakeThatFailedIsChecked(t *testing.T) {
	dir := t.TempDir()
	footage(t, dir)
	manifest := "version: 1\nsize: 320x180\nheygen: {api: sandbox}\nclips:\n  cursed: {file: opaque.webm}\n"
	if err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, int) {
		var out strings.Builder
		code := Main(t.Context(), args, Env{
			Dir: dir, Stdout: &out, Stderr: &out, LookPath: exec.LookPath, Now: time.Now,
			Getenv: func(k string) string { return map[string]string{"HOME": dir, "PATH": os.Getenv("PATH")}[k] },
		})
		return out.String(), code
	}
	if said, code := run("check", "cursed"); code == 0 || !strings.Contains(said, "run `greenroom build` first") {
		t.Errorf("before the build: exit %d: %s", code, said)
	}
	if said, code := run("build", "--yes"); code != 7 {
		t.Errorf("exit %d: %s", code, said)
	}
	for _, args := range [][]string{{"check", "cursed", "--report", "page"}, {"check"}} {
		said, code := run(args...)
		for _, want := range []string{"0 of 25 packets", "the stored take", "`greenroom build cursed`"} {
			if code != 7 || !strings.Contains(said, want) {
				t.Errorf("%q: exit %d: no %q in %s", args, code, want, said)
			}
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "page", "index.html")); err != nil || !strings.Contains(string(b), "data:image/webp") {
		t.Errorf("no picture: %v", err)
	}
}
