package exchange

import (
	"math/big"
	"slices"

	"greenroom/compose/timeline"
)

// clip is a stretch of a file on a track: a layer, or one turn of a layer that repeats its file.
type clip struct {
	layer *timeline.Layer // nil for a sound
	sound *timeline.Sound // nil for a layer
	media string
	// from and frames are in the film; start is how many frames of the film's rate of the file are omitted.
	from, frames, start int
}

func (c *clip) end() int { return c.from + c.frames }

func (c *clip) id() string {
	if c.layer != nil {
		return c.layer.ID
	}
	return c.sound.ID
}

// turns returns the stretches of a file that is played from a frame of the film on. Without loop nothing follows the
// file's end. Times are rounded as the renderers do: absolute ones, to the nearest frame.
func turns(rate timeline.Rate, from, frames int, skip, seconds float64, loop bool) (out []clip) {
	start := rate.FrameAt(skip)
	if seconds <= 0 {
		return []clip{{from: from, frames: frames, start: start}}
	}
	const shortest = 0.001 // seconds: a file that is shorter is not repeated more often
	seconds = max(seconds, shortest)
	at := 0
	for n := 0; at < frames && (loop || n == 0); n++ {
		// The frame before which the file ends for the n-th time.
		end := min(rate.FramesBefore(seconds*float64(n+1)-skip), frames)
		if end > at { // otherwise it is shorter than a frame, or all of it is skipped
			out = append(out, clip{from: from + at, frames: end - at, start: start})
			at = end
		}
		start = 0
	}
	return out
}

// clipsOf returns the stretches of a layer.
func clipsOf(f *timeline.Film, l *timeline.Layer) []clip {
	var out []clip
	key := ""
	switch {
	case l.Video != nil:
		key = l.Video.Media
		out = turns(f.FPS, l.From, l.Frames, l.Video.Skip, f.Media[key].Seconds, l.Video.Loop)
	case l.Picture != nil:
		key = l.Picture.Media
		out = []clip{{from: l.From, frames: l.Frames}}
	default:
		out = []clip{{from: l.From, frames: l.Frames}}
	}
	for i := range out {
		out[i].layer, out[i].media = l, key
	}
	return out
}

// soundClips returns the stretches of a sound.
func soundClips(f *timeline.Film, s *timeline.Sound) []clip {
	out := turns(f.FPS, s.From, s.Frames, s.Skip, f.Media[s.Media].Seconds, s.Loop)
	for i := range out {
		out[i].sound, out[i].media = s, s.Media
	}
	return out
}

// pictureTracks puts layers on tracks, the lowest first: a layer lies above every earlier one that it meets. With
// apart, layers of which one fades where the other begins are on different tracks.
func pictureTracks(f *timeline.Film, apart bool) [][]clip {
	var tracks [][]clip
	at := make([]int, len(f.Layers))
	for i := range f.Layers {
		l := &f.Layers[i]
		for j := range i {
			if meets(&f.Layers[j], l, apart) {
				at[i] = max(at[i], at[j]+1)
			}
		}
		for len(tracks) <= at[i] {
			tracks = append(tracks, nil)
		}
		tracks[at[i]] = append(tracks[at[i]], clipsOf(f, l)...)
	}
	sortTracks(tracks)
	return tracks
}

func meets(a, b *timeline.Layer, apart bool) bool {
	if a.From < b.End() && b.From < a.End() {
		return true
	}
	return apart && (fadesAt(a, b) || fadesAt(b, a))
}

// fadesAt reports whether a layer begins where another one ends, and one of them fades there.
func fadesAt(a, b *timeline.Layer) bool {
	return a.End() == b.From && (a.Leave.Fade || b.Enter.Fade)
}

// soundTracks puts sounds on tracks so that none of a track meet.
func soundTracks(f *timeline.Film) [][]clip {
	var tracks [][]clip
	for i := range f.Sounds {
		s := &f.Sounds[i]
		free := slices.IndexFunc(tracks, func(t []clip) bool {
			return !slices.ContainsFunc(t, func(c clip) bool { return c.from < s.From+s.Frames && s.From < c.end() })
		})
		if free < 0 {
			free, tracks = len(tracks), append(tracks, nil)
		}
		tracks[free] = append(tracks[free], soundClips(f, s)...)
	}
	sortTracks(tracks)
	return tracks
}

func sortTracks(tracks [][]clip) {
	for _, t := range tracks {
		slices.SortStableFunc(t, func(a, b clip) int { return a.from - b.from })
	}
}

// framesOf is how many frames of the film's rate a file has; at least 1.
func framesOf(f *timeline.Film, key string) int {
	return max(1, f.FPS.FramesBefore(f.Media[key].Seconds))
}

// reduced returns a fraction in lowest terms.
func reduced(a, b int) (int64, int64) {
	r := big.NewRat(int64(a), int64(b))
	return r.Num().Int64(), r.Denom().Int64()
}

func canvas(f *timeline.Film) timeline.Rect { return timeline.Rect{W: f.Width, H: f.Height} }

// cropOf returns the part of a picture or video that is shown, and all of it.
func cropOf(f *timeline.Film, l *timeline.Layer) (crop, all timeline.Rect) {
	key := ""
	switch {
	case l.Video != nil:
		key, crop = l.Video.Media, l.Video.Crop
	case l.Picture != nil:
		key, crop = l.Picture.Media, l.Picture.Crop
	}
	return crop, timeline.Rect{W: f.Media[key].Width, H: f.Media[key].Height}
}

// fades returns how many frames a stretch takes to appear and to disappear by opacity.
func fades(c *clip) (in, out int) {
	l := c.layer
	if l == nil {
		return 0, 0
	}
	if l.Enter.Fade && c.from == l.From {
		in = min(l.Enter.Frames, c.frames)
	}
	if l.Leave.Fade && c.end() == l.End() {
		out = min(l.Leave.Frames, c.frames-in)
	}
	return in, out
}
