package native

import (
	"fmt"
	"math"
	"strings"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
)

const sampleRate = 48000

// both copies one channel to left and right as it is.
const both = "pan=stereo|c0=c0|c1=c0"

// samples is where a frame of the film starts in the sound.
func samples(r timeline.Rate, frame int) int64 {
	return int64(math.Round(float64(frame) * float64(r.Den) * sampleRate / float64(r.Num)))
}

// sound adds one sound's chain to the graph: from the file's own clock to the film's, on the sample.
func (g *graph) sound(i int, s *timeline.Sound) {
	m := g.film.Media[s.Media]
	facts := g.facts[m.File]
	in := g.input(s.ID, soundInput(m.File))
	start := samples(g.film.FPS, s.From)
	length := samples(g.film.FPS, s.From+s.Frames) - start
	skip := int64(math.Round(s.Skip * sampleRate))

	end := float64(skip+length) / sampleRate
	if s.Loop {
		end = 0
		if m.Seconds > 0 {
			end = m.Seconds + 1
		}
	}
	track := media.SoundTrack{Channels: facts.channels, Layout: facts.layout}
	c := append(media.SoundClock(facts.soundZero(), end), track.Downmix()...)
	if facts.channels == 1 {
		c = append(c, both) // ffmpeg's own way from one to two takes 3 dB off
	}
	c = append(c, "aformat=sample_fmts=fltp:channel_layouts=stereo", "asetpts=N")
	if s.Loop {
		if m.Width > 0 { // a video's sound goes round with its picture
			period := int64(math.Round(m.Seconds * sampleRate))
			c = append(c, fmt.Sprintf("apad=whole_len=%d", period), fmt.Sprintf("atrim=end_sample=%d", period))
		}
		c = append(c, "aloop=loop=-1:size=2147483647", "asetpts=N")
	}
	c = append(c, fmt.Sprintf("atrim=start_sample=%d:end_sample=%d", skip, skip+length), "asetpts=PTS-STARTPTS")
	if v, same := constant(s.Gain); same {
		if v != 1 {
			c = append(c, "volume=volume="+num(v)+":precision=float")
		}
		g.chain(fmt.Sprintf("[%d:a:0]", in), c, fmt.Sprintf("x%d", i))
	} else {
		// The gain is a sound of its own that multiplies: volume's own expression would step from block to block.
		g.chain(fmt.Sprintf("[%d:a:0]", in), c, fmt.Sprintf("p%d", i))
		g.chain("", []string{
			fmt.Sprintf("aevalsrc@s%d=exprs='%s':c=mono:s=%d:n=4096", i, gainExpr(s.Gain, float64(start)/sampleRate),
				sampleRate),
			"aformat=sample_fmts=fltp", both,
		}, fmt.Sprintf("e%d", i))
		// It ends with the shorter one; the gain never ends.
		g.chain(fmt.Sprintf("[p%d][e%d]", i, i), []string{"amultiply"}, fmt.Sprintf("x%d", i))
	}
	tail := []string{"asetpts=N"}
	if start > 0 {
		tail = append(tail, fmt.Sprintf("adelay=delays=%dS:all=1", start))
	}
	g.chain(fmt.Sprintf("[x%d]", i), tail, fmt.Sprintf("a%d", i))
}

func constant(p []timeline.Point) (float64, bool) {
	for _, q := range p[1:] {
		if q.Gain != p[0].Gain {
			return 0, false
		}
	}
	return p[0].Gain, true
}

// gainExpr is timeline.Sound.GainAt as an expression of t, which starts at offset seconds of the film.
func gainExpr(p []timeline.Point, offset float64) string {
	starts, values := []string{""}, []string{num(p[0].Gain)} // before the first point
	for i, a := range p {
		if i+1 < len(p) && p[i+1].At == a.At {
			continue // a jump: the later point holds
		}
		v := num(a.Gain)
		if i+1 < len(p) {
			b := p[i+1]
			v = fmt.Sprintf("%s+(%s)*(t-(%s))", num(a.Gain), num((b.Gain-a.Gain)/(b.At-a.At)), num(a.At-offset))
		}
		starts, values = append(starts, num(a.At-offset)), append(values, v)
	}
	return piecewise("t", starts, values)
}

// mix joins all sounds into one of exactly the film's length. A film without sounds is silent, not without a track.
func (g *graph) mix() {
	total := samples(g.film.FPS, g.film.Frames)
	end := []string{fmt.Sprintf("apad=whole_len=%d", total), fmt.Sprintf("atrim=end_sample=%d", total), "asetpts=N"}
	if g.preset.Name == "vp9" {
		// Opus' delay, which the container takes off again.
		end = append(end, fmt.Sprintf("asetpts=PTS+%s/TB", num(opusDelay)))
	}
	n := len(g.film.Sounds)
	if n == 0 {
		g.chain("", append([]string{fmt.Sprintf("anullsrc=r=%d:cl=stereo", sampleRate)}, end...), "a")
		return
	}
	var in strings.Builder
	loudest := 0.0
	for i := range g.film.Sounds {
		g.sound(i, &g.film.Sounds[i])
		fmt.Fprintf(&in, "[a%d]", i)
		for _, p := range g.film.Sounds[i].Gain {
			loudest = max(loudest, p.Gain)
		}
	}
	var c []string
	if n > 1 {
		// Without normalize=0 every sound loses its share.
		c = append(c, fmt.Sprintf("amix=inputs=%d:normalize=0:duration=longest", n))
	}
	if n > 1 || loudest > 1 {
		c = append(c, "alimiter=limit=0.98:attack=5:release=50:level=0:latency=1", "aformat=sample_fmts=fltp")
	}
	g.chain(in.String(), append(c, end...), "a")
}

const opusDelay = 0.0065
