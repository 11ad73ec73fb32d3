package watch

import (
	"slices"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
)

// Marks of a clip's state.
const (
	Unmade  = "new"      // ○ nothing is there
	StandIn = "stand-in" // ◌
	Waiting = "waiting"  // ◔ paid for, HeyGen works
	Working = "working"  // ◑ something runs here
	Final   = "final"    // ●
	Broken  = "failed"   // ✕
)

// What can be bought of a clip.
const (
	NextVoice = "voice" // the sound, which makes the stand-in exact
	NextClip  = "clip"  // the avatar's take
)

// Clip is one clip as people see it.
type Clip struct {
	Name    string `json:"name"`
	State   string `json:"state"`
	Line    string `json:"line"` // what is happening, or why
	Route   string `json:"route"`
	Buyable bool   `json:"buyable"`
	Next    string `json:"next"`  // what would be bought next: voice, clip; empty when nothing
	Price   string `json:"price"` // of buying that now
	// Unbounded: its length is unknown, and with it what it costs at most.
	Unbounded bool     `json:"unbounded,omitempty"`
	USD       float64  `json:"usd"`   // the same, at most
	Voice     string   `json:"voice"` // of a clip with a voice draft: missing, bought
	Seconds   float64  `json:"seconds"`
	Src       string   `json:"src"` // below public/, empty when nothing is published
	Poster    string   `json:"poster"`
	Script    string   `json:"script"`
	Facts     []string `json:"facts"` // why, one a line
	Progress  float64  `json:"progress"`
	Width     int      `json:"width"`
	Height    int      `json:"height"`
	Captions  string   `json:"captions"` // below public/, empty when it has none
	Frames    int      `json:"frames"`   // of the published file, at FPSNum/FPSDen a second
	FPSNum    int      `json:"fpsNum"`
	FPSDen    int      `json:"fpsDen"`

	key  string // of the take that it would be
	paid string // of the take or voice that would be bought next

	Since time.Time `json:"since"` // when its state began
}

