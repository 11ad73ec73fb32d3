package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The explorer drives the real Spend and the real heygen.Client through every
// schedule with at most so many faults. Whatever may go either way is one call of
// choose; the first option is the undisturbed one, every other is a fault. A
// schedule is the list of its faults, each named by where it happened, so that it
// can be read, replayed and shortened.

// place is a choice point: the n-th of its kind in a run of a process.
type place struct {
	run  int
	kind string
	n    int
}

func (p place) String() string { return fmt.Sprintf("%d.%s.%d", p.run, p.kind, p.n) }

// chosen is a fault: an option other than the first.
type chosen struct {
	at   place
	what string
}

func (c chosen) String() string { return c.at.String() + "=" + c.what }

// point is one choice as the schedule now running made it.
type point struct {
	took, options int
	chosen        chosen
}

// chooser walks the tree of choices depth first, within a budget of faults.
type chooser struct {
	tape  []point
	pos   int
	fixed int // points that belong to another worker's share
	spent int
	max   int
	quiet bool // the last runs are not disturbed
	// replay takes the options from this list instead; nil explores.
	replay map[string]string
	run    int
	seen   map[place]int
}

// choose returns the number of the option chosen here.
func (c *chooser) choose(kind string, options []string) int {
	if c.quiet || len(options) < 2 {
		return 0
	}
	at := place{c.run, kind, 0}
	c.seen[at]++
	at.n = c.seen[at]
	if c.replay != nil {
		i := slices.Index(options, c.replay[at.String()])
		if i > 0 {
			c.tape = append(c.tape, point{i, 0, chosen{at, options[i]}})
		}
		return max(i, 0)
	}
	if c.pos == len(c.tape) {
		n := len(options)
		if c.spent >= c.max {
			n = 1
		}
		c.tape = append(c.tape, point{0, n, chosen{at, options[0]}})
	}
	p := &c.tape[c.pos]
	c.pos++
	if p.took > 0 {
		c.spent++
	}
	p.chosen = chosen{at, options[p.took]}
	return p.took
}

// next moves to the following schedule of this worker's share.
func (c *chooser) next() bool {
	c.tape = c.tape[:c.pos]
	for i := len(c.tape) - 1; i >= c.fixed; i-- {
		if c.tape[i].took+1 < c.tape[i].options {
			c.tape[i].took++
			c.tape = c.tape[:i+1]
			return true
		}
	}
	return false
}

func (c *chooser) rewind() {
	c.pos, c.spent, c.quiet, c.run = 0, 0, false, 0
	c.seen = map[place]int{}
}

func (c *chooser) faults() (out []string) {
	for _, p := range c.tape {
		if p.took > 0 {
			out = append(out, p.chosen.String())
		}
	}
	return out
}

// report is what an exploration found.
type report struct {
	schedules, violations, parked int
	first                         []string // the faults of the first bad schedule
	why                           string
}

// explore runs every schedule of a scenario with at most max faults. Each worker
// takes the schedules that begin with one first fault.
func explore(s scenario, max int) report {
	base := &chooser{max: 1}
	base.rewind()
	var total report
	total.add(base, s.play(base))
	shares := make(chan *chooser)
	var mu sync.Mutex
	var g sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() {
			var mine report
			for c := range shares {
				for more := true; more; more = c.next() {
					c.rewind()
					mine.add(c, s.play(c))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			total.merge(mine)
		})
	}
	for i, p := range base.tape {
		for took := 1; took < p.options && max > 0; took++ {
			tape := slices.Clone(base.tape[:i+1])
			tape[i].took = took
			shares <- &chooser{tape: tape, fixed: i + 1, max: max}
		}
	}
	close(shares)
	g.Wait()
	return total
}

func (r *report) add(c *chooser, o outcome) {
	r.schedules++
	if o.parked {
		r.parked++
	}
	if o.why != "" {
		r.violations++
		if r.first == nil || len(c.faults()) < len(r.first) {
			r.first, r.why = c.faults(), o.why
		}
	}
}

func (r *report) merge(o report) {
	r.schedules, r.violations, r.parked = r.schedules+o.schedules, r.violations+o.violations, r.parked+o.parked
	if o.why != "" && (r.why == "" || len(o.first) < len(r.first)) {
		r.first, r.why = o.first, o.why
	}
}

// replay plays one schedule, given by its faults.
func replay(s scenario, faults []string) (outcome, []string) {
	c := &chooser{replay: map[string]string{}}
	for _, f := range faults {
		at, what, _ := strings.Cut(f, "=")
		c.replay[at] = what
	}
	c.rewind()
	o := s.play(c)
	return o, c.faults()
}

