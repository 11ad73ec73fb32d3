package exchange

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"

	"greenroom/compose/timeline"
)

// writeFCPXML writes FCPXML 1.9. The sequence is one gap as long as the film, to which all layers and sounds are
// connected, on lanes: so nothing moves when an editor changes the length of a clip.
func writeFCPXML(p *Project) ([]byte, []Loss) {
	f := p.Film
	w := &fcpxml{project: p, resources: el("resources"), ids: map[string]string{}}
	rate := f.FPS
	sequence := w.format(&rate, f.Width, f.Height)
	gap := el("gap", "name", "Gap", "offset", "0s", "start", "0s", "duration", w.time(f.Frames))
	paired := map[int]bool{}
	for i, t := range pictureTracks(f, false) {
		for j := range t {
			gap.add(w.picture(&t[j], i+1, paired))
		}
	}
	for i, t := range w.unpaired(paired) {
		for j := range t {
			gap.add(w.sound(&t[j], -i-1))
		}
	}
	code := "NDF"
	if clockOf(f.FPS).drop {
		code = "DF"
	}
	if f.Transparent {
		w.differs("the film", "a transparent background", "black, until the film is exported with alpha")
	}
	root := el("fcpxml", "version", "1.9").add(w.resources,
		el("library").add(el("event", "name", f.Name).add(el("project", "name", f.Name).add(
			el("sequence", "format", sequence, "duration", w.time(f.Frames), "tcStart", "0s", "tcFormat", code,
				"audioLayout", "stereo", "audioRate", "48k").add(el("spine").add(gap))))))
	return root.document("<!DOCTYPE fcpxml>\n"), w.list
}

type fcpxml struct {
	losses
	project   *Project
	resources *node
	ids       map[string]string // of resources, by what they are
	styles    int
}

// time returns a number of frames of the film as a rational number of seconds.
func (w *fcpxml) time(frames int) string { return seconds(w.project.Film.FPS, frames) }

func seconds(r timeline.Rate, frames int) string {
	t := big.NewRat(int64(frames)*int64(r.Den), int64(r.Num))
	if t.IsInt() {
		return t.Num().String() + "s"
	}
	// The denominator is the rate's, so that every time of a film has the same.
	return fmt.Sprintf("%d/%ds", int64(frames)*int64(r.Den), r.Num)
}

// id returns the name of a resource; made reports that it is new.
func (w *fcpxml) id(what string) (id string, made bool) {
	id, ok := w.ids[what]
	if !ok {
		id = "r" + strconv.Itoa(len(w.ids)+1)
		w.ids[what] = id
	}
	return id, !ok
}

// format returns a format resource; a rate of nil is that of stills.
func (w *fcpxml) format(r *timeline.Rate, width, height int) string {
	name, frame := "FFVideoFormatRateUndefined", ""
	if r != nil {
		name, frame = "", seconds(*r, 1)
	}
	id, made := w.id(fmt.Sprintf("format %s %d %d", frame, width, height))
	if made {
		w.resources.add(el("format", "id", id, "name", name, "frameDuration", frame, "width", strconv.Itoa(width),
			"height", strconv.Itoa(height), "colorSpace", "1-1-1 (Rec. 709)"))
	}
	return id
}

// asset returns the resource of a file.
func (w *fcpxml) asset(key string) string {
	id, made := w.id("asset " + key)
	if !made {
		return id
	}
	f, file := w.project.Film, w.project.Files[key]
	m := f.Media[key]
	attrs := []string{"id", id, "name", file.Name, "start", "0s"}
	rate := f.FPS
	if file.Rate.Num > 0 {
		rate = file.Rate
	}
	switch {
	case m.Seconds == 0:
		attrs = append(attrs, "duration", "0s", "hasVideo", "1", "format", w.format(nil, m.Width, m.Height),
			"videoSources", "1")
	case m.Width > 0:
		attrs = append(attrs, "duration", seconds(rate, max(1, rate.FramesBefore(m.Seconds))), "hasVideo", "1",
			"format", w.format(&rate, m.Width, m.Height), "videoSources", "1")
	default:
		attrs = append(attrs, "duration", seconds(rate, framesOf(f, key)))
	}
	if file.Channels > 0 || m.Width == 0 {
		attrs = append(attrs, "hasAudio", "1", "audioSources", "1",
			"audioChannels", strconv.Itoa(max(1, file.Channels)))
		if file.SampleRate > 0 {
			attrs = append(attrs, "audioRate", strconv.Itoa(file.SampleRate))
		}
	}
	w.resources.add(el("asset", attrs...).add(el("media-rep", "kind", "original-media", "src", file.Path)))
	return id
}

