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
