package watch

import (
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline"
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

// Clip is one clip as people see it.
type Clip struct {
	Name     string   `json:"name"`
	State    string   `json:"state"`
	Line     string   `json:"line"` // what is happening, or why
	Route    string   `json:"route"`
	Buyable  bool     `json:"buyable"`
	Price    string   `json:"price"` // of buying it now
	Seconds  float64  `json:"seconds"`
	Src      string   `json:"src"` // below public/, empty when nothing is published
	Poster   string   `json:"poster"`
	Script   string   `json:"script"`
	Facts    []string `json:"facts"` // why, one a line
	Progress float64  `json:"progress"`
	Width    int      `json:"width"`
	Height   int      `json:"height"`

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
}

// State is everything the page and the terminal show.
type State struct {
	Rev     int       `json:"rev"`
	Project string    `json:"project"`
	Sandbox bool      `json:"sandbox"`
	Busy    bool      `json:"busy"`
	Clips   []Clip    `json:"clips"`
	Faults  []Fault   `json:"faults"` // of the manifest; the clips are the last good ones then
	ToBuy   int       `json:"toBuy"`
	Price   string    `json:"price"` // of everything that can be bought, at most
	Log     []LogLine `json:"log"`   // the newest last
	Runs    int       `json:"runs"`
}

// LogLine is one thing that changed.
type LogLine struct {
	Time time.Time `json:"time"`
	Clip string    `json:"clip"`
	Text string    `json:"text"`
}

// began keeps when each clip's state began, over a fresh look at all of them.
func began(before, after []Clip, now time.Time) {
	since := map[string]Clip{}
	for _, c := range before {
		since[c.Name] = c
	}
	for i, c := range after {
		if after[i].Since = now; since[c.Name].State == c.State {
			after[i].Since = since[c.Name].Since
		}
	}
}

// keptLog is how many lines the state holds.
const keptLog = 200

func faultsOf(err error) (out []Fault) {
	for _, f := range fault.All(err) {
		x := Fault{Message: f.Error(), Hint: f.Hint, Clip: f.Clip}
		if p := f.Place; p != nil {
			x.File, x.Line, x.Column, x.Text = p.File, p.Line, p.Column, p.Text
		}
		out = append(out, x)
	}
	return out
}

// clipOf reads a clip's state from its step and from what is published.
func clipOf(s pipeline.Step, shown pipeline.Shown, facts [][2]string, sandbox bool) Clip {
	c := Clip{Name: s.Clip, Route: s.Route, Seconds: s.Seconds, Line: s.Reason, Src: shown.Src, Poster: shown.Poster, Script: shown.Script, Width: shown.Width, Height: shown.Height, Facts: []string{}}
	for _, f := range facts {
		c.Facts = append(c.Facts, f[0]+": "+f[1])
	}
	switch s.Action {
	case pipeline.Keep, pipeline.Publish, pipeline.Prepare, pipeline.Import:
		c.State = Final
	case pipeline.Fetch:
		c.State = Waiting
	case pipeline.Blocked:
		c.State = Broken
	case pipeline.Settle:
		c.State, c.Buyable, c.Price = Waiting, true, "free"
	default:
		c.State, c.Buyable, c.Price = Unmade, true, pipeline.Dollars(s.Price)
		if sandbox {
			c.Price = "free"
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
