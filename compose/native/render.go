// Package native draws a resolved film with one ffmpeg run.
//
// It promises that the output's name does not exist before the film is complete: ffmpeg writes NAME.part.EXT, which is
// renamed only after exit 0, a check of its frames and its length, and a sync. Layers are put over one
// another in RGB, footage comes in and goes out as tagged BT.709, and every layer is where, and as strong as,
// [timeline.Layer.OffsetAt] and [timeline.Layer.OpacityAt] say, frame by frame. The same film has the same bytes with
// the same ffmpeg.
//
// What does not move is drawn by this package beforehand; words are drawn by libass from our own files, with the
// film's own fonts and no others. No word, file name or colour of a film is ever part of a filter graph.
package native

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// Spec is one film to draw.
type Spec struct {
	Film *timeline.Film
	// Out is the file; its folder is made when it is not there.
	Out string
	// Preset is a name from [Presets]; empty takes the usual one for Out's extension.
	Preset string
	// CRF is the quality of H.264, H.265 and VP9, lower is better; 0 takes the preset's own.
	CRF int
	// WorkDir is where a folder for our own files is made for the time of the run; empty is the system's.
	WorkDir string
	Tools   media.Tools
	// Threads bounds each decoder, filter and encoder; 0 leaves it to ffmpeg.
	Threads int
	// Probes is shared by renders that show the same files; nil probes them each time.
	Probes *Probes
	// Tags are options of ffmpeg that write tags into a complete film, such as "-metadata", "NAME=TEXT".
	Tags []string
}

// Event reports how far a run is. Stage is "prepare", "render" or "check"; Frame counts up to Frames.
type Event struct {
	Stage         string
	Frame, Frames int
}

// Result is a finished film.
type Result struct {
	Path     string
	Preset   string
	Frames   int
	Seconds  float64
	Bytes    int64
	CPU      time.Duration // of ffmpeg
	Warnings []string      // messages of ffmpeg, without those that mean nothing
}

// stall is how long ffmpeg may be silent: it reports progress twice a second, but loading a long clip's sound
// takes time.
const stall = 5 * time.Minute

// Render renders the film. The error is a fault: of kind Media when a file is at fault, Usage when the request is,
// Tool when ffmpeg is not there; or the context's cause. It names the layer where ffmpeg's messages identify it.
func Render(ctx context.Context, s Spec, emit func(Event)) (res Result, err error) {
	if emit == nil {
		emit = func(Event) {}
	}
	preset, err := PresetFor(s.Preset, s.Out, s.Film.Transparent)
	if err != nil {
		return res, err
	}
	if s.CRF < 0 || s.CRF > 63 {
		return res, fault.New(
			fault.Usage, "0 is the preset's own", "the quality must be between 0 and 63, got %d", s.CRF,
		)
	}
	if err := s.Film.Validate(); err != nil {
		return res, fault.Wrap(fault.Manifest, err, "", "film %q cannot be drawn", s.Film.Name)
	}
	return s.finish(ctx, preset, emit, func(g *graph, part string) (proc.Result, error) {
		emit(Event{Stage: "prepare", Frames: s.Film.Frames})
		full, err := prepare(ctx, s, preset, g.dir)
		if err != nil {
			return proc.Result{}, err
		}
		return full.run(ctx, s, part, emit)
	})
}

