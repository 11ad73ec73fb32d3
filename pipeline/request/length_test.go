package request

import (
	"math"
	"strings"
	"testing"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/pace"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// about compares estimates: not all words take as long.
func about(a, b float64) bool { return math.Abs(a-b) < b/20 }

func TestSpokenLength(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("one two three four five ", 10)
	plain := SpokenLength(manifest.Clip{Script: text})
	if plain.Low <= 0 || plain.Low > plain.Likely || plain.Likely > plain.High || plain.Loose || plain.Unknown != "" {
		t.Fatalf("%+v", plain)
	}
	if !about(plain.Likely, 20) { // 50 words at 150 a minute
		t.Errorf("50 words take %g s", plain.Likely)
	}
	fast := SpokenLength(manifest.Clip{Script: text, Voice: manifest.Voice{Speed: 2}})
	if !near(fast.Likely, plain.Likely/2) || !near(fast.High, plain.High/2) {
		t.Errorf("at twice the speed: %+v and %+v", fast, plain)
	}
	// What is spoken counts, not what is written.
	as := map[string]string{"five": "five six seven eight nine ten"}
	if longer := SpokenLength(manifest.Clip{Script: text, Pronunciation: as}); !about(longer.Likely, plain.Likely*2) {
		t.Errorf("100 words take %g s, 50 take %g s", longer.Likely, plain.Likely)
	}
	slow := manifest.Voice{Speed: 0.5}
	c := manifest.Clip{Script: "not spoken", Scenes: []manifest.Scene{{Script: text}, {Script: text, Voice: slow}}}
	if scenes := SpokenLength(c); !near(scenes.Likely, plain.Likely*3) || !near(scenes.High, plain.High*3) {
		t.Errorf("two scenes, one at half the speed: %+v, one alone %+v", scenes, plain)
	}
	pause := SpokenLength(manifest.Clip{Script: text + `<break time="3s"/>`, Voice: manifest.Voice{Speed: 2}})
	if !near(pause.Likely, fast.Likely+3) {
		t.Errorf("a break of 3 s makes %g s of %g s", pause.Likely, fast.Likely)
	}
}

func TestAgentLength(t *testing.T) {
	t.Parallel()
	if l := AgentLength(manifest.Agent{Prompt: "A film.", Seconds: 60}); l.Length != (pace.Length{Low: 45, Likely: 60, High: 75}) || l.Loose {
		t.Errorf("%+v", l)
	}
	short := AgentLength(manifest.Agent{Prompt: "A film."})
	if short.Length != (pace.Length{Low: 5, Likely: UsualFilm, High: 300}) || !short.Loose {
		t.Errorf("%+v", short)
	}
	words := AgentLength(manifest.Agent{Prompt: strings.Repeat("one two three four five ", 50)})
	if words.Likely <= UsualFilm || words.Likely >= 300 || words.High != 300 || !words.Loose {
		t.Errorf("a prompt of 250 words: %+v", words)
	}
	if l := AgentLength(manifest.Agent{Prompt: strings.Repeat("one two three four five ", 500)}); l.Likely != 300 {
		t.Errorf("a prompt of 2500 words: %+v", l)
	}
}

func TestTemplateLength(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("one two three four five ", 10)
	none := manifest.Template{ID: "t123", Variables: []manifest.Variable{{Name: "logo", File: "a.png", Value: text}}}
	if l := TemplateLength(none, 0); l.Length != (pace.Length{Low: 0, Likely: UsualFilm, High: LongestVideo}) || !l.Loose {
		t.Errorf("%+v", l)
	}
	if l := TemplateLength(none, 40); l.Length != (pace.Length{Low: 20, Likely: 40, High: 80}) || l.Loose {
		t.Errorf("after a take of 40 s: %+v", l)
	}
	long := manifest.Template{Variables: []manifest.Variable{{Value: text}, {Value: text}, {Value: text}}}
	l := TemplateLength(long, 0)
	if !about(l.Likely, 60) || l.Low != UsualFilm || l.High != LongestVideo {
		t.Errorf("150 words: %+v", l)
	}
	if after := TemplateLength(long, 40); after.Likely != 40 || after.High <= 80 {
		t.Errorf("150 words after a take of 40 s: %+v", after)
	}
	endless := manifest.Template{Variables: []manifest.Variable{{Value: strings.Repeat(text, 100)}}}
	if l := TemplateLength(endless, 0); l.High != l.Likely || l.High <= LongestVideo {
		t.Errorf("5000 words: %+v", l)
	}
}

func TestMeasured(t *testing.T) {
	t.Parallel()
	if l := Measured(4.2); l.Low != 4.2 || l.Likely != 4.2 || l.High != 4.2 || l.Loose || l.Unknown != "" {
		t.Errorf("%+v", l)
	}
}
