package resolve

import (
	"fmt"

	"greenroom/compose/timeline"
	"greenroom/pipeline/films/typeset"
)

// Facts are what is known about everything that compositions name.
type Facts struct {
	Clips map[string]Clip // by name
	Files map[string]File // images, videos and sounds, by absolute path
	Fonts map[string]Font // by absolute path; the built-in faces by [BuiltinFont]
}

// Clip is what is published of a clip.
type Clip struct {
	Media  timeline.Media // Seconds is that of its pictures
	FPS    timeline.Rate
	Frames int
	// Box is the part of the full frame that the file shows, in pixels of the full frame; Width and Height are the
	// frame's.
	Box           timeline.Rect
	Width, Height int
	Sound         bool
	Captions      []Caption // in order of time
	// Script is the text of a stand-in, which has no captions of its own.
	Script  string
	StandIn bool
}

// Caption is a word or a block of words, as @remotion/captions has it: a blank begins a new word.
type Caption struct {
	Text     string
	From, To float64 // seconds of the clip
}

// File is a published image, video or sound.
type File struct {
	Media timeline.Media
	Sound bool
}

// Font is a published face.
type Font struct {
	Media timeline.Media
	Face  *typeset.Face
}

// BuiltinFont is the key of a built-in face in [Facts].Fonts.
func BuiltinFont(weight int) string { return fmt.Sprintf("built-in %d", weight) }
