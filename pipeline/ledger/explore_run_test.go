package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"greenroom/heygen"
)

// scenario is what is explored: an API generation, the processes and the protocol.
type scenario struct {
	name       string
	v3, strict bool
	procs      int // processes side by side; 0 is 1
	ledgers    int // 2: each process has its own ledger
	clips      []string
	budget     float64      // of one run; 0 is none. A clip costs 1
	accounts   bool         // a start may have another account's key
	clocks     bool         // a start may have a wrong clock
	claims     string       // how ledgers agree on who buys: "" they do not, "honest", or with a planted mistake
	drive      driver       // nil: the product
	open       func() store // nil: in memory
	digest     bool         // report the rows
	log        func(string, ...any)
}

// driver buys one clip.
type driver func(p *proc, in Intent) error

// scenarios are what must hold.
func scenarios() []scenario {
	one, two := []string{"A"}, []string{"A", "B"}
	return []scenario{
		{name: "v2", clips: one},
		{name: "v3", clips: one, v3: true},
		{name: "v2 strict", clips: one, strict: true},
		{name: "v3 strict", clips: one, v3: true, strict: true},
		{name: "v2 budget", clips: two, budget: 1.5},
		{name: "v3 budget", clips: two, budget: 1.5, v3: true},
		{name: "v2 two processes", clips: one, procs: 2},
		{name: "v3 two processes", clips: one, procs: 2, v3: true},
		{name: "v2 two accounts", clips: one, accounts: true},
		{name: "v3 two accounts", clips: one, accounts: true, v3: true},
		{name: "v2 wrong clocks", clips: one, clocks: true},
		{name: "v3 wrong clocks", clips: one, clocks: true, v3: true},
		{name: "v2 two ledgers", clips: one, procs: 2, ledgers: 2, claims: "honest"},
		{name: "v3 two ledgers", clips: one, procs: 2, ledgers: 2, claims: "honest", v3: true},
	}
}

const (
	rounds      = 5                // starts that may be disturbed
	quietRounds = 6                // starts that are not
	stallTime   = 50 * time.Minute // longer than any lease, shorter than the hour the keys leave
)

// outcome of a schedule.
type outcome struct {
	why    string
	parked bool
	rows   string // what the ledgers hold, when asked for
}

type crashed struct{}

// proc is one process: it dies at a pause, and another begins from what is stored.
type proc struct {
	w       *world
	name    string
	account string
	skew    time.Duration // of its own clock
	run     string
	l       *Ledger
	c       *heygen.Client
	rows    store
	machine int // the number of its ledger
	yield   func(string) bool
	charged map[string]bool // clips this run sent and was not refused
	settled map[string]bool // titles whose last send in this run ended with nothing unknown
	next    func() (string, bool)
	kill    func()
}

// pause is a point where the scheduler may kill, stall or overtake the process.
func (p *proc) pause(kind string) {
	if !p.yield(kind) {
		panic(crashed{})
	}
}

func (p *proc) sleep(_ context.Context, d time.Duration) error {
	p.w.now = p.w.now.Add(d)
	p.pause("slept")
	return nil
}

// sent checks a POST at the moment its bytes leave.
func (p *proc) sent(title, body, key string) {
	w := p.w
	clip, _, _ := strings.Cut(title, " ")
	p.settled[title] = false
	if p.charged[clip] = true; w.s.budget > 0 && float64(len(p.charged)) > w.s.budget {
		w.fail("a run with a budget for %g clips sent %d", w.s.budget, len(p.charged))
	}
	if w.s.drive != nil {
		return // the planted ones are checked by what they cost
	}
	for _, at := range w.places() {
		other := w.row(p.rows, clip, at.account)
		if at.account != p.account && w.unknown[other.Title] > 0 && other.State != Submitted {
			w.fail("a POST to account %s while one to account %s is unknown", p.account, at.account)
		}
	}
	switch r := w.row(p.rows, clip, p.account); {
	case r.State == Intended || r.State == "" || r.FirstSent.IsZero():
		w.fail("bytes were sent before the record of it (%q)", r.State)
	case string(r.Body) != body:
		w.fail("bytes left that are not the frozen ones")
	case !w.s.v3 && w.unknown[title] > 0:
		w.fail("a second POST without a key while the first is unknown")
	case w.s.strict && w.unknown[title] > 0:
		w.fail("a repeat by itself under strict spending")
	case w.s.v3 && key != r.Once():
		w.fail("a POST under another key than the record's: %q", key)
	case w.s.v3 && w.unknown[title] > 0 && key != w.openKey[title]:
		w.fail("a POST under key %q while one under %q is unknown", key, w.openKey[title])
	}
}

