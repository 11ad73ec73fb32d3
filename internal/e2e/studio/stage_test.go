//go:build unix

package studio

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"greenroom/internal/browsertest"
	"greenroom/internal/e2e/e2etest"
	"greenroom/remotion"
)

const studioWidth, studioHeight = 640, 360

const studioManifest = `version: 1
project: film
fps: 25
size: 640x360
heygen: {api: sandbox}
defaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}}
clips:
  intro: {script: scripts/intro.md}
`

// stage is the real Studio with watch, seen through the real browser.
type stage struct {
	t     testing.TB
	dir   string
	tab   func(...chromedp.Action)
	keys  io.WriteCloser
	said  func() string
	ended chan error
	grid  image.Point // where the screenshot's pixels lie
}

// startStage runs `watch --studio` on a project with one clip and opens the composition
// Exact at one frame.
func startStage(t testing.TB, frame int) *stage {
	t.Helper()
	s := &stage{t: t, dir: e2etest.FilmProject(t), ended: make(chan error, 1)}
	e2etest.AddComposition(t, s.dir, "Exact", e2etest.Exact)
	e2etest.Write(t, filepath.Join(s.dir, "greenroom.yaml"), studioManifest)
	s.script("This is the first line of the clip.")
	watch := exec.Command("greenroom", "watch", "--studio")
	watch.Dir = s.dir
	watch.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var err error
	if s.keys, err = watch.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	story, err := os.Create(filepath.Join(t.TempDir(), "story"))
	if err != nil {
		t.Fatal(err)
	}
	watch.Stderr = story
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = watch.Process.Signal(os.Interrupt) // a failed test too leaves nothing behind
		story.Close()
	})
	go func() { s.ended <- watch.Wait() }()
	s.said = func() string { b, _ := os.ReadFile(story.Name()); return string(b) }
	url := ""
	s.await("Studio", func() bool {
		m := regexp.MustCompile(`studio: (http://localhost:\d+)\n`).FindStringSubmatch(s.said())
		if m != nil {
			url = m[1]
		}
		return m != nil && strings.Contains(s.said(), "Built in") && s.clip("intro") != nil
	})
	tab := browsertest.Tab(t, chromedp.Flag("autoplay-policy", "no-user-gesture-required"))
	s.tab = func(a ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(tab, a...); err != nil {
			t.Fatalf("%v\n%s", err, s.said())
		}
	}
	// The frame where the user left is where Studio opens.
	s.tab(chromedp.EmulateViewport(1600, 1000), chromedp.Navigate(url+"/Exact"),
		chromedp.Evaluate(fmt.Sprintf(`localStorage.setItem('remotion.time-all', JSON.stringify({Exact: %d}))`, frame), nil), chromedp.Reload())
	return s
}

func (s *stage) script(text string) {
	e2etest.Write(s.t, filepath.Join(s.dir, "scripts", "intro.md"), text)
}

// clip is what is published under a name, or nil.
func (s *stage) clip(name string) *remotion.Clip {
	b, err := os.ReadFile(filepath.Join(s.dir, "src", "greenroom", "clips.gen.json"))
	if err != nil {
		return nil
	}
	p, err := remotion.DecodeProps(b)
	if err != nil {
		s.t.Fatal(err)
	}
	if c, ok := p.Clips[name]; ok {
		return &c
	}
	return nil
}

// await polls a condition, at most six minutes: several suites may share the machine.
func (s *stage) await(what string, f func() bool) {
	s.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(6 * time.Minute); time.Now().Before(end); <-tick.C {
		if f() {
			return
		}
	}
	s.t.Fatalf("%s did not happen\n%s", what, s.said())
}

// picture is what Studio's preview shows, at the composition's size.
func (s *stage) picture() *image.NRGBA {
	s.t.Helper()
	var at struct{ X, Y, Width, Height float64 }
	s.tab(chromedp.Evaluate(`(() => {
  const e = document.querySelector('.remotion-studio-composition-container');
  const r = e ? e.getBoundingClientRect() : {x: 0, y: 0, width: 0, height: 0};
  return {X: r.x, Y: r.y, Width: r.width, Height: r.height};
})()`, &at))
	if at.Width < 100 {
		return nil
	}
	var shot []byte
	s.tab(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		shot, err = page.CaptureScreenshot().WithFromSurface(true).WithClip(&page.Viewport{X: at.X, Y: at.Y, Width: at.Width, Height: at.Height, Scale: studioWidth / at.Width}).Do(ctx)
		return err
	}))
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		s.t.Fatal(err)
	}
	out := image.NewNRGBA(image.Rect(0, 0, studioWidth, studioHeight))
	for y := range studioHeight {
		for x := range studioWidth {
			out.Set(x, y, img.At(min(x, img.Bounds().Dx()-1), min(y, img.Bounds().Dy()-1)))
		}
	}
	return out
}

