package remotion

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

var stillFormats = map[string]string{".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}

// Still renders one frame of a composition. It replaces spec.Out only when the picture is complete.
func (s *Session) Still(ctx context.Context, spec StillSpec, emit func(Event)) (StillResult, error) {
	if emit == nil {
		emit = func(Event) {}
	}
	out, err := filepath.Abs(spec.Out)
	if err != nil {
		return StillResult{}, err
	}
	format, ok := stillFormats[strings.ToLower(filepath.Ext(out))]
	switch {
	case !ok:
		return StillResult{}, fault.New(fault.Usage, "name a file that ends in .png or .jpg",
			"write the picture to %s: unsupported file extension", spec.Out)
	case spec.Frame < 0:
		return StillResult{}, fault.New(fault.Usage, "the first frame is 0", "render frame %d of %s", spec.Frame,
			spec.Composition)
	case spec.Quality < 0 || spec.Quality > 100:
		return StillResult{}, fault.New(fault.Usage, "choose one from 1 to 100", "render a picture of quality %d",
			spec.Quality)
	case !(spec.Scale >= 0 && spec.Scale <= 16):
		return StillResult{}, fault.New(fault.Usage, "choose one up to 16", "render a picture at scale %g", spec.Scale)
	}
	if st, err := os.Stat(out); err == nil && st.IsDir() {
		return StillResult{}, fault.New(fault.Usage, "name a file", "write the picture to %s: it is a folder", spec.Out)
	}
	input, err := inputs(s.at, spec.PropsJSON, spec.InputProps, spec.AllowStandIns)
	if err != nil {
		return StillResult{}, err
	}
	if err := s.enter(ctx); err != nil {
		return StillResult{}, err
	}
	defer s.leave()
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return StillResult{}, fault.Wrap(fault.Failed, err, "choose a folder that can be written to", "create %s",
			filepath.Dir(out))
	}
	w, _, err := s.begin(ctx, &work{composition: spec.Composition, own: spec.Composition != Timeline, input: input,
		emit: emit})
	if err != nil {
		return StillResult{}, err
	}
	defer s.end(w)
	if spec.Accept != nil {
		if err := spec.Accept(w.comp); err != nil {
			return StillResult{}, err
		}
	}
	tmp := hidden(out)
	defer os.Remove(tmp)
	if _, err := s.request(ctx, w, "still", map[string]any{"frame": spec.Frame, "output": tmp, "format": format,
		"quality": spec.Quality, "scale": spec.Scale}, nil); err != nil {
		return StillResult{}, err
	}
	if err := atomicfile.Commit(tmp, out); err != nil {
		return StillResult{}, fault.Wrap(
			fault.Failed, err, "make the folder writable", "put %s in place", filepath.Base(out),
		)
	}
	if spec.Scale == 0 {
		spec.Scale = w.comp.Scale
	}
	return StillResult{
		Path: out, Width: scaled(w.comp.Width, spec.Scale), Height: scaled(w.comp.Height, spec.Scale),
	}, nil
}