// watched checks each committed change and pauses after it.
type watched struct {
	store
	p *proc
}

type watchedTx struct {
	txn
	s       *watched
	changes *[][2]Row
}

func (t watchedTx) put(r Row) error {
	old, _, err := t.get(r.Key)
	if err == nil {
		err = t.txn.put(r)
	}
	*t.changes = append(*t.changes, [2]Row{old, r})
	return err
}

func (t watchedTx) swap(old, r Row) (bool, error) {
	done, err := t.txn.swap(old, r)
	if done && err == nil {
		*t.changes = append(*t.changes, [2]Row{old, r})
	}
	return done, err
}

func (s *watched) update(ctx context.Context, f func(txn) error) error {
	var changes [][2]Row
	if err := s.store.update(ctx, func(t txn) error { return f(watchedTx{t, s, &changes}) }); err != nil {
		return err
	}
	for _, c := range changes {
		w, title := s.p.w, c[1].Title
		// Of two processes one may have recorded a send and stalled before it.
		if c[1].State == Parked && s.p.settled[title] && w.s.procs < 2 && w.s.drive == nil {
			w.fail("parked, though there is a definite answer to all that was sent")
		}
		s.p.w.changed(c[0], c[1])
	}
	s.p.pause("stored")
	return nil
}

// changed checks a transition.
func (w *world) changed(old, r Row) {
	w.logf("%s %s -> %s pending %d %s", r.Clip, old.State, r.State, r.Pending, r.Reason)
	if r.State == Sending && old.State != Sending {
		w.firstSent[r.Title] = w.now
	}
	if w.s.drive != nil || old.State == r.State {
		return
	}
	switch r.State {
	case Intended:
		if w.unknown[r.Title] > 0 && old.State != "" {
			w.fail("a row went back to INTENT while a send is unknown")
		}
	case Parked:
		since := w.now.Sub(w.firstSent[r.Title])
		if w.s.v3 && !w.s.strict && !w.s.clocks && since < repeatWindow {
			w.fail("v3 parked %s after the first send, when a repeat was safe", since)
		}
		for _, j := range w.jobs {
			if w.s.procs > 1 && j.created.Sub(w.firstSent[r.Title]) >= stallTime {
				continue // its sender stalled and was overtaken: only it could tell
			}
			if j.title == r.Title && !w.s.strict && !j.listed.After(w.ended[r.Title].Add(exploreSettle)) {
				w.fail("parked, though %s was listed within the list lag", j.id)
			}
		}
	}
}

// accounts of the explorer. Quiet runs use the first.
const (
	accountOne = "1"
	accountTwo = "2"
)

func rowKey(clip, account string) string { return "k" + clip + account }

func (s scenario) intent(clip, account, run string) Intent {
	path := heygen.PathGenerate
	if s.v3 {
		path = heygen.PathVideos
	}
	marker := "gr-" + clip + account
	title := clip + " " + marker
	return Intent{Key: rowKey(clip, account), Take: clip, Origin: "heygen-" + account, Clip: clip, Route: "r", Marker: marker, Title: title, Path: path, Body: []byte(`{"title":"` + title + `"}`), Price: 1, RunID: run}
}

// product is the real thing.
func product(p *proc, in Intent) error {
	a := api{p.c, p.w.s.v3}
	o := SpendOptions{Settle: exploreSettle, Sleep: p.sleep, Clock: p.c.ServerTime, Strict: p.w.s.strict, Locked: p.w.s.procs < 2}
	if p.w.s.ledgers > 1 {
		o.Locked = true // each machine has a lock of its own
	}
	if p.w.s.claims != "" {
		o.Claims = claims{p}
	}
	if a.v3 {
		o.Repeat = a.Submit
	}
	for tries := 0; ; tries++ {
		row, err := p.l.Spend(context.Background(), in, p.budget(), a, heygen.NothingBought, o)
		if other := new(ClaimedError); errors.As(err, &other) {
			return p.follow(in, row, a, other)
		}
		wait, busy := heygen.Busy(err)
		if !busy || row.Open() || tries == busyTries {
			return err
		}
		// Refused for now: nothing was bought, and it is sent again.
		if err := p.sleep(context.Background(), max(wait, time.Second)); err != nil {
			return err
		}
	}
}

// busyTries is how often a run of the explorer asks again after a 429.
const busyTries = 2

func (p *proc) budget() *float64 {
	if b := p.w.s.budget; b > 0 {
		return &b
	}
	return nil
}

