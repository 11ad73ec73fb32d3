package standin

import (
	"bytes"
	"fmt"
	"image"
	"os/exec"
	"path/filepath"
	"testing"

	"greenroom/compose/media"
)

// TestAQuickCaptionedClipShowsItsWords: the words of every block are in the picture while they are spoken, on all poses of
// the mouth and where the face is, and the file passes what every stand-in passes.
func TestAQuickCaptionedClipShowsItsWords(t *testing.T) {
	t.Parallel()
	const w, h = 320, 180
	m, dir := realMaker(t), t.TempDir()
	tools, err := media.FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []Captions{{On: true}, {On: true, Size: 20, Alignment: 5}} {
		s := Spec{Script: quickScript, Width: w, Height: h, Presenter: "one", FPS: 25, Captions: c}
		l, err := m.Library(t.Context(), filepath.Join(dir, "lib"), s)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprintf("%d.webm", c.Alignment))
		q, err := m.Quick(t.Context(), l, s, filepath.Join(dir, "voice"), path)
		if err != nil {
			t.Fatal(err)
		}
		if q.Box != (Box{0, 0, w, h}) {
			t.Errorf("the box is %+v", q.Box)
		}
		passes(t, tools, path, q)
		if most := pixelsOfWords(t, m, s, q, path); most > 3 {
			t.Errorf("%+v: the words differ by %.1f of 255", c, most)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "lib", "*.lib"))
	if len(files) != 1 {
		t.Errorf("%d libraries for one presenter", len(files))
	}
}

// pixelsOfWords compares the place of every block on all of its frames with what is drawn there, and that it is on no
// other frame.
func pixelsOfWords(t *testing.T, m *Maker, s Spec, q Quick, path string) (most float64) {
	t.Helper()
	raw, err := exec.Command(m.FFmpeg, "-v", "error", "-c:v", "libvpx-vp9", "-i", path, "-f", "rawvideo", "-pix_fmt",
		"rgba", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	size := s.Width * s.Height * 4
	if len(raw) != size*q.Frames {
		t.Fatalf("%d bytes of %d frames", len(raw), q.Frames)
	}
	text, err := newSubtitles(s, q.Words)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newStill(s)
	if err != nil {
		t.Fatal(err)
	}
	rest := bytes.Clone(d.pose("rest", "eyes-open"))
	want, place := image.NewNRGBA(image.Rect(0, 0, s.Width, s.Height)), image.Rectangle{}
	shown := 0
	for i := range q.Frames {
		block := text.at(float64(i) / float64(s.FPS))
		if block < 0 {
			continue
		}
		shown++
		copy(want.Pix, rest)
		place = text.over(want, block)
		most = max(most, meanDifference(raw[i*size:][:size], want, place))
	}
	if len(text.blocks) < 2 || shown < q.Frames/2 || shown == q.Frames {
		t.Errorf("%d blocks, %d of %d frames have words", len(text.blocks), shown, q.Frames)
	}
	if e := meanDifference(raw[:size], want, place); e < 20 {
		t.Errorf("the first frame has the last words: %.1f", e)
	}
	return most
}

// meanDifference is that of the pixels of a place.
func meanDifference(got []byte, want *image.NRGBA, place image.Rectangle) float64 {
	sum, n := 0.0, 0.0
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for i := want.PixOffset(place.Min.X, y); i < want.PixOffset(place.Max.X, y); i++ {
			sum += abs(float64(got[i]) - float64(want.Pix[i]))
			n++
		}
	}
	return sum / max(n, 1)
}
