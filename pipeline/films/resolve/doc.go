// Package resolve turns a composition of the manifest into a film that renderers draw: percentages become pixels,
// times become frames, "auto" becomes a length, nested compositions become layers, words become placed lines, ducking
// becomes points of gain.
//
// It promises that the same manifest and the same facts give the same film, on every machine, and that a film it gives
// passes timeline's Validate. What cannot be drawn as written is a fault with its place in the manifest, all at once.
// It reads no file, starts no process and looks at no clock: everything it needs comes in as [Facts].
package resolve
