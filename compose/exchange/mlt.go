package exchange

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"greenroom/compose/timeline"
)

// writeMLT writes MLT XML. Each layer is an entry of a playlist with a filter that places it; each sound one with a
// filter for its gain. All times are frames of the film's rate, which is the profile's.
func writeMLT(p *Project) ([]byte, []Loss) {
	f := p.Film
	m := &mlt{project: p, longest: map[string]int{}}
	m.pictures, m.sounds = pictureTracks(f, false), soundTracks(f)
	display := reducedText(f.Width, f.Height)
	root := el("mlt", "LC_NUMERIC", "C", "version", "7.0.0", "title", f.Name, "producer", "film").add(
		el("profile", "description", f.Name, "width", strconv.Itoa(f.Width), "height", strconv.Itoa(f.Height),
			"progressive", "1", "sample_aspect_num", "1", "sample_aspect_den", "1",
			"display_aspect_num", display[0], "display_aspect_den", display[1],
			"frame_rate_num", strconv.Itoa(f.FPS.Num), "frame_rate_den", strconv.Itoa(f.FPS.Den), "colorspace", "709"))
	root.add(m.producers()...)
	root.add(m.playlists()...)
	root.add(m.film())
	return root.document(""), m.list
}

type mlt struct {
	losses
	project          *Project
	pictures, sounds [][]clip
	longest          map[string]int // how many frames of a file any entry needs
}

func reducedText(a, b int) [2]string {
	x, y := reduced(a, b)
	return [2]string{strconv.FormatInt(x, 10), strconv.FormatInt(y, 10)}
}

func property(name, value string) *node { return el("property", "name", name).words(value) }

// producers returns the ground and the files, each once.
func (m *mlt) producers() []*node {
	f := m.project.Film
	colour := "#ff000000"
	if f.Transparent {
		colour = "#00000000"
	}
	last := strconv.Itoa(f.Frames - 1)
	out := []*node{el("producer", "id", "black", "in", "0", "out", last).add(
		property("length", strconv.Itoa(f.Frames)), property("resource", colour), property("mlt_service", "color"),
		property("mlt_image_format", "rgba"))}
	for _, t := range slices.Concat(m.pictures, m.sounds) {
		for _, c := range t {
			m.longest[c.media] = max(m.longest[c.media], c.start+c.frames)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.longest)) {
		file, length := m.project.Files[key], m.longest[key]
		if f.Media[key].Seconds > 0 {
			length = max(length, framesOf(f, key))
		}
		n := el("producer", "id", m.producer(key), "title", file.Name, "in", "0", "out", strconv.Itoa(length-1)).add(
			property("length", strconv.Itoa(length)), property("resource", file.Path))
		if f.Media[key].Seconds == 0 {
			n.add(property("ttl", strconv.Itoa(length)))
		}
		out = append(out, n)
	}
	return out
}

// producer names a file's producer.
func (m *mlt) producer(key string) string {
	return "file" + strconv.Itoa(slices.Index(slices.Sorted(maps.Keys(m.longest)), key))
}

// playlists returns the tracks from the ground up. Shotcut opens a project as a timeline if the ground is called background
// and the tracks have its properties.
func (m *mlt) playlists() []*node {
	out := []*node{el("playlist", "id", "background").add(
		el("entry", "producer", "black", "in", "0", "out", strconv.Itoa(m.project.Film.Frames-1)))}
	for i, t := range m.pictures {
		list := el("playlist", "id", "pictures"+strconv.Itoa(i)).add(
			property("shotcut:video", "1"), property("shotcut:name", "V"+strconv.Itoa(i+1)))
		out = append(out, m.fill(list, t, m.placed))
	}
	for i, t := range m.sounds {
		list := el("playlist", "id", "sounds"+strconv.Itoa(i)).add(
			property("shotcut:audio", "1"), property("shotcut:name", "A"+strconv.Itoa(i+1)))
		out = append(out, m.fill(list, t, m.loud))
	}
	return out
}

