package films

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/films/resolve"
	"greenroom/pipeline/manifest"
)

// TestRowsAreForgotten resolves the films of a thousand rows: each is reported with its row, and memory does not grow.
func TestRowsAreForgotten(t *testing.T) {
	text := strings.Replace(rowComposition, `      - {clip: "{{clip}}", box: {right: 4%, bottom: 0, width: 38%}}`+"\n", "", 1)
	text = strings.Replace(text, "    length: 4s\n", "    length: 4s\n    intro: head\n", 1)
	p := rowSource(t, 1000, text+"  head: {each: welcome, length: 1s, layers: [{text: \"{{name}}\"}]}\n")
	s, err := p.Choose([]string{"hello"}, Options{Format: "16:9"})
	if err != nil {
		t.Fatal(err)
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early, late uint64
	n, frames := 0, 0
	err = s.Each(t.Context(), func(resolved Film, err error) error {
		if err != nil {
			return err
		}
		name, f := resolved.Name, resolved.Timeline
		if want := fmt.Sprintf("hello-p%d-16x9", n); name.Name != want || f.Name != want || name.Line != n+2 {
			t.Errorf("film %d is %+v", n, name)
		}
		switch n++; n {
		case 100:
			early = held()
		case 1000:
			late = held()
		}
		frames += f.Frames
		return nil
	})
	if err != nil || n != 1000 || frames != (25+100)*1000 {
		t.Fatalf("%d films of %d frames: %v", n, frames, err)
	}
	if late > early+1<<20 {
		t.Errorf("%d kB after 100 films, %d kB after 1000", early>>10, late>>10)
	}
	stop := errors.New("enough")
	n = 0
	err = s.Each(t.Context(), func(Film, error) error {
		n++
		return stop
	})
	if err != stop || n != 1 {
		t.Errorf("after %d films: %v", n, err)
	}
}

// BenchmarkResolveRowFilms is what a row's films cost before anything is rendered: reading the row again, and
// resolving.
func BenchmarkResolveRowFilms(b *testing.B) {
	const n = 1000
	p := rowSource(b, n, strings.Replace(rowComposition, "    formats: [16:9, 1:1]\n", "", 1))
	store, err := p.Open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	r := newReader(p, store, Options{})
	if err := r.publish(nil); err != nil {
		b.Fatal(err)
	}
	facts := r.facts
	for _, c := range p.Manifest.Clips {
		facts.Clips[c.Name] = resolve.Clip{Media: timeline.Media{Public: "greenroom/" + c.Name + ".webm", Width: 300, Height: 340, Seconds: 4, Codec: "vp9", Alpha: true},
			FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 100, Box: timeline.Rect{X: 170, Y: 20, W: 300, H: 340}, Width: 640, Height: 360, Sound: true}
	}
	b.ReportAllocs()
	for b.Loop() {
		err = p.Manifest.Rows(nil, func(r manifest.RowFilms) error {
			if r.Err != nil {
				return r.Err
			}
			_, err := resolve.Film(r.View, r.Films[0].Name, facts)
			return err
		})
		if err != nil {
			b.Fatal(fault.All(err))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/film")
}

// TestFilmNamesItsContent: a film can be encoded without a path of this machine, and has the hash of every file.
func TestFilmNamesItsContent(t *testing.T) {
	p := rowSource(t, 1, "  card: {length: 1s, layers: [{text: Card}]}\n")
	set, err := p.Choose([]string{"card"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var f Film
	err = set.Each(t.Context(), func(resolved Film, err error) error {
		f = resolved
		return err
	})
	if err != nil {
		t.Fatal(fault.All(err))
	}
	if len(f.Timeline.Media) != 1 {
		t.Fatalf("%+v", f.Timeline.Media)
	}
	for key, m := range f.Timeline.Media {
		sum, _, err := hashkey.File(m.File)
		if err != nil || f.Content[key] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s has the hash %q: %v", key, f.Content[key], err)
		}
	}
	b, err := json.Marshal(f)
	if err != nil || bytes.Contains(b, []byte(filepath.Dir(p.Manifest.Path))) {
		t.Errorf("%v: %s", err, b)
	}
	var back Film
	if err := json.Unmarshal(b, &back); err != nil || back.Name != f.Name || back.Timeline.Frames != 25 {
		t.Errorf("%v: %+v", err, back)
	}
}

// TestAFilmWithoutItsClip: the fault names the clip and the row, and the films of other rows are resolved.
func TestAFilmWithoutItsClip(t *testing.T) {
	p := rowSource(t, 2, rowComposition)
	resolved, failed := 0, 0
	ok, all, err := p.Check(t.Context(), func(f Film, err error) {
		list := fault.All(err)
		switch {
		case err == nil:
			resolved++
		case len(list) != 1 || list[0].Clip != f.Name.Clip || !strings.Contains(list[0].Msg, fmt.Sprintf("people.csv:%d", f.Name.Line)):
			t.Errorf("%s: %v", f.Name.Name, list)
		default:
			failed++
		}
	})
	if err != nil || ok != 1 || all != 5 || resolved != 1 || failed != 4 {
		t.Errorf("%d of %d films can be rendered (%d, %d): %v", ok, all, resolved, failed, err)
	}
}
