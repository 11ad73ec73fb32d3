package media

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	ff "github.com/u2takey/ffmpeg-go"

	"greenroom/compose/marks"
	"greenroom/compose/media/framerate"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// PrepareSpec is one prepared file: a WebM, or what As describes. The ending of Out names the container.
//
// size: one field for each setting of the recipe.
type PrepareSpec struct {
	In, Out       string
	Key           string // key colour of the master, #RRGGBB or auto; empty: it has alpha, or is opaque
	Transparent   bool
	Crop          *Box
	Width, Height int // 0: the crop's size
	CRF           int // 0: 24
	Threads       int
	Frames        int     // expected
	Duration      float64 // expected, seconds
	Loudness      *float64
	Rate          framerate.Rate // what a varying rate is conformed to; zero: its shortest usual step
	Fewer         bool           // Rate is lower than the varying rate: see framerate.Timing.Fewer
	Hold          bool           // the last picture is repeated until the sound ends
	Held          int            // how often, see Report.Held

	As *Encoding // nil: a WebM

	Source marks.Source `json:",omitempty"` // the mark of how the clip was made; "" for none

	// Checked is what a check of In has just found, so that the file is not read twice; nil to read it. It does not change
	// the output.
	Checked *Report `json:"-"`
}

// Encoding is how a prepared file of another kind than WebM is written.
type Encoding struct {
	Filters string   `json:"filters"` // from straight BT.709 pictures of the clip's size to what is encoded
	Options []string `json:"options"` // of the output: encoders of pictures and sound
	Silent  bool     `json:"silent"`  // it has no sound
}

// recipeVersion is raised when the meaning of a recipe changes.
const recipeVersion = "prepare/4"

// opusSkip is how much of an Opus stream is discarded at its start, seconds: the
// sound is placed that much early so that it plays on time.
const opusSkip = 0.0065

// Recipe lists everything that changes the output, without paths.
func (s PrepareSpec) Recipe(Tools) []string {
	rate := ""
	if s.Rate.Num > 0 {
		rate = fmt.Sprintf("%d/%d", s.Rate.Num, s.Rate.Den)
	}
	if s.Fewer {
		rate += " up"
	}
	out := append([]string{recipeVersion, s.Key, s.crop(), s.scale(), s.soundRecipe(), fmt.Sprint(s.Transparent), rate},
		s.encoder(25)...)
	if s.Source != "" { // WebM has it among the options of the encoder, other files do not
		out = append(out, "source "+string(s.Source))
	}
	return out
}

// encoder is deterministic and ordered. `good` at cpu-used 4 is the best quality
// for its time; with -lag-in-frames 0 it needs a third less memory for the same
// bytes, because alpha excludes alternate references anyway.
func (s PrepareSpec) encoder(fps float64) []string {
	if s.As != nil {
		return append([]string{"-map_metadata", "-1", "-fflags", "+bitexact", "-fps_mode", "passthrough"}, s.As.Options...)
	}
	crf := s.CRF
	if crf == 0 {
		crf = 24
	}
	gop := max(1, int(math.Round(fps)))
	a := []string{"-c:v", "libvpx-vp9", "-b:v", "0", "-crf", strconv.Itoa(crf), "-deadline", "realtime", "-cpu-used",
		"6", "-row-mt", "1",
		"-auto-alt-ref", "0", "-lag-in-frames", "0", "-g", strconv.Itoa(gop),
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
		"-map_metadata", "-1", "-fflags", "+bitexact", "-avoid_negative_ts", "disabled", "-fps_mode", "passthrough"}
	if s.Transparent {
		a = append(a, "-metadata:s:v:0", "alpha_mode=1")
	}
	return append(append(a, marks.Metadata(s.Source)...), soundEncoder()...)
}

// args builds the command with ffmpeg-go: one graph, one output. A keyed clip has
// its pictures on stdin and only its sound in the file.
func (s PrepareSpec) args(info Info, sound string) ([]string, error) {
	upright, err := s.upright(info)
	if err != nil {
		return nil, err
	}
	graph, track := info.pictures()+upright+","+s.scale()+"[v]", "[0:a:0]"
	if s.Key != "" {
		graph, track = "[0:v]"+s.scale()+"[v]", "[1:a:0]"
	}
	maps := []string{"-map", "[v]"}
	if sound != "" {
		if s.As == nil {
			sound += fmt.Sprintf(",asetpts=PTS+%.6f/TB", opusSkip)
		}
		graph += fmt.Sprintf(";%s%s[a]", track, sound)
		maps = append(maps, "-map", "[a]")
	}
	return build(func() *ff.Stream {
		file := ff.Input("file:"+s.In, info.inputOptions())
		if s.Key == "" {
			return file.Output("file:" + s.Out)
		}
		w, h := s.pictureSize(info)
		raw := ff.Input("pipe:0", ff.KwArgs{"f": "rawvideo", "pix_fmt": "yuva420p", "s": fmt.Sprintf("%dx%d", w, h),
			"framerate": fmt.Sprintf("%d/%d", s.rate(info).Num, s.rate(info).Den), "protocol_whitelist": "pipe"})
		return ff.Output([]*ff.Stream{raw.Video(), file.Audio()}, "file:"+s.Out)
	}, graph, append(maps, append(s.encoder(s.rate(info).FPS()), "-threads", strconv.Itoa(max(1, s.Threads)))...))
}

