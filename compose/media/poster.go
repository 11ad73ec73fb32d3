package media

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	ff "github.com/u2takey/ffmpeg-go"

	"greenroom/internal/fault"
)

// choice returns the time of the chosen picture, see Report.Chosen.
func (l *look) choice(info Info) *float64 {
	if l.chooser == nil || info.VFR || info.FPS() <= 0 {
		return nil
	}
	n := l.chooser.Best(info.FPS())
	if n < 0 {
		return nil
	}
	at := max(0, float64(n)-0.5) / info.FPS()
	return &at
}

// Chosen returns the time of the picture that represents the clip, seconds in the prepared file: half a period before the
// picture, as containers round times. It is nil unless Expect.Choose asked for it, and where the rate varies: the
// decode counts pictures and does not know their times.
func (r *Report) Chosen() *float64 {
	if r.carried != nil {
		return r.carried.Chosen
	}
	return r.chosen
}

// PosterSpec is one picture of a clip. Out must end in .webp.
type PosterSpec struct {
	In, Out string
	At      float64 // seconds
}

// chain picks the first frame at or after the time. WebP's colours are BT.601,
// whatever the clip's are: unconverted they shift by up to 20 of 255.
func (s PosterSpec) chain(info Info) string {
	pix := "yuv420p"
	if info.Alpha {
		pix = "yuva420p"
	}
	return fmt.Sprintf(
		"select=gte(t\\,%.3f)*isnan(prev_selected_t),%sscale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=tv,format=%s",
		s.At, info.posterFilters(), pix,
	)
}

// Recipe lists everything that changes the picture, without paths.
func (s PosterSpec) Recipe() []string {
	return append([]string{s.chain(Info{Alpha: true, Display: Display{Aspect: "1:1"}})}, PosterSpec{}.output()...)
}

func (s PosterSpec) output() []string {
	return []string{"-frames:v", "1", "-c:v", "libwebp", "-q:v", "80", "file:" + s.Out}
}

// Poster makes a WebP, with alpha when the clip has it. Whatever happens, Out does
// not stay behind without a picture in it.
func Poster(ctx context.Context, t Tools, s PosterSpec) (err error) {
	info, err := Probe(ctx, t, s.In)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(s.Out)
		}
	}()
	out := s.output()
	args, err := build(func() *ff.Stream { return ff.Input("file:"+s.In, info.inputOptions()).Output(out[len(out)-1]) },
		info.pictures()+s.chain(info)+"[p]", append([]string{"-map", "[p]"}, out[:len(out)-1]...))
	if err != nil {
		return fault.Wrap(fault.Media, err, fault.ReadHint(err, decodeHint), "make the poster")
	}
	if err := run(ctx, t, args, nil, 0, nil); err != nil {
		return err
	}
	return s.made()
}

// made checks that the picture exists: a clip shorter than the requested time has none.
func (s PosterSpec) made() error {
	if fi, err := os.Stat(s.Out); err != nil || fi.Size() == 0 {
		return fault.New(fault.Media, "run `greenroom check` on the file: it may have no picture", "no poster came out of %s",
			strings.TrimSuffix(filepath.Base(s.In), filepath.Ext(s.In)))
	}
	return nil
}
