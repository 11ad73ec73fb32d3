package request

import (
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/pace"
)

// Length is how long a take that is not bought will be, seconds.
type Length struct {
	pace.Length
	// Loose: High is the longest that HeyGen makes, and not an estimate of this clip.
	Loose bool
	// Most is the longest sound that the footage of a lipsync takes, seconds; 0 for all other clips.
	Most float64
	// Unknown is the reason why there is no length; empty when there is one.
	Unknown string
}

// Measured returns a known length.
func Measured(seconds float64) Length { return Length{Length: pace.Exactly(seconds)} }

// Lengths that HeyGen's documentation names, seconds.
const (
	shortestAgent, longestAgent = 5, 300 // of a Video Agent film
	// UsualFilm is the length that is assumed for a film whose length only HeyGen knows.
	UsualFilm = 30
	// LongestVideo is the longest video of any plan.
	LongestVideo = 1800
)

// SpokenLength estimates how long a clip's script or scenes take to speak.
func SpokenLength(c manifest.Clip) Length {
	if len(c.Scenes) == 0 {
		return Length{Length: estimate(Spoken(c.Script, c.Pronunciation), c.Voice)}
	}
	var sum pace.Length
	for _, s := range c.Scenes {
		sum = sum.Plus(estimate(Spoken(s.Script, c.Pronunciation), s.Voice))
	}
	return Length{Length: sum}
}

func estimate(text string, v manifest.Voice) pace.Length {
	return pace.Estimate(text, pace.Options{Locale: v.Locale, Speed: v.Speed})
}

// AgentLength returns a range around the length that the manifest requests, because agents do not keep to it exactly.
// Without one it is the range that HeyGen documents.
func AgentLength(a manifest.Agent) Length {
	if a.Seconds > 0 {
		s := float64(a.Seconds)
		return Length{Length: pace.Length{Low: s * 0.75, Likely: s, High: s * 1.25}}
	}
	words := pace.Estimate(a.Prompt, pace.Options{})
	likely := min(max(words.Likely, UsualFilm), longestAgent)
	return Length{Length: pace.Length{Low: shortestAgent, Likely: likely, High: longestAgent}, Loose: true}
}

// CinematicLength returns the length of cinematic footage: seconds, or the range that HeyGen documents where it chooses (0).
func CinematicLength(seconds int) Length {
	if seconds > 0 {
		return Measured(float64(seconds))
	}
	low, high := float64(manifest.MinCinematic), float64(manifest.MaxCinematic)
	return Length{Length: pace.Length{Low: low, Likely: (low + high) / 2, High: high}, Loose: true}
}

// TemplateLength returns the range of a template's film. What a template contains besides its variables is only known
// from an earlier take of the same template, of which earlier is the length in seconds; 0 for none.
func TemplateLength(t manifest.Template, earlier float64) Length {
	var texts pace.Length
	for _, v := range t.Variables {
		if v.File == "" {
			texts = texts.Plus(pace.Estimate(v.Value, pace.Options{}))
		}
	}
	if earlier > 0 {
		return Length{Length: pace.Length{Low: earlier / 2, Likely: earlier, High: earlier*2 + texts.High}}
	}
	likely := max(texts.Likely, UsualFilm)
	l := pace.Length{Low: min(texts.Low, UsualFilm), Likely: likely, High: max(LongestVideo, likely)}
	return Length{Length: l, Loose: true}
}

// Limits of the sound of a lipsync as a share of its footage. HeyGen slows the footage down for a longer sound, and a job
// whose lengths differ by more than 15% was reported to fail. With keep-length the rest of the sound would be cut off,
// unless it is a single frame.
const (
	mostStretched = 1.15
	mostKept      = 0.04 // seconds
)

// LipsyncLength returns how long a lipsync is: as its sound, or as its footage with keep-length. It fails when the sound
// does not fit the footage, also at the shortest that it may be.
func LipsyncLength(c manifest.Clip, footage, sound Length, lines Lines) (Length, error) {
	out := sound
	if c.Lipsync.KeepLength {
		out = footage
	}
	if footage.Unknown != "" {
		return out, nil
	}
	if out.Most = footage.High * mostStretched; c.Lipsync.KeepLength {
		out.Most = footage.High + mostKept
	}
	if sound.Unknown != "" || sound.Low <= out.Most {
		return out, nil
	}
	return out, out.TooLong(c, sound.Low, lines)
}

// TooLong returns the fault of a lipsync whose sound does not fit its footage.
func (l Length) TooLong(c manifest.Clip, seconds float64, lines Lines) error {
	hint := "name longer footage, or shorten what is spoken: HeyGen would slow the footage down too much"
	if c.Lipsync.KeepLength {
		hint = "name longer footage, shorten what is spoken, or omit keep-length: the rest would be cut off"
	}
	member := "lipsync.script"
	if c.AudioFile != "" {
		member = "lipsync.audio"
	}
	return Misfit(c, lines, member, hint,
		"its sound is %.1f s long, its footage takes at most %.1f s; nothing was bought", seconds, l.Most)
}
