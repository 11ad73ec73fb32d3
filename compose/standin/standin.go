// Package standin draws presenters: the sandbox's footage and the stand-ins of a
// film that is being written.
//
// It promises a real clip of exactly the asked size, rate and length: straight
// alpha in a WebM, or an MP4 on a colour, with a voice and a mouth that follows
// it, the same pixels for the same request. It never needs a network, and without
// espeak-ng it speaks with a plain voice of its own.
package standin

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	ff "github.com/u2takey/ffmpeg-go"

	"greenroom/internal/proc"
	"greenroom/internal/workdir"
)

// Format of a clip.
type Format int

// Formats.
const (
	AlphaWebM Format = iota // VP9 with alpha, Opus
	MP4                     // H.264 on a background, AAC
)

// Spec is what to draw and say.
//
// size: one field for each setting of a stand-in.
type Spec struct {
	Script        string // with <break time="1s"/>
	AudioPath     string // own sound instead of the script
	Words         []Word // of own sound, where their times are known
	Silence       float64
	Width, Height int // even, 128 to 4096
	FPS           int // 0: 25, as HeyGen delivers
	Style         string
	Presenter     string // any name: it chooses among the drawn ones
	Scale         float64
	OffsetX       float64 // fractions of the frame
	OffsetY       float64
	Speed         float64
	Locale        string
	Captions      Captions    // the spoken words in the picture
	Background    color.Color // nil: transparent, or the studio in an MP4
	Format        Format
}

// Word is a spoken word, seconds from the start.
type Word struct {
	Text       string
	Start, End float64
}

// Result is what was made.
type Result struct {
	Duration float64 // seconds
	Frames   int
	Words    []Word
	Voice    string // espeak-ng, synthetic, audio, silence
}

// Maker draws clips with ffmpeg and, when it is there, espeak-ng.
//
// size: one method for each step from script to file; the type itself has only the paths of programs.
type Maker struct {
	FFmpeg, Espeak string // Espeak empty: the plain voice
	NoLibrary      bool   // run the program even where libespeak-ng loads
	Threads        int
}

// maxSeconds bounds a clip: HeyGen's own limit for sound.
const maxSeconds = 600

func (s *Spec) validate() error {
	if s.FPS == 0 {
		s.FPS = 25
	}
	for _, v := range []int{s.Width, s.Height} {
		if v < 128 || v > 4096 || v%2 != 0 {
			return fmt.Errorf("size %dx%d: both sides must be even and 128 to 4096", s.Width, s.Height)
		}
	}
	if s.Script == "" && s.AudioPath == "" && s.Silence <= 0 {
		return errors.New("nothing to say: the script is empty")
	}
	if s.FPS < 1 || s.FPS > 120 {
		return fmt.Errorf("%d frames a second: 1 to 120 are drawn", s.FPS)
	}
	return nil
}

// workPrefix begins the names of the folders for one drawing.
const workPrefix = ".standin-"

// Make draws the clip into out, whose extension is .webm or .mp4.
func (m *Maker) Make(ctx context.Context, s Spec, out string) (Result, error) {
	if err := s.validate(); err != nil {
		return Result{}, err
	}
	workdir.Sweep(filepath.Dir(out), workPrefix)
	work, err := workdir.New(filepath.Dir(out), workPrefix)
	if err != nil {
		return Result{}, err
	}
	defer work.Close()
	dir := work.Path()
	v, err := m.voice(ctx, s)
	if err != nil {
		return Result{}, err
	}
	frames := max(1, int(math.Ceil(v.seconds()*float64(s.FPS)-1e-9)))
	wav := filepath.Join(dir, "voice.wav")
	if err := v.pad(float64(frames) / float64(s.FPS)).write(wav); err != nil {
		return Result{}, err
	}
	a, err := newActor(s, v, frames)
	if err != nil {
		return Result{}, err
	}
	if err := m.encode(ctx, s, a.frame, frames, wav, out); err != nil {
		os.Remove(out)
		return Result{}, err
	}
	return Result{Duration: float64(frames) / float64(s.FPS), Frames: frames, Words: v.words, Voice: v.name}, nil
}

// encode pipes frames into one ffmpeg run.
func (m *Maker) encode(
	ctx context.Context, s Spec, frame func(i int) []byte, frames int, wav, out string,
) error {
	r, w := io.Pipe()
	drawn := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < frames && err == nil; i++ {
			_, err = w.Write(frame(i))
		}
		w.CloseWithError(err) // nil closes with EOF
		drawn <- err
	}()
	_, err := proc.Run(ctx, proc.Cmd{Path: m.FFmpeg, Args: m.args(s, wav, out), Stdin: r, Timeout: 30 * time.Minute})
	r.CloseWithError(io.ErrClosedPipe) // ends the painter when ffmpeg ended early
	if derr := <-drawn; err == nil && derr != nil {
		err = derr
	}
	if err != nil {
		return fmt.Errorf("draw the presenter: %w", err)
	}
	return nil
}

// args are built by ffmpeg-go: raw frames on stdin, the voice from a file.
func (m *Maker) args(s Spec, wav, out string) []string {
	size := fmt.Sprintf("%dx%d", s.Width, s.Height)
	video := ff.Input("pipe:0", ff.KwArgs{"f": "rawvideo", "pix_fmt": "rgba", "s": size, "framerate": s.FPS})
	audio := ff.Input("file:"+wav, ff.KwArgs{"f": "wav"})
	o := ff.KwArgs{"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv",
		"threads": max(1, m.Threads)}
	pix := "yuva420p"
	if s.Format == MP4 {
		pix = "yuv420p"
		for k, v := range map[string]any{"c:v": "libx264", "preset": "veryfast", "crf": 16, "c:a": "aac", "b:a": "160k",
			"movflags": "+faststart"} {
			o[k] = v
		}
	} else {
		for k, v := range map[string]any{"c:v": "libvpx-vp9", "b:v": 0, "crf": 24, "g": 5 * s.FPS,
			"deadline": "realtime",
			"cpu-used": 8, "row-mt": 1,
			"auto-alt-ref": 0, "metadata:s:v:0": "alpha_mode=1", "c:a": "libopus", "b:a": "96k"} {
			o[k] = v
		}
	}
	o["vf"] = "scale=in_range=pc:out_color_matrix=bt709:out_range=tv,format=" + pix
	args := ff.Output([]*ff.Stream{video.Video(), audio.Audio()}, "file:"+out, o).GetArgs()
	return append(append(proc.FFmpegArgs("error"), "-y"), args...)
}

// seed makes a number from a request, so that the same request moves the same way.
func seed(s string) int64 {
	h := int64(1469598103934665603 & math.MaxInt64)
	for _, c := range []byte(s) {
		h = (h ^ int64(c)) * 1099511628211 & math.MaxInt64
	}
	return h
}

func parseBreak(tag string) float64 {
	i := strings.IndexAny(tag, "0123456789.")
	if i < 0 {
		return 0
	}
	j := i
	for j < len(tag) && strings.ContainsRune("0123456789.", rune(tag[j])) {
		j++
	}
	v, _ := strconv.ParseFloat(tag[i:j], 64)
	return min(max(v, 0), 30)
}
