package live

import (
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// ffmpeg runs ffmpeg in a folder.
func ffmpeg(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-v", "error", "-y"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// serveFlashes serves a film that flashes and beeps every second from 0.6 s on, and returns the address of the session.
func serveFlashes(t *testing.T, fault string) string {
	t.Helper()
	dir := t.TempDir()
	ffmpeg(t, dir,
		"-f", "lavfi", "-i", "color=black:s=320x180:r=25:d=8,drawbox=c=white:t=fill:enable='lt(mod(t+0.41,1),0.2)'",
		"-f", "lavfi", "-i", "aevalsrc='if(lt(mod(t+0.4,1),0.2),0.5*sin(2000*PI*t),0)':s=48000:d=8",
		"-map", "0", "-c:v", "libvpx", "-g", "10", "-b:v", "1M", "-deadline", "realtime", "-cpu-used", "8", "video.ivf",
		"-map", "1", "-c:a", "libopus", "-ac", "2", "-frame_duration", "20", "-page_duration", "20000", "audio.ogg")
	cmd := exec.Command("greenroom-live", "serve", "--video", "video.ivf", "--audio", "audio.ogg", "--url-file", "url", "--fault", fault)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	address := filepath.Join(dir, "url")
	e2etest.Eventually(t, "the session", func() bool {
		_, err := os.Stat(address)
		return err == nil
	})
	return strings.TrimSpace(string(e2etest.Read(t, address)))
}

// onsets returns where levels exceed a limit after at least 300 ms below it, in milliseconds; perSecond is how many levels
// a second has.
func onsets(levels []int, limit, perSecond int) (out []float64) {
	below := perSecond // the beginning counts as silence
	for i, v := range levels {
		if v < limit {
			below++
			continue
		}
		if below >= perSecond*3/10 {
			out = append(out, float64(i)*1000/float64(perSecond))
		}
		below = 0
	}
	return out
}

// flashesAndBeeps returns when the picture of a file becomes white and when its sound begins, in milliseconds.
func flashesAndBeeps(t *testing.T, file string) (flashes, beeps []float64) {
	t.Helper()
	dir := t.TempDir()
	ffmpeg(t, dir, "-i", file,
		"-map", "0:v", "-vf", "scale=1:1,format=gray", "-fps_mode", "cfr", "-r", "1000", "-f", "rawvideo", "gray",
		"-map", "0:a", "-ac", "1", "-ar", "8000", "-f", "s16le", "pcm")
	var pictures, samples []int
	for _, v := range e2etest.Read(t, filepath.Join(dir, "gray")) {
		pictures = append(pictures, int(v))
	}
	pcm := e2etest.Read(t, filepath.Join(dir, "pcm"))
	for i := 0; i+1 < len(pcm); i += 2 {
		v := int(int16(binary.LittleEndian.Uint16(pcm[i:])))
		samples = append(samples, max(v, -v))
	}
	return onsets(pictures, 128, 1000), onsets(samples, 3000, 8000)
}

// worst returns the largest distance of a flash to the beep that is nearest.
func worst(flashes, beeps []float64) (most float64) {
	for _, f := range flashes {
		nearest := math.Inf(1)
		for _, b := range beeps {
			if math.Abs(f-b) < math.Abs(nearest) {
				nearest = f - b
			}
		}
		if math.Abs(nearest) > math.Abs(most) {
			most = nearest
		}
	}
	return most
}

// TestARecordingIsInSync: a flash and a beep that were sent at the same time are at most one picture apart.
func TestARecordingIsInSync(t *testing.T) {
	const frame = 40 // ms
	faults := []string{""}
	if os.Getenv("GREENROOM_TEST_ALL") != "" {
		faults = append(faults, "drop=40")
	}
	for _, fault := range faults {
		dir := t.TempDir()
		code, _, errs := run(t, dir, nil, "live", "record", serveFlashes(t, fault), "--for", "4s")
		if code != 0 {
			t.Fatalf("exit %d: %s", code, errs)
		}
		flashes, beeps := flashesAndBeeps(t, filepath.Join(dir, "live.mkv"))
		t.Logf("fault %q: flashes %v ms, beeps %v ms, at most %.1f ms apart", fault, flashes, beeps, worst(flashes, beeps))
		if len(flashes) < 3 || len(beeps) < 3 || math.Abs(worst(flashes, beeps)) > frame {
			t.Errorf("fault %q: flashes %v ms, beeps %v ms", fault, flashes, beeps)
		}
	}
}
