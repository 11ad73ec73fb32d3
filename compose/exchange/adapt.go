package exchange

import (
	"slices"
	"strconv"
	"strings"

	"greenroom/compose/timeline"
)

// Drawing is a file to draw: what the format has no words for, of one layer or of several texts.
type Drawing struct {
	// Key is that of the file in the adapted film's Media, which Adapt does not fill.
	Key string
	// Name is made of the names of the layers.
	Name string
	// Film is what to draw. Its background is transparent, and it has the size of the canvas.
	Film *timeline.Film
	// Still means that one picture is enough.
	Still bool
}

// DrawnPrefix begins the keys of drawings.
const DrawnPrefix = "drawn "

// Adapt returns a film that has only what a format has words for: its other layers show files that are to be drawn.
// Keys of drawings are the only media of the returned film that its Media does not have.
func Adapt(f *timeline.Film, format *Format) (*timeline.Film, []Drawing, []Loss) {
	a := &adapter{film: f, format: format, out: *f}
	a.out.Layers = nil
	for rest := f.Layers; len(rest) > 0; {
		rest = rest[a.layers(rest):]
	}
	return &a.out, a.drawings, a.list
}

type adapter struct {
	losses
	film     *timeline.Film
	format   *Format
	out      timeline.Film
	drawings []Drawing
}

// layers adds the layer at the front, or a series of texts that are one file. It returns how many it has added.
func (a *adapter) layers(rest []timeline.Layer) int {
	l := rest[0]
	if l.Kind == timeline.KindText {
		return a.texts(rest)
	}
	what := a.wordless(&l)
	switch {
	case !a.format.layers && l.Kind != timeline.KindVideo:
		a.differs(l.ID, "a picture or a colour", "it is missing")
	case what == "" || !a.format.layers:
		a.out.Layers = append(a.out.Layers, l)
	default:
		a.draw(l, what)
	}
	return 1
}

// wordless returns what of a picture, a fill or a video the format has no words for; empty if it has them.
func (a *adapter) wordless(l *timeline.Layer) string {
	switch {
	case l.Kind == timeline.KindFill:
		return "a colour or gradient"
	case l.Radius > 0:
		return "rounded corners"
	case l.Kind == timeline.KindPicture:
		m := a.film.Media[l.Picture.Media]
		complete := timeline.Rect{W: m.Width, H: m.Height}
		switch {
		case !a.format.places:
			return "the place of a picture"
		case l.Picture.Crop != complete:
			return "a cropped picture"
		case !isPlainPicture(m.Public):
			return "a picture that few editors read"
		}
	case isForWeb(a.film.Media[l.Video.Media].Codec):
		return "a video that few editors read"
	}
	return ""
}

// isPlainPicture reports a file that every editor reads.
func isPlainPicture(name string) bool {
	return slices.ContainsFunc([]string{".png", ".jpg", ".jpeg"}, func(ext string) bool {
		return strings.HasSuffix(strings.ToLower(name), ext)
	})
}

// isForWeb reports a codec that editors for films do not read.
func isForWeb(codec string) bool { return codec == "vp8" || codec == "vp9" || codec == "av1" }

// draw replaces a layer by one that shows its drawing.
func (a *adapter) draw(l timeline.Layer, what string) {
	still := l.Kind == timeline.KindFill || l.Kind == timeline.KindPicture || l.Kind == timeline.KindText
	alone := l
	instead := l
	if !a.format.slides && moves(&l) {
		still = false // its way is drawn, too
		instead.Enter, instead.Leave, instead.Opacity = timeline.Motion{}, timeline.Motion{}, 1
	} else {
		alone.Enter, alone.Leave = timeline.Motion{}, timeline.Motion{}
		if a.format.opacity {
			alone.Opacity = 1
		} else {
			instead.Opacity = 1
		}
	}
	a.place(instead, []timeline.Layer{alone}, still)
	a.drawn(l.ID, what, drawnAs(still))
}

func drawnAs(still bool) string {
	if still {
		return "a picture with alpha"
	}
	return "a movie with alpha"
}

// place adds a layer that shows a drawing of other layers, which are moved to the beginning of their own film.
func (a *adapter) place(l timeline.Layer, of []timeline.Layer, still bool) {
	f := a.film
	d := Drawing{Key: DrawnPrefix + strconv.Itoa(len(a.drawings)+1), Name: l.ID, Still: still}
	d.Film = &timeline.Film{
		Name: l.ID, Width: f.Width, Height: f.Height, FPS: f.FPS, Frames: l.Frames, Transparent: true,
		Media: map[string]timeline.Media{},
	}
	for _, o := range of {
		o = earlier(o, l.From)
		if still {
			o.From, o.Frames = 0, 1
		}
		for _, key := range mediaOf(&o) {
			d.Film.Media[key] = f.Media[key]
		}
		d.Film.Layers = append(d.Film.Layers, o)
	}
	if still {
		d.Film.Frames = 1
	}
	a.drawings = append(a.drawings, d)
	all := timeline.Rect{W: f.Width, H: f.Height}
	l.Box, l.Radius, l.Round = all, 0, nil
	l.Fill, l.Text, l.Picture, l.Video = nil, nil, nil, nil
	if still {
		l.Kind, l.Picture = timeline.KindPicture, &timeline.Picture{Media: d.Key, Crop: all}
	} else {
		l.Kind, l.Video = timeline.KindVideo, &timeline.Video{Media: d.Key, Crop: all}
	}
	a.out.Layers = append(a.out.Layers, l)
}

// earlier returns a layer that comes a number of frames earlier.
func earlier(l timeline.Layer, frames int) timeline.Layer {
	l.From -= frames
	if l.Text == nil {
		return l
	}
	t := *l.Text
	t.Lines = slices.Clone(t.Lines)
	for i := range t.Lines {
		runs := slices.Clone(t.Lines[i].Runs)
		for j := range runs {
			if r := &runs[j]; r.Off > 0 {
				r.On, r.Off = max(0, r.On-frames), max(0, r.Off-frames)
			}
		}
		t.Lines[i].Runs = runs
	}
	l.Text = &t
	return l
}

// mediaOf returns the keys of the files that a layer shows.
func mediaOf(l *timeline.Layer) (keys []string) {
	switch {
	case l.Picture != nil:
		keys = append(keys, l.Picture.Media)
	case l.Video != nil:
		keys = append(keys, l.Video.Media)
	case l.Text != nil:
		for _, f := range l.Text.Fonts {
			keys = append(keys, f.Media)
		}
	}
	return keys
}

// moves reports whether a layer slides.
func moves(l *timeline.Layer) bool {
	return l.Enter.Frames > 0 && (l.Enter.DX != 0 || l.Enter.DY != 0) ||
		l.Leave.Frames > 0 && (l.Leave.DX != 0 || l.Leave.DY != 0)
}
