// Package forms makes the files in which a prepared clip is handed on besides its WebM: for editors (ProRes, HEVC,
// pictures), for web pages (stacked video, preview, storyboard, waveform) and for the ear.
//
// Large forms are encoded from the take, each in a process of its own. Small ones come from one decode of the prepared
// WebM and of the clip's sound. Each file is decoded completely before it counts as made.
package forms

import "slices"

// Names of forms, as manifests and lockfiles have them.
const (
	ProRes            = "prores"     // QuickTime: 4444 with alpha, 422 HQ without
	HEVC              = "hevc"       // QuickTime with alpha, for Safari
	Stacked           = "stacked"    // MP4: colour above its matte, for pages that draw it with WebGL
	PNG               = "png"        // a ZIP file of numbered pictures
	Preview           = "preview"    // MP4 over a backdrop
	Proxy             = "proxy"      // the WebM at half its size
	Storyboard        = "storyboard" // WebVTT, which names parts of its picture
	StoryboardPicture = "storyboard.webp"
	Waveform          = "waveform" // JSON, as the program audiowaveform writes it
	WaveformPicture   = "waveform.png"
	Audio             = "audio" // AAC
	WAV               = "audio.wav"
	MP3               = "audio.mp3"
)

// kind is what is known of a form without making it.
type kind struct {
	name  string
	ext   string // of the published file
	large bool   // encoded from the take
	with  string // the form that brings this one; users do not name it
}

var kinds = []kind{
	{name: ProRes, ext: "mov", large: true},
	{name: HEVC, ext: "hevc.mov", large: true},
	{name: Stacked, ext: "stacked.mp4", large: true},
	{name: PNG, ext: "png.zip", large: true},
	{name: Preview, ext: "preview.mp4"},
	{name: Proxy, ext: "proxy.webm"},
	{name: StoryboardPicture, ext: "storyboard.webp", with: Storyboard},
	{name: Storyboard, ext: "storyboard.vtt"},
	{name: WaveformPicture, ext: "waveform.png", with: Waveform},
	{name: Waveform, ext: "waveform.json"},
	{name: Audio, ext: "m4a"},
	{name: WAV, ext: "wav"},
	{name: MP3, ext: "mp3"},
}

// Named lists the forms that a manifest may ask for.
func Named() (out []string) {
	for _, k := range kinds {
		if k.with == "" {
			out = append(out, k.name)
		}
	}
	return out
}

// Complete adds what the named forms bring, in the order in which all are made: a storyboard names its picture.
func Complete(names []string) (out []string) {
	for _, k := range kinds {
		if slices.Contains(names, k.name) || slices.Contains(names, k.with) {
			out = append(out, k.name)
		}
	}
	return out
}

// All lists every form.
func All() []string { return Complete(Named()) }

// Ext is the ending of a form's published file, without a dot; empty for other names.
func Ext(name string) string { return find(name).ext }

// IsLarge reports a form that is encoded from the take.
func IsLarge(name string) bool { return find(name).large }

func find(name string) kind {
	for _, k := range kinds {
		if k.name == name {
			return k
		}
	}
	return kind{}
}
