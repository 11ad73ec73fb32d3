// Package finding names what a check of a media file may report. The names are in reports, in JSON and in the manifest's
// checks.accept, so they stay what they are.
package finding

// Names lists all of them, sorted.
var Names = []string{
	"AlphaMode", "alpha", "alpha packets", "alpha use", "borders", "colour", "coverage", "decoding", "duration", "edges",
	"first timestamp", "frame rate", "frames", "interlacing", "key colour", "key colour inside", "keyframes", "matte", "orientation",
	"pixel aspect", "premultiplied", "seeking", "sound offset", "structure", "truncation", "video",
}