// finish makes a film's file: make writes a part next to it, which gets its name after a check.
func (s Spec) finish(
	ctx context.Context, preset *Preset, emit func(Event), make func(g *graph, part string) (proc.Result, error),
) (res Result, err error) {
	out, err := filepath.Abs(s.Out)
	if err != nil {
		return res, err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return res, fault.Wrap(fault.Failed, err, "name another folder", "render %q", s.Film.Name)
	}
	if s.WorkDir != "" { // the system's is shared with others
		sweep(s.WorkDir)
	}
	own, err := workFolders.New(s.WorkDir)
	if err != nil {
		return res, fault.Wrap(fault.Failed, err, "free some space, or set TMPDIR", "render %q", s.Film.Name)
	}
	defer own.Close()
	ext := filepath.Ext(out)
	part := strings.TrimSuffix(out, ext) + ".part" + ext
	if err := writeText(filepath.Join(own.Path(), partFile), part); err != nil { // long before there is a part
		return res, noRoom(err, s.Film.Name)
	}
	defer os.Remove(part) // nothing to remove after the rename
	g := &graph{film: s.Film, preset: preset, dir: own.Path()}
	run, err := make(g, part)
	if err != nil {
		return res, err
	}
	if emit != nil {
		emit(Event{Stage: "check", Frame: s.Film.Frames, Frames: s.Film.Frames})
	}
	info, err := g.check(ctx, s, part)
	if err != nil {
		return res, err
	}
	if err := atomicfile.Commit(part, out); err != nil {
		return res, fault.Wrap(fault.Failed, err, "", "render %q", s.Film.Name)
	}
	_, warnings := trouble(run.Tail)
	return Result{Path: out, Preset: preset.Name, Frames: info.Frames, Seconds: info.Duration, Bytes: info.Bytes,
		CPU: run.CPU, Warnings: warnings}, nil
}

// prepare probes all files, draws what does not move, and builds the graph.
func prepare(ctx context.Context, s Spec, preset *Preset, dir string) (*graph, error) {
	g, err := visible(ctx, s, preset, dir)
	if err != nil {
		return nil, err
	}
	g.mix()
	if err := writeText(filepath.Join(dir, graphFile), g.text.String()); err != nil {
		return nil, noRoom(err, s.Film.Name)
	}
	return g, nil
}

// visible builds the part of the graph that is seen; its last label is v.
func visible(ctx context.Context, s Spec, preset *Preset, dir string) (*graph, error) {
	return visiblePart(ctx, s, planOf(s.Film), preset, dir)
}

// visiblePart is visible with the plan of a longer film.
func visiblePart(ctx context.Context, s Spec, p plan, preset *Preset, dir string) (*graph, error) {
	g := &graph{film: s.Film, plan: p, preset: preset, dir: dir, faces: map[string]*face{}, pictures: map[string]*image.NRGBA{},
		drawers: map[string]string{}}
	if err := g.loadFonts(); err != nil {
		return nil, err
	}
	if err := g.probe(ctx, s); err != nil {
		return nil, err
	}
	if err := g.draw(); err != nil {
		return nil, noRoom(err, s.Film.Name)
	}
	g.pictures = nil
	return g, nil
}

// uses are the files that ffmpeg reads, each once, in the order of layers and sounds.
func (g *graph) uses() []use {
	var out []use
	seen := map[string]bool{}
	add := func(key, by string) {
		m := g.film.Media[key]
		if !seen[m.File] {
			seen[m.File] = true
			out = append(out, use{m, by})
		}
	}
	for _, l := range g.film.Layers {
		if l.Video != nil {
			add(l.Video.Media, fmt.Sprintf("layer %q", l.ID))
		}
	}
	for _, s := range g.film.Sounds {
		add(s.Media, fmt.Sprintf("sound %q", s.ID))
	}
	return out
}

// loadFonts reads the fonts that are used, and looks whether they have every character.
func (g *graph) loadFonts() error {
	byFile := map[string]*face{}
	for _, l := range g.film.Layers {
		if l.Text == nil {
			continue
		}
		for _, font := range l.Text.Fonts {
			file := g.film.Media[font.Media].File
			if byFile[file] == nil {
				f, err := loadFace(file, fmt.Sprintf("gr%d", len(byFile)))
				if err != nil {
					return fault.Wrap(fault.Media, err, "name a .ttf or .otf file", "layer %q: font %q: read %s", l.ID,
						font.Family,
						filepath.Base(file))
				}
				byFile[file] = f
			}
			g.faces[font.Media] = byFile[file]
		}
		for _, line := range l.Text.Lines {
			for _, r := range line.Runs {
				font := l.Text.Fonts[r.Font]
				if c, missing := g.faces[font.Media].missing(r.Text); missing {
					return fault.New(fault.Media, "add a font that has it, or leave the character out",
						"layer %q: font %q has no picture of %q (U+%04X)", l.ID, font.Family, c, c)
				}
			}
		}
	}
	return nil
}

