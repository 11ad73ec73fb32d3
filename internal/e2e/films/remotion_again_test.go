//go:build unix

package films

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

const dotComponent = `import {AbsoluteFill, Img, staticFile} from 'remotion';
export const Dot = () => (
  <AbsoluteFill style={{backgroundColor: 'rgb(192, 128, 96)'}}>
    <Img src={staticFile('dot.png')} style={{position: 'absolute', left: 0, top: 0, width: 80, height: 90}} />
  </AbsoluteFill>
);
`

// TestRemotionAgain draws with the real Remotion what changed and nothing else. The finer cases of what draws a
// film again are in TestAFilmsKey and remotion_again.txtar.
func TestRemotionAgain(t *testing.T) {
	dir := e2etest.FilmProject(t)
	tools := t.TempDir()
	for _, name := range []string{"greenroom", "ffmpeg", "ffprobe"} {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program, filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	picture := func(colour string) {
		t.Helper()
		e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "color=c="+colour+":s=16x16", "-frames:v", "1", "public/dot.png")
	}
	e2etest.Write(t, filepath.Join(dir, "src", "Dot.tsx"), dotComponent)
	root := filepath.Join(dir, "src", "Root.tsx")
	text := strings.Replace(string(e2etest.Read(t, root)), "import {Composition}", "import {Dot} from './Dot';\nimport {Composition}", 1)
	e2etest.Write(t, root, strings.Replace(text, "  </>", `    <Composition id="Dot" component={Dot} fps={25} width={160} height={90} durationInFrames={3} />`+"\n  </>", 1))
	picture("red")
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:d=0.4", "-f", "lavfi", "-i", "sine=d=0.4", "hi.mp4")
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), `version: 1
project: again
size: 320x180
clips: {hi: {file: hi.mp4, transparent: false}}
compositions:
  card: {length: 0.12s, background: "#204080"}
`)
	e2etest.Run(t, dir, "greenroom", "build")
	render := func(path string, args ...string) (says string) {
		t.Helper()
		cmd := exec.Command("greenroom", append([]string{"render"}, args...)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+path)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("render %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	drawn := func(says, film string, yes bool) {
		t.Helper()
		if strings.Contains(says, film+": 3 frames") != yes || strings.Contains(says, film+": up to date") == yes {
			t.Errorf("%s drawn should be %v:\n%s", film, yes, says)
		}
	}
	shows := func(left, right [3]int) {
		t.Helper()
		film := e2etest.Frames(t, filepath.Join(dir, "out", "Dot.mp4"), 160, 90)
		if len(film) != 3 {
			t.Fatalf("%d frames", len(film))
		}
		wantColour(t, film[2][(45*160+40)*3:], left[0], left[1], left[2], 12)
		wantColour(t, film[2][(45*160+120)*3:], right[0], right[1], right[2], 12)
	}
	all := os.Getenv("PATH")

	says := render(all, "card", "Dot", "--renderer", "remotion")
	drawn(says, "card", true)
	drawn(says, "Dot", true)
	shows([3]int{254, 0, 0}, [3]int{192, 128, 96})
	first := e2etest.Read(t, filepath.Join(dir, "out", "card.mp4"))

	says = render(tools, "card", "Dot", "--renderer", "remotion") // there is no node
	drawn(says, "card", false)
	drawn(says, "Dot", false)

	e2etest.Write(t, filepath.Join(dir, "src", "Dot.tsx"), strings.Replace(dotComponent, "192, 128, 96", "40, 80, 200", 1))
	drawn(render(all, "Dot"), "Dot", true)
	shows([3]int{254, 0, 0}, [3]int{40, 80, 200})

	picture("lime")
	drawn(render(all, "Dot"), "Dot", true)
	shows([3]int{0, 254, 0}, [3]int{40, 80, 200})

	says = render(all, "card", "--renderer", "remotion", "--force")
	drawn(says, "card", true)
	if !strings.Contains(says, "bundling the project") {
		t.Errorf("--force took the old bundle:\n%s", says)
	}
	if !bytes.Equal(first, e2etest.Read(t, filepath.Join(dir, "out", "card.mp4"))) {
		t.Error("the same film came to other bytes")
	}
	drawn(render(tools, "--all", "--renderer", "remotion"), "card", false)
	if left, _ := filepath.Glob(filepath.Join(dir, ".greenroom", "render", "bundle-*.*")); len(left) > 0 {
		t.Error(fmt.Sprint("left behind: ", left))
	}
}
