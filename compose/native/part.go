package native

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// PartThreads is how many threads encode a part. It is the same on all machines: the bytes of an encoded film depend
// on it.
const PartThreads = 4

// Encoded is a file with the pictures of a part or with the sound of a film.
type Encoded struct {
	Path string
	CPU  time.Duration // of ffmpeg
	// Warnings are messages of ffmpeg, without those that mean nothing.
	Warnings []string
}

// PartExt returns the extension of files with pictures, SoundExt that of files with sound.
func (p *Preset) PartExt() string { return p.Exts[0] }

// SoundExt returns the extension of files with the sound of a film.
func (p *Preset) SoundExt() string {
	if p.Exts[0] == ".mp4" {
		return ".m4a"
	}
	return p.Exts[0]
}

// RenderPart encodes the pictures of a part into a new file, s.Out, in closed groups of pictures. s.Film is not used.
// Errors are those of [Render].
func RenderPart(ctx context.Context, s Spec, p Part, preset *Preset, emit func(frame int)) (Encoded, error) {
	s.Film = p.Film
	return s.encode(ctx, func(dir string) (*graph, error) { return visiblePart(ctx, s, p.plan, preset, dir) },
		preset.partOptions(s), emit)
}

// RenderSound mixes and encodes the sounds of a film into a new file, s.Out.
func RenderSound(ctx context.Context, s Spec, preset *Preset) (Encoded, error) {
	film := *s.Film
	film.Layers = nil
	s.Film = &film
	return s.encode(ctx, func(dir string) (*graph, error) {
		g := &graph{film: s.Film, preset: preset, dir: dir, drawers: map[string]string{}}
		if err := g.probe(ctx, s); err != nil {
			return nil, err
		}
		g.mix()
		return g, nil
	}, preset.soundOptions(s), nil)
}

// encode runs ffmpeg with a graph and checks how many frames it wrote.
func (s Spec) encode(
	ctx context.Context, build func(dir string) (*graph, error), options []string, emit func(frame int),
) (Encoded, error) {
	own, err := workFolders.New(s.WorkDir)
	if err != nil {
		return Encoded{}, fault.Wrap(fault.Failed, err, "free some space, or set TMPDIR", "render %q", s.Film.Name)
	}
	defer own.Close()
	g, err := build(own.Path())
	if err != nil {
		return Encoded{}, err
	}
	if err := writeText(filepath.Join(g.dir, graphFile), g.text.String()); err != nil {
		return Encoded{}, noRoom(err, s.Film.Name)
	}
	args, err := g.reading(s)
	if err != nil {
		return Encoded{}, err
	}
	written := 0
	run, err := g.execute(ctx, s, append(append(args, options...), "file:"+s.Out), func(e Event) {
		written = e.Frame
		if emit != nil {
			emit(e.Frame)
		}
	})
	if err == nil && written > 0 && written != s.Film.Frames {
		err = fault.New(fault.Failed, "run the same command again", "render %q: %d frames came out, not %d", s.Film.Name,
			written, s.Film.Frames)
	}
	if err != nil {
		os.Remove(s.Out)
		return Encoded{}, err
	}
	_, warnings := trouble(run.Tail)
	return Encoded{Path: s.Out, CPU: run.CPU, Warnings: warnings}, nil
}

// Joined is what Join makes a film of.
type Joined struct {
	Film   *timeline.Film
	Parts  []string // files of RenderPart, in order
	Frames []int    // of each part
	Sound  string   // file of RenderSound
	// Tagged copies the tags of the first part's file, such as its title.
	Tagged bool
}

// Join copies encoded parts and sound into s.Out without encoding anything. The file has its name only when it is
// complete and its frames were counted.
func Join(ctx context.Context, s Spec, j Joined, preset *Preset) (Result, error) {
	s.Film = j.Film
	return s.finish(ctx, preset, nil, func(g *graph, part string) (proc.Result, error) {
		const list = "parts.txt"
		if err := writeText(filepath.Join(g.dir, list), j.list()); err != nil {
			return proc.Result{}, noRoom(err, s.Film.Name)
		}
		args := append(proc.FFmpegArgs("warning"), "-y", "-f", "concat", "-safe", "0",
			"-protocol_whitelist", proc.Protocols, "-i", list, "-protocol_whitelist", proc.Protocols,
			"-i", "file:"+j.Sound)
		options := preset.joinOptions(s)
		if j.Tagged {
			args = append(args, "-protocol_whitelist", proc.Protocols, "-i", "file:"+j.Parts[0])
			options = append(options, "-map_metadata:g", "2:g")
		}
		return g.execute(ctx, s, append(append(args, options...), "file:"+part), nil)
	})
}

