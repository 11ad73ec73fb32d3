package native

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"greenroom/internal/fault"
)

// Preset is a kind of file.
type Preset struct {
	Name string
	// Exts are the extensions it goes with; the first one is the usual one.
	Exts []string
	// Alpha means that it keeps transparency.
	Alpha bool
	// About is one line for people.
	About string

	pixels, pixelsAlpha string
	crf                 int
	video, audio        []string
	muxer               []string
}

// Presets are all of them, in the order people look for them.
var Presets = []Preset{
	{
		Name: "h264", Exts: []string{".mp4", ".m4v"}, About: "H.264 and AAC: plays everywhere",
		pixels: "yuv420p", crf: 18,
		video: []string{"-c:v", "libx264", "-preset", "medium", "-profile:v", "high"},
		audio: aac, muxer: faststart,
	},
	{
		Name: "h265", Exts: []string{".mp4", ".m4v"},
		About:  "H.265 and AAC: about half of H.264's size, slower to make",
		pixels: "yuv420p", crf: 21,
		video: []string{"-c:v", "libx265", "-preset", "medium", "-tag:v", "hvc1", "-x265-params", "log-level=error"},
		audio: aac, muxer: faststart,
	},
	{
		Name: "prores", Exts: []string{".mov"}, About: "ProRes 422 HQ and PCM: for editing",
		pixels: "yuv422p10le",
		video:  []string{"-c:v", "prores_ks", "-profile:v", "hq", "-vendor", "apl0", "-qscale:v", "9"},
		audio:  pcm,
	},
	{
		Name: "prores4444", Exts: []string{".mov"}, Alpha: true,
		About:  "ProRes 4444 and PCM: for editing, keeps transparency",
		pixels: "yuv444p10le", pixelsAlpha: "yuva444p10le",
		video: []string{
			"-c:v", "prores_ks", "-profile:v", "4444", "-vendor", "apl0", "-qscale:v", "9", "-alpha_bits", "16",
		},
		audio: pcm,
	},
	{
		Name: "vp9", Exts: []string{".webm"}, Alpha: true, About: "VP9 and Opus: for the web, keeps transparency",
		pixels: "yuv420p", pixelsAlpha: "yuva420p", crf: 24,
		video: []string{"-c:v", "libvpx-vp9", "-b:v", "0", "-deadline", "good", "-cpu-used", "4", "-row-mt", "1",
			"-auto-alt-ref", "0", "-lag-in-frames", "0"},
		audio: []string{"-c:a", "libopus", "-b:a", "160k"},
		// Otherwise the picture starts 7 ms late: Opus' delay is written as a negative time.
		muxer: []string{"-avoid_negative_ts", "disabled"},
	},
}

var (
	aac       = []string{"-c:a", "aac", "-b:a", "192k"}
	pcm       = []string{"-c:a", "pcm_s16le"}
	faststart = []string{"-movflags", "+faststart"}
)

// PresetFor returns the preset with a name, or the usual one for the output's extension when the name is empty. A
// transparent film needs one that keeps alpha.
func PresetFor(name, out string, transparent bool) (*Preset, error) {
	ext := strings.ToLower(filepath.Ext(out))
	for i := range Presets {
		p := &Presets[i]
		if name != "" && p.Name != name || name == "" && !slices.Contains(p.Exts, ext) {
			continue
		}
		switch {
		case name == "" && transparent && !p.Alpha:
			continue // .mov is ProRes 4444 then
		case !slices.Contains(p.Exts, ext):
			return nil, fault.New(
				fault.Usage, "name the file *"+p.Exts[0], "preset %s does not go into a %q file", p.Name, ext,
			)
		case transparent && !p.Alpha:
			return nil, fault.New(fault.Usage, "use prores4444 or vp9, or give the film a background",
				"the film is transparent and preset %s has no alpha", p.Name)
		}
		return p, nil
	}
	switch {
	case name != "":
		return nil, fault.New(fault.Usage, "presets: "+strings.Join(presetNames(), ", "), "no preset %q", name)
	case transparent:
		return nil, fault.New(fault.Usage, "name the file *.mov (ProRes 4444) or *.webm (VP9)",
			"the film is transparent and a %q file has no alpha", ext)
	}
	return nil, fault.New(fault.Usage, "name the file *.mp4, *.mov or *.webm", "no preset for a %q file", ext)
}

func presetNames() []string {
	var out []string
	for _, p := range Presets {
		out = append(out, p.Name)
	}
	return out
}

// pixFmt is what the encoder is fed.
func (p *Preset) pixFmt(transparent bool) string {
	if transparent {
		return p.pixelsAlpha
	}
	return p.pixels
}

// options are everything between the graph and the output's name.
func (p *Preset) options(s Spec) []string {
	a := append([]string{"-map", "[v]", "-map", "[a]"}, p.pictures(s)...)
	a = append(append(a, p.sound()...), bitexact...)
	if s.Threads > 0 {
		a = append(a, "-threads", strconv.Itoa(s.Threads))
	}
	return append(append(a, s.Tags...), p.muxer...)
}

// pictures are the options for pictures. A keyframe every two seconds lets players jump.
func (p *Preset) pictures(s Spec) []string {
	a := slices.Clone(p.video)
	if p.crf > 0 {
		crf := p.crf
		if s.CRF > 0 {
			crf = s.CRF
		}
		a = append(a, "-crf", strconv.Itoa(crf), "-g", strconv.Itoa(max(1, int(2*s.Film.FPS.FPS()+0.5))))
	}
	a = append(a, "-pix_fmt", p.pixFmt(s.Film.Transparent), "-colorspace", "bt709", "-color_primaries", "bt709",
		"-color_trc", "bt709", "-color_range", "tv", "-fps_mode", "passthrough")
	if p.Name == "vp9" && s.Film.Transparent {
		a = append(a, "-metadata:s:v:0", "alpha_mode=1")
	}
	return a
}

// sound are the options for sound.
func (p *Preset) sound() []string {
	return append(slices.Clone(p.audio), "-ar", strconv.Itoa(sampleRate), "-ac", "2")
}
