// Package exchange writes a film as a project of an editor: OpenTimelineIO, FCPXML, an edit decision list, MLT XML.
//
// It is pure: it takes a film as plain data and the facts of its files, and returns the bytes of the project and a list
// of what the project does not have. The same input has the same bytes. It reads no file and starts no process.
//
// [Adapt] comes first. It replaces what a format has no words for (rounded corners, words that light up, fills) by
// files that have to be drawn, and lists them. [Format.Write] then writes the adapted film.
package exchange

import (
	"fmt"
	"math"
	"strings"

	"greenroom/compose/timeline"
)

// Format is a kind of project.
type Format struct {
	Name string // as users write it
	Ext  string // of the file, with its dot

	places  bool // a layer has a position, a size and a crop
	opacity bool // a layer can be translucent
	slides  bool // a layer can move
	titles  bool // it has texts of its own
	layers  bool // it has several tracks of pictures
	write   func(*Project) ([]byte, []Loss)
}

// Formats are all kinds of projects, in the order in which they are shown to users.
var Formats = []*Format{
	{Name: "otio", Ext: ".otio", layers: true, write: writeOTIO},
	{Name: "fcpxml", Ext: ".fcpxml", places: true, opacity: true, slides: true, titles: true, layers: true,
		write: writeFCPXML},
	{Name: "edl", Ext: ".edl", write: writeEDL},
	{Name: "mlt", Ext: ".mlt", places: true, opacity: true, slides: true, layers: true, write: writeMLT},
}

// Named returns the format of a name, or nil.
func Named(name string) *Format {
	for _, f := range Formats {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// File describes a file of a project.
type File struct {
	// Path is relative to the project's file, with slashes: "media/hello.1a2b3c4d.mov".
	Path string
	// Name is for people: "hello".
	Name string
	// Rate is the file's own frame rate; zero for pictures and sounds.
	Rate timeline.Rate
	// Channels and SampleRate (Hz) are those of its sound; 0 without sound.
	Channels, SampleRate int
}

// Project is a film with the files of its media, by the keys of Film.Media.
type Project struct {
	Film  *timeline.Film
	Files map[string]File
}

// Loss is something of a film that a project does not have, or has in another way.
type Loss struct {
	// Of is the layer or the sound.
	Of string `json:"of"`
	// What is lost: "position and size".
	What string `json:"what"`
	// Instead is what the project has.
	Instead string `json:"instead"`
	// Differs means that the project looks or sounds different from the film. Otherwise it is only less easy to edit.
	Differs bool `json:"differs"`
}

// Write returns the project and what it does not have.
func (f *Format) Write(p *Project) ([]byte, []Loss) { return f.write(p) }

// losses collects what a project does not have.
type losses struct{ list []Loss }

// differs adds what looks or sounds different in the project.
func (l *losses) differs(of, what, instead string) {
	l.list = append(l.list, Loss{Of: of, What: what, Instead: instead, Differs: true})
}

// drawn adds what the project shows in a file.
func (l *losses) drawn(of, what, instead string) {
	l.list = append(l.list, Loss{Of: of, What: what, Instead: instead})
}

// unplaced adds what a project without places does not have of a layer. Drawn layers are as large as the canvas.
func (l *losses) unplaced(f *timeline.Film, layer *timeline.Layer, fades bool) {
	crop, size := cropOf(f, layer)
	var place []string
	if layer.Box != canvas(f) {
		b := layer.Box
		place = append(place, fmt.Sprintf("%d x %d pixels at %d, %d", b.W, b.H, b.X, b.Y))
	}
	if crop != size {
		place = append(place, fmt.Sprintf("of its pixels %d x %d at %d, %d", crop.W, crop.H, crop.X, crop.Y))
	}
	if len(place) > 0 {
		what := "position and size (" + strings.Join(place, ", ") + ")"
		l.differs(layer.ID, what, "the complete picture, as the editor fits it")
	}
	if layer.Opacity != 1 {
		l.differs(layer.ID, "opacity "+num(layer.Opacity), "it is opaque")
	}
	if layer.Radius > 0 {
		l.differs(layer.ID, "rounded corners", "the complete picture")
	}
	if moves(layer) {
		l.differs(layer.ID, "a slide", "it does not move")
	}
	if !fades && (layer.Enter.Fade || layer.Leave.Fade) {
		l.differs(layer.ID, "a fade", "a cut")
	}
}

// gainOf adds the gain of a sound.
func (l *losses) gainOf(s *timeline.Sound) {
	lowest, highest := math.Inf(1), math.Inf(-1)
	for _, p := range s.Gain {
		lowest, highest = min(lowest, decibels(p.Gain)), max(highest, decibels(p.Gain))
	}
	const instead = "it is played as it is"
	switch {
	case lowest == 0 && highest == 0:
	case lowest == highest:
		l.differs(s.ID, "a gain of "+num(lowest)+" dB", instead)
	default:
		l.differs(s.ID, fmt.Sprintf("a gain that changes, from %s to %s dB", num(lowest), num(highest)), instead)
	}
}