// list returns the list of parts for ffmpeg's concat demuxer. Lengths are differences of rounded absolute times, so
// that errors do not add up.
func (j Joined) list() string {
	var b strings.Builder
	b.WriteString("ffconcat version 1.0\n")
	micro := func(frame int) int64 { return int64(math.Round(j.Film.FPS.Seconds(frame) * 1e6)) }
	at := 0
	for i, file := range j.Parts {
		length := micro(at+j.Frames[i]) - micro(at)
		fmt.Fprintf(&b, "file '%s'\nduration %dus\n", strings.ReplaceAll(file, "'", `'\''`), length)
		at += j.Frames[i]
	}
	return b.String()
}

// bitexact keeps versions and dates out of files.
var bitexact = []string{"-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact",
	"-flags:v", "+bitexact", "-flags:a", "+bitexact"}

// finer is how much lower the CRF of parts is. At the end of a part, x264 and x265 cannot look ahead and would use
// fewer bits than in the middle of a film.
const finer = 0.25

// partOptions are everything between the graph and the name of a part's file.
func (p *Preset) partOptions(s Spec) []string {
	a := append([]string{"-map", "[v]", "-an"}, p.pictures(s)...)
	if i := slices.Index(a, "-x265-params"); i >= 0 {
		a[i+1] += fmt.Sprintf(":open-gop=0:pools=%d:frame-threads=2", PartThreads)
	}
	if i := slices.Index(a, "-crf"); i >= 0 && strings.HasPrefix(p.Name, "h26") {
		if crf, err := strconv.ParseFloat(a[i+1], 64); err == nil {
			a[i+1] = num(max(0, crf-finer))
		}
	}
	return append(append(a, bitexact...), "-threads", strconv.Itoa(PartThreads))
}

// soundOptions are everything between the graph and the name of the sound's file.
func (p *Preset) soundOptions(Spec) []string {
	a := append([]string{"-map", "[a]", "-vn"}, p.sound()...)
	a = append(a, bitexact...)
	if p.Name == "vp9" {
		a = append(a, p.muxer...)
	}
	return a
}

// joinOptions are everything between the inputs and the name of a film that is copied.
func (p *Preset) joinOptions(s Spec) []string {
	a := append([]string{"-map", "0:v", "-map", "1:a", "-c", "copy"}, bitexact...)
	switch p.Name {
	case "h265":
		a = append(a, "-tag:v", "hvc1")
	case "vp9":
		// Times in WebM are rounded to milliseconds: they are those of the film's frames, not sums of rounded lengths.
		a = append(a, "-bsf:v", fmt.Sprintf("setts=ts=round(N*%d/%d)", 1000*s.Film.FPS.Den, s.Film.FPS.Num))
		if s.Film.Transparent {
			a = append(a, "-metadata:s:v:0", "alpha_mode=1")
		}
	}
	return append(append(a, s.Tags...), p.muxer...)
}

// Recipe changes with everything in this package that changes encoded bytes and is not among the values of a key.
const Recipe = "1"

// Values returns what the encoded pictures depend on besides the film, its files and the version of ffmpeg.
func (p *Preset) Values(s Spec) []string {
	return append([]string{Recipe, p.PartExt(), p.pixFmt(s.Film.Transparent)}, p.partOptions(s)...)
}

// SoundValues is Values for the sound.
func (p *Preset) SoundValues(s Spec) []string {
	return append([]string{Recipe, p.SoundExt()}, p.soundOptions(s)...)
}

// Plan returns how the part is drawn, as a value that is part of its key.
func (p Part) Plan() any { return p.plan }

// probe reads the facts of all files of the film.
func (g *graph) probe(ctx context.Context, s Spec) (err error) {
	g.facts, err = s.Probes.probeAll(ctx, s.Tools, g.uses())
	if err != nil {
		return err
	}
	for i := range g.film.Sounds {
		snd := &g.film.Sounds[i]
		if m := g.film.Media[snd.Media]; !g.facts[m.File].sound {
			return fault.New(fault.Media, "name a file with sound, or set the layer's sound to false",
				"sound %q: %s holds no sound", snd.ID, filepath.Base(m.File))
		}
	}
	return nil
}
