package watch

import (
	"context"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/pipeline"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
)

// drawnElsewhere renders a film as `greenroom render` in another terminal does, and records it.
func (p *following) drawnElsewhere(name string) {
	p.Helper()
	tools, err := media.FindTools(p.Context(), exec.LookPath)
	if err != nil {
		p.Fatal(err)
	}
	o, stop := p.plain.Share()
	defer func() { _ = stop() }()
	other, err := pipeline.Open(o)
	if err != nil {
		p.Fatal(err)
	}
	defer other.Close()
	set, err := other.Films().Choose([]string{name}, films.Options{AllowStandIns: true})
	if err != nil {
		p.Fatal(err)
	}
	err = set.Each(p.Context(), func(resolved films.Film, err error) error {
		if err != nil {
			return err
		}
		f := resolved.Timeline
		out := filepath.Join(p.dir, "out", name+".mp4")
		res, err := native.Render(p.Context(), native.Spec{Film: f, Out: out, Tools: tools}, nil)
		if err != nil {
			return err
		}
		key, err := other.FilmRecords().NativeKey(f, tools.Version, res.Preset, 0, records.Pieces)
		if err != nil {
			return err
		}
		return other.FilmRecords().Save(out, key, records.Output{Frames: res.Frames, Width: f.Width, Height: f.Height, FPS: f.FPS.FPS()})
	})
	if err != nil {
		p.Fatal(err)
	}
}

