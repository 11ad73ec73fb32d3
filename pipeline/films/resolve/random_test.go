package resolve

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// randomFilm writes a composition that is mostly sensible.
func randomFilm(r *rand.Rand, nested bool) string {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	maybe := func(p float64, s string, args ...any) string {
		if r.Float64() < p {
			return ", " + fmt.Sprintf(s, args...)
		}
		return ""
	}
	dim := func() string { return pick(fmt.Sprintf("%d%%", r.IntN(140)-20), fmt.Sprintf("%dpx", r.IntN(2200)-200)) }
	size := func() string { return pick(fmt.Sprintf("%d%%", r.IntN(150)+1), fmt.Sprintf("%dpx", r.IntN(2000)+1)) }
	box := func() string {
		var b []string
		for _, e := range []string{"left: " + dim(), "top: " + dim(), "width: " + size(), "height: " + size(), "right: " + dim()}[r.IntN(3):] {
			if r.Float64() < 0.5 {
				b = append(b, e)
			}
		}
		if len(b) == 5 {
			b = b[:4]
		}
		return "{" + strings.Join(b, ", ") + "}"
	}
	when := func() string { return fmt.Sprintf("%.3fs", r.Float64()*5) }
	var layers []string
	for i := range 1 + r.IntN(5) {
		kinds := []string{"clip: hello", "clip: pricing", "clip: loose", "image: bg.png", "image: logo.png", "video: loop.mp4", "text: \"Some words to set\"", "audio: bed.mp3"}
		if nested {
			kinds = append(kinds, "composition: inner")
		}
		kind := kinds[r.IntN(len(kinds))]
		l := "{" + kind + maybe(0.7, "at: %s", when()) + maybe(0.4, "for: %s", when()) + fmt.Sprintf(", name: n%d", i)
		word, _, _ := strings.Cut(kind, ":")
		if word != "audio" {
			l += maybe(0.6, "box: %s", box()) + maybe(0.3, "safe: %d%%", r.IntN(30))
		} else {
			l += maybe(0.8, "duck: true") + maybe(0.5, "fade-in: %s", when()) + maybe(0.5, "fade-out: %s", when())
		}
		if word == "clip" || word == "image" || word == "video" || word == "text" {
			l += maybe(0.3, "enter: %s %s", pick("fade", "slide up", "fade slide left"), when()) + maybe(0.3, "leave: %s", pick("slide down 0.1s", "slide right", "fade"))
		}
		if word == "clip" || word == "image" || word == "video" {
			l += maybe(0.4, "fit: %s", pick("cover", "contain")) + maybe(0.3, "anchor: %s", pick("top", "left", "center")) + maybe(0.3, "mask: %s", pick("circle", "rounded", "{rounded: 900px}"))
		}
		if word == "clip" {
			l += maybe(0.3, "box-of: frame") + maybe(0.3, "skip: %s", when())
		}
		if i > 0 {
			l += maybe(0.2, "after: n%d", r.IntN(i))
		}
		layers = append(layers, l+"}")
	}
	return fmt.Sprintf("{fps: %s, size: %dx%d%s%s, layers: [%s]}", pick("23.976", "25", "29.97", "59.94", "12.5"), 2*(50+r.IntN(900)), 2*(50+r.IntN(900)),
		maybe(0.4, "length: %s", when()), maybe(0.3, `background: "#102030"`), strings.Join(layers, ", "))
}

// TestEveryFilmThatResolvesIsDrawable resolves many compositions: each becomes a film that passes Validate, or faults
// of the manifest's, never anything else.
func TestEveryFilmThatResolvesIsDrawable(t *testing.T) {
	dir, facts := world(t)
	films, refused := 0, 0
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 5))
		text := head + "compositions:\n  inner: " + randomFilm(r, false) + "\n  a: " + randomFilm(r, true) + "\n"
		m, err := manifest.Parse(filepath.Join(dir, "greenroom.yaml"), []byte(text))
		if err != nil {
			refused++
			continue
		}
		film, err := Film(m, "a", facts)
		for _, f := range fault.All(err) {
			if f.Kind != fault.Manifest || f.Place == nil || f.Hint == "" {
				t.Fatalf("seed %d: %v: %v\n%s", seed, f, f.Err, text)
			}
		}
		if err != nil {
			refused++
			continue
		}
		films++
		for _, s := range film.Sounds {
			for _, p := range s.Gain {
				if p.At < film.FPS.Seconds(s.From)-1e-5 || p.At > film.FPS.Seconds(s.From+s.Frames)+1e-5 {
					t.Errorf("seed %d: %s has gain at %v s", seed, s.ID, p.At)
				}
			}
		}
	}
	if films < 200 || refused < 200 {
		t.Errorf("%d films, %d refused: the generator is lopsided", films, refused)
	}
}
