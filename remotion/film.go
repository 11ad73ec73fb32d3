package remotion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/remotion/sound"
)

// Facts are what a film will be, by the project's own metadata.
type Facts struct {
	Frames int     `json:"frames"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	FPS    float64 `json:"fps"`
	Scale  float64 `json:"scale"` // of the sides of its pictures, by the project's configuration
	Muted  bool    `json:"muted"` // by the project's configuration
	// Segments is what the composition exports as its prop greenroomSegments, unchecked; nil if it exports none.
	Segments json.RawMessage `json:"segments,omitempty"`
	// Label is the text by which the composition discloses how it was made, as it states in its prop greenroomDisclosure;
	// nil if it states none.
	Label *string `json:"label,omitempty"`
}

// Pixels returns the size of the film's pictures.
func (f Facts) Pixels() (width, height int) {
	return scaled(f.Width, f.Scale), scaled(f.Height, f.Scale)
}

// Rate returns the frame rate as a fraction: 30000/1001 for 29.97.
func (f Facts) Rate() (num, den int) {
	for _, den := range []int{1, 1001} {
		num := math.Round(f.FPS * float64(den))
		if math.Abs(num/float64(den)-f.FPS) < 1e-6 && (den == 1 || math.Mod(num, 1000) == 0) {
			return int(num), den
		}
	}
	const parts = 1000
	return int(math.Round(f.FPS * parts)), parts
}

// Film is a composition that is open in a session. Its frames are rendered range by range, in any order, or all at
// once. Close it before the session.
type Film struct {
	s    *Session
	w    *work
	plan plan
	spec RenderSpec
}

// Film opens a composition: it bundles the project if needed and reads the composition's metadata. It fails for what
// Render refuses.
func (s *Session) Film(ctx context.Context, spec RenderSpec, emit func(Event)) (*Film, error) {
	p, err := planFilm(s.at, spec)
	if err != nil {
		return nil, err
	}
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	w, _, err := s.begin(ctx, newWork(spec, p, emit))
	if err != nil {
		return nil, err
	}
	return &Film{s: s, w: w, plan: p, spec: spec}, nil
}

// Facts returns the metadata of the film.
func (f *Film) Facts() Facts { return f.w.comp }

// Ext returns the extension of the film's file in lower case.
func (f *Film) Ext() string { return "." + f.plan.format.name }

// Close lets the driver release the film.
func (f *Film) Close() {
	if f.s.enter(context.Background()) == nil {
		f.s.end(f.w)
		f.s.leave()
	}
}

// Render is Session.Render for an open film.
func (f *Film) Render(ctx context.Context) (RenderResult, error) {
	start := time.Now()
	if err := f.s.enter(ctx); err != nil {
		return RenderResult{}, err
	}
	defer f.s.leave()
	scratch, err := f.s.scratch(f.plan.out)
	if err != nil {
		return RenderResult{}, err
	}
	defer scratch.Close()
	f.w.touched = []string{scratch.Path()}
	f.w.beat()
	res, err := f.s.complete(ctx, f.w, f.plan, f.spec, scratch.Path())
	res.Seconds = time.Since(start).Seconds()
	return res, err
}

// Range is what Range renders.
type Range struct {
	From, To int // To is the first frame after it
	// Pictures and Sound are new files, whose extensions are Film.Ext and .wav; "" for what is not rendered.
	Pictures, Sound string
}

// Range renders the pictures or the sound of a range of frames, or both. emit reports how many frames are ready; it may
// be nil.
func (f *Film) Range(ctx context.Context, r Range, emit func(frames int)) error {
	args := map[string]any{"from": r.From, "to": r.To - 1, "audio": r.Sound}
	if r.Pictures == "" {
		return f.ask(ctx, "sound", args, emit)
	}
	maps.Copy(args, map[string]any{"video": r.Pictures, "format": f.plan.format.name, "crf": f.spec.CRF,
		"exact": f.spec.Exact, "range": true})
	if f.plan.format.name == "webm" { // whose times are milliseconds: joining sets them
		return f.ask(ctx, "chunk", args, emit)
	}
	rough := r.Pictures + ".rough" + f.Ext()
	args["video"] = rough
	defer os.Remove(rough)
	if err := f.ask(ctx, "chunk", args, emit); err != nil {
		return err
	}
	return f.s.r.retime(ctx, rough, r.Pictures, f.Facts())
}

// retime copies the pictures of a range into a file in which the times of frames are exact. Remotion's are rounded, and
// the time base of its files depends on how much memory is free. The first copy only changes the time base, because
// versions of ffmpeg differ in what a filter of times sees when that changes, too.
func (r Renderer) retime(ctx context.Context, in, out string, facts Facts) error {
	num, den := facts.Rate()
	k := (lowestTimescale + num - 1) / num
	frame := den * k // ticks
	before := fmt.Sprintf("round((STARTPTS-STARTDTS)/%d)", frame)
	ext := filepath.Ext(out)
	if ext == ".mp4" { // x264 reorders two frames, whatever the file has
		before = "max(2\\," + before + ")"
	}
	times := fmt.Sprintf("setts=pts=round((PTS-STARTPTS)/%d)*%d:dts=(N-%s)*%d:duration=%d", frame, frame, before, frame, frame)
	scaled := out + ".scaled" + ext
	defer os.Remove(scaled)
	for _, c := range []struct {
		from, to string
		options  []string
	}{{in, scaled, nil}, {scaled, out, []string{"-bsf:v", times}}} {
		args := append(proc.FFmpegArgs("error"), "-y", "-protocol_whitelist", proc.Protocols, "-i", "file:"+c.from,
			"-map", "0:v", "-c", "copy", "-video_track_timescale", strconv.Itoa(num*k))
		args = append(append(args, c.options...), "file:"+c.to)
		if err := r.ffmpeg(ctx, filepath.Dir(out), args, "write the pictures of a range"); err != nil {
			return err
		}
	}
	return nil
}

// lowestTimescale is that of ffmpeg's MP4 files: it multiplies lower ones.
const lowestTimescale = 10000

// ffmpeg runs ffmpeg in a folder.
func (r Renderer) ffmpeg(ctx context.Context, dir string, args []string, what string) error {
	_, err := proc.Run(ctx, proc.Cmd{Path: r.FFmpeg, Args: args, Dir: dir, Env: r.Env, Timeout: 30 * time.Minute})
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var exit *proc.ExitError
	if errors.As(err, &exit) && proc.DiskFull(err, exit.Tail) {
		return fault.Wrap(fault.Failed, err, diskHint, "%s: the disk is full", what)
	}
	return fault.Wrap(fault.Failed, err, "check that the disk has room", "%s", what)
}

// ask sends a request about the film to the driver.
func (f *Film) ask(ctx context.Context, op string, args map[string]any, emit func(frames int)) error {
	if err := f.s.enter(ctx); err != nil {
		return err
	}
	defer f.s.leave()
	args["concurrency"] = max(1, f.spec.Concurrency)
	_, err := f.s.request(ctx, f.w, op, args, func(one reply) {
		if emit != nil {
			emit(one.Done)
		}
		if one.Message != "" {
			f.w.emit(Event{StageRender, one.Done, one.Total, one.Message})
		}
	})
	return err
}

// Quality returns how the pictures of a film are encoded, for keys.
func Quality(spec RenderSpec) string { return fmt.Sprintln(quality(spec.CRF), spec.Exact) }

// SoundOptions returns how the sound of a film of a name is encoded, for keys.
func SoundOptions(out string) []string { return filmFormats[strings.ToLower(filepath.Ext(out))].sound }

// EncodeSound encodes the sound of a film's ranges. out is a new file; film is the film's name, which has its
// extension.
func (r Renderer) EncodeSound(ctx context.Context, out, film string, ranges []sound.Chunk, fps float64) error {
	pcm := out + ".pcm"
	defer os.Remove(pcm)
	if err := sound.Join(pcm, ranges, fps); err != nil {
		return fault.Wrap(fault.Failed, err, diskHint, "put the sound of %s together", filepath.Base(film))
	}
	args := append(proc.FFmpegArgs("error"), "-y", "-protocol_whitelist", proc.Protocols, "-f", "s16le",
		"-ar", strconv.Itoa(sound.Rate), "-ac", "2", "-i", pcm, "-map_metadata", "-1", "-fflags", "+bitexact",
		"-flags:a", "+bitexact")
	f := filmFormats[strings.ToLower(filepath.Ext(film))]
	args = append(args, f.sound...)
	if f.name == "webm" {
		args = append(args, "-avoid_negative_ts", "disabled")
	}
	err := r.ffmpeg(ctx, filepath.Dir(out), append(args, "file:"+out), "encode the sound of "+filepath.Base(film))
	if err != nil {
		_ = os.Remove(out) // incomplete
	}
	return err
}
