// Package finding names what a check of a media file may report. The names are in reports, in JSON and in the
// manifest's checks.accept, so they stay what they are.
package finding

// Names lists all of them, sorted.
var Names = []string{
	"AlphaMode", "alpha", "alpha packets", "alpha use", "borders", "colour", "coverage", "decoding", "duration",
	"edges", "encryption", "end", "end of sound", "first timestamp", "frame rate", "frames", "hole", "interlacing",
	"key colour",
	"key colour inside", "keyframes", "length in the header", "loudness", "matte", "orientation", "picture size",
	"pixel aspect", "premultiplied", "seeking", "sound decoding", "sound gaps", "sound offset", "sound tracks",
	"structure", "truncation", "video",
}