// fillFontFolder writes fonts into a folder; one that is there already is the same.
func fillFontFolder(dir string, faces map[string]*face) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range faces {
		if err := os.WriteFile(filepath.Join(dir, f.family+".ttf"), f.data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// fontconfig keeps the machine's own fonts out: a film looks the same everywhere.
const fontconfig = "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig><cachedir>cache</cachedir></fontconfig>\n"

// run runs ffmpeg. Its working folder is ours, so that the graph's own files have plain names.
func (g *graph) run(ctx context.Context, s Spec, part string, emit func(Event)) (proc.Result, error) {
	args, err := g.arguments(s, part)
	if err != nil {
		return proc.Result{}, err
	}
	return g.execute(ctx, s, args, emit)
}

// execute runs ffmpeg with these arguments in the working folder; emit may be nil.
func (g *graph) execute(ctx context.Context, s Spec, args []string, emit func(Event)) (proc.Result, error) {
	conf := filepath.Join(g.dir, "fonts.conf")
	if err := writeText(conf, fontconfig); err != nil {
		return proc.Result{}, noRoom(err, s.Film.Name)
	}
	c := proc.Cmd{Path: s.Tools.FFmpeg, Args: args, Dir: g.dir, Env: append(proc.Inherited(), "FONTCONFIG_FILE="+conf),
		Stall: stall}
	c.Progress = func(k, v string) {
		if n, err := strconv.Atoi(v); k == "frame" && err == nil && emit != nil {
			emit(Event{Stage: "render", Frame: min(n, s.Film.Frames), Frames: s.Film.Frames})
		}
	}
	res, err := proc.Run(ctx, c)
	if err != nil {
		return res, g.failed(ctx, err, res.Tail, s.Tools.FFmpeg)
	}
	if damaged, _ := trouble(res.Tail); damaged != "" {
		return res, g.failed(ctx, nil, res.Tail, s.Tools.FFmpeg)
	}
	return res, nil
}

// check probes the result: exit 0 alone is not enough.
func (g *graph) check(ctx context.Context, s Spec, part string) (media.Info, error) {
	info, err := media.Probe(ctx, s.Tools, part)
	if err != nil {
		if e := ended(ctx, err, s.Tools.FFprobe); e != nil {
			return info, e
		}
		return info, fault.Wrap(fault.Failed, err, "run the same command again",
			"render %q: what came out cannot be read",
			s.Film.Name)
	}
	if info.Frames != s.Film.Frames {
		return info, fault.New(fault.Failed, "run the same command again", "render %q: %d frames came out, not %d",
			s.Film.Name, info.Frames, s.Film.Frames)
	}
	// Sound may go on by what is left of its codec's last block.
	if want := s.Film.FPS.Seconds(s.Film.Frames); math.Abs(info.Announced-want) > 0.5*s.Film.FPS.Seconds(1)+0.025 {
		return info, fault.New(fault.Failed, "run the same command again", "render %q: it is %.3f s long, not %.3f s",
			s.Film.Name, info.Announced, want)
	}
	if s.Film.Transparent && g.preset.Name == "vp9" && info.AlphaPackets != info.VideoPackets {
		return info, fault.New(fault.Failed, "", "render %q: only %d of %d frames have alpha", s.Film.Name,
			info.AlphaPackets, info.VideoPackets)
	}
	return info, nil
}

// noRoom explains an error with our own files: a full disk, or another one.
func noRoom(err error, film string) error {
	if proc.DiskFull(err, "") {
		return fault.New(fault.Failed, "free some space, or set TMPDIR to a bigger disk", "render %q: the disk is full",
			film)
	}
	return err
}
