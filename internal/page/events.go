package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"greenroom/pipeline/watch"
)

// card is what a clip's card shows; the page requests the rest when the user opens it. Cards are compared to find
// changes.
type card struct {
	Name     string  `json:"name"`
	State    string  `json:"state"`
	Line     string  `json:"line"`
	Buyable  bool    `json:"buyable"`
	Price    string  `json:"price"`
	Next     string  `json:"next"` // what a purchase buys: voice, clip
	Seconds  float64 `json:"seconds"`
	Src      string  `json:"src"` // path on this server, empty when nothing is published
	Poster   string  `json:"poster"`
	Progress float64 `json:"progress"` // 0 to 1
	Since    int64   `json:"since"`    // when its state began, Unix ms, for what takes a while
	Captions string  `json:"captions"` // path on this server, empty without captions
	Frames   int     `json:"frames"`   // of Src
	Rate     [2]int  `json:"rate"`     // of Src: numerator and denominator, in frames a second
	Width    int     `json:"width"`    // of Src, pixels
	Height   int     `json:"height"`
}

// filmCard is what a film's card shows.
type filmCard struct {
	Name    string  `json:"name"`
	State   string  `json:"state"`
	Line    string  `json:"line"`
	Seconds float64 `json:"seconds"`
	Src     string  `json:"src"`    // path on this server, empty when it is not rendered
	Poster  string  `json:"poster"` // the same, of a still; empty when there can be none
	Frames  int     `json:"frames"`
	Rate    [2]int  `json:"rate"`
	Width   int     `json:"width"`
	Height  int     `json:"height"`
	// Transparent films are shown over the backdrop.
	Transparent bool `json:"transparent"`
}

func filmCards(st watch.State) []filmCard {
	out := make([]filmCard, len(st.Films))
	for i, f := range st.Films {
		out[i] = filmCard{Name: f.Name, State: f.State, Line: f.Line, Seconds: f.Seconds, Frames: f.Frames,
			Rate: [2]int{f.FPSNum, f.FPSDen}, Width: f.Width, Height: f.Height, Transparent: f.Transparent}
		at := url.PathEscape(f.Name) + "?v=" + url.QueryEscape(f.Version)
		if f.File != "" {
			out[i].Src = "/film/" + at
		}
		if f.File != "" || f.Still {
			out[i].Poster = "/still/" + at
		}
	}
	return out
}

func cards(st watch.State) []card {
	out := make([]card, len(st.Clips))
	for i, c := range st.Clips {
		out[i] = card{
			Name: c.Name, State: c.State, Line: c.Line, Buyable: c.Buyable, Price: c.Price, Next: c.Next,
			Seconds: c.Seconds,
			Src:     mediaPath(c.Src), Poster: mediaPath(c.Poster), Captions: mediaPath(c.Captions),
			Progress: c.Progress,
			Frames:   c.Frames, Rate: [2]int{c.FPSNum, c.FPSDen}, Width: c.Width, Height: c.Height,
		}
		if !c.Since.IsZero() && (c.State == watch.Working || c.State == watch.Waiting) {
			out[i].Since = c.Since.UnixMilli()
		}
	}
	return out
}

// head is the text above the cards.
type head struct {
	Project string `json:"project"`
	Sandbox bool   `json:"sandbox"`
	Busy    bool   `json:"busy"`
	ToBuy   int    `json:"toBuy"`
	Offer   string `json:"offer"` // what a purchase of all buys: voice, clip
	Price   string `json:"price"`
}

// message is the complete state, or what changed since the message before it on the same stream: a nil field did not
// change.
type message struct {
	Rev    int             `json:"rev"`
	Full   bool            `json:"full,omitempty"` // the complete state
	Head   *head           `json:"head,omitempty"`
	Names  *[]string       `json:"names,omitempty"` // all clips, in order
	Clips  []card          `json:"clips,omitempty"` // those that changed
	Films  *[]filmCard     `json:"films,omitempty"` // all of them
	Faults *[]watch.Fault  `json:"faults,omitempty"`
	Log    []watch.LogLine `json:"log,omitempty"` // new lines, the newest last
}

// follower records what one reader has received.
type follower struct {
	sent   bool
	rev    int
	head   head
	cards  []card
	films  []filmCard
	faults []watch.Fault
	last   watch.LogLine // the newest line that it has received
}

// next returns what a reader has not received yet; false if it has everything.
func (f *follower) next(st watch.State) (message, bool) {
	if f.sent && f.rev == st.Rev {
		return message{}, false
	}
	m := message{Rev: st.Rev, Full: !f.sent}
	if h := (head{st.Project, st.Sandbox, st.Busy, st.ToBuy, st.Offer, st.Price}); !f.sent || h != f.head {
		f.head, m.Head = h, &h
	}
	now := cards(st)
	if !f.sent || !slices.EqualFunc(now, f.cards, func(a, b card) bool { return a.Name == b.Name }) {
		names := make([]string, len(now))
		for i, c := range now {
			names[i] = c.Name
		}
		had := make(map[string]card, len(f.cards))
		for _, c := range f.cards {
			had[c.Name] = c
		}
		m.Names = &names
		for _, c := range now {
			if had[c.Name] != c {
				m.Clips = append(m.Clips, c)
			}
		}
	} else {
		for i, c := range now {
			if f.cards[i] != c {
				m.Clips = append(m.Clips, c)
			}
		}
	}
	f.cards = now
	if films := filmCards(st); !f.sent || !slices.Equal(f.films, films) {
		f.films, m.Films = films, &films
	}
	if !f.sent || !slices.Equal(f.faults, st.Faults) {
		faults := append([]watch.Fault{}, st.Faults...)
		f.faults, m.Faults = faults, &faults
	}
	if n := len(st.Log); n > 0 && st.Log[n-1] != f.last {
		m.Log = st.Log[slices.Index(st.Log, f.last)+1:] // all of it when the last one is forgotten
		f.last = st.Log[n-1]
	}
	f.sent, f.rev = true, st.Rev
	changed := m.Head != nil || m.Names != nil || m.Faults != nil || m.Films != nil || len(m.Clips)+len(m.Log) > 0
	return m, m.Full || changed
}

func (p *Server) state(w http.ResponseWriter, _ *http.Request) {
	m, _ := new(follower).next(p.session.State())
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(m)
}

const (
	keepAlive   = 15 * time.Second       // keeps a quiet stream open and shows the page that the server is up
	minInterval = 100 * time.Millisecond // between two messages
)

// events streams the state: first the complete one, then what changed. A reader that reconnects has a new stream and
// receives the complete state again.
func (p *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	c := http.NewResponseController(w)
	changes, end := p.session.Subscribe()
	defer end()
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	var f follower
	fmt.Fprint(w, "retry: 1000\n\n")
	for {
		select {
		case <-r.Context().Done():
			return
		case <-alive.C:
			fmt.Fprint(w, ": alive\n\n")
		case <-changes:
			m, any := f.next(p.session.State())
			if !any {
				continue
			}
			b, err := json.Marshal(m)
			if err != nil {
				return
			}
			fmt.Fprintf(w, "data: %s\n\n", b)
		}
		if c.Flush() != nil {
			return
		}
		select {
		case <-time.After(minInterval):
		case <-r.Context().Done():
			return
		}
	}
}
