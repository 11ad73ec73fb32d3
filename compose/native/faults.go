package native

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/proc"
)

// named puts a layer's or a sound's name before a fault's message.
func named(layer string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return fault.Wrap(f.Kind, f, f.Hint, "layer %q", layer)
	}
	return fault.Wrap(fault.Failed, err, "", "layer %q", layer)
}

// ended returns what a run's error means whatever ffmpeg wrote: we were cancelled, or there is no such program.
func ended(ctx context.Context, err error, program string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fault.Tool, err,
			"apt-get install ffmpeg (macOS: brew install ffmpeg); `greenroom doctor` checks again", "run %s",
			filepath.Base(program))
	}
	return nil
}

// damage are ffmpeg's words for footage of which a part was lost; it ends with exit 0 all the same.
var damage = []string{
	"File ended prematurely", "partial file", "Invalid data found", "Error while decoding", "error while decoding",
	"corrupt", "Truncat",
	"exceeds containing master element", "invalid as first byte of an EBML number", "Packet corrupt", "concealing",
	"Invalid NAL unit",
	"missing picture in access unit", "non-existing PPS", "Decode error", "Error submitting packet",
	"Error opening font",
}

// trouble returns the first line about damaged footage, and the lines that users may want to read.
func trouble(tail string) (damaged string, warnings []string) {
	for _, l := range strings.Split(tail, "\n") {
		l = strings.TrimSpace(l)
		if l == "" || harmless(l) {
			continue
		}
		warnings = append(warnings, l)
		if damaged == "" && (slices.ContainsFunc(damage, func(d string) bool { return strings.Contains(l, d) }) ||
			undrawn(l)) {
			damaged = l
		}
	}
	return damaged, warnings
}

var noGlyph = lazyregexp.New(`fontselect: failed to find any fallback with glyph 0x([0-9A-Fa-f]+)`)

// undrawn lines are libass' about a character that it has no picture of.
func undrawn(l string) bool {
	m := noGlyph.FindStringSubmatch(l)
	if m == nil {
		return false
	}
	c, err := strconv.ParseUint(m[1], 16, 32)
	return err != nil || c == 0 || !invisible(rune(c)) // 0 is the font itself
}

// harmless lines say nothing about the film.
func harmless(l string) bool {
	for _, s := range []string{"Last message repeated", "deprecated pixel format",
		"No accelerated colorspace conversion", "Thread message queue blocking",
		"Using font provider", "Neither PlayResX nor PlayResY", "Queue input is backward in time", "x265 [info]",
		"libass API version",
		"Estimating duration from bitrate", "Fontconfig", "Guessed Channel Layout", "used channels, ignoring layout"} {
		if strings.Contains(l, s) {
			return true
		}
	}
	return false
}

var (
	instance = lazyregexp.New(`@(l\d+)[a-z]* @ 0x`)
	stream   = lazyregexp.New(`[sS]tream #?(\d+):\d+`)
	opened   = lazyregexp.New(`file:(.+): [A-Z]`)
)

// blame finds the layer or sound that a line of ffmpeg is about; empty when it does not say.
func (g *graph) blame(tail string) string {
	for _, l := range strings.Split(tail, "\n") {
		if m := instance.FindStringSubmatch(l); m != nil && g.drawers[m[1]] != "" {
			return g.drawers[m[1]]
		}
		if m := opened.FindStringSubmatch(l); m != nil {
			for _, in := range g.inputs {
				if in.name == "file:"+m[1] || strings.TrimPrefix(in.name, "file:") == m[1] {
					return in.by
				}
			}
		}
		if m := stream.FindStringSubmatch(l); m != nil {
			if i, err := strconv.Atoi(m[1]); err == nil && i < len(g.inputs) && !strings.Contains(l, "Output") {
				return g.inputs[i].by
			}
		}
	}
	return ""
}

// failed turns the end of a run into a fault.
func (g *graph) failed(ctx context.Context, err error, tail, program string) error {
	if e := ended(ctx, err, program); e != nil {
		return e
	}
	if proc.DiskFull(err, tail) {
		return fault.New(fault.Failed, "free some space and run the same command again", "render %q: the disk is full",
			g.film.Name)
	}
	for _, lack := range []string{"No such filter", "Unknown encoder", "Unknown decoder"} {
		if i := strings.Index(tail, lack); i >= 0 {
			line, _, _ := strings.Cut(tail[i:], "\n")
			return fault.New(fault.Tool, "install a full build of ffmpeg, with libass, libx264, libx265 and libvpx",
				"render %q: this ffmpeg is incomplete: %s", g.film.Name, line)
		}
	}
	damaged, lines := trouble(tail)
	by := g.blame(tail)
	switch {
	case undrawn(damaged):
		lack := "its font cannot be drawn"
		if c, err := strconv.ParseUint(noGlyph.FindStringSubmatch(damaged)[1], 16, 32); err == nil && c != 0 {
			lack = fmt.Sprintf("its font has no picture of %q (%U)", rune(c), rune(c))
		}
		return fault.New(fault.Media, "name a font file that has it: font: [fonts/NAME.ttf]", "render %q: layer %q: %s",
			g.film.Name, by, lack)
	case by != "" && damaged != "":
		return fault.New(fault.Media, "run `greenroom check` on its file, or export it again",
			"render %q: layer %q: %s",
			g.film.Name, by, damaged)
	case by != "" && err != nil:
		return fault.Wrap(fault.Failed, err, "check this layer in the manifest", "render %q: layer %q", g.film.Name, by)
	case damaged != "":
		return fault.New(fault.Media, "run `greenroom check` on the film's files", "render %q: footage is damaged: %s",
			g.film.Name, damaged)
	case len(lines) > 0 && err != nil:
		return fault.Wrap(fault.Failed, err, "", "render %q: %s", g.film.Name, lines[0])
	}
	return fault.Wrap(fault.Failed, err, "", "render %q", g.film.Name)
}
