//go:build unix

package kill

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"greenroom/internal/e2e/e2etest"
	"greenroom/pipeline/ledger"
)

// TestTwoKilledSubmittersBuyOnce kills -9 two processes that share one ledger file,
// again and again, over a provider that refuses one send in ten and cuts one answer
// in ten. No lock keeps them apart, only the lease. In the end the account holds
// every clip once. The naive submitter must fail the same test.
func TestTwoKilledSubmittersBuyOnce(t *testing.T) {
	clips, kills := e2etest.Number("GREENROOM_KILL_CLIPS", 60), e2etest.Number("GREENROOM_KILL_KILLS", 16)
	for _, route := range []string{"v2", "v3", "naive"} {
		t.Run(route, func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			k := &killing{t: t, route: route, clips: clips, dir: t.TempDir(), rnd: rand.New(rand.NewPCG(seed, 2))}
			k.file = filepath.Join(k.dir, "ledger.db")
			k.base = e2etest.Sandbox(t, filepath.Join(k.dir, "sandbox"), "--speed", "1000000", "--canned", "--fault", "refuse=10", "--fault", "cut-answer=10")
			began := time.Now()
			k.disturb(kills)
			k.finish()
			jobs := k.account()
			doubles, lost := 0, 0
			for i := range clips {
				switch n := len(jobs[killMarker(i)]); {
				case n > 1:
					doubles += n - 1
				case n == 0:
					lost++
				}
			}
			t.Logf("route %s: %d clips, %d kills, %d charges, %d double, %d lost, %d for manual resolution, in %s", route, clips, k.killed, clips+doubles-lost, doubles, lost, k.parked, time.Since(began).Round(time.Second))
			switch {
			case route == "naive" && doubles == 0:
				t.Error("POST and then record bought nothing twice: the test finds nothing")
			case route != "naive" && (doubles > 0 || lost > 0):
				t.Errorf("%d bought twice, %d not at all", doubles, lost)
			}
		})
	}
}

type killing struct {
	t              *testing.T
	route          string
	clips          int
	dir, file      string
	base           string
	rnd            *rand.Rand
	killed, parked int
}

func (k *killing) submitter() *exec.Cmd {
	c := exec.Command("submitter", k.file, k.base, k.route, strconv.Itoa(k.clips))
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	return c
}

// disturb keeps two submitters alive and kills one of them every 20 to 170 ms.
func (k *killing) disturb(kills int) {
	two := []*exec.Cmd{k.submitter(), k.submitter()}
	// When all is bought they end by themselves before anybody can kill them.
	for idle := 0; k.killed < kills && idle < 6; idle++ {
		i := k.rnd.IntN(2)
		died := make(chan error, 1)
		go func() { died <- two[i].Wait() }()
		select {
		case <-died: // it had tried every clip
		case <-time.After(time.Duration(20+k.rnd.IntN(151)) * time.Millisecond):
			if two[i].Process.Kill() == nil {
				k.killed++
				idle = 0
			}
			<-died
		}
		two[i] = k.submitter()
	}
	for _, c := range two {
		_ = c.Wait()
	}
}

// finish lets undisturbed submitters come to an end, with a user who resolves what
// is parked. What a killed one leased is free after a second, which is many runs.
func (k *killing) finish() {
	for end := time.Now().Add(time.Minute); ; {
		_ = k.submitter().Wait()
		if k.complete() {
			return
		}
		if time.Now().After(end) {
			k.t.Error("not every clip was bought by a minute of undisturbed runs")
			return
		}
	}
}

func (k *killing) complete() bool {
	if k.route == "naive" {
		b, _ := os.ReadFile(k.file)
		for i := range k.clips {
			if !strings.Contains(string(b), killClip(i)+"\n") {
				return false
			}
		}
		return true
	}
	l, err := ledger.Open(k.file, ledger.Options{})
	if err != nil {
		k.t.Fatal(err)
	}
	defer l.Close()
	ctx := context.Background()
	rows, err := l.List(ctx)
	if err != nil {
		k.t.Fatal(err)
	}
	done := 0
	jobs := k.account()
	for _, r := range rows {
		switch r.State {
		case ledger.Submitted:
			done++
			if !slices.Contains(jobs[r.Marker], r.VideoID) {
				k.t.Errorf("%s is recorded as %q, which is not its video", r.Clip, r.VideoID)
			}
		case ledger.Parked:
			k.parked++
			if ids := jobs[r.Marker]; len(ids) > 0 {
				err = l.ResolvePaid(ctx, r.Key, ids[0])
			} else {
				err = l.ResolveNotPaid(ctx, r.Key)
			}
			if err != nil {
				k.t.Fatal(err)
			}
		}
	}
	return done == k.clips
}

// account returns the billed jobs by marker.
func (k *killing) account() map[string][]string {
	res, err := http.Get(k.base + "/_sandbox/account")
	if err != nil {
		k.t.Fatal(err)
	}
	defer res.Body.Close()
	var a struct {
		Jobs []struct{ ID, Title string }
	}
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		k.t.Fatal(err)
	}
	out := map[string][]string{}
	for _, j := range a.Jobs {
		_, marker, _ := strings.Cut(j.Title, " ")
		out[marker] = append(out[marker], j.ID)
	}
	return out
}
