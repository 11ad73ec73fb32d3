package native

import (
	"context"
	"strconv"
)

// stills is a picture in a file of its own. It is no preset for films.
var stills = &Preset{Name: "png", Exts: []string{".png"}, Alpha: true, pixels: "rgb24", pixelsAlpha: "rgba"}

// StillExt is the extension of the files of RenderStill.
const StillExt = ".png"

// RenderStill draws the first frame of a film into a new file, s.Out: straight RGB, with alpha if the film is transparent.
// Errors are those of [Render].
func RenderStill(ctx context.Context, s Spec) (Encoded, error) {
	film := *s.Film
	film.Sounds = nil
	s.Film = &film
	return s.encode(ctx, func(dir string) (*graph, error) { return visible(ctx, s, stills, dir) }, stillOptions(s), nil)
}

// StillValues returns what the bytes of a still depend on besides the film, its files and the version of ffmpeg.
func StillValues(s Spec) []string { return append([]string{Recipe, StillExt}, stillOptions(s)...) }

func stillOptions(s Spec) []string {
	a := []string{"-map", "[v]", "-an", "-frames:v", "1", "-c:v", "png", "-pred", "mixed", "-f", "image2", "-update", "1",
		"-pix_fmt", stills.pixFmt(s.Film.Transparent)}
	return append(append(a, bitexact...), "-threads", strconv.Itoa(1))
}
