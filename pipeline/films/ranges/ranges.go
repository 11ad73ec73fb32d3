// Package ranges is the step that renders the frames of a film from one to another with Remotion. It runs on the user's
// machine or on a worker that has the same version of Remotion and the same browser.
package ranges

import (
	"encoding/json"

	"greenroom/pipeline/stage"
	"greenroom/remotion"
	"greenroom/remotion/site"
)

// Stage is the stage of the step's events.
const Stage = "range"

// In is a range of frames of a film.
type In struct {
	Film        string                     `json:"film"`
	Composition string                     `json:"composition"`
	Input       json.RawMessage            `json:"input"`            // of the composition
	Values      map[string]json.RawMessage `json:"values,omitempty"` // of the project's configuration
	From        int                        `json:"from"`
	To          int                        `json:"to"` // the first frame after it
	// Pictures and Sound choose what is rendered.
	Pictures bool        `json:"pictures,omitempty"`
	Sound    bool        `json:"sound,omitempty"`
	Ext      string      `json:"ext"` // of the film's file
	CRF      int         `json:"crf,omitempty"`
	Exact    bool        `json:"exact,omitempty"`
	Shape    Shape       `json:"shape"`
	Tools    site.Tools  `json:"tools"`
	Bundle   string      `json:"bundle"` // SHA-256 of its archive
	Public   []site.File `json:"public,omitempty"`
	// Archive is the bundle's archive on the user's machine.
	Archive string `json:"-"`
}

// Shape is what a film is by its metadata, which must be the same on every machine.
type Shape struct {
	Frames int `json:"frames"`
	Width  int `json:"width"`
	Height int `json:"height"`
	Num    int `json:"num"` // of the rate
	Den    int `json:"den"`
}

// ShapeOf returns the shape of a film.
func ShapeOf(f remotion.Facts) Shape {
	s := Shape{Frames: f.Frames}
	s.Width, s.Height = f.Pixels()
	s.Num, s.Den = f.Rate()
	return s
}

// Out is a range in the store. A file that was not rendered has no hash.
type Out struct {
	Pictures stage.Object `json:"pictures,omitzero"`
	Sound    stage.Object `json:"sound,omitzero"`
}

// Step returns the step, which run renders on this machine.
func Step(run stage.Func[In, Out]) stage.Step[In, Out] {
	return stage.Step[In, Out]{
		Name: Stage + "/1", Queue: stage.Render, Run: run,
		Clip: func(in In) string { return in.Film },
		Files: func(in In) []stage.File {
			list := []stage.File{{Hash: in.Bundle, Path: in.Archive}}
			for _, f := range in.Public {
				list = append(list, stage.File{Hash: f.Hash, Path: f.Path})
			}
			return list
		},
		Made: func(out Out) (list []stage.Object) {
			for _, o := range []stage.Object{out.Pictures, out.Sound} {
				if o.Hash != "" {
					list = append(list, o)
				}
			}
			return list
		},
	}
}
