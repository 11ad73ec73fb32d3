//go:build linux

package films

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// shownClip is what a composition reads of a clip.
type shownClip struct {
	Src, Kind        string
	Captions         *string
	Width, Height    int
	DurationInFrames int
	Box              struct{ X, Y, Width, Height, FrameWidth, FrameHeight int }
}

func shownClips(t *testing.T, dir string) map[string]shownClip {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "src", "greenroom", "clips.gen.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d struct{ Clips map[string]shownClip }
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	return d.Clips
}

// placed is where in the composition's frame a clip is ever seen, as the companion
// places it: left, top, right, bottom in pixels; and how many pictures it has.
func placed(t *testing.T, dir string, c shownClip) (edges [4]float64, frames int) {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-c:v", "libvpx-vp9", "-i", filepath.Join(dir, "public", c.Src), "-map", "0:v:0", "-vf", "alphaextract,format=gray", "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1").Output()
	if err != nil {
		t.Fatal(err)
	}
	size := c.Width * c.Height
	if len(out) == 0 || len(out)%size != 0 {
		t.Fatalf("%d bytes of alpha for %dx%d", len(out), c.Width, c.Height)
	}
	x0, y0, x1, y1 := c.Width, c.Height, 0, 0
	for f := 0; f < len(out); f += size {
		for i, a := range out[f : f+size] {
			if a > 40 { // an edge's soft foot depends on who made it: an encoder, or a key
				x, y := i%c.Width, i/c.Width
				x0, x1, y0, y1 = min(x0, x), max(x1, x+1), min(y0, y), max(y1, y+1)
			}
		}
	}
	kx, ky := float64(c.Box.Width)/float64(c.Width), float64(c.Box.Height)/float64(c.Height)
	at := func(origin, v int, k float64) float64 { return float64(origin) + float64(v)*k }
	return [4]float64{at(c.Box.X, x0, kx), at(c.Box.Y, y0, ky), at(c.Box.X, x1, kx), at(c.Box.Y, y1, ky)}, len(out) / size
}

// A stand-in with a voice draft and the bought clip take the same room for the same time
// in a composition: the timeline does not move when the clip is bought.
func TestAVoiceDraftHoldsTheTimeline(t *testing.T) {
	base := e2etest.Sandbox(t, filepath.Join(t.TempDir(), "sandbox"))
	t.Setenv("HEYGEN_API_BASE", base)
	t.Setenv("HEYGEN_API_KEY", "k")
	for api, clips := range map[string]string{
		"v2": `
  landscape: {script: "Plans start at <break time=\"0.5s\"/> nine dollars a month.", size: 640x360}
  portrait: {script: "And this one is upright, for phones.", size: 360x640, avatar: {id: Bram-office-20230104}}
  close-portrait: {script: "Come closer still.", size: 360x640, avatar: {id: Odile-studio-20240311, style: closeUp}, voice: {id: 077ab11b14f04ce0b49b5f6e5cc20979}}
  moved: {script: "A little to the right.", size: 640x360, avatar: {scale: 0.8, offset: {x: 0.1, y: 0.05}}}
  webm: {script: "Straight to alpha.", size: 640x360, route: v1-webm}
`,
		"v3": `
  landscape: {script: "Plans start at <break time=\"0.5s\"/> nine dollars a month.", size: 1280x720}
  portrait: {script: "And this one is upright.", size: 720x1280, avatar: {id: Bram-office-20230104}}
`,
	} {
		if api == "v3" || e2etest.All() {
			t.Run(api, func(t *testing.T) { holdsTheTimeline(t, api, clips) })
		}
	}
}

func holdsTheTimeline(t *testing.T, api, clips string) {
	dir := filepath.Join(t.TempDir(), api)
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), fmt.Sprintf("version: 1\nproject: t\nheygen: {api: %s}\ndefaults:\n  avatar: {id: Daisy-inskirt-20220818}\n  voice: {id: 1bd001e7e50f421d891986aad5158bc8}\n  draft: voice\n  captions: true\nclips:%s", api, clips))
	e2etest.Run(t, dir, "greenroom", "build", "--draft", "--yes")
	drafts := shownClips(t, dir)
	room := map[string][4]float64{}
	for name, c := range drafts {
		var frames int
		if room[name], frames = placed(t, dir, c); c.Kind != "stand-in" || frames != c.DurationInFrames {
			t.Errorf("%s %s: a %s of %d frames, the props say %d", api, name, c.Kind, frames, c.DurationInFrames)
		}
	}
	e2etest.Run(t, dir, "greenroom", "build", "--yes")
	finals := shownClips(t, dir)
	if len(finals) != strings.Count(clips, "script:") || len(finals) != len(drafts) {
		t.Fatalf("%s: %d drafts, %d clips", api, len(drafts), len(finals))
	}
	for name, c := range finals {
		edges, frames := placed(t, dir, c)
		if d := drafts[name]; c.Kind != "final" || frames != d.DurationInFrames || c.DurationInFrames != d.DurationInFrames {
			t.Errorf("%s %s: a %s of %d frames (%d in the props), its draft had %d", api, name, c.Kind, frames, c.DurationInFrames, d.DurationInFrames)
		}
		if d := drafts[name]; c.Captions == nil || d.Captions == nil || *c.Captions != *d.Captions {
			t.Errorf("%s %s: captions %v, the draft's were %v", api, name, c.Captions, d.Captions)
		}
		for i := range edges {
			if math.Abs(edges[i]-room[name][i]) > 2 {
				t.Errorf("%s %s: seen in %v, its draft in %v", api, name, edges, room[name])
				break
			}
		}
		t.Logf("%s %-14s %3d frames, %v, draft %v", api, name, frames, edges, room[name])
	}
}