// Fault is something wrong with the manifest, as the terminal shows it.
type Fault struct {
	Message string `json:"message"`
	Hint    string `json:"hint"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Text    string `json:"text"`
	Clip    string `json:"clip"`
	// Waits: another program works on the project, and this goes away by itself when that one ends.
	Waits bool `json:"waits,omitempty"`
}

// State is everything the page and the terminal show.
type State struct {
	Rev     int       `json:"rev"`
	Project string    `json:"project"`
	Sandbox bool      `json:"sandbox"`
	Busy    bool      `json:"busy"`
	Clips   []Clip    `json:"clips"`
	Films   []Film    `json:"films"`  // of the manifest, then files of other compositions
	Faults  []Fault   `json:"faults"` // of the manifest, the clips are the last good ones then; and of its compositions
	Offer   string    `json:"offer"`  // what buying all buys: voice while voices are missing, else clip
	ToBuy   int       `json:"toBuy"`  // how many of these
	Price   string    `json:"price"`  // of all of these, at most
	Log     []LogLine `json:"log"`    // the newest last
	Runs    int       `json:"runs"`
}

// LogLine is one thing that changed.
type LogLine struct {
	Time time.Time `json:"time"`
	Clip string    `json:"clip"`
	Text string    `json:"text"`
}

// keepSince copies the time at which each clip's state began from the earlier states.
func keepSince(before, after []Clip, now time.Time) {
	since := map[string]Clip{}
	for _, c := range before {
		since[c.Name] = c
	}
	for i, c := range after {
		after[i].Since = now
		if since[c.Name].State == c.State {
			after[i].Since = since[c.Name].Since
		}
	}
}

// keptLog is how many lines the state holds.
const keptLog = 200

// Place returns where it is in the manifest, nil when it is not about a line of a file.
func (f Fault) Place() *fault.Place {
	if f.File == "" {
		return nil
	}
	return &fault.Place{File: f.File, Line: f.Line, Column: f.Column, Text: f.Text}
}

func faultsOf(err error) (out []Fault) {
	for _, f := range fault.All(err) {
		x := Fault{Message: f.Error(), Hint: f.Hint, Clip: f.Clip}
		if p := f.Place; p != nil {
			x.File, x.Line, x.Column, x.Text = p.File, p.Line, p.Column, p.Text
		}
		if f.Kind == fault.Locked {
			x.Waits, x.Hint = true, "what it builds shows here when it ends"
		}
		out = append(out, x)
	}
	return out
}

// offer is what buying all would buy: the voices first, which cost little and fix how
// long everything is, then the clips. The price is the most all of them may cost.
func offer(clips []Clip) (what string, n int, price string) {
	for _, what = range []string{NextVoice, NextClip} {
		if n, usd := Total(clips, what); n > 0 {
			return what, n, PriceOf(clips, what, usd)
		}
	}
	return "", 0, ""
}

// Total is how many of the clips would have their voice or clip bought, and what that
// costs at most, USD. Clips with one take pay for it once.
func Total(clips []Clip, what string) (n int, usd float64) {
	paid := map[string]bool{}
	for _, c := range clips {
		if !c.Buyable || c.Next != what {
			continue
		}
		n++
		if !paid[c.paid] {
			paid[c.paid], usd = true, usd+c.USD
		}
	}
	return n, usd
}

// PriceOf is what these clips cost, with a note when the length of one is unknown.
func PriceOf(clips []Clip, what string, usd float64) string {
	for _, c := range clips {
		if c.Unbounded && c.Buyable && c.Next == what {
			return "an unknown price, " + request.Dollars(usd) + " or more"
		}
	}
	return Price(usd)
}

// Price is an amount as the user sees it.
func Price(usd float64) string {
	if usd == 0 {
		return "free"
	}
	return request.Dollars(usd)
}

// prices sets clips and voices that another clip pays for to what they cost when they are
// bought alone. What such a clip would have bought next is what the paying one would.
func prices(steps []planning.Step, paidBy func(planning.Step) string) []planning.Step {
	paying, voice := map[string]planning.Step{}, map[string]float64{}
	out := slices.Clone(steps)
	for i := range out {
		s := &out[i]
		if by := paidBy(*s); by != "" {
			s.Action, s.Price, s.Voice = planning.Buy, paying[by].Price, paying[by].Voice
		}
		if v := s.Voice; v != nil && v.Action == planning.Buy {
			voice[v.Key] = v.Price
		} else if v != nil && v.Action == planning.Fetch && voice[v.Key] > 0 {
			alone := *v
			alone.Price, s.Voice = voice[v.Key], &alone
		}
		paying[s.Clip] = *s
	}
	return out
}

// clipOf reads a clip's state from its step and from what is published.
func clipOf(s planning.Step, shown pipeline.Shown, facts [][2]string, sandbox bool) Clip {
	c := Clip{Name: s.Clip, key: s.Key, paid: s.Key, Route: s.Route, Seconds: s.Seconds, Line: s.Reason, Src: shown.Src,
		Poster: shown.Poster, Script: shown.Script, Width: shown.Width, Height: shown.Height, Facts: []string{},
		Captions: shown.Captions, Frames: shown.Frames, FPSNum: shown.FPS.Num, FPSDen: shown.FPS.Den}
	for _, f := range facts {
		c.Facts = append(c.Facts, f[0]+": "+f[1])
	}
	switch s.Action {
	case planning.Keep, planning.Publish, planning.Prepare, planning.Import:
		c.State = Final
	case planning.Fetch:
		c.State = Waiting
	case planning.Blocked:
		c.State = Broken
	case planning.Settle:
		c.State, c.Buyable, c.Price, c.Next = Waiting, true, "free", NextClip
	default:
		c.State, c.Buyable, c.Price, c.USD, c.Next = Unmade, true, request.Dollars(s.Price), s.Price, NextClip
		switch {
		case sandbox:
			c.Price = "free"
		case s.LengthUnknown:
			c.Price, c.Unbounded = "an unknown price, "+c.Price+" or more", true
		}
	}
	if v := s.Voice; v != nil {
		c.Voice = "missing"
		switch v.Action {
		case planning.Keep:
			c.Voice = "bought"
		case planning.Settle:
			c.Next = NextVoice
		case planning.Buy, planning.Fetch:
			c.Next, c.Price, c.USD, c.paid = NextVoice, request.Dollars(v.Price), v.Price, v.Key
			c.Seconds = v.Seconds
			if sandbox || v.Price == 0 {
				c.Price = "free"
			}
			c.Line = v.Reason + "; the stand-in speaks with espeak-ng"
		}
	}
	if shown.Seconds > 0 {
		c.Seconds = shown.Seconds
	}
	if shown.Kind == "stand-in" && (c.State == Unmade || c.State == Final) {
		c.State = StandIn
	}
	return c
}