// fill adds clips to a playlist.
func (m *mlt) fill(list *node, track []clip, filters func(*clip) []*node) *node {
	at := 0
	for i := range track {
		c := &track[i]
		if c.from > at {
			list.add(el("blank", "length", strconv.Itoa(c.from-at)))
		}
		entry := el("entry", "producer", m.producer(c.media), "in", strconv.Itoa(c.start),
			"out", strconv.Itoa(c.start+c.frames-1))
		list.add(entry.add(filters(c)...))
		at = c.end()
	}
	return list
}

// filter returns a filter over a complete entry: its keyframes count from the entry's first frame.
func filter(c *clip, service string, properties ...*node) *node {
	return el("filter", "in", strconv.Itoa(c.start), "out", strconv.Itoa(c.start+c.frames-1)).add(
		append([]*node{property("mlt_service", service)}, properties...)...)
}

// placed returns the filters that crop and place a layer; none when it fills the canvas.
func (m *mlt) placed(c *clip) (out []*node) {
	l := c.layer
	if crop, size := cropOf(m.project.Film, l); crop != size {
		edge := func(name string, pixels int) *node { return property(name, strconv.Itoa(pixels)) }
		out = append(out, filter(c, "crop", edge("left", crop.X), edge("top", crop.Y),
			edge("right", size.W-crop.X-crop.W), edge("bottom", size.H-crop.Y-crop.H)))
	}
	still := l.Enter == (timeline.Motion{}) && l.Leave == (timeline.Motion{})
	if still && l.Box == canvas(m.project.Film) && l.Opacity == 1 {
		return out
	}
	return append(out,
		filter(c, "qtblend", property("rect", m.rect(c)), property("distort", "1"), property("rotate_center", "0")))
}

// rect returns place, size and opacity, with a keyframe for each frame on which they change.
func (m *mlt) rect(c *clip) string {
	var keys []string
	before := ""
	for n := range c.frames {
		frame := c.from + n
		dx, dy := c.layer.OffsetAt(frame)
		b := c.layer.Box
		now := fmt.Sprintf("%d %d %d %d %s", b.X+dx, b.Y+dy, b.W, b.H, num(round6(c.layer.OpacityAt(frame))))
		if now != before {
			keys = append(keys, fmt.Sprintf("%d|=%s", n, now))
		}
		before = now
	}
	return strings.Join(keys, ";")
}

// monoLoss is by how much MLT lowers a sound of one channel when it makes two of it, dB.
const monoLoss = 3.01

// loud returns the filter for a sound's gain; none when it is played as it is.
func (m *mlt) loud(c *clip) []*node {
	list := levels(m.project.Film, c)
	more := 0.0
	if m.project.Files[c.media].Channels == 1 {
		more = monoLoss
	}
	if len(list) == 1 && list[0].db+more == 0 {
		return nil
	}
	var keys []string
	for _, l := range list {
		keys = append(keys, fmt.Sprintf("%d=%s", l.frame, num(l.db+more)))
	}
	return []*node{filter(c, "volume", property("level", strings.Join(keys, ";")))}
}

// film returns the tractor: the tracks from the ground up, and what puts them together.
func (m *mlt) film() *node {
	last := strconv.Itoa(m.project.Film.Frames - 1)
	out := el("tractor", "id", "film", "in", "0", "out", last).add(
		property("shotcut", "1"), el("track", "producer", "background"))
	for i := range m.pictures {
		out.add(el("track", "producer", "pictures"+strconv.Itoa(i), "hide", "audio"))
	}
	for i := range m.sounds {
		out.add(el("track", "producer", "sounds"+strconv.Itoa(i), "hide", "video"))
	}
	join := func(track int, service string, more ...*node) *node {
		n := el("transition", "in", "0", "out", last).add(property("a_track", "0"),
			property("b_track", strconv.Itoa(track)), property("mlt_service", service), property("always_active", "1"))
		return n.add(more...)
	}
	// MLT takes a picture of the canvas's size for opaque and does not draw what is below. One that is larger by less
	// than a pixel is drawn in the same place, with its alpha.
	all := fmt.Sprintf("0 0 %d.000001 %d 1", m.project.Film.Width, m.project.Film.Height)
	for i := range m.pictures {
		out.add(join(1+i, "qtblend", property("rect", all)))
	}
	for i := range m.sounds {
		out.add(join(1+len(m.pictures)+i, "mix", property("sum", "1")))
	}
	return out
}
