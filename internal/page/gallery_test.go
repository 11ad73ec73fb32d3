//go:build unix

package page

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"greenroom/internal/browsertest"
	"greenroom/pipeline/watch"
)

// gallery is where the pictures of docs/img go: go test ./internal/page -run Gallery
// -gallery "$PWD/docs/img". Without it they are made and checked, and not kept.
var gallery = flag.String("gallery", "", "write the page's pictures to this `folder`")

// shot takes what a tab shows. Pictures in the docs are small and as sharp as the page:
// 256 colours without dithering.
func (s *stage) shot(tab *tabAt, name string) {
	s.Helper()
	var full []byte
	s.do(tab.ctx, chromedp.CaptureScreenshot(&full))
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "image2pipe", "-c:v", "png", "-i", "-", "-vf", "split[a][b];[a]palettegen=max_colors=256:stats_mode=single[p];[b][p]paletteuse=dither=none", "-f", "image2pipe", "-c:v", "png", "-pred", "mixed", "-")
	cmd.Stdin = bytes.NewReader(full)
	small, err := cmd.Output()
	if err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	c, err := png.DecodeConfig(bytes.NewReader(small))
	if err != nil || c.Width != tab.width {
		s.Errorf("%s is %d pixels wide: %v", name, c.Width, err)
	}
	if len(small) > 200<<10 {
		s.Errorf("%s is %d bytes", name, len(small))
	}
	if *gallery != "" {
		if err := os.WriteFile(filepath.Join(*gallery, name+".png"), small, 0o644); err != nil {
			s.Error(err)
		}
	}
}

const tour = `version: 1
project: product-tour
size: 640x360
defaults:
  avatar: {id: Daisy-inskirt-20220818}
  voice: {id: 1bd001e7e50f421d891986aad5158bc8}
clips:
  intro: {script: intro.md, captions: true}
  pricing: {script: "Plans start at nine dollars, and the first month is free."}
  teams: {script: "Teams share one library of clips."}
  outro: {script: "See you in the next film."}
  legal: {script: "Terms apply."}
compositions:
  tour:
    background: ["#12352B", "#1F5E4A"]
    layers:
      - {clip: intro, box: {right: 4%, bottom: 0, height: 90%}}
      - {text: "One library for every team", style: title, box: {left: 6%, top: 30%, width: 48%}, for: 3s}
  teaser:
    background: "#F2C14E"
    formats: ["16:9", "9:16"]
    layers:
      - {clip: teams}
      - {text: "Teams share one library", style: lower-third, for: 2s}
`

// TestGallery takes the pictures of the docs from a real project on the sandbox: two
// clips are bought, the others are stand-ins.
func TestGallery(t *testing.T) {
	s := begin(t, tour)
	states := func(want map[string]string) {
		s.wait(func(st watch.State) bool {
			for _, c := range st.Clips {
				if w := want[c.Name]; w != "" && c.State != w || st.Busy {
					return false
				}
			}
			return len(st.Clips) == 5
		})
	}
	states(map[string]string{"intro": watch.StandIn, "pricing": watch.StandIn, "teams": watch.StandIn, "outro": watch.StandIn, "legal": watch.StandIn})
	if err := s.session.Buy(t.Context(), []string{"intro", "teams"}); err != nil {
		t.Fatal(err)
	}
	states(map[string]string{"intro": watch.Final, "teams": watch.Final})

	tab := &tabAt{ctx: browsertest.Tab(s)}
	const ready = `document.querySelectorAll('.plays video').length === 4 && [...document.images].every(i => !i.currentSrc || i.complete) && document.querySelectorAll('[data-state="final"]').length === 2`
	at := func(width int, dark bool) {
		t.Helper()
		tab.width = width
		s.open(tab.ctx, width, dark)
	}
	at(1440, true)
	s.until(tab.ctx, ready)
	s.shot(tab, "page-1440-dark")
	at(390, false)
	s.until(tab.ctx, `document.querySelectorAll('.plays video').length > 0 && document.querySelectorAll('[data-state="final"]').length === 2`)
	s.shot(tab, "page-390")
	at(1440, false)
	s.until(tab.ctx, ready)
	s.shot(tab, "page-1440-light")
	s.do(tab.ctx, chromedp.Click(`[data-name="intro"] .why`))
	s.until(tab.ctx, `document.querySelectorAll('#why-checks tbody tr').length > 5`)
	s.shot(tab, "page-why")
	s.do(tab.ctx, chromedp.Click(`#why button`))
	s.look(tab)
	s.do(tab.ctx, chromedp.Click(`#buy-all`))
	s.until(tab.ctx, `document.getElementById('ask').open`)
	s.shot(tab, "page-buy")
	s.do(tab.ctx, chromedp.Click(`#ask [value=no]`))
	s.write("greenroom.yaml", strings.Replace(tour, "pricing: {script", "pricing: {skript", 1))
	s.until(tab.ctx, `document.querySelector('.fault h2')?.textContent.includes('skript')`)
	s.shot(tab, "page-broken")
	one := begin(t, strings.Replace(tour[:strings.Index(tour, "  pricing:")], ", captions: true", "", 1))
	s.url = one.url
	at(1440, false)
	s.until(tab.ctx, `document.querySelectorAll('.one .plays video').length === 1`)
	s.shot(tab, "page-one")
	s.url = begin(t, "version: 1\nproject: product-tour\nclips: {}\n").url // a new project is not an error
	at(1440, false)
	s.until(tab.ctx, `!document.getElementById('empty').hidden && !document.querySelector('.fault')`)
	s.shot(tab, "page-empty")
}

// look takes the view of a clip over a colour of the manifest, and the films, one of them finished.
func (s *stage) look(tab *tabAt) {
	s.Helper()
	choose := func(backdrop string) {
		s.do(tab.ctx, chromedp.Evaluate(fmt.Sprintf(`chooseBackdrop(%q)`, backdrop), nil))
	}
	s.until(tab.ctx, `backdrops.some((b) => b.name === '#1F5E4A')`)
	choose("#1F5E4A")
	s.do(tab.ctx, chromedp.Click(`[data-name="intro"] .view`))
	s.until(tab.ctx, `document.getElementById('view-video')?.readyState >= 2 && viewing.peaks?.length > 50 && viewing.captions.length > 0`)
	s.do(tab.ctx, chromedp.Evaluate(`seek(31)`, nil))
	s.until(tab.ctx, `!video.seeking && document.getElementById('view-caption').textContent !== ''`)
	s.shot(tab, "page-view")
	s.do(tab.ctx, chromedp.Click(`#view-close`), chromedp.Click(`#tab-films`))
	s.until(tab.ctx, `document.querySelectorAll('#films > .film').length === 3 && [...document.querySelectorAll('#films img')].every(i => i.naturalWidth > 0)`)
	s.shot(tab, "page-films")
	s.do(tab.ctx, chromedp.Click(`#tab-clips`))
	choose("checkerboard")
}

// tabAt is a tab and how wide it is, in pixels.
type tabAt struct {
	ctx   context.Context
	width int
}
