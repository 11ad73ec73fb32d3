package remotion

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/workdir"
	"greenroom/remotion/bundles"
	"greenroom/remotion/project"
	"greenroom/remotion/sound"
)

const (
	defaultChunk = 500
	minChunk     = 5 // Remotion joins no shorter ones seamlessly
)

// format is a kind of film: how the driver names it and what ffmpeg makes of its sound.
type format struct {
	name  string // the driver's, and the picture's file extension
	sound []string
	mux   []string
}

// Remotion's own AAC is 43 ms late: it has no edit list for its priming samples; ffmpeg
// writes one. Opus in WebM has 6.5 ms of them before zero; without these options ffmpeg
// would move the picture instead of the sound.
var filmFormats = map[string]format{
	".mp4": {"mp4", []string{"-c:a", "aac", "-b:a", "192k"}, []string{"-movflags", "+faststart"}},
	".webm": {"webm", []string{"-af", "asetpts=PTS-STARTPTS+0.0065/TB", "-c:a", "libopus", "-b:a", "128k"},
		[]string{"-avoid_negative_ts", "disabled", "-metadata:s:v:0", "alpha_mode=1"}},
	".mov": {"mov", []string{"-c:a", "pcm_s16le"}, nil},
}

// plan is a film that was checked before anything is started.
type plan struct {
	out    string
	format format
	input  json.RawMessage
}

// Render makes one film in a session of its own: Open, Session.Render, Close.
func (r Renderer) Render(ctx context.Context, spec RenderSpec, emit func(Event)) (RenderResult, error) {
	start := time.Now()
	at, err := givenProject(spec.Layout)
	if err != nil {
		return RenderResult{}, err
	}
	if file, err := configFile(at); err == nil && file == "" { // else it may name another public folder
		if _, err := planFilm(at, spec); err != nil {
			return RenderResult{}, err
		}
	}
	s, err := r.Open(ctx, SessionSpec{Layout: spec.Layout, CacheDir: spec.CacheDir}, emit)
	if err != nil {
		return RenderResult{}, err
	}
	defer s.Close()
	res, err := s.Render(ctx, spec, emit)
	res.Seconds = time.Since(start).Seconds()
	return res, err
}

// givenProject returns the layout with an absolute Dir. What has neither an entry point nor a configuration, which may
// name one, is not a project.
func givenProject(l project.Layout) (project.Layout, error) {
	dir, err := filepath.Abs(l.Dir)
	if err != nil {
		return l, err
	}
	l.Dir = dir
	if file, err := configFile(l); err != nil || file != "" {
		return l, err
	}
	_, err = findProject(l)
	return l, err
}

// findProject returns the layout with an absolute Dir and with the file that registers the
// compositions, which must exist.
func findProject(l project.Layout) (project.Layout, error) {
	dir, err := filepath.Abs(l.Dir)
	if err != nil {
		return l, err
	}
	given := l.Dir
	l.Dir = dir
	l.Entry = l.EntryPoint()
	if l.Entry == "" {
		return l, fault.New(fault.Usage,
			"run greenroom init there; in a Remotion project whose entry point has another name, write remotion: {entry: FILE} in greenroom.yaml",
			"find src/index.ts in %s: not a Remotion project", given)
	}
	return l, nil
}

// planFilm fails for what would fail anyway after minutes of rendering.
func planFilm(at project.Layout, spec RenderSpec) (plan, error) {
	var p plan
	var err error
	p.out, err = filepath.Abs(spec.Out)
	if err != nil {
		return p, err
	}
	p.input, err = inputs(at, spec.PropsJSON, spec.InputProps, spec.AllowStandIns)
	if err != nil {
		return p, err
	}
	if st, err := os.Stat(p.out); err == nil && st.IsDir() {
		return p, fault.New(fault.Usage, "name a file: --out "+filepath.Join(spec.Out, spec.Composition+".mp4"),
			"write the film to %s: it is a folder", spec.Out)
	}
	var ok bool
	p.format, ok = filmFormats[strings.ToLower(filepath.Ext(p.out))]
	if !ok {
		return p, fault.New(fault.Usage, "name a file that ends in .mp4, or with transparency in .webm or .mov",
			"write the film to %s: unsupported file extension", spec.Out)
	}
	return p, nil
}

// Render makes one film. It replaces spec.Out only when the film is complete; a failed or cancelled run leaves the old
// film, and the session ready for the next. Stand-ins and missing clips are refused before the driver starts.
func (s *Session) Render(ctx context.Context, spec RenderSpec, emit func(Event)) (RenderResult, error) {
	start := time.Now()
	if emit == nil {
		emit = func(Event) {}
	}
	p, err := planFilm(s.at, spec)
	if err != nil {
		return RenderResult{}, err
	}
	if err := s.enter(ctx); err != nil {
		return RenderResult{}, err
	}
	defer s.leave()
	scratch, err := s.scratch(p.out)
	if err != nil {
		return RenderResult{}, err
	}
	defer scratch.Close()
	w, reused, err := s.begin(ctx, newWork(spec, p, emit), scratch.Path())
	if err != nil {
		return RenderResult{}, err
	}
	defer s.end(w)
	res, err := s.complete(ctx, w, p, spec, scratch.Path())
	res.BundleReused, res.Seconds = reused, time.Since(start).Seconds()
	return res, err
}