// start makes a process; it does nothing before next is called.
func (w *world) start(name string, rows store, round int) *proc {
	p := &proc{w: w, name: name, run: name + strconv.Itoa(round), account: w.account(rows), skew: w.skew(), rows: rows, charged: map[string]bool{}, settled: map[string]bool{}}
	now := func() time.Time { return w.now.Add(p.skew) }
	p.l = newLedger(&watched{rows, p}, Options{Now: now})
	// The client's jitter would make schedules differ: its pauses are a plain 30 s.
	p.c = heygen.New("k", heygen.WithTransport(wire{w, p}), heygen.WithClock(now, func(context.Context, time.Duration) error {
		w.now = w.now.Add(30 * time.Second)
		return nil
	}))
	drive := w.s.drive
	if drive == nil {
		drive = product
	}
	p.next, p.kill = iter.Pull(func(yield func(string) bool) {
		defer func() {
			if r := recover(); r != nil && r != any(crashed{}) {
				panic(r)
			}
		}()
		p.yield = yield
		for _, clip := range w.s.clips {
			err := drive(p, w.s.intent(clip, p.account, p.run))
			w.logf("%s ends %s: %v", name, clip, err)
		}
	})
	return p
}

var (
	alone     = []string{"go", "crash", "stall"}
	beside    = []string{"go", "crash", "switch", "stall and switch"}
	answered  = []string{"go", "crash"}
	overtaken = []string{"go", "crash", "switch"}
	resting   = []string{"go", "switch"}
	delays    = []string{"3m", "1s", "22h50m", "25h"}
)

// together runs the processes until each is done or dead.
func (w *world) together(ps []*proc) {
	for cur := 0; len(ps) > 0; cur %= max(1, len(ps)) {
		kind, more := ps[cur].next()
		if !more {
			ps = append(ps[:cur], ps[cur+1:]...)
			continue
		}
		two := len(ps) > 1
		var options []string
		switch {
		case kind == "stored" && w.s.claims != "" && two:
			options = overtaken // a stall lets leases run out, and there are none between ledgers
		case kind == "stored" && w.s.claims != "":
			options = answered
		case kind == "stored" && two:
			options = beside
		case kind == "stored":
			options = alone
		case (kind == "answer" || kind == "claimed") && two:
			options = overtaken
		case kind == "answer" || kind == "claimed":
			options = answered
		case two:
			options = resting
		}
		if options == nil {
			continue
		}
		took := options[w.c.choose(kind, options)]
		if took != "go" {
			w.logf("%s at %s: %s", ps[cur].name, kind, took)
		}
		switch took {
		case "crash":
			ps[cur].kill()
			ps = append(ps[:cur], ps[cur+1:]...)
		case "stall":
			w.now = w.now.Add(stallTime)
		case "switch":
			cur++
		case "stall and switch":
			w.now = w.now.Add(stallTime)
			cur++
		}
	}
}

// play runs one schedule until nothing is left to do, and checks it.
func (s scenario) play(c *chooser) outcome {
	w := &world{c: c, s: s, now: epoch, unknown: map[string]int{}, openKey: map[string]string{}, ended: map[string]time.Time{}, firstSent: map[string]time.Time{}, claimed: map[string][]claimEntry{}}
	if s.open == nil {
		s.open = func() store { return newMemory() }
	}
	stores := []store{s.open()}
	if s.ledgers == 2 {
		stores = append(stores, s.open())
	}
	for round := 1; round <= rounds+quietRounds && !w.settled(stores); round++ {
		c.run = round
		c.quiet = round > rounds
		var ps []*proc
		for i := range max(1, s.procs) {
			p := w.start(string(rune('P'+i)), stores[i%len(stores)], round)
			p.machine = i % len(stores)
			ps = append(ps, p)
		}
		w.together(ps)
		pauses := delays
		if s.claims != "" {
			pauses = []string{"3m", "25h"}
		}
		delay, err := time.ParseDuration(pauses[c.choose("restart", pauses)])
		if err != nil {
			panic(err)
		}
		if c.quiet {
			delay = 10 * time.Minute
		}
		w.now = w.now.Add(delay)
		w.resolve(stores)
	}
	w.now = w.now.Add(time.Hour)
	w.arrive()
	w.checkMoney(stores)
	o := outcome{why: w.why, parked: w.parked}
	if w.s.digest {
		for _, m := range stores {
			rows, err := m.list(context.Background())
			for i := range rows {
				rows[i].Owner = "" // created again by each process
			}
			o.rows += fmt.Sprintf("%+v %v\n", rows, err)
		}
	}
	return o
}
