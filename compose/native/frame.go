package native

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// picturePreset keeps colours as they are drawn: no conversion to a video's matrix and back.
var picturePreset = Preset{Name: "picture", Alpha: true, pixels: "rgb24", pixelsAlpha: "rgba"}

// Frame draws one frame of the film, counted from 0, as a PNG of at most so many pixels in width. It takes about as
// long as rendering the film up to there, without its sound. Errors are those of [Render].
func Frame(ctx context.Context, s Spec, frame, width int) error {
	if err := s.Film.Validate(); err != nil {
		return fault.Wrap(fault.Manifest, err, "", "film %q cannot be drawn", s.Film.Name)
	}
	if frame < 0 || frame >= s.Film.Frames {
		return fault.New(fault.Usage, "the first frame is 0", "film %q has %d frames, so there is no frame %d", s.Film.Name, s.Film.Frames,
			frame)
	}
	out, err := filepath.Abs(s.Out)
	if err != nil {
		return err
	}
	own, err := workFolders.New(s.WorkDir)
	if err != nil {
		return fault.Wrap(fault.Failed, err, "free some space, or set TMPDIR", "render %q", s.Film.Name)
	}
	defer own.Close()
	dir := own.Path()
	silent := *s.Film
	silent.Sounds = nil
	s.Film = &silent
	g, err := visible(ctx, s, &picturePreset, dir)
	if err != nil {
		return err
	}
	one, small := fmt.Sprintf("select=eq(n\\,%d)", frame), fmt.Sprintf("scale=min(iw\\,%d):-1:flags=bicubic", width)
	g.chain("[v]", []string{one, small}, "picture")
	if err := writeText(filepath.Join(dir, graphFile), g.text.String()); err != nil {
		return noRoom(err, s.Film.Name)
	}
	part := strings.TrimSuffix(out, filepath.Ext(out)) + ".part.png"
	defer os.Remove(part) // nothing to remove after the rename
	args, err := g.reading(s)
	if err != nil {
		return err
	}
	args = append(args, "-map", "[picture]", "-frames:v", "1", "-c:v", "png", "-f", "image2", "-update", "1",
		"file:"+part)
	if _, err := g.execute(ctx, s, args, nil); err != nil {
		return err
	}
	if err := atomicfile.Commit(part, out); err != nil {
		return fault.Wrap(fault.Failed, err, "", "render %q", s.Film.Name)
	}
	return nil
}