// newWork returns the work for a film.
func newWork(spec RenderSpec, p plan, emit func(Event)) *work {
	return &work{composition: spec.Composition, own: spec.Composition != Timeline, format: p.format.name, input: p.input,
		emit: emit}
}

// scratch creates the folder of a film and a work folder.
func (s *Session) scratch(out string) (*workdir.Dir, error) {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return nil, fault.Wrap(fault.Failed, err, "choose a folder that can be written to", "create %s", filepath.Dir(out))
	}
	workdir.Sweep(s.home, renderPrefix)
	scratch, err := workdir.New(s.home, renderPrefix)
	if err != nil {
		return nil, fault.Wrap(fault.Failed, err, "make the folder writable", "create a work folder")
	}
	return scratch, nil
}

// complete renders all frames and the sound of an open film and puts its file in place.
func (s *Session) complete(ctx context.Context, w *work, p plan, spec RenderSpec, tmp string) (RenderResult, error) {
	chunks, per := cut(w.comp.Frames, spec.ChunkFrames, tmp, p.format.name)
	if err := s.draw(ctx, w, chunks, spec, p.format.name); err != nil {
		return RenderResult{}, err
	}
	picture, err := s.join(ctx, w, chunks, per, tmp, p.format.name)
	if err != nil {
		return RenderResult{}, err
	}
	w.emit(Event{Stage: StageAudio, Done: w.comp.Frames, Total: w.comp.Frames})
	pcm := filepath.Join(tmp, "sound.pcm")
	if err := sound.Join(pcm, soundOf(chunks), w.comp.FPS); err != nil {
		return RenderResult{}, fault.Wrap(fault.Failed, err, diskHint, "put the sound of %s together", spec.Composition)
	}
	if w.comp.Muted {
		pcm = ""
	}
	tagged := p.format
	tagged.mux = slices.Concat(tagged.mux, spec.Tags)
	if err := s.r.mux(ctx, picture, pcm, p.out, tagged, w.emit); err != nil {
		return RenderResult{}, err
	}
	bundles.Sweep(s.home, w.bundle, s.r.stall(), time.Now())
	width, height := w.comp.Pixels()
	return RenderResult{Path: p.out, Frames: w.comp.Frames, Width: width, Height: height, FPS: w.comp.FPS}, nil
}

// chunk is a run of frames that is rendered at once: both ends are in it.
type chunk struct {
	from, to     int
	video, audio string
}

// soundOf are the chunks' files of sound.
func soundOf(chunks []chunk) (list []sound.Chunk) {
	for _, c := range chunks {
		list = append(list, sound.Chunk{From: c.from, To: c.to, File: c.audio})
	}
	return list
}

// cut divides a film. Every chunk but the last has the same number of frames; all are
// about as long as each other, so that no tail of a few frames costs a page of its own.
func cut(frames, per int, dir, ext string) (chunks []chunk, each int) {
	if per <= 0 {
		per = defaultChunk
	}
	n := max(1, min((frames+per-1)/per, frames/minChunk))
	// Remotion joins the names with bars and quotes them plainly.
	if strings.ContainsAny(dir, "|'") {
		n = 1
	}
	if n == 1 {
		per = frames
	} else {
		per = (frames + n - 1) / n
		n = (frames + per - 1) / per
		if ext == "mp4" {
			ext = "ts"
		}
	}
	for i := range n {
		name := filepath.Join(dir, strconv.Itoa(i))
		chunks = append(chunks, chunk{i * per, min((i+1)*per, frames) - 1, name + "." + ext, name + ".wav"})
	}
	return chunks, per
}

// scaled returns a side of a picture at a scale; 0 means 1.
func scaled(side int, scale float64) int {
	if scale == 0 {
		return side
	}
	return int(math.Round(float64(side) * scale))
}

// quality is the CRF of a spec.
func quality(crf int) int {
	if crf == 0 {
		return 18
	}
	return crf
}

// draw renders every chunk.
func (s *Session) draw(ctx context.Context, w *work, chunks []chunk, spec RenderSpec, format string) error {
	for _, c := range chunks {
		_, err := s.request(ctx, w, "chunk", map[string]any{"from": c.from, "to": c.to, "video": c.video,
			"audio":  c.audio,
			"format": format,
			"crf":    spec.CRF, "exact": spec.Exact, "concurrency": max(1, spec.Concurrency)},
			func(one reply) { w.emit(Event{StageRender, c.from + one.Done, w.comp.Frames, one.Message}) })
		if err != nil {
			return err
		}
	}
	return nil
}

// join joins the chunks' pictures into one file and returns its path.
func (s *Session) join(ctx context.Context, w *work, chunks []chunk, per int, tmp, format string) (string, error) {
	if len(chunks) == 1 {
		return chunks[0].video, nil
	}
	var videos []string
	for _, c := range chunks {
		videos = append(videos, c.video)
	}
	out := filepath.Join(tmp, "picture."+format)
	_, err := s.request(ctx, w, "combine", map[string]any{"output": out, "videos": videos, "framesPerChunk": per,
		"format": format},
		func(one reply) { w.emit(Event{StageJoin, one.Done, one.Total, one.Message}) })
	return out, err
}
