//go:build unix

package page

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"greenroom/pipeline/watch"
)

// reader is what the page does with messages.
type reader struct {
	head   head
	names  []string
	cards  map[string]card
	faults []watch.Fault
	log    []watch.LogLine
}

func (r *reader) take(m message) {
	if m.Full {
		r.cards, r.log = map[string]card{}, nil
	}
	if m.Head != nil {
		r.head = *m.Head
	}
	for _, c := range m.Clips {
		r.cards[c.Name] = c
	}
	if m.Names != nil {
		r.names = *m.Names
		for n := range r.cards {
			if !slices.Contains(r.names, n) {
				delete(r.cards, n)
			}
		}
	}
	if m.Faults != nil {
		r.faults = *m.Faults
	}
	r.log = append(r.log, m.Log...)
}

// TestChangesAddUp: whatever happens, a reader who follows the changes has what a new
// one is given, also when it misses states in between.
func TestChangesAddUp(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 2))
	states := []string{watch.Unmade, watch.StandIn, watch.Waiting, watch.Working, watch.Final, watch.Broken}
	st := watch.State{Rev: 1}
	var f follower
	var r reader
	lines, all := 0, []watch.LogLine{}
	for round := range 3000 {
		for range rnd.IntN(4) {
			st.Rev++
			st.Clips, st.Faults = slices.Clone(st.Clips), slices.Clone(st.Faults)
			switch n, k := len(st.Clips), rnd.IntN(9); {
			case k == 0 || n == 0:
				st.Clips = slices.Insert(st.Clips, rnd.IntN(n+1), watch.Clip{Name: fmt.Sprintf("c%d", st.Rev), State: watch.Unmade})
			case k == 1:
				i := rnd.IntN(n)
				st.Clips = slices.Delete(st.Clips, i, i+1)
			case k == 2:
				rnd.Shuffle(n, func(i, j int) { st.Clips[i], st.Clips[j] = st.Clips[j], st.Clips[i] })
			case k == 3:
				st.Faults = append(st.Faults, watch.Fault{Message: fmt.Sprint(round)})
			case k == 4:
				st.Faults = nil
			case k == 5:
				st.Busy, st.ToBuy = !st.Busy, rnd.IntN(9)
			case k == 6:
				lines++
				all = append(all, watch.LogLine{Time: time.Unix(int64(lines), 0), Text: fmt.Sprint(lines)})
				st.Log = slices.Clone(all[max(0, len(all)-200):])
			default:
				c := &st.Clips[rnd.IntN(n)]
				c.State, c.Progress, c.Line = states[rnd.IntN(len(states))], rnd.Float64(), fmt.Sprint(round)
			}
		}
		m, any := f.next(st)
		if any {
			b, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			var over message
			if err := json.Unmarshal(b, &over); err != nil {
				t.Fatal(err)
			}
			r.take(over)
		}
		whole, _ := new(follower).next(st)
		var fresh reader
		fresh.take(whole)
		if r.head != fresh.head || !slices.Equal(r.names, fresh.names) || !slices.Equal(r.faults, fresh.faults) || len(r.cards) != len(fresh.cards) {
			t.Fatalf("seed %d, round %d: %+v is not %+v", seed, round, r, fresh)
		}
		for n, c := range fresh.cards {
			if r.cards[n] != c {
				t.Fatalf("seed %d, round %d: %+v is not %+v", seed, round, r.cards[n], c)
			}
		}
		if len(r.log) != len(all) {
			t.Fatalf("seed %d, round %d: %d log lines of %d", seed, round, len(r.log), len(all))
		}
	}
}

// TestAChangeIsSmall: the message of one clip's progress does not contain the other 499.
func TestAChangeIsSmall(t *testing.T) {
	m := fiveHundred()
	var f follower
	if first, _ := f.next(m.State()); len(first.Clips) != 500 || !first.Full {
		t.Fatalf("%d clips come first", len(first.Clips))
	}
	m.step(0)
	f.next(m.State()) // it is busy now
	m.step(1)
	d, any := f.next(m.State())
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if !any || d.Full || len(d.Clips) != 1 || d.Names != nil || d.Head != nil || len(b) > 512 {
		t.Errorf("the message of a step is %s", b)
	}
	if _, any := f.next(m.State()); any {
		t.Error("an unchanged state is sent again")
	}
}
