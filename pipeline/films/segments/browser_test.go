package segments

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"greenroom/compose/native"
	"greenroom/internal/browsertest"
)

// player plays a part of a film slowly and returns the time of each frame that was shown, in seconds; nothing if the
// browser does not know the codec.
const player = `(async (src, from, to) => {
	const v = document.createElement("video");
	v.muted = true;
	v.src = src;
	document.body.append(v);
	const loaded = await new Promise(done => { v.onloadeddata = () => done(true); v.onerror = () => done(false); });
	if (!loaded) return [];
	v.currentTime = from;
	await new Promise(done => { v.onseeked = done; });
	v.playbackRate = 0.5;
	const times = [];
	await new Promise(done => {
		const shown = (_, frame) => {
			times.push(frame.mediaTime);
			if (frame.mediaTime >= to) done(); else v.requestVideoFrameCallback(shown);
		};
		v.onended = done;
		v.requestVideoFrameCallback(shown);
		v.play();
	});
	v.remove();
	return times;
})`

// TestABrowserShowsEachFrameOnce, at the cuts of a film.
func TestABrowserShowsEachFrameOnce(t *testing.T) {
	tab := browsertest.Tab(t)
	played := 0
	for _, name := range []string{"h264", "vp9"} {
		s := newStudio(t)
		for i := range native.Presets {
			if native.Presets[i].Name == name {
				s.preset = &native.Presets[i]
			}
		}
		f := film("#FF0000", "#00FF00", "#0000FF")
		res := s.render(f, 270)
		server := httptest.NewServer(http.FileServer(http.Dir(s.dir)))
		defer server.Close()
		page := server.URL + "/page"
		if err := chromedp.Run(tab, chromedp.Navigate(page)); err != nil {
			t.Fatal(err)
		}
		for _, cut := range []int{90, 180} {
			fault := ""
			for range 3 { // a busy machine may drop a frame, but not the same one each time
				times := s.shown(tab, "/"+filepath.Base(res.Path), f.FPS.Seconds(cut-10)+0.001, f.FPS.Seconds(cut+10))
				if len(times) == 0 {
					t.Logf("this browser does not play %s", name)
					break
				}
				played++
				if fault = gaps(times, f.FPS.FPS()); fault == "" {
					break
				}
			}
			if fault != "" {
				t.Errorf("%s, at the cut %d: %s", name, cut, fault)
			}
		}
	}
	if played == 0 {
		t.Error("the browser plays neither H.264 nor VP9")
	}
}

// shown plays a part of a film.
func (s *studio) shown(tab context.Context, src string, from, to float64) (times []float64) {
	err := chromedp.Run(tab, chromedp.Evaluate(fmt.Sprintf("%s(%q, %f, %f)", player, src, from, to), &times,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	if err != nil {
		s.Fatal(err)
	}
	return times
}

// gaps returns the first frame that is missing or repeated.
func gaps(times []float64, fps float64) string {
	last := -1
	for _, at := range times {
		frame := int(math.Round(at * fps))
		if last >= 0 && frame != last+1 {
			return fmt.Sprintf("frame %d is shown after frame %d", frame, last)
		}
		last = frame
	}
	if len(times) < 15 {
		return fmt.Sprintf("only %d frames are shown", len(times))
	}
	return ""
}
