//go:build unix

package forms

import (
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"greenroom/compose/media"
)

// BenchmarkSmall compares the processor time of all small forms with that of the dearest one alone, the preview: 6 s of
// 1080p with alpha.
func BenchmarkSmall(b *testing.B) {
	tools, err := media.FindTools(b.Context(), exec.LookPath)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	in := filepath.Join(dir, "take.webm")
	out, err := exec.Command(tools.FFmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=25:d=6,format=yuva420p", "-f", "lavfi",
		"-i", "sine=d=6", "-vf", "drawbox=x=0:y=0:w=700:h=ih:c=black@0:t=fill:replace=1", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8",
		"-b:v", "3M", "-auto-alt-ref", "0", "-c:a", "libopus", in).CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	s := Spec{
		Spec: media.PrepareSpec{In: in, Transparent: true, Frames: 150, Duration: 6, Threads: 1}, WebM: in,
	}
	cost := func(names ...string) float64 {
		s.Dir = b.TempDir()
		before := childSeconds(b)
		nameOf := func(string) (string, error) { return "a", nil }
		if _, err := Make(b.Context(), tools, s, names, nameOf, func(float64) {}); err != nil {
			b.Fatal(err)
		}
		return childSeconds(b) - before
	}
	for range b.N {
		alone := cost(Preview)
		all := cost(Preview, Storyboard, Waveform, Audio, WAV, MP3)
		b.ReportMetric(all/alone, "all/dearest")
		b.ReportMetric(cost(Preview, Proxy, Storyboard, Waveform, Audio, WAV, MP3)/alone, "with-proxy/dearest")
	}
}

// childSeconds is the processor time of all programs that this process started.
func childSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
