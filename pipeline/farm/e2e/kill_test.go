package e2e

import (
	"math/rand/v2"
	"testing"
	"time"
)

// kills is how many processes are killed while one job runs.
const kills = 6

// TestKillsLoseNothing kills the client, workers and the server at random while clips are built and films rendered. In
// the end everything is what one machine makes, and nothing is missing.
func TestKillsLoseNothing(t *testing.T) {
	f := newFarm(t)
	here := f.local(f.project(4, 4))
	dir := f.copyOf(here)
	r := rand.New(rand.NewPCG(1, 2))
	workers := []*process{f.worker(), f.worker()}
	for _, command := range [][]string{{"build"}, {"render", "--all"}} {
		client := f.greenroom(dir, command[0], command[1:]...)
		for range kills {
			select {
			case <-client.done:
			case <-time.After(time.Duration(1+r.IntN(4)) * time.Second): // a random moment is what this test is about
			}
			switch k := r.IntN(4); k {
			case 0:
				_ = client.Process.Kill()
				<-client.done
				client = f.greenroom(dir, command[0], command[1:]...)
			case 1:
				_ = f.server.Process.Kill()
				<-f.server.done
				f.startServer()
			default:
				w := workers[k-2]
				_ = w.Process.Kill()
				<-w.done
				workers[k-2] = f.worker()
			}
		}
		if client.end() != 0 {
			f.must(f.greenroom(dir, command[0], command[1:]...))
		}
	}
	f.same(here, dir)
}
