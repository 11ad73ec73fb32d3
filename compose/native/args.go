package native

import (
	"fmt"
	"maps"
	"slices"

	ff "github.com/u2takey/ffmpeg-go"

	"greenroom/internal/proc"
)

// graphInArgs is up to how many bytes a graph goes on the command line: Linux takes 128 KiB in one argument.
const graphInArgs = 100_000

// graphFile is the name of a longer graph's file.
const graphFile = "graph.txt"

// inputArgs returns the options of one input, and -i with its name.
//
// ffmpeg-go writes them, each in a graph of its own: in a shared one it takes two inputs for one when the hashes
// of their options add up to the same, without an error, and walks joined graphs in exponential time. The filter
// graph is ours.
func inputArgs(name string, options ff.KwArgs) (args []string, err error) {
	defer func() {
		if r := recover(); r != nil { // it panics on what it does not like
			err = fmt.Errorf("build ffmpeg arguments: %v", r)
		}
	}()
	a := ff.Input(name, options).Output("-").GetArgs()
	i := slices.Index(a, "-i")
	if i < 0 || i+1 >= len(a) || a[i+1] != name {
		return nil, fmt.Errorf("build ffmpeg arguments: %q", a)
	}
	return a[:i+2], nil
}

func soundInput(file string) input {
	return input{name: "file:" + file, options: ff.KwArgs{"vn": "", "protocol_whitelist": proc.Protocols,
		"format_whitelist": formats}}
}

// rawInput is a picture that writePlanar wrote into the working folder.
func (g *graph) rawInput(file, pixels string, w, h int) input {
	return input{name: "file:" + file, options: ff.KwArgs{"f": "rawvideo", "pixel_format": pixels,
		"video_size": fmt.Sprintf("%dx%d", w, h),
		"framerate":  g.film.FPS.String(), "protocol_whitelist": "file"}}
}

// input is one file that ffmpeg opens.
type input struct {
	name    string
	options ff.KwArgs
	by      string // the layer or sound it is for
}

// arguments is the complete command line of a film.
func (g *graph) arguments(s Spec, part string) ([]string, error) {
	args, err := g.reading(s)
	if err != nil {
		return nil, err
	}
	return append(append(args, g.preset.options(s)...), "file:"+part), nil
}

// reading is the command line up to the graph. Paths of the graph's own files are relative to the working folder.
func (g *graph) reading(s Spec) ([]string, error) {
	args := append(append(proc.FFmpegArgs("warning"), "-y"), proc.ProgressArgs()...)
	if s.Threads > 0 {
		args = append(args, "-filter_complex_threads", fmt.Sprint(s.Threads))
	}
	for _, in := range g.inputs {
		options := maps.Clone(in.options)
		if _, set := options["threads"]; !set && s.Threads > 0 {
			options["threads"] = s.Threads
		}
		a, err := inputArgs(in.name, options)
		if err != nil {
			return nil, err
		}
		args = append(args, a...)
	}
	if text := g.text.String(); len(text) <= graphInArgs {
		args = append(args, "-filter_complex", text)
	} else {
		args = append(args, "-filter_complex_script", graphFile)
	}
	return args, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
