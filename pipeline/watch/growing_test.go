package watch

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// footage makes a transparent video of some seconds, which any beginning of it is too.
func footage(t *testing.T, seconds int, colour string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.webm")
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", fmt.Sprintf("color=c=%s:s=128x128:r=25:d=%d,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*lt(hypot(X-64,Y-64),40)'", colour, seconds), "-f", "lavfi", "-i", fmt.Sprintf("sine=300:d=%d", seconds),
		"-c:v", "libvpx-vp9", "-b:v", "200k", "-deadline", "realtime", "-g", "5", "-cluster_time_limit", "200", "-auto-alt-ref", "0", "-c:a", "libopus", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestAGrowingVideo: a file that is being written is neither checked nor published before
// it no longer changes, then once; scripts saved meanwhile do not wait for it.
func TestAGrowingVideo(t *testing.T) {
	for _, poll := range []bool{false, true} {
		t.Run(fmt.Sprintf("poll %v", poll), func(t *testing.T) {
			p := watched(t, 1, poll)
			p.until("a stand-in", all(StandIn))
			manifest, err := os.ReadFile(filepath.Join(p.dir, "greenroom.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			whole := footage(t, 6, "orange")
			file, err := os.Create(filepath.Join(p.dir, "demo.webm"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			part := len(whole) / 12
			if _, err := file.Write(whole[:2*part]); err != nil {
				t.Fatal(err)
			}
			p.write("greenroom.yaml", string(manifest)+"  demo: {file: demo.webm}\n")
			seen := map[string]bool{} // what is published of it, at any time
			note := func(st State) Clip {
				c := clip(st, "demo")
				if c.Src != "" {
					seen[c.Src] = true
				}
				if c.State == Broken || len(st.Faults) > 0 {
					t.Errorf("a file that is being written is checked: %+v %+v", c, st.Faults)
				}
				return c
			}
			// It grows for longer than a file must be unchanged, a part at a time.
			pace := time.NewTicker(completeAfter / 3)
			defer pace.Stop()
			for at := 2 * part; at < len(whole); at += part {
				if _, err := file.Write(whole[at:min(at+part, len(whole))]); err != nil {
					t.Fatal(err)
				}
				if at == 4*part {
					p.until("word of it", func(st State) bool { return note(st).Line == "demo.webm is still being written" })
					p.write("scripts/c0.md", "Spoken while it grows.")
				}
				note(p.s.State())
				<-pace.C
			}
			grown := time.Now()
			st := p.until("the video", func(st State) bool { return note(st).State == Final && !st.Busy })
			if waited := time.Since(grown); waited < completeAfter/3 {
				t.Errorf("it is published %v after its last byte", waited)
			}
			if c := clip(st, "demo"); c.Seconds < 5.9 || c.Seconds > 6.1 {
				t.Errorf("%v s are published", c.Seconds)
			}
			if len(seen) != 1 {
				t.Errorf("published were %v", seen)
			}
			if clip(st, "c0").Script != "Spoken while it grows." {
				t.Errorf("the script waited: %+v", clip(st, "c0"))
			}
			if n := p.billed(); n != 0 {
				t.Errorf("%d jobs were billed", n)
			}
		})
	}
}
