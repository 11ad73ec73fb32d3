// Package timeline is a film as plain data, resolved to the pixel and to the frame, and the formulas that both
// renderers draw it with.
//
// A [Film] has nothing about how it was made: percentages, "auto" lengths, safe areas, nested compositions, line
// breaks, ducking and fit are all worked out before (package pipeline/films/resolve does). What is left can be drawn
// by ffmpeg (package compose/native) and by the companion's Timeline composition alike, and compared frame by frame.
//
// The package reads no file and starts no process.
package timeline
