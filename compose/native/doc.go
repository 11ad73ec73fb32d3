// Package native draws a resolved film with one ffmpeg run.
//
// It promises that the output's name does not exist before the film is complete: ffmpeg writes NAME.part.EXT, which is
// renamed only after exit 0, a check of its frames and its length, and a sync. Layers are put over one
// another in RGB, footage comes in and goes out as tagged BT.709, and every layer is where, and as strong as,
// [timeline.Layer.OffsetAt] and [timeline.Layer.OpacityAt] say, frame by frame. The same film has the same bytes with
// the same ffmpeg.
//
// What does not move is drawn by this package beforehand; words are drawn by libass from our own files, with the
// film's own fonts and no others. No word, file name or colour of a film is ever part of a filter graph.
package native
