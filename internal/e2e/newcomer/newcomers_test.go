package newcomer

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// newcomerMedia makes what the manifests of testdata/newcomers name.
func newcomerMedia(t testing.TB, dir string) {
	t.Helper()
	ffmpeg := func(out string, args ...string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(out))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		e2etest.Run(t, dir, "ffmpeg", append(append([]string{"-v", "error", "-y"}, args...), path)...)
	}
	ffmpeg("audio/founder.wav", "-f", "lavfi", "-i", "sine=220:d=1.2")
	ffmpeg("audio/music.mp3", "-f", "lavfi", "-i", "sine=330:d=3")
	ffmpeg("footage/screen.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-f", "lavfi", "-i", "sine=440:d=2", "-pix_fmt", "yuv420p")
	ffmpeg("footage/bg.png", "-f", "lavfi", "-i", "color=c=0x203040:s=320x180", "-frames:v", "1")
}

var newcomerSize = regexp.MustCompile(`(?m)^( *)size: .*$`)

// TestNewcomersFilms renders films of manifests as newcomers wrote them: the first attempt where that is accepted,
// else the second, which follows the hints. They are rendered small. GREENROOM_TEST_ALL renders all of them.
func TestNewcomersFilms(t *testing.T) {
	films := map[string]string{"tour": "tour.mp4", "rows": "hello-ada.mp4", "screen": "demo.mp4"}
	if e2etest.All() {
		for name, film := range map[string]string{"translation": "spanish.mp4", "template": "film.mp4", "formats": "promo-9x16.mp4",
			"captions": "reel-9x16.mp4", "music": "film.mp4", "lower-third": "name.mp4", "dialogue": "talk.mp4"} {
			films[name] = film
		}
	}
	for name, film := range films {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(e2etest.Root(t, "testdata", "newcomers", name))); err != nil {
				t.Fatal(err)
			}
			newcomerMedia(t, dir)
			last := ""
			for _, attempt := range []string{"first.yaml", "second.yaml", "third.yaml"} {
				if _, err := os.Stat(filepath.Join(dir, attempt)); err == nil {
					last = attempt
				}
			}
			b, err := os.ReadFile(filepath.Join(dir, last))
			if err != nil {
				t.Fatal(err)
			}
			e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), newcomerSize.ReplaceAllString(string(b), "${1}size: 320x180"))
			for _, args := range [][]string{{"plan"}, {"build", "--yes"}, {"render", "--all"}} {
				cmd := exec.Command("greenroom", args...)
				cmd.Dir = dir
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v: %v\n%s", args, err, out)
				}
			}
			if fi, err := os.Stat(filepath.Join(dir, "out", film)); err != nil || fi.Size() < 1000 {
				t.Errorf("the film %s was not drawn: %v", film, err)
			}
		})
	}
}
