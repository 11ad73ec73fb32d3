// Package foreign has no code. Its tests compare what greenroom says of files that other programs made with what ffprobe
// and ffmpeg say of them.
package foreign
