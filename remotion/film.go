package remotion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// Facts are what a film will be, as the project's own metadata say.
type Facts struct {
	Frames int     `json:"frames"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	FPS    float64 `json:"fps"`
	Scale  float64 `json:"scale"` // of the sides of its pictures, by the project's configuration
	Muted  bool    `json:"muted"` // by the project's configuration
	// Segments is what the composition exports as its prop greenroomSegments, unchecked; nil if it exports none.
	Segments json.RawMessage `json:"segments,omitempty"`
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

// Files are the pictures of a range of frames and their sound; "" where none was rendered.
type Files struct{ Pictures, Sound string }

// Want is what Ranges renders.
type Want struct{ Pictures, Sound bool }

// Ranges renders the frames from the first cut to the last in one run and splits them at the cuts between, into new
// files in dir. Pictures start with a key frame in each file; sound is in WAV files. emit reports how many frames are
// ready; it may be nil.
func (f *Film) Ranges(ctx context.Context, dir string, cuts []int, want Want, emit func(frames int)) ([]Files, error) {
	from, to := cuts[0], cuts[len(cuts)-1]
	ext := f.Ext()
	args := map[string]any{"from": from, "to": to - 1, "format": f.plan.format.name, "crf": f.spec.CRF,
		"exact": f.spec.Exact}
	relative := []int{}
	for _, cut := range cuts[1 : len(cuts)-1] {
		relative = append(relative, cut-from)
	}
	args["cuts"] = relative
	audio := filepath.Join(dir, "run.wav")
	if want.Sound {
		args["audio"] = audio
	}
	op := "sound"
	video := filepath.Join(dir, "run"+ext)
	if want.Pictures {
		op, args["video"] = "chunk", video
	}
	if err := f.ask(ctx, op, args, emit); err != nil {
		return nil, err
	}
	out := make([]Files, len(cuts)-1)
	if want.Sound {
		var parts []sound.Chunk
		for i := range out {
			out[i].Sound = filepath.Join(dir, fmt.Sprintf("%d.wav", cuts[i]))
			parts = append(parts, sound.Chunk{From: cuts[i], To: cuts[i+1] - 1, File: out[i].Sound})
		}
		if err := sound.Split(audio, parts, f.w.comp.FPS); err != nil {
			return nil, fault.Wrap(fault.Failed, err, diskHint, "split the sound of %s", f.spec.Composition)
		}
		_ = os.Remove(audio) // split
	}
	if want.Pictures {
		if err := f.s.r.split(ctx, dir, ext, relative, f.w.comp); err != nil {
			return nil, err
		}
		for i := range out {
			out[i].Pictures = filepath.Join(dir, fmt.Sprintf("%d%s", cuts[i], ext))
			if err := os.Rename(filepath.Join(dir, fmt.Sprintf("part%d%s", i, ext)), out[i].Pictures); err != nil {
				return nil, fault.Wrap(fault.Failed, err, "run the same command again", "split the pictures of %s",
					f.spec.Composition)
			}
		}
		_ = os.Remove(video) // split
	}
	return out, nil
}

// split splits the pictures in run.EXT before frames that are key frames, into part0.EXT and so on. All parts of a film
// have the same time base, and the times of their frames are exact: Remotion's are rounded to milliseconds.
func (r Renderer) split(ctx context.Context, dir, ext string, frames []int, facts Facts) error {
	run, scale := "run"+ext, ""
	if len(frames) == 0 {
		return os.Rename(filepath.Join(dir, run), filepath.Join(dir, "part0"+ext))
	}
	head := func(in string) []string {
		return append(proc.FFmpegArgs("error"), "-y", "-protocol_whitelist", proc.Protocols, "-i", in, "-map", "0:v",
			"-c", "copy")
	}
	if ext != ".webm" { // which has milliseconds
		num, den := facts.Rate()
		k := (lowestTimescale + num - 1) / num
		scale = strconv.Itoa(num * k)
		// Decoding times are one frame apart: x264 reorders two frames, whatever the file has.
		times := fmt.Sprintf("setts=pts=round((PTS-STARTPTS)*TB*%d/%d)*%d:"+
			"dts=(N-max(2\\,round((STARTPTS-STARTDTS)*TB*%d/%d)))*%d:time_base=1/%s", num, den, den*k, num, den, den*k, scale)
		exact := append(head(run), "-bsf:v", times, "-video_track_timescale", scale, "exact"+ext)
		if err := r.ffmpeg(ctx, dir, exact, "write the pictures"); err != nil {
			return err
		}
		run = "exact" + ext
	}
	var at []string
	for _, n := range frames {
		at = append(at, strconv.Itoa(n))
	}
	args := append(head(run), "-f", "segment", "-segment_format", ext[1:], "-reset_timestamps", "1",
		"-segment_frames", strings.Join(at, ","))
	if scale != "" {
		args = append(args, "-segment_format_options", "video_track_timescale="+scale)
	}
	return r.ffmpeg(ctx, dir, append(args, "part%d"+ext), "split the pictures")
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

// EncodeSound encodes the sound of a film's ranges. out is a new file; film is the film's name, which has its extension.
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
