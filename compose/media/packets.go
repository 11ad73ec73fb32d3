package media

import (
	"context"
	"strconv"
	"strings"

	"greenroom/compose/media/framerate"
)

// addPackets reads the times of the packets of the first pictures and the first sound, without decoding.
func (i *Info) addPackets(
	ctx context.Context, t Tools, path string, video, audio *probedStream, announced []framerate.Rate,
) error {
	seen := packetTimes{video: index(video), audio: index(audio), videoTick: tick(video), audioTick: tick(audio)}
	if err := probePackets(ctx, t, path, "", "packet=stream_index,pts,dts,duration,flags", seen.add); err != nil {
		return unreadable(err, path, notMedia)
	}
	i.VideoPackets, i.LongestGOP = seen.packets, max(seen.longest, seen.sinceKey)
	i.timed(seen.pictures, seen.videoTick, seen.lastShown, announced...)
	if seen.sounds > 0 {
		i.FirstAudioPTS, i.AudioDuration = seen.soundFrom, seen.soundTo-seen.soundFrom
	}
	return nil
}

// packetTimes gathers what ffprobe prints for each packet. Times are in seconds.
//
// size: one field for each running figure.
type packetTimes struct {
	video, audio         int // indexes of streams; -1 for none
	videoTick, audioTick float64

	pictures          []float64 // of pictures that are shown
	packets           int       // of all pictures
	sinceKey, longest int
	lastAt, lastShown float64 // time and length of the last picture

	sounds             int
	soundFrom, soundTo float64
}

func (p *packetTimes) add(fields [][2]string) {
	stream, flags := -1, ""
	at, decoded, length := int64(0), int64(0), int64(0)
	timed, ordered := false, false
	for _, f := range fields {
		v := f[1]
		n, err := strconv.ParseInt(v, 10, 64)
		switch f[0] {
		case "stream_index":
			stream = int(n)
		case "pts":
			at, timed = n, err == nil
		case "dts":
			decoded, ordered = n, err == nil
		case "duration":
			length = n
		case "flags":
			flags = v
		}
	}
	if !timed && ordered { // AVI has no times of presentation
		at, timed = decoded, true
	}
	hidden := strings.Contains(flags, "D") // an edit list omits it
	switch {
	case stream < 0:
	case stream == p.video:
		p.packets++
		if strings.HasPrefix(flags, "K") {
			p.longest, p.sinceKey = max(p.longest, p.sinceKey), 0
		}
		p.sinceKey++
		if hidden || !timed || len(p.pictures) >= maxPackets {
			return
		}
		t := float64(at) * p.videoTick
		if len(p.pictures) == 0 || t >= p.lastAt {
			p.lastAt, p.lastShown = t, float64(length)*p.videoTick
		}
		p.pictures = append(p.pictures, t)
	case stream == p.audio && timed && !hidden:
		from, to := float64(at)*p.audioTick, float64(at+length)*p.audioTick
		p.sounds++
		if p.sounds == 1 {
			p.soundFrom, p.soundTo = from, to
		}
		p.soundFrom, p.soundTo = min(p.soundFrom, from), max(p.soundTo, to)
	}
}

func index(s *probedStream) int {
	if s == nil {
		return -1
	}
	return s.Index
}

// tick is the length of one unit of a stream's times, seconds.
func tick(s *probedStream) float64 {
	if s == nil {
		return 0
	}
	num, den, ok := fraction(s.TimeBase, "/")
	if !ok {
		return 1e-3
	}
	return float64(num) / float64(den)
}
