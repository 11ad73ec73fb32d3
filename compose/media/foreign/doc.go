// Package foreign has no code. Its tests compare what greenroom reports of files that other programs made with what
// ffprobe and ffmpeg report.
package foreign
