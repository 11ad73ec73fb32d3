package media

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// made are the files that tests share, by the arguments of ffmpeg that made them: an expression for each pixel takes
// seconds.
var made = struct {
	sync.Mutex
	files map[string][]byte
}{files: map[string][]byte{}}

// shared makes a file with ffmpeg, or copies what another test made with the same arguments.
func shared(t *testing.T, name string, args ...string) string {
	t.Helper()
	made.Lock()
	defer made.Unlock()
	path := filepath.Join(t.TempDir(), name)
	key := name + "\x00" + strings.Join(args, "\x00")
	if b := made.files[key]; b != nil {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ffmpeg(t, append(slices.Clone(args), path)...)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	made.files[key] = b
	return path
}

// clip makes a two-second VP9 clip with Opus from an RGBA expression.
func clip(t *testing.T, geq string, extra ...string) string {
	t.Helper()
	args := []string{"-f", "lavfi", "-i", "color=c=black:s=320x240:r=25:d=2,format=rgba," + geq, "-f", "lavfi", "-i",
		"sine=f=440:d=2",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuva420p", "-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "15",
		"-g", "125", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"}
	return shared(t, "clip.webm", append(append(args, bt709...), extra...)...)
}

// greenMP4 makes two seconds of the figure on green.
func greenMP4(t *testing.T) string {
	t.Helper()
	a := figure
	geq := "geq=r='192*" + a + "':g='128*" + a + "+255*(1-" + a + ")':b='96*" + a + "'"
	args := []string{"-f", "lavfi", "-i", "color=c=black:s=320x240:r=25:d=2,format=rgb24," + geq, "-f", "lavfi", "-i",
		"sine=f=440:d=2",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-c:v", "libx264", "-crf", "16", "-c:a", "aac"}
	return shared(t, "green.mp4", append(args, bt709...)...)
}