// shorten drops faults while the schedule still fails.
func shorten(s scenario, faults []string) []string {
	for i := 0; i < len(faults); i++ {
		fewer := slices.Delete(slices.Clone(faults), i, i+1)
		if o, _ := replay(s, fewer); o.why != "" {
			faults, i = fewer, -1
		}
	}
	return faults
}

// story is a bad schedule for people, with the line that plays it again.
func story(s scenario, r report) string {
	faults := shorten(s, r.first)
	o, _ := replay(s, faults)
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", s.name, o.why)
	for _, f := range faults {
		fmt.Fprintf(&b, "    %s\n", f)
	}
	fmt.Fprintf(&b, "    EXPLORE_REPLAY='%s:%s' go test -run TestExplore ./pipeline/ledger -v", s.name, strings.Join(faults, ","))
	return b.String()
}

// usualDepth is the default number of faults of a schedule.
var usualDepth = 3

// depth is how many faults a schedule may have: `make explore` asks for more than
// the 3 of an ordinary run.
func depth(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("EXPLORE_FAULTS"))
	if err != nil {
		n = usualDepth
	}
	if testing.Short() {
		n = min(n, 2)
	}
	return n
}

// TestExplore is the check of docs/architecture.md#spending-protocol. EXPLORE_FAULTS sets the depth,
// EXPLORE_ONLY=SCENARIO leaves the others out, EXPLORE_REPLAY=SCENARIO:FAULTS plays
// one schedule.
func TestExplore(t *testing.T) {
	if line := os.Getenv("EXPLORE_REPLAY"); line != "" {
		name, list, _ := strings.Cut(line, ":")
		for _, s := range append(scenarios(), planted()...) {
			if s.name == name {
				s.log = t.Logf
				o, took := replay(s, strings.Split(list, ","))
				t.Fatalf("replayed %q: %s", took, o.why)
			}
		}
		t.Fatalf("no scenario %q", name)
	}
	began, sum := time.Now(), 0
	for _, s := range scenarios() {
		if only := os.Getenv("EXPLORE_ONLY"); only != "" && only != s.name {
			continue
		}
		r := explore(s, depth(t))
		sum += r.schedules
		t.Logf("%-34s %9d schedules, %d violations, %d parked", s.name, r.schedules, r.violations, r.parked)
		if r.violations > 0 {
			t.Errorf("%d of %d schedules break the protocol; the shortest found:\n%s", r.violations, r.schedules, story(s, r))
		}
	}
	t.Logf("%d schedules of up to %d faults in %s", sum, depth(t), time.Since(began).Round(100*time.Millisecond))
}

// TestSQLiteTellsTheSameStory plays every schedule of one fault (two for v2) on the
// product's store too: the same end, the same rows.
func TestSQLiteTellsTheSameStory(t *testing.T) {
	var files []*sqlite
	for i := range 2 {
		f, err := openSQLite(filepath.Join(t.TempDir(), fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.close()
		files = append(files, f)
	}
	n := 0
	for _, s := range scenarios() {
		s.digest = true
		onFile := s
		used := 0
		onFile.open = func() store {
			f := files[used]
			used++
			if _, err := f.db.Exec("DELETE FROM submissions"); err != nil {
				t.Fatal(err)
			}
			return f
		}
		c := &chooser{max: 1}
		if s.name == "v2" && depth(t) > 2 {
			c.max = 2
		}
		for more := true; more; more = c.next() {
			c.rewind()
			want := s.play(c)
			c.rewind()
			used = 0
			if got := onFile.play(c); got != want {
				t.Fatalf("%s %q\nmemory %+v\nsqlite %+v", s.name, c.faults(), want, got)
			}
			n++
		}
	}
	t.Logf("%d schedules agree", n)
}

// TestPlantedFaultsAreFound holds the explorer to its word: every protocol known
// to be wrong must be caught.
func TestPlantedFaultsAreFound(t *testing.T) {
	for _, s := range planted() {
		// Some mistakes take three faults to show; most take one.
		r := explore(s, 1)
		for n := 2; r.violations == 0 && n <= 4; n++ {
			r = explore(s, n)
		}
		t.Logf("%-34s %9d schedules, %d violations", s.name, r.schedules, r.violations)
		if r.violations == 0 {
			t.Errorf("%s: %d schedules and nothing found", s.name, r.schedules)
			continue
		}
		t.Logf("e.g. %s", story(s, r))
	}
}
