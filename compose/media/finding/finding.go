// Package finding names what a check of a media file may report. The names are in reports, in JSON and in the
// manifest's checks.accept, so they stay what they are.
package finding

// Names lists all of them, sorted.
var Names = []string{
	"AlphaMode", "alpha", "alpha flicker", "alpha packets", "alpha use", "black", "borders", "clipping", "colour",
	"coverage", "dead channel", "decoding", "duration", "edges", "encryption", "end", "end of sound",
	"first timestamp", "flashing", "frame rate", "frames", "frozen", "hole", "integrated loudness", "interlacing",
	"key colour", "key colour inside", "keyframes", "legal range", "length in the header", "line length", "loudness",
	"matte", "orientation", "phase", "picture size", "pixel aspect", "premultiplied", "reading speed",
	"red flashing", "safe area", "seeking", "silence", "sound", "sound decoding", "sound gaps", "sound offset",
	"sound tracks", "structure", "text contrast", "true peak", "truncation", "video",
}
