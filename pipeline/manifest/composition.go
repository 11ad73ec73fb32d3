package manifest

import (
	"time"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
)

// Limits of compositions.
const (
	MaxCompositions = 1000
	MaxFilms        = 100_000 // of rows, in all formats
	MaxLayers       = 500     // of one composition
	MaxText         = 10000   // characters of one layer
	DefaultEnter    = 400 * time.Millisecond
	DefaultLeave    = 250 * time.Millisecond
	DefaultSafe     = 0.05 // of a side, for `safe: true`
)

// Composition is one film in one format, with everything that its format changes applied.
//
// size: one field for each key of a composition in the manifest.
type Composition struct {
	Name          string // "tour-9x16"; the composition's own without formats
	Base, Format  string // "tour", "9:16"; Format is empty without formats
	Each          string // the family whose row it is made for; empty for a film of its own
	Clip          string // with Each: the row's own clip
	Row           *Row   // with Each
	Place         fault.Place
	Width, Height int
	FPS           timeline.Rate
	Length        time.Duration // of its own part, without intro and outro; 0 is auto
	Transparent   bool
	Background    *Background
	Layers        []Layer // the first lies at the bottom
	Intro, Outro  *Reference
	Label         *Layer                 // over the complete film, where it is not nested in another one
	Places        map[string]fault.Place // of its keys
}

// Reference names another composition.
type Reference struct {
	Name  string
	Place fault.Place
}

// Background is under all layers for the complete length of a composition, without its intro and outro. It has colors,
// an image or a video, or colors with one of them over them.
type Background struct {
	Colors       []string // "#RRGGBB" or "#RRGGBBAA"; several are a gradient
	Angle        float64  // CSS degrees
	Image, Video string   // absolute
	Fit          string   // cover, contain
	Loop         bool
	Place        fault.Place
}

// Kinds of layers.
const (
	LayerClip        = "clip"
	LayerImage       = "image"
	LayerVideo       = "video"
	LayerText        = "text"
	LayerCaptions    = "captions"
	LayerAudio       = "audio"
	LayerComposition = "composition"
)

// Layer is one picture, text or sound of a composition.
//
// size: one field for each key of a layer in the manifest.
type Layer struct {
	Kind string
	// Of is the clip's or composition's name, the file's absolute path, or the text.
	Of     string
	Name   string // for formats and after:; may be empty
	Place  fault.Place
	Places map[string]fault.Place // of its keys

	At, Skip time.Duration
	For      time.Duration // 0: as long as it lasts
	After    string        // At counts from that layer's end

	Box          Box
	BoxOf        string  // presenter, frame
	Safe         float64 // share of each side that is kept free
	Fit          string  // cover, contain; empty: by kind
	Anchor       string  // top, bottom, left, right, center; empty: by kind
	Mask         Mask
	Fill         *Fill // behind what is drawn in the box; nil: by kind and mask
	Ring         *Ring // along the edge of the box; nil: by kind and mask
	Opacity      float64
	Enter, Leave Motion
	Loop         bool

	StyleName string
	Style     Style  // of text and captions
	Mode      string // of captions: block, word

	Gain            float64 // factor of amplitude; 0 is silence
	FadeIn, FadeOut time.Duration
	Duck            *Duck
}

// Dim is a length: pixels, or a share of a side of the canvas.
type Dim struct {
	V       float64 // pixels, or a fraction when Percent
	Percent bool
	Set     bool
}

// Of is the length in pixels along a side.
func (d Dim) Of(side float64) float64 {
	if d.Percent {
		return d.V * side
	}
	return d.V
}

// Box is up to two of three lengths on each axis.
type Box struct{ Left, Right, Width, Top, Bottom, Height Dim }

// Mask cuts a layer's corners.
type Mask struct {
	Circle bool
	Radius Dim // of the box's shorter side; unset without a mask
}

// Fill is what is behind a layer, in its box and its mask. Without colours there is none.
type Fill struct {
	Colors []string // "#RRGGBB" or "#RRGGBBAA"; several are a gradient from top to bottom
}

// Ring is a line around a layer, outside of its box and mask. Without a width there is none.
type Ring struct {
	Color string
	Width Dim // a share of the canvas's shorter side
}

// Motion is how a layer appears or disappears.
type Motion struct {
	Fade     bool
	Slide    string // left, right, up, down: the way it moves; empty without
	Distance Dim    // unset: from beyond the canvas, or 6 % of it when it fades as well
	Time     time.Duration
}

// Duck lowers a sound while a clip speaks.
type Duck struct {
	By              float64 // factor of amplitude
	Attack, Release time.Duration
}

// Style is how text looks.
//
// size: one field for each key of a style in the manifest.
type Style struct {
	// Slot is the kind of place that is chosen for the text: title, lower-third, callout, captions or disclosure. It is
	// empty when a box or an anchor sets the place.
	Slot string
	// Role is the size in the type scale of the canvas's shape, where Size is not set: title, lower-third, callout or
	// captions.
	Role         string
	Fonts        []FontFile // tried in this order; the built-in face is the last
	Weight       int        // of the built-in face
	Size         Dim        // of the em; a share of the canvas's shorter side; unset: by Role
	LineHeight   float64    // in em
	Color        string
	Highlight    string // of the word that is spoken
	StrokeColor  string
	StrokeWidth  Dim
	Plate        *Plate
	Align        string // start, left, center, right; empty: center, or start next to a presenter
	Anchor       string // top, middle, bottom: where the lines are in a box that is higher
	Box          Box
	Safe         float64
	Lines        int // of captions: at most so many at a time
	Enter, Leave Motion
}

// FontFile is a face by its file.
type FontFile struct {
	Path  string // absolute
	Place fault.Place
}

// Plate is a box behind text.
type Plate struct {
	Color           string
	Padding, Radius Dim // shares of the canvas's shorter side
}
