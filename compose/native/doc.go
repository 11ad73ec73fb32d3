// Package native draws a resolved film with one ffmpeg run.
//
// It promises that nothing stands under the output's name until the whole film does: ffmpeg writes NAME.part.EXT, and only
// after exit 0, a look at the frames and the length of what came out, and a sync is it renamed. Layers are put over one
// another in RGB, footage comes in and goes out as tagged BT.709, and every layer is where, and as strong as,
// [timeline.Layer.OffsetAt] and [timeline.Layer.OpacityAt] say, frame by frame. The same film gives the same bytes with
// the same ffmpeg.
//
// What does not move is drawn by this package beforehand; words are drawn by libass from files of ours, with the film's
// own fonts and no others. No word, file name or colour of a film is ever part of a filter graph.
package native
