package films

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/internal/e2e/e2etest"
)

// The pictures of a foreign clip are 320x180 and last about 0.7 s; foreignClick is when the click begins in their
// sound.
const (
	foreignSeconds = 0.7
	foreignClick   = 0.4
	click          = "between(t,0.4,0.406)*0.7*sin(2*PI*1500*(t-0.4))"
)

// patchColours are the colours of the patches at the bottom of a picture.
var patchColours = [6][3]byte{{200, 40, 40}, {40, 160, 60}, {50, 70, 200}, {224, 172, 140}, {128, 128, 128}, {235, 235, 235}}

// patchAt returns the left edge of a patch; it is 36 pixels wide, from line 130 to 170.
func patchAt(i int) int { return 20 + 48*i }

func rateOf(s string) timeline.Rate {
	num, den, _ := strings.Cut(s, "/")
	r := timeline.Rate{Den: 1}
	r.Num, _ = strconv.Atoi(num)
	if den != "" {
		r.Den, _ = strconv.Atoi(den)
	}
	return r
}

func foreignFrames(rate string) int { return rateOf(rate).FramesBefore(foreignSeconds) }

// foreignPicture draws picture n as RGBA: its number and a bar as in a counted clip, patches of colour, and a strip
// that is half transparent. With alpha the rest is transparent, otherwise a grey that gets lighter to the right.
func foreignPicture(n int, alpha bool) []byte {
	p := make([]byte, 320*180*4)
	for y := range 180 {
		for x := range 320 {
			grey := byte(40 + x/4)
			c := [4]byte{grey, grey, grey, 255}
			if alpha {
				c[3] = 0
			}
			patch := (x - 20) / 48
			switch {
			case y >= 30 && y < 50 && x >= 40 && x < 200:
				v := byte(255 * (n >> ((x - 40) / 20) & 1))
				c = [4]byte{v, v, v, 255}
			case y >= 54 && y < 76 && x >= 40 && x < 280:
				c = [4]byte{224, 172, 140, 255}
				if alpha {
					c[3] = 128
				}
			case y >= 80 && y < 120 && x >= 40 && x < 280:
				c = [4]byte{235, 235, 235, 255}
			case y >= 130 && y < 170 && x >= 20 && patch < len(patchColours) && x-patchAt(patch) < 36:
				c = [4]byte{patchColours[patch][0], patchColours[patch][1], patchColours[patch][2], 255}
			}
			copy(p[(y*320+x)*4:], c[:])
		}
	}
	return p
}

// exact709 turns BT.709 of limited range into RGB. Without these flags ffmpeg's scaler is up to 3 of 255 off.
const exact709 = "scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int"

// exactFrames decodes a film of 320x180 to rgb24 pictures.
func exactFrames(t *testing.T, path string) [][]byte {
	t.Helper()
	raw := []byte(e2etest.Run(t, ".", "ffmpeg", "-v", "error", "-i", path, "-vf", exact709+",format=rgb24", "-fps_mode", "passthrough", "-f", "rawvideo", "-"))
	var out [][]byte
	for size := 320 * 180 * 3; len(raw) >= size; raw = raw[size:] {
		out = append(out, raw[:size])
	}
	return out
}

// shownPicture is a picture of plain ffmpeg and when it comes, in seconds from the first.
type shownPicture struct {
	at      float64
	picture []byte
}

// truth returns the file's pictures on the film's ground, as plain ffmpeg composites them.
func (f foreignFilm) truth(t *testing.T, footage string) (list []shownPicture) {
	t.Helper()
	file := filepath.Join(footage, f.file)
	plain := f.plain
	if plain == "" {
		plain = exact709
	}
	args := []string{"-v", "error"}
	if f.coder != "" {
		args = append(args, "-c:v", f.coder)
	}
	graph := fmt.Sprintf("[0:v]%s,format=rgba,split[a][b];[a]lutrgb=r=0x20:g=0x40:b=0x80:a=255,format=gbrp[g];[g][b]overlay=format=gbrp,format=rgb24[v]", plain)
	args = append(args, "-i", file, "-filter_complex", graph, "-map", "[v]", "-fps_mode", "passthrough", "-f", "rawvideo", "-")
	raw := []byte(e2etest.Run(t, footage, "ffmpeg", args...))
	times := strings.Fields(e2etest.Run(t, footage, "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0", file))
	const size = 320 * 180 * 3
	if len(raw) != size*len(times) {
		t.Fatalf("%d bytes of pictures, %d times", len(raw), len(times))
	}
	first := 0.0
	for i, s := range times {
		at, err := strconv.ParseFloat(strings.TrimSuffix(s, ","), 64)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = at
		}
		list = append(list, shownPicture{at - first, raw[i*size : (i+1)*size]})
	}
	return list
}