// expected is the composition's frame as ffmpeg decodes it from the published file.
func (s *stage) expected(c *remotion.Clip, frame int) *image.NRGBA {
	s.t.Helper()
	k := float64(studioWidth) / float64(c.Box.FrameWidth)
	w, h := int(float64(c.Box.Width)*k+.5), int(float64(c.Box.Height)*k+.5)
	raw := []byte(e2etest.Run(s.t, s.dir, "ffmpeg", "-v", "error", "-c:v", "libvpx-vp9", "-i", filepath.Join("public", c.Src), "-frames:v", "1",
		"-vf", fmt.Sprintf(`select=eq(n\,%d),scale=%d:%d:in_color_matrix=bt709:in_range=tv,format=rgba`, frame, w, h), "-f", "rawvideo", "-"))
	if len(raw) != w*h*4 {
		s.t.Fatalf("%s has no frame %d: %d bytes", c.Src, frame, len(raw))
	}
	out := image.NewNRGBA(image.Rect(0, 0, studioWidth, studioHeight))
	left, top := int(float64(c.Box.X)*k+.5), int(float64(c.Box.Y)*k+.5)
	ground := [3]int{0x20, 0x40, 0x80}
	for y := range studioHeight {
		for x := range studioWidth {
			p := ground
			if i, j := x-left, y-top; i >= 0 && j >= 0 && i < w && j < h {
				v := raw[(j*w+i)*4:]
				for n := range 3 {
					p[n] = (int(v[n])*int(v[3]) + ground[n]*(255-int(v[3])) + 127) / 255
				}
			}
			out.SetNRGBA(x, y, color.NRGBA{uint8(p[0]), uint8(p[1]), uint8(p[2]), 255})
		}
	}
	return out
}

// badge is the corner in which a stand-in is marked as one.
func badge(c *remotion.Clip) image.Rectangle {
	if c == nil || c.Kind != remotion.StandIn {
		return image.Rectangle{}
	}
	k := float64(studioWidth) / float64(c.Box.FrameWidth)
	x, y := int(float64(c.Box.X)*k), int(float64(c.Box.Y)*k)
	return image.Rect(x-2, y-2, x+130, y+44)
}

// apart is how far two pictures differ, of 255: everywhere, and in the n pixels where a
// third one differs much from the first. far is how much that one does there.
func apart(want, have, other *image.NRGBA, skip ...image.Rectangle) (all, telling, far float64, n int) {
	count := 0
	for y := 2; y < studioHeight-2; y++ { // the edge is blurred by the preview's scale
	pixel:
		for x := 2; x < studioWidth-2; x++ {
			for _, r := range skip {
				if image.Pt(x, y).In(r) {
					continue pixel
				}
			}
			d := distance(want.NRGBAAt(x, y), have.NRGBAAt(x, y))
			all, count = all+d, count+1
			if other == nil {
				continue
			}
			if o := distance(want.NRGBAAt(x, y), other.NRGBAAt(x, y)); o > 30 {
				telling, far, n = telling+d, far+o, n+1
			}
		}
	}
	m := float64(max(1, n))
	return all / float64(count), telling / m, far / m, n
}

// moved is a picture moved by whole pixels.
func moved(img *image.NRGBA, by image.Point) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	draw.Draw(out, img.Rect, img, by, draw.Src)
	return out
}

// align finds once how far the screenshot's grid lies from the composition's.
func (s *stage) align(want, seen *image.NRGBA, skip ...image.Rectangle) {
	best := math.Inf(1)
	for y := -2; y <= 2; y++ {
		for x := -2; x <= 2; x++ {
			if all, _, _, _ := apart(want, moved(seen, image.Pt(x, y)), nil, skip...); all < best {
				best, s.grid = all, image.Pt(x, y)
			}
		}
	}
}

func distance(a, b color.NRGBA) float64 {
	abs := func(v int) int { return max(v, -v) }
	return float64(abs(int(a.R)-int(b.R))+abs(int(a.G)-int(b.G))+abs(int(a.B)-int(b.B))) / 3
}

// shows waits until the preview shows a clip's frame as ffmpeg decodes it. What was
// shown before must differ from that in many pixels, and in those the preview must be
// much nearer to the new picture than the old one is: an unchanged preview fails.
func (s *stage) shows(what string, c, before *remotion.Clip, frame int) {
	s.t.Helper()
	want := s.expected(c, frame)
	var old, seen *image.NRGBA
	skip := []image.Rectangle{badge(c)}
	if before != nil {
		old, skip = s.expected(before, frame), append(skip, badge(before))
		if _, _, _, n := apart(want, old, old, skip...); n < 60 {
			s.t.Fatalf("%s: frame %d of %s and %s differ in %d pixels only: choose other words", what, frame, before.Src, c.Src, n)
		}
	}
	var all, telling, far float64
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(6 * time.Minute); time.Now().Before(end); <-tick.C {
		if seen = s.picture(); seen == nil {
			continue
		}
		if old == nil {
			s.align(want, seen, skip...)
		}
		seen = moved(seen, s.grid)
		if all, telling, far, _ = apart(want, seen, old, skip...); all < 2.5 && telling <= far*0.4 {
			return
		}
	}
	if dir := os.Getenv("GREENROOM_TEST_PICTURES"); dir != "" {
		for name, img := range map[string]*image.NRGBA{"want": want, "seen": seen, "before": old} {
			if img != nil {
				e2etest.WritePNG(s.t, filepath.Join(dir, name+".png"), img)
			}
		}
	}
	s.t.Fatalf("%s: the preview differs from %s, frame %d, by %.1f of 255, where it matters by %.1f (the old picture by %.1f)\n%s", what, c.Src, frame, all, telling, far, s.said())
}

// place is what must not move while the user works.
type place struct {
	Path  string
	Frame int
	Zoom  float64
	Loads float64 // when the page was loaded: a reload moves it
}

func (s *stage) place() (p place) {
	s.t.Helper()
	var j string
	s.tab(chromedp.Evaluate(`JSON.stringify({Path: location.pathname, Frame: JSON.parse(localStorage.getItem('remotion.time-all') ?? '{}').Exact ?? 0,
  Zoom: document.querySelector('.remotion-studio-composition-container').getBoundingClientRect().width, Loads: performance.timeOrigin})`, &j))
	if err := json.Unmarshal([]byte(j), &p); err != nil {
		s.t.Fatal(err)
	}
	return p
}
