// Package look has the figures that films have in common, whoever draws them: type scales, margins and the place of a
// face. Films of the manifest take them from here; the companion's own compositions take them from look.gen.ts, which
// [TypeScript] writes. It does no input or output.
package look

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Margin is the share of each side of the canvas on which no text stands: SMPTE ST 2046-1 has a safe title area of 90 %.
const Margin = 0.05

// TallBottom is the share of a tall canvas that stays free below captions, where players put their controls.
const TallBottom = 0.07

// Gap is the least distance between two things that do not touch, as a share of the canvas's shorter side.
const Gap = 0.02

// Figures of a face in the box of a presenter, of whom at least head and shoulders are visible. Shoulders are two heads
// wide in the canon of 7½ heads, so that a head is about half as high as they are wide; the rest is for hair and for
// movement. Of the three drawn presenters, in the box of their clip, the head from the top of the hair to the chin takes
// 0.55 to 0.57 of the height, which is 0.49 to 0.54 of the width; the face without hair is 0.31 to 0.32 of the width wide
// (compose/standin measures it in TestTheFaceRuleHoldsForDrawnPresenters).
const (
	FaceHigh = 0.6  // of the box's height, at most
	FaceTall = 0.55 // of the box's width, at most
	FaceWide = 0.5  // of the box's width, in its middle
)

// Scale is a type scale: sizes of the em as shares of the canvas's shorter side, so that it holds from 360p to 4K.
type Scale struct {
	Title   float64 `json:"title"`
	Callout float64 `json:"callout"`
	Name    float64 `json:"name"`
	Caption float64 `json:"caption"`
}

// Shape is the kind of a canvas.
type Shape string

// Shapes. A canvas whose sides differ by less than a fifth counts as square.
const (
	Wide   Shape = "wide"
	Square Shape = "square"
	Tall   Shape = "tall"
)

// Scales are the type scales. Captions of a wide film are at least 1/20 of its height; those of a tall one are larger,
// because it is seen on a phone.
var Scales = map[Shape]Scale{
	Wide:   {Title: 0.09, Callout: 0.044, Name: 0.044, Caption: 0.05},
	Square: {Title: 0.09, Callout: 0.042, Name: 0.042, Caption: 0.048},
	Tall:   {Title: 0.105, Callout: 0.05, Name: 0.05, Caption: 0.058},
}

// ShapeOf returns the shape of a canvas of w x h pixels.
func ShapeOf(w, h int) Shape {
	switch {
	case float64(w) > 1.2*float64(h):
		return Wide
	case float64(h) > 1.2*float64(w):
		return Tall
	}
	return Square
}

// Size returns the size of the em for a role: title, callout, lower-third or captions, as a share of the shorter side.
func (s Scale) Size(role string) float64 {
	switch role {
	case "callout":
		return s.Callout
	case "lower-third":
		return s.Name
	case "captions":
		return s.Caption
	}
	return s.Title
}

// TypeScript returns the figures as the companion's look.gen.ts.
func TypeScript() []byte {
	var b bytes.Buffer
	scales, err := json.Marshal(Scales)
	if err != nil {
		panic(err) // our own types always encode
	}
	fmt.Fprintf(&b, "// Generated from compose/look by go generate ./pipeline/filmschema. Do not edit.\n\n")
	fmt.Fprintf(&b, "/** Sizes of the em, as shares of the canvas's shorter side. */\nexport const scales = %s;\n\n", scales)
	fmt.Fprintf(&b, "/** The share of each side that has no text, and of a tall canvas below captions. */\n")
	fmt.Fprintf(&b, "export const margin = %v;\nexport const tallBottom = %v;\n", Margin, TallBottom)
	return b.Bytes()
}
