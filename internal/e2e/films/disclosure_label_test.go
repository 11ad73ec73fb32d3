//go:build unix

package films

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
	"greenroom/remotion/companion"
)

// own is a composition of the user's own; %s is its label and its metadata.
const own = `import {AbsoluteFill} from 'remotion';
import {DisclosureLabel, withDisclosure} from './greenroom';

export const Own = () => <AbsoluteFill style={{backgroundColor: '#204080'}}>%s</AbsoluteFill>;
export const metadata = %s;
`

// TestCompositionsShowTheLabel renders compositions of the project while the manifest asks for a label: the companion's
// show it, one of the user's own only with the component, and one that does not is refused, also where its file is up to
// date.
func TestCompositionsShowTheLabel(t *testing.T) {
	dir := e2etest.FilmProject(t)
	write := func(label, metadata string) {
		e2etest.Write(t, filepath.Join(dir, "src", "Own.tsx"), fmt.Sprintf(own, label, metadata))
	}
	manifest := func(label string) {
		e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), "version: 1\nproject: film\nsize: 640x360\n"+
			"heygen: {api: sandbox}\ndisclose: {label: "+label+"}\nclips: {hi: {file: hi.mp4, transparent: false}}\n")
	}
	refused := func(want string, args ...string) {
		t.Helper()
		cmd := exec.Command("greenroom", append([]string{"render", "Own"}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("render Own %s: %v\n%s\nwant %s", strings.Join(args, " "), err, out, want)
		}
	}
	still := func(name string) image.Image {
		t.Helper()
		out := filepath.Join(dir, "out", name+".png")
		e2etest.Run(t, dir, "greenroom", "render", name, "--still", "0", "--out", out)
		img := e2etest.ReadPNG(t, out)
		if keep := os.Getenv("GREENROOM_TEST_PICTURES"); keep != "" {
			e2etest.WritePNG(t, filepath.Join(keep, "label-"+name+".png"), img)
		}
		return img
	}
	root := filepath.Join(dir, "src", "Root.tsx")
	text := strings.Replace(string(e2etest.Read(t, root)), "import {Composition", "import {Own, metadata} from './Own';\nimport {Composition", 1)
	const registered = `    <Composition id="Own" component={Own} calculateMetadata={metadata} fps={25} width={640} height={360} durationInFrames={5} />`
	e2etest.Write(t, root, strings.Replace(text, "  </>", registered+"\n  </>", 1))
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:d=0.4", "hi.mp4")
	write("", "undefined")
	manifest("false")
	e2etest.Run(t, dir, "greenroom", "build")
	before := map[string]image.Image{}
	for _, name := range labelledCompositions() {
		before[name] = still(name)
	}
	manifest("Made with AI")
	e2etest.Run(t, dir, "greenroom", "build")

	const missing = `the manifest asks for the label "Made with AI", which Own does not state to show`
	refused(missing, "--still", "0", "--out", "out/own.png")
	if _, err := os.Stat(filepath.Join(dir, "out", "own.png")); err == nil {
		t.Error("a picture without a label was written")
	}
	e2etest.Run(t, dir, "greenroom", "render", "Own", "--allow-unlabelled")
	refused(missing)
	refused(missing, "--whole")

	write("<DisclosureLabel />", "withDisclosure()")
	e2etest.Run(t, dir, "greenroom", "render", "Own")
	blue := image.NewUniform(color.RGBA{0x20, 0x40, 0x80, 0xFF})
	if n := others(still("Own"), blue, image.Rect(32, 18, 320, 180)); n < 1000 || n > 10_000 {
		t.Errorf("the label has %d pixels", n)
	}
	for _, name := range labelledCompositions() {
		img := still(name)
		if n := others(img, before[name], image.Rect(320, 18, 608, 342)); n < 1000 || n > 10_000 {
			t.Errorf("%s: the label has %d pixels", name, n)
		}
		if n := others(img, before[name], image.Rect(0, 0, 320, 360)); n > 0 {
			t.Errorf("%s: %d other pixels change with the label", name, n)
		}
	}
	manifest("Made by AI")
	refused(`the manifest asks for the label "Made by AI", but Own shows "Made with AI"`) // it is not published
	manifest("Made with AI")
	write("<DisclosureLabel text=\"Another\" />", "withDisclosure(undefined, () => 'Another')")
	refused(`the manifest asks for the label "Made with AI", but Own shows "Another"`)
}

// labelledCompositions are those of the companion that are rendered: all of them with all tests.
func labelledCompositions() []string {
	if e2etest.All() {
		return companion.Compositions
	}
	return []string{"Presenter"}
}

// others counts the pixels in a part of a picture that another one does not have there.
func others(img, than image.Image, in image.Rectangle) (n int) {
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			if r2, g2, b2, _ := than.At(x, y).RGBA(); r != r2 || g != g2 || b != b2 {
				n++
			}
		}
	}
	return n
}