// pictureSize is the size after cropping, before scaling.
func (s PrepareSpec) pictureSize(info Info) (w, h int) {
	if s.Crop != nil {
		return s.Crop.W, s.Crop.H
	}
	return info.ShownWidth &^ 1, info.ShownHeight &^ 1
}

// inputOptions are pictureArgs for ffmpeg-go.
func (i Info) inputOptions() ff.KwArgs {
	o := ff.KwArgs{"protocol_whitelist": proc.Protocols, "format_whitelist": formats, "noautorotate": ""}
	if decoder := i.decoder(); decoder != "" {
		o["c:v"] = decoder
	}
	if i.resized {
		o["reinit_filter"] = "0"
	}
	return o
}

// build asks ffmpeg-go for input and output arguments and puts graph and output
// options between them. The graph goes in as one string: the library's own graph
// builder takes nodes with equal arguments for one node, without an error. It
// panics on mistakes, which ends here.
func build(stream func() *ff.Stream, graph string, options []string) (args []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("build ffmpeg arguments: %v", r)
		}
	}()
	base := stream().GetArgs()
	if len(base) < 2 {
		return nil, fmt.Errorf("build ffmpeg arguments: %q", base)
	}
	out := base[len(base)-1]
	var input []string
	for i := 0; i < len(base)-1; i++ {
		if base[i] == "-map" { // ours are in options
			i++
			continue
		}
		input = append(input, base[i])
	}
	args = append(proc.FFmpegArgs(logLevel), proc.ProgressArgs()...)
	args = append(args, "-y")
	args = append(args, input...)
	if graph != "" {
		args = append(args, "-filter_complex", graph)
	}
	return append(append(args, options...), out), nil
}

// Prepare makes the file. Exit 0, no complaint and the right number of frames are
// all needed; after any other error, Out does not exist.
func Prepare(ctx context.Context, t Tools, s PrepareSpec, progress func(float64)) (err error) {
	info, err := s.info(ctx, t)
	if err != nil {
		return err
	}
	if err := s.resolveKey(ctx, t, info); err != nil {
		return err
	}
	sound := ""
	if s.As == nil || !s.As.Silent {
		if sound, err = s.sound(ctx, t, info); err != nil {
			return err
		}
	}
	args, err := s.args(info, sound)
	if err != nil {
		return fault.Wrap(fault.Media, err, "run `greenroom check` on the file", "prepare the clip")
	}
	defer func() {
		if err != nil {
			os.Remove(s.Out)
		}
	}()
	if s.Key != "" {
		err = s.keyed(ctx, t, info, args, progress)
	} else {
		err = run(ctx, t, args, nil, s.Duration, progress)
	}
	if err != nil || s.As != nil { // package forms checks the others
		return err
	}
	got, err := Walk(s.Out)
	if err != nil {
		return err
	}
	if s.Frames > 0 && got.Frames != s.Frames {
		return fault.New(fault.Media,
			"run it again; if it repeats, the take is damaged: `greenroom build --refetch CLIP` downloads it again",
			"preparing %s gave %d frames of %d", filepath.Base(s.In), got.Frames, s.Frames)
	}
	return nil
}

func (s PrepareSpec) info(ctx context.Context, t Tools) (Info, error) {
	if s.Checked != nil {
		return s.Checked.Info, nil
	}
	return Probe(ctx, t, s.In)
}

// run starts ffmpeg with progress over an expected duration (seconds).
func run(ctx context.Context, t Tools, args []string, stdin io.Reader, duration float64,
	progress func(float64)) error {
	c := proc.Cmd{Path: t.FFmpeg, Args: args, Stdin: stdin, Stall: 2 * time.Minute}
	c.Progress = func(k, v string) {
		if us, err := strconv.ParseFloat(v, 64); k == "out_time_us" && err == nil && duration > 0 && progress != nil {
			progress(max(0, min(1, us/1e6/duration)))
		}
	}
	res, err := proc.Run(ctx, c)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := diskFull(err, res.Tail, "transcode"); err != nil {
		return err
	}
	if err != nil {
		return fault.Wrap(fault.Failed, err, fault.ReadHint(err, "run `greenroom check` on the file"), "transcode")
	}
	if w := serious(res.Tail); len(w) > 0 {
		return fault.New(fault.Media, "run `greenroom check` on the file", "ffmpeg complained: %s", w[0])
	}
	return nil
}

// diskFull returns an error when the disk is full, which ffmpeg only mentions.
func diskFull(err error, tail, doing string) error {
	if err == nil || !proc.DiskFull(err, tail) {
		return nil
	}
	return fault.New(fault.Failed, "free some space and run the same command again", "%s: the disk is full", doing)
}