// TestFilmsAreListed: a film goes from not rendered to finished when another process renders it, without a save; to
// older when what it is made of changes; and there is a picture of it, with its file and without.
func TestFilmsAreListed(t *testing.T) {
	p := watched(t, 1, false)
	text, err := os.ReadFile(filepath.Join(p.dir, "greenroom.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p.write("text.png", "no picture at all")
	films := "fps: 30000/1001\ncompositions:\n  tour: {background: \"#1F5E4A\", layers: [{clip: c0}]}\n  broken: {layers: [{image: text.png, for: 1s}, {clip: c0}]}\n"
	p.write("greenroom.yaml", strings.Replace(string(text), "fps:", "#", 1)+films)
	film := func(st State, name string) Film {
		i := slices.IndexFunc(st.Films, func(f Film) bool { return f.Name == name })
		if i < 0 {
			return Film{}
		}
		return st.Films[i]
	}
	st := p.until("the list", func(st State) bool { return all(StandIn)(st) && film(st, "tour").State == FilmNew })
	tour := film(st, "tour")
	if tour.Width != 320 || tour.Height != 240 || tour.Frames < 30 || tour.FPSNum != 30000 || tour.FPSDen != 1001 || !tour.Still || tour.File != "" {
		t.Errorf("%+v", tour)
	}
	if b := film(st, "broken"); b.State != FilmFailed || !strings.Contains(b.Line, "text.png") {
		t.Errorf("%+v", b)
	}
	still, err := p.s.FilmStill(t.Context(), "tour")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(still)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(f)
	f.Close()
	if err != nil || img.Bounds().Dx() != 320 {
		t.Fatalf("%v %v", img, err)
	}
	if r, g, b, _ := img.At(2, 2).RGBA(); r>>8 != 0x1F || g>>8 != 0x5E || b>>8 != 0x4A {
		t.Errorf("the still's corner is %x %x %x", r>>8, g>>8, b>>8)
	}
	p.drawnElsewhere("tour")
	st = p.until("the finished film", func(st State) bool { return film(st, "tour").State == FilmFinished })
	if f := film(st, "tour"); f.File != filepath.Join(p.dir, "out", "tour.mp4") || f.Line != "out/tour.mp4" || f.Frames != tour.Frames || f.FPSNum != 30000 {
		t.Errorf("%+v", f)
	}
	second, err := p.s.FilmStill(t.Context(), "tour")
	if err != nil || second == still {
		t.Errorf("%s %v", second, err)
	}
	if w, err := p.s.Waveform(t.Context(), film(st, "tour").File); err != nil || len(w.Peaks) < 190 || w.Seconds < 1.9 {
		t.Errorf("%+v %v", w, err)
	}
	p.write("scripts/c0.md", "Something else is spoken here.")
	p.until("the older film", func(st State) bool { return all(StandIn)(st) && film(st, "tour").State == FilmOlder })
	if _, err := p.s.FilmStill(t.Context(), "none"); err == nil {
		t.Error("there is a still of no film")
	}
}

// TestWaveformIsMeasuredOnce: a second request reads the cache; a file that changed is measured again.
func TestWaveformIsMeasuredOnce(t *testing.T) {
	dir := t.TempDir()
	make := func(volume string) {
		cmd := exec.Command("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=1000:d=1", "-f", "lavfi", "-i", "color=black:s=64x48:r=25:d=2",
			"-af", "volume="+volume+",apad=whole_dur=2", "-c:a", "pcm_s16le", filepath.Join(dir, "x.mov"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
	}
	started := 0
	look := func(name string) (string, error) {
		started++
		return exec.LookPath(name)
	}
	s, err := New(Options{Project: pipeline.Options{ManifestPath: filepath.Join(dir, "greenroom.yaml"), Getenv: func(string) string { return "" }, LookPath: look}})
	if err != nil {
		t.Fatal(err)
	}
	get := func() Waveform {
		t.Helper()
		w, err := s.Waveform(context.Background(), filepath.Join(dir, "x.mov"))
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	make("8") // lavfi's sine has an eighth of full scale
	loud := get()
	if n := len(loud.Peaks); n != 200 || loud.Seconds != 2 || loud.Peaks[50] < 200 || loud.Peaks[150] != 0 {
		t.Errorf("%d parts, %v s: %v", n, loud.Seconds, loud.Peaks)
	}
	asked := started
	if again := get(); started != asked || !slices.Equal(again.Peaks, loud.Peaks) {
		t.Errorf("it is measured again: %v", again)
	}
	make("2")
	if soft := get(); soft.Peaks[50] < 45 || soft.Peaks[50] > 80 {
		t.Errorf("after a change: %v", soft.Peaks[50])
	}
	if _, err := s.Waveform(context.Background(), filepath.Join(dir, "none.mp4")); err == nil {
		t.Error("there is a waveform of no file")
	}
}

// TestBackdropsOfAProject: the manifest's opaque colours once each, its pictures first, then those of its folders; not
// what greenroom or tools wrote.
func TestBackdropsOfAProject(t *testing.T) {
	p := &following{T: t, dir: t.TempDir()}
	p.write("greenroom.yaml", "version: 1\nsize: 320x240\nclips: {intro: {file: note.webm}}\ncompositions:\n  a: {background: [\"#1f5e4a\", \"#10141880\", \"#1F5E4A\", \"#FFFFFF\"], layers: [{image: brand/logo.PNG, for: 1s}]}\n")
	for _, name := range []string{"brand/logo.PNG", "a.jpg", "public/deep/b.webp", "public/greenroom/c.webp", "node_modules/x/d.png", ".greenroom/e.png", "out/f.png", "note.webm"} {
		p.write(name, "x")
	}
	s, err := New(Options{Project: pipeline.Options{ManifestPath: filepath.Join(p.dir, "greenroom.yaml"), Getenv: func(string) string { return "" }, LookPath: exec.LookPath}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range s.Backdrops() {
		names = append(names, b.Name)
		if b.Color == "" && b.File != filepath.Join(p.dir, filepath.FromSlash(b.Name)) {
			t.Errorf("%+v", b)
		}
	}
	if want := []string{"#1F5E4A", "brand/logo.PNG", "a.jpg", "public/deep/b.webp"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	p.write("greenroom.yaml", "version: 1\nsise: 1\n")
	if got := s.Backdrops(); len(got) != 3 {
		t.Errorf("with a broken manifest: %+v", got)
	}
}
