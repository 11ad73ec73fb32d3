//go:build unix

package films

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// TestLabel renders a frame of a stand-in with its words over it, wide and, with all tests, high, with a
// line that is much too long: the badge is there, is larger with a label, changes with
// the time, and stays inside the frame. Rendered without our command line, so the props
// come from public/.
func TestLabel(t *testing.T) {
	dir := e2etest.FilmProject(t)
	e2etest.AddComposition(t, dir, "Exact", e2etest.Exact)
	e2etest.Write(t, filepath.Join(dir, "props.json"), `{"allowStandIns":true}`)
	long := "This line goes on and on, Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft, " + strings.Repeat("and on ", 12) + "until no reader is left."
	still := func(size string, label bool, frame int) image.Image {
		t.Helper()
		e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), fmt.Sprintf("version: 1\nproject: film\nsize: %s\nheygen: {api: sandbox}\nstand-ins: {label: %v}\nclips:\n  a-rather-long-name: {script: %q, avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}}\n", size, label, long))
		e2etest.Run(t, dir, "greenroom", "build", "--stand-ins")
		out := filepath.Join(dir, "out", fmt.Sprintf("%s-%v-%d.png", size, label, frame))
		e2etest.Run(t, dir, "node", "node_modules/@remotion/cli/remotion-cli.js", "still", "Exact", out, "--props=props.json", fmt.Sprint("--frame=", frame), "--browser-executable=/usr/bin/chromium-headless-shell", "--chrome-mode=headless-shell", "--log=error")
		img := e2etest.ReadPNG(t, out)
		if keep := os.Getenv("GREENROOM_TEST_PICTURES"); keep != "" {
			e2etest.WritePNG(t, filepath.Join(keep, filepath.Base(out)), img)
		}
		return img
	}
	// amber is where the badge's ground shows, and how many pixels of it there are.
	amber := func(img image.Image) (r image.Rectangle, n int) {
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if c, g, b, _ := img.At(x, y).RGBA(); near(c>>8, 0xE5) && near(g>>8, 0xB0) && near(b>>8, 0x4B) {
					r, n = r.Union(image.Rect(x, y, x+1, y+1)), n+1
				}
			}
		}
		return r, n
	}
	var a image.Image
	sizes := []string{"640x360"}
	if e2etest.All() {
		sizes = []string{"360x640", "640x360"}
	}
	for _, size := range sizes {
		plain, few := amber(still(size, false, 30))
		img := still(size, true, 30)
		a = img
		r, many := amber(img)
		if few < 500 || plain.Empty() {
			t.Errorf("%s: the badge has %d pixels", size, few)
		}
		if many < 3*few {
			t.Errorf("%s: %d pixels with a label, %d without", size, many, few)
		}
		if in := img.Bounds().Inset(4); !r.In(in) {
			t.Errorf("%s: the badge covers %v of %v", size, r, img.Bounds())
		}
	}
	// Six frames on, only the timecode's digits are others in the badge's first line.
	b := still("640x360", true, 36)
	r, _ := amber(a)
	changed := 0
	for y := r.Min.Y; y < r.Min.Y+24; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				changed++
			}
		}
	}
	if changed < 10 || changed > 400 {
		t.Errorf("%d pixels of the label's first line change with the time", changed)
	}
}

func near(a, b uint32) bool { return a <= b+2 && b <= a+2 }
