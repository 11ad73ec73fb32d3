package native

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
)

// TestAPartIsDrawnAsInTheCompleteFilm: before the encoder, the frames of parts are those of the film without cuts,
// wherever no motion or fade is cut. GREENROOM_TEST_ALL has three cuts of each.
func TestAPartIsDrawnAsInTheCompleteFilm(t *testing.T) {
	t.Parallel()
	for _, f := range timelinetest.Films(footage(t)) {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			want := drawn(t, f)
			var cuts []int
			for at := 1; at < f.Frames; at++ {
				if !inMotion(f, at) {
					cuts = append(cuts, at)
				}
			}
			switch all := os.Getenv("GREENROOM_TEST_ALL") != ""; {
			case all && len(cuts) > 3:
				cuts = []int{cuts[0], cuts[len(cuts)/2], cuts[len(cuts)-1]}
			case !all && len(cuts) > 1:
				cuts = cuts[len(cuts)/2:][:1]
			}
			from := 0
			for _, to := range append(cuts, f.Frames) {
				out := filepath.Join(t.TempDir(), "part.mkv")
				spec := Spec{Out: out, Tools: need(t)}
				if _, err := RenderPart(t.Context(), spec, PartOf(f, from, to), &lossless, nil); err != nil {
					t.Fatalf("%d to %d: %v", from, to, err)
				}
				got := frames(t, out, f.Width, f.Height)
				if len(got) != to-from {
					t.Fatalf("%d frames from %d to %d", len(got), from, to)
				}
				for i, img := range got {
					if !bytes.Equal(img.Pix, want[from+i].Pix) {
						t.Errorf("frame %d of the part from %d differs", from+i, from)
					}
				}
				from = to
			}
		})
	}
}

func inMotion(f *timeline.Film, at int) bool {
	for i := range f.Layers {
		l := &f.Layers[i]
		if at > l.From && at < l.From+l.Enter.Frames || at > l.End()-l.Leave.Frames && at < l.End() {
			return true
		}
	}
	return false
}
