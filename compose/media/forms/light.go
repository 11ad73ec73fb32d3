package forms

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/compose/marks"
	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// Backdrop is what a preview has behind the presenter unless the project names another colour.
const Backdrop = "#F6F4EF"

// small is the one process that makes the small forms.
type small struct {
	spec     Spec
	graph    []string // chains of filters
	outputs  []string
	pictures []string // labels that the decoded pictures are split into
	sounds   []string
}

// makeSmall makes small forms of the prepared WebM and of the clip's sound in one process. Files are named by path.
func makeSmall(ctx context.Context, t media.Tools, s Spec, names []string, path func(string) string) error {
	p := &small{spec: s}
	for _, name := range names {
		p.add(name, "file:"+path(name))
	}
	if len(p.outputs) == 0 { // a waveform in numbers is read from the WAV file
		return nil
	}
	args := append(proc.FFmpegArgs("warning"), "-y", "-noautorotate")
	if s.Spec.Transparent {
		args = append(args, "-c:v", "libvpx-vp9") // ffmpeg's own decoder drops alpha
	}
	args = append(args, "-protocol_whitelist", proc.Protocols, "-format_whitelist", "matroska,webm", "-i", "file:"+s.WebM)
	args = append(args, "-protocol_whitelist", proc.Protocols, "-format_whitelist", "wav", "-i", "file:"+path(WAV))
	if len(s.Chapters) > 0 {
		list := filepath.Join(s.Dir, "chapters.txt")
		if err := os.WriteFile(list, []byte(ffmetadata(s.Chapters, s.Spec.Duration)), 0o644); err != nil {
			return err
		}
		defer os.Remove(list)
		args = append(args, "-protocol_whitelist", proc.Protocols, "-f", "ffmetadata", "-i", "file:"+list)
	}
	args = append(args, "-filter_complex", p.filters(), "-threads", strconv.Itoa(max(1, s.Spec.Threads)))
	return run(ctx, t, append(args, p.outputs...), "make the previews of the clip")
}

const chapterOption = "-map_chapters"

// add appends a form to the graph and to the outputs.
func (p *small) add(name, file string) {
	common := []string{"-map_metadata", "-1", "-fflags", "+bitexact"}
	if len(p.spec.Chapters) > 0 && hasChapters(name) { // no metadata at all would be chapters without titles
		common = []string{"-map_metadata", "2", "-fflags", "+bitexact", chapterOption, "2"}
	}
	switch name {
	case Preview:
		p.picture("preview", p.overBackdrop())
		p.sound("preview_sound", "anull")
		p.output(file, "-map", "[preview]", "-map", "[preview_sound]",
			"-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-movflags", "+faststart", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
			"-fps_mode", "passthrough", "-c:a", "aac", "-b:a", "128k")
	case Proxy:
		p.picture("proxy", p.half())
		p.sound("proxy_sound", "anull")
		p.output(file, append(marks.Metadata(p.spec.Spec.Source), "-map", "[proxy]", "-map", "[proxy_sound]",
			"-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "36",
			"-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-auto-alt-ref", "0", "-lag-in-frames", "0",
			"-g", "30", "-fps_mode", "passthrough", "-metadata:s:v:0", alphaMode(p.spec.Spec.Transparent),
			"-c:a", "libopus", "-b:a", "96k")...)
	case StoryboardPicture:
		p.picture("board", p.tiles())
		p.output(file, "-map", "[board]", "-frames:v", "1", "-c:v", "libwebp", "-q:v", "75")
	case WaveformPicture:
		p.sound("wave", fmt.Sprintf("pan=mono|c0=%s,showwavespic=s=1200x160:colors=0x1F7A4D", mono(p.spec.channels)))
		p.output(file, "-map", "[wave]", "-frames:v", "1")
	case Audio:
		p.sound("m4a", "anull")
		p.output(file, append(common, "-map", "[m4a]", "-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart")...)
	case MP3:
		p.sound("mp3", "anull")
		p.output(file, append(common, "-map", "[mp3]", "-c:a", "libmp3lame", "-q:a", "2")...)
	}
}

func alphaMode(transparent bool) string {
	if transparent {
		return "alpha_mode=1"
	}
	return "alpha_mode="
}

// mono is the mean of the channels.
func mono(channels int) string {
	if channels == 2 {
		return "0.5*c0+0.5*c1"
	}
	return "c0"
}

func (p *small) picture(label, chain string) {
	p.pictures = append(p.pictures, label)
	p.graph = append(p.graph, "[from_"+label+"]"+chain+"["+label+"]")
}

func (p *small) sound(label, chain string) {
	p.sounds = append(p.sounds, label)
	p.graph = append(p.graph, "[from_"+label+"]"+chain+"["+label+"]")
}

func (p *small) output(file string, options ...string) {
	if len(p.spec.Chapters) > 0 && !slices.Contains(options, chapterOption) { // ffmpeg copies them into every file
		options = append(options, chapterOption, "-1")
	}
	p.outputs = append(append(p.outputs, options...), file)
}

// filters is the graph: each input is decoded once and split. The format before the split is fixed, and the split comes
// first: else ffmpeg chooses a format without alpha for all branches as soon as one needs none.
func (p *small) filters() string {
	var all []string
	pix := "yuv420p"
	if p.spec.Spec.Transparent {
		pix = "yuva420p"
	}
	for _, in := range []struct {
		labels []string
		split  string
	}{{p.pictures, "[0:V:0]format=" + pix + ",split="}, {p.sounds, "[1:a:0]asplit="}} {
		if len(in.labels) == 0 {
			continue
		}
		chain := in.split + strconv.Itoa(len(in.labels))
		for _, label := range in.labels {
			chain += "[from_" + label + "]"
		}
		all = append(all, chain)
	}
	return strings.Join(append(all, p.graph...), ";")
}

// overBackdrop puts the pictures over a colour. MP4 needs an even size.
func (p *small) overBackdrop() string {
	const even = "crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0,format=yuv420p,setsar=1"
	if !p.spec.Spec.Transparent {
		return even
	}
	backdrop := p.spec.Backdrop
	if backdrop == "" {
		backdrop = Backdrop
	}
	return "split[under][over];[under]drawbox=t=fill:replace=1:c=0x" + strings.TrimPrefix(backdrop, "#") +
		",format=yuv420p[ground];[ground][over]overlay=format=yuv420," + even
}

// half is half the size. Colours are multiplied by alpha while neighbouring pixels are mixed.
func (p *small) half() string {
	const size = "scale=trunc(iw/4)*2:trunc(ih/4)*2:flags=area"
	if !p.spec.Spec.Transparent {
		return size + ",setsar=1"
	}
	return strings.Join(media.Premultiplied(size), ",") + ",scale=out_color_matrix=bt709:out_range=tv,format=yuva420p,setsar=1"
}

// made fails when a file is missing or empty.
func made(path string) error {
	fi, err := os.Stat(path)
	if err == nil && fi.Size() > 0 {
		return nil
	}
	return fault.New(fault.Failed, "run it again", "ffmpeg wrote no %s", filepath.Base(path))
}

// run starts ffmpeg.
func run(ctx context.Context, t media.Tools, args []string, doing string) error {
	res, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Stall: 10 * time.Minute})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && proc.DiskFull(err, res.Tail):
		return fault.New(fault.Failed, "free some space and run the same command again", "%s: the disk is full", doing)
	case err != nil:
		return fault.Wrap(fault.Failed, err, fault.ReadHint(err, "run `greenroom check` on the clip"), "%s", doing)
	}
	return nil
}
