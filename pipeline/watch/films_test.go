package watch

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/fonts"
)

// picture writes a PNG of one colour.
func (p *following) picture(name string, c color.Color) {
	p.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 64, 36))
	for i := range 64 * 36 {
		img.Set(i%64, i/64, c)
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.dir, name)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		p.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		p.Fatal(err)
	}
}

// published lists what lies there for films, without greenroom's own faces.
func (p *following) published() (out []string) {
	list, _ := filepath.Glob(filepath.Join(p.dir, "public/greenroom/files/*"))
	builtin := map[string]bool{}
	for w := 100; w <= 900; w += 100 {
		builtin[fmt.Sprint(len(fonts.Inter(w).Data))] = true
	}
	for _, f := range list {
		fi, err := os.Stat(f)
		if err == nil && !builtin[fmt.Sprint(fi.Size())] && filepath.Ext(f) != ".txt" {
			out = append(out, filepath.Base(f))
		}
	}
	return out
}

// TestFilesOfCompositionsAreFollowed: pictures, videos, sounds and fonts that compositions
// and styles name are published again when they change, and checked: what is wrong shows
// with its place in the manifest, while clips go on. A file outside of the project
// and one behind a link are noticed like the others.
func TestFilesOfCompositionsAreFollowed(t *testing.T) {
	for _, poll := range []bool{false, true} {
		t.Run(fmt.Sprintf("poll %v", poll), func(t *testing.T) {
			p := watched(t, 1, poll)
			p.until("a stand-in", all(StandIn))
			b, err := os.ReadFile(filepath.Join(p.dir, "greenroom.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			outside, behind := filepath.Join(t.TempDir(), "shared.png"), t.TempDir()
			p.picture("bg.png", color.White)
			p.picture(outside, color.Black)
			p.picture(filepath.Join(behind, "logo.png"), color.Gray{99})
			if err := os.Symlink(behind, filepath.Join(p.dir, "linked")); err != nil {
				t.Fatal(err)
			}
			p.write("fonts/brand.ttf", string(fonts.Inter(400).Data))
			sound := func(name string, hz int) {
				if out, err := exec.Command("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", fmt.Sprintf("sine=%d:d=1", hz), filepath.Join(p.dir, name)).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			sound("bed.wav", 220)
			p.write("loop.webm", string(footage(t, 1, "orange")))
			text := string(b) + "styles: {brand: {like: title, font: fonts/brand.ttf}}\ncompositions:\n  tour:\n    background: {image: bg.png}\n    layers:\n" +
				"      - {clip: c0}\n      - {image: " + outside + ", box: {width: 10%}}\n      - {image: linked/logo.png, box: {width: 10%}}\n" +
				"      - {video: loop.webm, box: {width: 10%}}\n      - {text: Hello, style: brand, for: 1s}\n      - {audio: bed.wav}\n"
			p.write("greenroom.yaml", text)
			whole := func(n int) func(State) bool {
				return func(st State) bool { return all(StandIn)(st) && len(st.Faults) == 0 && len(p.published()) >= n }
			}
			p.until("files of the film", whole(5))
			known := map[string]bool{}
			fresh := func(what string, change func()) {
				t.Helper()
				for _, f := range p.published() {
					known[f] = true
				}
				change()
				p.until(what, func(st State) bool {
					for _, f := range p.published() {
						if !known[f] {
							return whole(5)(st)
						}
					}
					return false
				})
			}
			fresh("another background", func() { p.picture("bg.png", color.Gray{10}) })
			fresh("a picture from outside", func() { p.picture(outside, color.Gray{20}) })
			fresh("a picture behind a link", func() { p.picture(filepath.Join(behind, "logo.png"), color.Gray{30}) })
			fresh("a sound", func() { sound("bed.wav", 330) })
			fresh("a video", func() { p.write("loop.webm", string(footage(t, 2, "green"))) })
			fresh("a font", func() { p.write("fonts/brand.ttf", string(fonts.Inter(700).Data)+"\x00") })

			if poll {
				return // what follows hangs on the runs, not on how they begin
			}

			// what is wrong with them is reported where they are named; the clips go on
			wrong := func(what, file, bytes string, line int, says string) {
				t.Helper()
				good, err := os.ReadFile(filepath.Join(p.dir, file))
				if err != nil {
					t.Fatal(err)
				}
				p.write(file, bytes)
				st := p.until(what, func(st State) bool { return len(st.Faults) == 1 && !st.Busy })
				if f := st.Faults[0]; f.File != "greenroom.yaml" || f.Line != line || !strings.Contains(f.Message, says) || f.Hint == "" || f.Text == "" {
					t.Errorf("%s: %+v", what, f)
				}
				p.write("scripts/c0.md", "Spoken while "+file+" is broken.")
				p.until("a clip that goes on", func(st State) bool {
					return clip(st, "c0").Script == "Spoken while "+file+" is broken." && all(StandIn)(st) && len(st.Faults) == 1
				})
				p.write(file, string(good))
				p.until("its end", whole(5))
			}
			at := func(what string) int { return 1 + strings.Count(text[:strings.Index(text, what)], "\n") }
			wrong("a broken picture", "bg.png", "no picture", at("background:"), "cannot decode image bg.png")
			wrong("a broken font", "fonts/brand.ttf", "no font", at("styles:"), "font brand.ttf")
			wrong("a broken sound", "bed.wav", "no sound", at("audio:"), "cannot read audio from bed.wav")
			if err := os.Remove(outside); err != nil {
				t.Fatal(err)
			}
			p.until("a missing file", func(st State) bool {
				return len(st.Faults) == 1 && strings.Contains(st.Faults[0].Message, "does not exist")
			})
			p.picture(outside, color.Gray{40})
			p.until("its return", whole(5))
			if n := p.billed(); n != 0 {
				t.Errorf("%d jobs were billed", n)
			}
		})
	}
}
