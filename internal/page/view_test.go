//go:build unix

package page

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"greenroom/pipeline/watch"
)

// numbered makes a clip of n frames; the grey of frame N is 5*N+10 of 255.
func numbered(t *testing.T, path, rate string, frames int, args ...string) {
	t.Helper()
	all := append([]string{"-v", "error", "-f", "lavfi", "-i", fmt.Sprintf("color=black:s=64x48:r=%s,format=gray,geq=lum='5*N+10',trim=end_frame=%d", rate, frames),
		"-f", "lavfi", "-i", "sine=440:d=1"}, args...)
	if out, err := exec.Command("ffmpeg", append(all, "-y", path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
}

// grey returns the grey in the middle of the viewed picture once the video shows the frame with a number. A busy
// browser reports the end of a seek before the picture is there: the last grey is the result when it never comes.
const grey = `((frame) => new Promise((yes) => { const v = document.getElementById('view-video'); let tries = 0;
const read = () => { const c = document.createElement('canvas'); c.width = 64; c.height = 48;
const g = c.getContext('2d'); g.drawImage(v, 0, 0, 64, 48); return g.getImageData(32, 24, 1, 1).data[0]; };
const wait = () => { const got = v.readyState >= 2 && !v.seeking ? read() : -1;
if (Math.floor((got + 2 - 10) / 5) === frame || tries++ > 500) yes(got); else setTimeout(wait, 10); }; wait(); }))(%d)`

// TestEveryFrame: at rational rates, the frame that is shown is the one whose number is below it, forwards and
// backwards, by keys, buttons and the slider, in WebM and MP4, at both ends.
func TestEveryFrame(t *testing.T) {
	public := t.TempDir()
	if err := os.Mkdir(filepath.Join(public, "greenroom"), 0o755); err != nil {
		t.Fatal(err)
	}
	vp9 := []string{"-c:v", "libvpx-vp9", "-g", "12", "-pix_fmt", "yuv420p", "-color_range", "tv", "-c:a", "libopus", "-shortest"}
	rates := map[string][2]int{"ntsc": {30000, 1001}, "film": {24000, 1001}, "fast": {60, 1}, "pal": {25, 1}}
	st := watch.State{}
	for _, id := range []string{"ntsc", "film", "fast", "pal"} {
		r := rates[id]
		numbered(t, filepath.Join(public, "greenroom", id+".webm"), fmt.Sprintf("%d/%d", r[0], r[1]), 24, vp9...)
		st.Clips = append(st.Clips, watch.Clip{Name: id, State: watch.Final, Src: "greenroom/" + id + ".webm",
			Frames: 24, FPSNum: r[0], FPSDen: r[1], Width: 64, Height: 48})
	}
	h264 := filepath.Join(t.TempDir(), "film.mp4") // with B frames
	numbered(t, h264, "30000/1001", 24, "-c:v", "libx264", "-bf", "2", "-g", "12", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest")
	st.Films = []watch.Film{{Name: "h264", State: watch.FilmFinished, File: h264, Version: "1",
		Frames: 24, FPSNum: 30000, FPSDen: 1001, Width: 64, Height: 48}}
	m := play(st)
	s := m.serve(t, public)
	tab := s.browser(1440, false)
	s.until(tab, of("pal", `?.dataset.src !== ''`)+` && cards.get('pal').is.frames === 24`)
	all := append(st.Clips[:4:4], watch.Clip{Name: "h264", FPSNum: 30000, FPSDen: 1001})
	for i, c := range all {
		kind := "clip"
		if i == 4 {
			kind = "film"
		}
		js[bool](s, tab, fmt.Sprintf(`view(%q, %q); true`, kind, c.Name))
		s.until(tab, `document.getElementById('view-video').readyState >= 2`)
		check := func(what string, frame int) {
			t.Helper()
			var got int
			s.do(tab, chromedp.Evaluate(fmt.Sprintf(grey, frame), &got, awaited))
			if at := (got + 2 - 10) / 5; at != frame {
				t.Errorf("%s, %s: the picture is frame %d (grey %d), want %d", c.Name, what, at, got, frame)
			}
			words := js[string](s, tab, `document.getElementById('view-frame').textContent + ' ' + document.getElementById('view-time').textContent`)
			seconds := float64(frame*c.FPSDen) / float64(c.FPSNum)
			if want := fmt.Sprintf("frame %d of 23 0:%06.3f of", frame, seconds); !strings.HasPrefix(words, want) {
				t.Errorf("%s, %s: it shows %q, want %q", c.Name, what, words, want)
			}
		}
		check("at first", 0)
		for n := 1; n < 24; n++ {
			s.do(tab, chromedp.KeyEvent(kb.ArrowRight))
			check("→", n)
		}
		s.do(tab, chromedp.KeyEvent(kb.ArrowRight))
		check("→ at the end", 23)
		s.do(tab, chromedp.KeyEvent(kb.ArrowLeft))
		check("←", 22)
		s.do(tab, chromedp.KeyEvent(kb.ArrowLeft, chromedp.KeyModifiers(8)))
		check("Shift ←", 12)
		s.do(tab, chromedp.Click(`#view-back`))
		check("the button back", 11)
		s.do(tab, chromedp.Click(`#view-on`))
		check("the button on", 12)
		s.do(tab, chromedp.KeyEvent(kb.Home))
		check("Home", 0)
		s.do(tab, chromedp.KeyEvent(kb.End))
		check("End", 23)
		js[bool](s, tab, `(() => { const r = document.getElementById('view-seek'); r.value = 7; r.dispatchEvent(new Event('input', {bubbles: true})); return true; })()`)
		check("the slider", 7)
	}
	s.do(tab, chromedp.KeyEvent("\x1b"))
	s.until(tab, `!document.getElementById('view').open && document.querySelector('#view-video') === null && document.activeElement.dataset.name !== 'h264'`)
}

// TestTheView: captions and backdrops, on the card and in the view, the waveform, and a film.
func TestTheView(t *testing.T) {
	public := t.TempDir()
	if err := os.Mkdir(filepath.Join(public, "greenroom"), 0o755); err != nil {
		t.Fatal(err)
	}
	clip := filepath.Join(public, "greenroom", "intro.webm")
	numbered(t, clip, "25", 25, "-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-c:a", "libopus", "-shortest")
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(public, "greenroom", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("intro.captions.json", `[{"text":"Hello","startMs":0,"endMs":300},{"text":" there.","startMs":300,"endMs":480},
		{"text":" Second","startMs":480,"endMs":700},{"text":" sentence","startMs":700,"endMs":1000}]`)
	picture := filepath.Join(t.TempDir(), "a (red) picture's.png")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:s=64x48", "-frames:v", "1", picture).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	m := play(watch.State{
		Clips: []watch.Clip{{Name: "intro", State: watch.Final, Src: "greenroom/intro.webm", Captions: "greenroom/intro.captions.json",
			Frames: 25, FPSNum: 25, FPSDen: 1, Width: 64, Height: 48}},
		Films: []watch.Film{
			{Name: "tour", State: watch.FilmFinished, File: clip, Version: "1", Line: "out/tour.webm",
				Frames: 25, FPSNum: 25, FPSDen: 1, Seconds: 1, Width: 64, Height: 48},
			{Name: "teaser", State: watch.FilmNew, Still: true, Version: "2", Line: "run `greenroom render teaser`", Width: 64, Height: 48},
			{Name: "broken", State: watch.FilmFailed, Line: "a clip is missing"}}})
	m.still, m.backdrops = picture, []watch.Backdrop{{Name: "#1F7A4D", Color: "#1F7A4D"}, {Name: "a (red) picture's.png", File: picture}}
	s := m.serve(t, public)
	tab := s.browser(1440, false)
	s.until(tab, of("intro", `.querySelector('.plays video')?.readyState >= 2`)+` && document.querySelectorAll('#backdrop option').length === 5`)
	// captions over the card, and off
	s.until(tab, of("intro", `.querySelector('.caption').hidden === false`))
	s.do(tab, chromedp.KeyEvent("c"))
	s.until(tab, of("intro", `.querySelector('.caption').hidden`)+` && !document.getElementById('captions').checked`)
	s.do(tab, chromedp.KeyEvent("c"))
	// backdrops: each is what the stage is painted with
	for name, want := range map[string]string{
		"checkerboard": "conic-gradient", "black": "rgb(0, 0, 0)", "white": "rgb(255, 255, 255)", "#1F7A4D": "rgb(31, 122, 77)",
		"a (red) picture's.png": "/backdrop?name=a%20%28red%29%20picture%27s.png",
	} {
		js[bool](s, tab, fmt.Sprintf(`(() => { const b = document.getElementById('backdrop'); b.value = %q; b.dispatchEvent(new Event('change')); return true; })()`, name))
		if got := js[string](s, tab, `getComputedStyle(document.querySelector('.stage')).background`); !strings.Contains(got, want) {
			t.Errorf("%s: %s", name, got)
		}
		if other := js[string](s, tab, `document.getElementById('view-backdrop').value`); other != name {
			t.Errorf("the view has %q, the page %q", other, name)
		}
	}
	// the view: the same caption at its frames, the waveform, and nothing plays behind it
	s.do(tab, chromedp.KeyEvent("j"), chromedp.KeyEvent("\r"))
	s.until(tab, `document.getElementById('view-caption').textContent === 'Hello there.' && viewing.peaks?.length === 4`)
	s.until(tab, `document.querySelectorAll('#clips video').length === 0`)
	for range 12 {
		s.do(tab, chromedp.KeyEvent(kb.ArrowRight))
	}
	if got := js[string](s, tab, `document.getElementById('view-caption').textContent`); got != "Second sentence" {
		t.Errorf("at frame 12 it shows %q", got)
	}
	if n := js[int](s, tab, `(() => { const w = document.getElementById('view-wave'), d = w.getContext('2d').getImageData(0, 0, w.width, w.height).data; let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; })()`); n < 1000 {
		t.Errorf("%d pixels of the waveform are drawn", n)
	}
	s.do(tab, chromedp.KeyEvent(" "))
	s.until(tab, `viewing.at === 24`) // it plays to its end and stops there
	s.do(tab, chromedp.KeyEvent("\x1b"), chromedp.KeyEvent("f"))
	s.until(tab, `!document.getElementById('films-panel').hidden && document.querySelectorAll('#films > .film').length === 3 && [...document.querySelectorAll('#films img')].filter(i => i.naturalWidth === 64).length === 2`)
	s.do(tab, chromedp.Click(`#films [data-name="teaser"] .view`))
	s.until(tab, `document.getElementById('view').open && document.getElementById('view-still').naturalWidth === 64 && document.getElementById('view-scrub').hidden`)
	s.do(tab, chromedp.KeyEvent("k"))
	s.until(tab, `viewing.name === 'tour' && document.getElementById('view-video').readyState >= 2 && !document.getElementById('view-scrub').hidden`)
	if js[bool](s, tab, `document.querySelector('#films [data-name="broken"] .view').hidden === false`) {
		t.Error("a film without a picture can be viewed")
	}
	s.do(tab, chromedp.KeyEvent("\x1b"))
	// the session forgets the films: the clips are there again
	m.set(func(st *watch.State) { st.Films = nil })
	s.until(tab, `document.getElementById('tabs').hidden && !document.getElementById('clips-panel').hidden`)
}

// TestMediaTypes: the type that a browser receives for a file, whatever the machine's own table contains; HEAD and
// ranges.
func TestMediaTypes(t *testing.T) {
	public := t.TempDir()
	if err := os.Mkdir(filepath.Join(public, "greenroom"), 0o755); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{
		"a.webm": "video/webm", "a.webp": "image/webp", "a.captions.json": "application/json", "props.json": "application/json",
		"a.vtt": "text/vtt; charset=utf-8", "a.png": "image/png", "a.jpg": "image/jpeg", "a.mp4": "video/mp4", "a.mov": "video/quicktime", "a.m4a": "audio/mp4", "a.mp3": "audio/mpeg", "a.wav": "audio/wav",
	}
	for name := range kinds {
		if err := os.WriteFile(filepath.Join(public, "greenroom", name), []byte("0123456789"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	film := filepath.Join(t.TempDir(), "x.mp4")
	if err := os.WriteFile(film, []byte("0123456789"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.html", "a.svg", "a.js", "a"} {
		if err := os.WriteFile(filepath.Join(public, "greenroom", name), []byte("0123456789"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(film, filepath.Join(public, "greenroom", "link.mp4")); err != nil {
		t.Fatal(err)
	}
	m := play(watch.State{Films: []watch.Film{{Name: "an odd/name", File: film, Version: "1"}, {Name: "none"}}})
	s := m.serve(t, public)
	base, query, _ := strings.Cut(s.url, "/?")
	ask := func(method, path, ranged string) *http.Response {
		t.Helper()
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		q, err := http.NewRequest(method, base+path+sep+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if ranged != "" {
			q.Header.Set("Range", ranged)
		}
		res, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	paths := map[string]string{"/film/an%20odd%2Fname?v=1": "video/mp4"}
	for name, kind := range kinds {
		paths["/media/"+name] = kind
	}
	for path, kind := range paths {
		for _, method := range []string{"GET", "HEAD"} {
			if res := ask(method, path, ""); res.StatusCode != 200 || res.Header.Get("Content-Type") != kind || res.ContentLength != 10 || res.Header.Get("Accept-Ranges") != "bytes" {
				t.Errorf("%s %s: %d %q, %d bytes", method, path, res.StatusCode, res.Header.Get("Content-Type"), res.ContentLength)
			}
		}
		if res := ask("GET", path, "bytes=2-4"); res.StatusCode != 206 || res.ContentLength != 3 || res.Header.Get("Content-Range") != "bytes 2-4/10" || res.Header.Get("Content-Type") != kind {
			t.Errorf("%s: a range is answered with %d, %d bytes, %q", path, res.StatusCode, res.ContentLength, res.Header.Get("Content-Range"))
		}
		if res := ask("GET", path, "bytes=20-"); res.StatusCode != 416 {
			t.Errorf("%s: a range beyond the end is answered with %d", path, res.StatusCode)
		}
	}
	for _, path := range []string{
		"/media/a.html", "/media/a.svg", "/media/a.js", "/media/a", "/media/link.mp4", "/media/..%2fa.webm", "/film/none", "/film/other",
		"/waveform/film/none", "/waveform/clip/none", "/waveform/other/none", "/still/other", "/backdrop?name=%2Fetc%2Fpasswd",
		"/backdrop?name=..%2Fx.mp4",
	} {
		if res := ask("GET", path, ""); res.StatusCode != 404 {
			t.Errorf("%s: %d, want 404", path, res.StatusCode)
		}
	}
	if cache := ask("GET", "/media/props.json", "").Header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("props.json changes under its name and is kept: %q", cache)
	}
	if cache := ask("GET", "/film/an%20odd%2Fname", "").Header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("a film without its version is kept: %q", cache)
	}
}
