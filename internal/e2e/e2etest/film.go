package e2etest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Exact is a composition of the user's own that shows the first clip in its frame.
const Exact = `import {AbsoluteFill, useVideoConfig} from 'remotion';
import {AvatarClip} from './greenroom/AvatarClip';
import {chosen, type Film} from './greenroom/film';

export const Exact = (film: Film) => {
  const {width} = useVideoConfig();
  return (
    <AbsoluteFill style={{backgroundColor: '#204080'}}>
      <AvatarClip clip={chosen(film)} frameWidth={width} left={0} top={0} />
    </AbsoluteFill>
  );
};
`

// Modules returns the folder of the companion's npm packages: GREENROOM_NODE_MODULES, or that of the checkout.
func Modules(t testing.TB) string {
	t.Helper()
	modules := os.Getenv("GREENROOM_NODE_MODULES")
	if modules == "" {
		modules = Root(t, "remotion", "companion", "node_modules")
	}
	if _, err := os.Stat(filepath.Join(modules, "remotion")); err != nil {
		t.Fatalf("the companion's packages are not installed; run make setup: %v", err)
	}
	return modules
}

// FilmProject creates a Remotion project with `greenroom init` and links the companion's packages into it.
func FilmProject(t testing.TB) string {
	t.Helper()
	modules := Modules(t)
	dir := filepath.Join(t.TempDir(), "film")
	Run(t, ".", "greenroom", "init", dir)
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// AddComposition adds a composition of the user's own to a project.
func AddComposition(t testing.TB, dir, id, body string) {
	t.Helper()
	Write(t, filepath.Join(dir, "src", id+".tsx"), body)
	root := filepath.Join(dir, "src", "Root.tsx")
	s := string(Read(t, root))
	if !strings.Contains(s, "import {Composition}") || !strings.Contains(s, "  </>") {
		t.Fatalf("%s has no place for a composition:\n%s", root, s)
	}
	s = strings.Replace(s, "import {Composition}", fmt.Sprintf("import {%s} from './%s';\nimport {Composition}", id, id), 1)
	s = strings.Replace(s, "  </>", fmt.Sprintf("    <Composition id=%q component={%s} {...common} />\n  </>", id, id), 1)
	Write(t, root, s)
}

// Sound returns a file's first channel at 48 kHz.
func Sound(t testing.TB, path string) []float64 {
	t.Helper()
	raw := Run(t, ".", "ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-ar", "48000", "-f", "s16le", "-")
	s := make([]int16, len(raw)/2)
	if err := binary.Read(strings.NewReader(raw), binary.LittleEndian, s); err != nil {
		t.Fatal(err)
	}
	out := make([]float64, len(s))
	for i, v := range s {
		out[i] = float64(v)
	}
	return out
}

// Frames decodes a film to rgb24 pictures.
func Frames(t testing.TB, path string, w, h int) [][]byte {
	t.Helper()
	const rgb = "scale=in_color_matrix=bt709:in_range=tv,format=rgb24"
	raw := []byte(Run(t, ".", "ffmpeg", "-v", "error", "-i", path, "-vf", rgb, "-f", "rawvideo", "-"))
	var out [][]byte
	for size := w * h * 3; len(raw) >= size; raw = raw[size:] {
		out = append(out, raw[:size])
	}
	return out
}

// ReadPNG returns a picture.
func ReadPNG(t testing.TB, path string) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(Read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// WritePNG writes a picture to a file.
func WritePNG(t testing.TB, path string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	Write(t, path, b.String())
}