// shownAt returns the picture that is on at a time of the film.
func shownAt(list []shownPicture, at float64) []byte {
	out := list[0].picture
	for _, p := range list {
		if p.at <= at+1e-6 {
			out = p.picture
		}
	}
	return out
}

// soon is how much early a picture may be: a WebM has its times in whole milliseconds, and both renderers show what
// comes within one of them.
const soon = 0.0015

// wantPictures compares a film's frames with the truth: numbers exactly, patches within 2.5 of 255.
func (f foreignFilm) wantPictures(t *testing.T, name, film string, truth []shownPicture) {
	t.Helper()
	pictures := exactFrames(t, film)
	rate := filmRate(t, f.fps)
	if least := rate.FramesBefore(truth[len(truth)-1].at); len(pictures) < least {
		t.Errorf("%s: %d frames, want at least %d", name, len(pictures), least)
	}
	wrong, worst := 0, 0.0
	for k, p := range pictures {
		want := shownAt(truth, rate.Seconds(k))
		n, ok := numberOf(want, 320, 180)
		next, _ := numberOf(shownAt(truth, rate.Seconds(k)+soon), 320, 180)
		if got, shown := numberOf(p, 320, 180); !ok || !shown || got != n && got != next {
			wrong++
			t.Logf("%s: frame %d shows %d (%v), want %d (%v)", name, k, got, shown, n, ok)
		}
		for i := range patchColours {
			worst = max(worst, patchApart(p, want, patchAt(i)+8, 138))
		}
		worst = max(worst, patchApart(p, want, 100, 62))
	}
	t.Logf("%s: %d frames, %d wrong, colours within %.1f of 255", name, len(pictures), wrong, worst)
	if wrong > 0 || worst > 2.5 {
		t.Errorf("%s: %d of %d frames are wrong, colours are within %.1f of 255", name, wrong, len(pictures), worst)
	}
}

// patchApart returns by how much the means of 20x6 pixels differ in the channel in which they do most.
func patchApart(a, b []byte, x0, y0 int) (most float64) {
	for c := range 3 {
		sum := 0
		for y := y0; y < y0+6; y++ {
			for x := x0; x < x0+20; x++ {
				at := (y*320+x)*3 + c
				sum += int(a[at]) - int(b[at])
			}
		}
		most = max(most, math.Abs(float64(sum))/120)
	}
	return most
}

func filmRate(t *testing.T, text string) timeline.Rate {
	t.Helper()
	for _, r := range filmRates {
		if r.text == text {
			return r.rate
		}
	}
	t.Fatalf("no rate %s", text)
	return timeline.Rate{}
}

// wantForeignClick looks for the click within a millisecond of its place.
func (f foreignFilm) wantForeignClick(t *testing.T, name, film string) {
	t.Helper()
	heard := e2etest.Sound(t, film)
	const n = 288
	best, found := 0.0, 0
	for d := int((foreignClick - 0.2) * 48000); d < int((foreignClick+0.2)*48000); d++ {
		sum := 0.0
		for i := range n {
			sum += math.Sin(2*math.Pi*1500*float64(i)/48000) * heard[d+i]
		}
		if sum > best {
			best, found = sum, d
		}
	}
	late := float64(found)/48000 - foreignClick
	t.Logf("%s: the click is %+.2f ms late", name, late*1000)
	if math.Abs(late) > 0.001 {
		t.Errorf("%s: the click is %+.2f ms late", name, late*1000)
	}
}

var frameSSIM = regexp.MustCompile(`All:([0-9.]+)`)

// leastSSIM is the similarity that the renderers promise for every frame.
const leastSSIM = 0.985

// wantAlike compares the renderers' films frame by frame.
func wantAlike(t *testing.T, a, b string) {
	t.Helper()
	// Frame by frame: by their times, ffmpeg would compare some with a neighbour.
	graph := "[0:v]settb=1/1000,setpts=N[a];[1:v]settb=1/1000,setpts=N[b];[a][b]ssim=stats_file=-"
	out := e2etest.Run(t, ".", "ffmpeg", "-v", "error", "-i", a, "-i", b, "-lavfi", graph, "-fps_mode", "passthrough", "-f", "null", "-")
	all := frameSSIM.FindAllStringSubmatch(out, -1)
	na, nb := len(e2etest.Frames(t, a, 320, 180)), len(e2etest.Frames(t, b, 320, 180))
	least := 1.0
	for _, m := range all {
		v, _ := strconv.ParseFloat(m[1], 64)
		least = min(least, v)
	}
	t.Logf("%d frames, SSIM from %.4f", len(all), least)
	if na != nb || len(all) != na || least < leastSSIM {
		t.Errorf("%d and %d frames, SSIM from %.4f", na, nb, least)
	}
}
