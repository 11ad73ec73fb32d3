package prompt

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// check checks the parts of a prompt against each other: times, words, and what is missing.
func (p *Prompt) check(text string) {
	defer p.sort()
	top := place{1, 1}
	if strings.TrimSpace(text) == "" {
		p.find(top, Error, "empty", "describe what the film shows, scene by scene", "the prompt is empty")
		return
	}
	if len(p.Scenes) == 0 {
		p.find(top, Error, "scenes", "begin each with a line such as: ## Scene 1: Welcome (0-8s)", "no scene was found")
	}
	if n := utf8.RuneCountInString(text); n > MaxText {
		p.find(top, Warning, "length", "shorten it: long prompts are followed less closely",
			"%d characters; greenroom warns above %d, HeyGen publishes no limit", n, MaxText)
	}
	if p.Style == "" {
		p.find(place{len(p.lines), 1}, Warning, "style", "add a line such as: Style: flat, warm, hand-drawn",
			"no visual style is named; the agent chooses one")
	}
	if _, ok := p.headAt["orientation"]; !ok {
		p.find(top, Warning, "orientation", "add orientation: landscape to the front matter, or to the manifest",
			"no orientation is named")
	}
	for i := range p.Scenes {
		p.scene(&p.Scenes[i])
	}
	p.times()
	p.film()
}

// scene checks one scene by itself.
func (p *Prompt) scene(s *Scene) {
	at := s.at["scene"]
	picture := s.Visual != "" || len(s.Media) > 0
	switch {
	case s.Words == "" && !picture && len(s.OnScreen) == 0:
		p.find(at, Error, "scene", "add VO: and Visual:", "the scene is empty")
		return
	case !picture:
		p.find(at, Warning, "visual", "add a line such as: Visual: the product on a table",
			"the scene does not describe its picture")
	case s.Words == "":
		p.find(at, Warning, "voice", "add VO:, or write Visual: no voice-over when it is meant to be silent",
			"the scene has no spoken words")
	}
	p.fits(s)
	spoken := bare(s.Words)
	for _, t := range s.OnScreen {
		words := bare(t)
		if n := len(strings.Fields(t)); n > maxOnText {
			p.find(s.at["text"], Warning, "text", "keep what is read at a glance",
				"%d words on screen, more than %d are not read", n, maxOnText)
		}
		if strings.Count(words, " ") > 2 && strings.Contains(" "+spoken+" ", " "+words+" ") {
			p.find(s.at["text"], Warning, "text", "let the screen add to the voice",
				"the screen repeats the voice word for word")
		}
	}
}

// bare returns a text as it is spoken: words without case and punctuation.
func bare(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '\'' && r != '’'
	}), " ")
}

// fits compares the time that the words take with the scene's time.
func (p *Prompt) fits(s *Scene) {
	has, takes := s.Length(), s.Spoken()
	if has == 0 || takes.Likely == 0 {
		return
	}
	at := s.at["words"]
	switch {
	case takes.Low > has:
		p.find(at, Error, "timing", "cut words, or give the scene more time",
			"%d words take about %s s, at least %s; the scene has %s", s.Count(), short(takes.Likely), short(takes.Low),
			short(has))
	case takes.Likely > has:
		p.find(at, Warning, "timing", "cut words, or give the scene more time",
			"%d words take about %s s, the scene has %s",
			s.Count(), short(takes.Likely), short(has))
	case takes.High*2 < has:
		p.find(at, Warning, "timing", "add words, or give the scene less time",
			"%d words take about %s s; more than half of the scene's %s s are silent", s.Count(), short(takes.Likely),
			short(has))
	}
}

// times reports scenes that overlap, are out of order or leave gaps.
func (p *Prompt) times() {
	end, last := 0.0, 0
	for i, s := range p.Scenes {
		at := s.at["scene"]
		switch {
		case !s.Timed:
			continue
		case s.To <= s.From:
			p.find(at, Error, "times", "write them like (0-8s)", "scene %d ends before it begins", i+1)
		case s.From < end && s.To <= end && last > 0 && s.From < p.Scenes[last-1].From:
			p.find(at, Error, "times", "put the scenes in the order they are shown in",
				"scene %d goes back to %s s, before scene %d", i+1, short(s.From), last)
		case s.From < end:
			p.find(at, Error, "times", "let each scene begin where the last one ends",
				"scene %d begins at %s s, but scene %d ends at %s", i+1, short(s.From), last, short(end))
		case s.From > end && (last > 0 || i == 0) && last == i:
			p.find(at, Warning, "times", "let each scene begin where the last one ends",
				"%s s before scene %d belong to no scene", short(s.From-end), i+1)
		}
		if s.To > end {
			end, last = s.To, i+1
		}
	}
}

// film compares the scenes with the film's length.
func (p *Prompt) film() {
	end, timed := 0.0, len(p.Scenes) > 0
	for _, s := range p.Scenes {
		end, timed = max(end, s.To), timed && s.Timed
	}
	at, written := p.headAt["duration"]
	if p.Seconds == 0 {
		switch {
		case written: // its fault is reported
		case end > MaxSeconds:
			p.find(p.Scenes[len(p.Scenes)-1].at["scene"], Error, "duration", "split the film",
				"the scenes last %s s, HeyGen makes at most %d", short(end), MaxSeconds)
		case timed && end < MinSeconds:
			p.find(p.Scenes[0].at["scene"], Error, "duration", "give the scenes more time",
				"the scenes last %s s, HeyGen makes at least %d", short(end), MinSeconds)
		}
		return
	}
	film, takes := float64(p.Seconds), p.Spoken()
	switch {
	case end > film+0.5:
		p.find(at, Error, "duration", "raise duration, or shorten the scenes", "the scenes last %s s, the film %d",
			short(end), p.Seconds)
	case timed && end < film-0.5:
		p.find(at, Warning, "duration", "lower duration, or lengthen the scenes", "the scenes last %s s, the film %d",
			short(end), p.Seconds)
	}
	switch {
	case takes.Low > film:
		p.find(at, Error, "duration", "cut words, or raise duration", "all words take at least %s s, the film lasts %d",
			short(takes.Low), p.Seconds)
	case takes.Likely > film:
		p.find(at, Warning, "duration", "cut words, or raise duration", "all words take about %s s, the film lasts %d",
			short(takes.Likely), p.Seconds)
	case takes.Likely > 0 && !slices.ContainsFunc(p.Scenes, func(s Scene) bool { return s.Timed }) &&
		takes.High*2 < film:
		p.find(at, Warning, "duration", "add words, or lower duration",
			"all words take about %s s; more than half of the film's %d s are silent", short(takes.Likely), p.Seconds)
	}
}
