// Package resolve turns a composition of the manifest into a film that renderers can render: percentages become
// pixels, times become frames, "auto" becomes a length, nested compositions become layers, words become placed lines,
// ducking becomes points of gain.
//
// The same manifest and the same facts make the same film, on every machine, and every film that it returns passes
// timeline's Validate. What cannot be rendered as written is a fault with its place in the manifest; all faults are
// reported together. It reads no file, no clock and starts no process: everything it needs is in [Facts].
package resolve