// stillStart is where editors begin a still.
const stillStart = 3600

// picture returns a layer.
func (w *fcpxml) picture(c *clip, lane int, paired map[int]bool) *node {
	f, l := w.project.Film, c.layer
	common := []string{"name", l.ID, "lane", strconv.Itoa(lane), "offset", w.time(c.from)}
	switch {
	case l.Text != nil:
		return w.title(c, common)
	case l.Picture != nil:
		ref := w.asset(c.media)
		c.start = f.FPS.FrameAt(stillStart)
		n := el("video", append([]string{"ref", ref}, append(common, "start", w.time(c.start),
			"duration", w.time(c.frames))...)...)
		return n.add(w.adjusted(c)...)
	}
	ref, enable := w.asset(c.media), "video"
	sound := w.soundOf(c)
	if sound >= 0 {
		enable = ""
		paired[sound] = true
	} else if w.project.Files[c.media].Channels == 0 {
		enable = ""
	}
	n := el("asset-clip", append([]string{"ref", ref}, append(common, "start", w.time(c.start),
		"duration", w.time(c.frames), "srcEnable", enable)...)...)
	n.add(w.conform(c.media)...).add(w.adjusted(c)...)
	if sound >= 0 {
		loud := *c
		loud.sound = &f.Sounds[sound]
		n.add(w.volume(&loud)...)
	}
	return n
}

// soundOf returns the sound that is played with a video from beginning to end; -1 if there is none.
func (w *fcpxml) soundOf(c *clip) int {
	f, v := w.project.Film, c.layer.Video
	if len(clipsOf(f, c.layer)) != 1 {
		return -1
	}
	return slices.IndexFunc(f.Sounds, func(s timeline.Sound) bool {
		return s.Media == c.media && s.From == c.layer.From && s.Frames == c.layer.Frames && s.Skip == v.Skip &&
			s.Loop == v.Loop
	})
}

// unpaired returns the tracks of the sounds that have no picture.
func (w *fcpxml) unpaired(paired map[int]bool) [][]clip {
	rest := *w.project.Film
	rest.Sounds = nil
	for i, s := range w.project.Film.Sounds {
		if !paired[i] {
			rest.Sounds = append(rest.Sounds, s)
		}
	}
	return soundTracks(&rest)
}

// sound returns a sound without a picture.
func (w *fcpxml) sound(c *clip, lane int) *node {
	enable := ""
	if w.project.Film.Media[c.media].Width > 0 {
		enable = "audio"
	}
	n := el("asset-clip", "ref", w.asset(c.media), "name", c.id(), "lane", strconv.Itoa(lane), "offset", w.time(c.from),
		"start", w.time(c.start), "duration", w.time(c.frames), "srcEnable", enable, "audioRole", "dialogue")
	return n.add(w.conform(c.media)...).add(w.volume(c)...)
}

// conformed are the rates that FCPXML has names for.
var conformed = map[timeline.Rate]string{
	{Num: 24000, Den: 1001}: "23.98", {Num: 24, Den: 1}: "24", {Num: 25, Den: 1}: "25",
	{Num: 30000, Den: 1001}: "29.97", {Num: 30, Den: 1}: "30", {Num: 48, Den: 1}: "48", {Num: 50, Den: 1}: "50", {Num: 60000, Den: 1001}: "59.94",
	{Num: 60, Den: 1}: "60",
}

// conform keeps the speed of a file of another rate.
func (w *fcpxml) conform(key string) []*node {
	r := w.project.Files[key].Rate
	if name := conformed[r]; name != "" && r != w.project.Film.FPS {
		return []*node{el("conform-rate", "scaleEnabled", "0", "srcFrameRate", name)}
	}
	return nil
}
