package prompt

import (
	"sort"
	"strings"
)

// check holds the whole against itself: times, words, and what is missing.
func (p *Prompt) check(text string) {
	last := strings.Count(text, "\n") + 1
	switch {
	case strings.TrimSpace(text) == "":
		p.find(1, Error, "empty", "say what the film shows, scene by scene", "the prompt is empty")
		return
	case len(p.Scenes) == 0:
		p.find(1, Error, "scenes", "begin each with a line such as: ## Scene 1: Welcome (0-8s)", "no scene was found")
	}
	if n := characters(text); n > MaxText {
		p.find(1, Warning, "length", "shorten it: long prompts are followed less closely", "%d characters; greenroom warns above %d, HeyGen publishes no limit", n, MaxText)
	}
	if p.Style == "" {
		p.find(last, Warning, "style", "add a line such as: Style: flat, warm, hand-drawn", "no visual style is named; the agent chooses one")
	}
	if p.Orientation == "" {
		p.find(1, Warning, "orientation", "add orientation: landscape to the front matter, or to the manifest", "no orientation is named")
	}
	end := 0.0
	for i, s := range p.Scenes {
		p.scene(s)
		if s.To == 0 {
			continue
		}
		switch {
		case s.To <= s.From:
			p.find(s.Line, Error, "times", "write them like (0-8s)", "scene %d ends before it begins", i+1)
		case s.From < end-1e-6:
			p.find(s.Line, Error, "times", "let each scene begin where the last one ends", "scene %d begins at %ss, the scene before ends at %ss", i+1, short(s.From), short(end))
		case s.From > end+1e-6:
			p.find(s.Line, Warning, "times", "let each scene begin where the last one ends", "%s seconds before scene %d belong to no scene", short(s.From-end), i+1)
		}
		end = max(end, s.To)
	}
	p.whole(end)
	sort.SliceStable(p.Findings, func(i, j int) bool { return p.Findings[i].Line < p.Findings[j].Line })
}

func (p *Prompt) scene(s Scene) {
	if s.Words == "" && s.Visual == "" && s.OnScreen == "" {
		p.find(s.Line, Error, "scene", "add VO: and Visual:", "the scene is empty")
		return
	}
	if s.Visual == "" && s.Media == "" {
		p.find(s.Line, Warning, "visual", "add a line such as: Visual: the product on a desk", "the scene says nothing of its picture")
	}
	if n := len(strings.Fields(s.OnScreen)); n > maxOnText {
		p.find(s.Line, Warning, "text", "keep what is read at a glance", "%d words on screen, more than %d are not read", n, maxOnText)
	}
	if s.OnScreen != "" && strings.Contains(strings.ToLower(s.Words), strings.ToLower(s.OnScreen)) && len(strings.Fields(s.OnScreen)) > 3 {
		p.find(s.Line, Warning, "text", "let the screen add to the voice", "the screen repeats the voice word for word")
	}
	if has := s.To - s.From; s.To > s.From && s.Words != "" {
		if least := s.Spoken() * (1 - PaceError); least > has {
			p.find(s.Line, Error, "timing", "cut words, or give the scene more time", "%d words take about %.0f s (at least %.0f), the scene has %s", len(strings.Fields(s.Words)), s.Spoken(), least, short(has)+" s")
		} else if s.Spoken() > has {
			p.find(s.Line, Warning, "timing", "cut words, or give the scene more time", "%d words take about %.0f s, the scene has %s s", len(strings.Fields(s.Words)), s.Spoken(), short(has))
		}
	}
}

// whole holds the scenes against the film's length.
func (p *Prompt) whole(end float64) {
	if p.Seconds == 0 {
		if end > MaxSeconds {
			p.find(1, Error, "duration", "split the film", "the scenes last %s s, HeyGen makes at most %d", short(end), MaxSeconds)
		}
		return
	}
	if end > float64(p.Seconds)+0.5 {
		p.find(1, Error, "duration", "raise duration, or shorten the scenes", "the scenes last %s s, the film %d", short(end), p.Seconds)
	}
	if least := p.Spoken() * (1 - PaceError); least > float64(p.Seconds) {
		p.find(1, Error, "duration", "cut words, or raise duration", "all words take at least %.0f s, the film lasts %d", least, p.Seconds)
	}
}

// nearest gives the candidate within two edits of word, or "".
func nearest(word string, candidates []string) string {
	best, bestD := "", 3
	for _, c := range candidates {
		if d := distance(word, c); d < bestD && d < len(c) {
			best, bestD = c, d
		}
	}
	return best
}

func distance(a, b string) int {
	if len(a) > 64 {
		return 99
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(b)]
}
