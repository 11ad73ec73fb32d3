package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// killsOf is how many processes are killed: GREENROOM_KILL_FARM, or 12.
func killsOf(t *testing.T) int {
	t.Helper()
	text := os.Getenv("GREENROOM_KILL_FARM")
	if text == "" {
		return 12
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// killer kills processes of a farm at random.
type killer struct {
	*farm
	random  *rand.Rand
	workers []*process
	flags   []string // of workers
	left    int
	killed  map[string]int
	units   int // answered by workers that were killed, as far as they reported
}

func newKiller(f *farm, kills int, flags ...string) *killer {
	const seed = 2
	f.Logf("seed %d, %d kills", seed, kills)
	return &killer{farm: f, random: rand.New(rand.NewPCG(1, seed)), left: kills, killed: map[string]int{},
		flags:   flags,
		workers: []*process{f.worker(flags...), f.worker(flags...)}}
}

// run runs a command. Until it ends the client, the server, the storage and workers are killed, six times at most.
func (k *killer) run(dir string, command ...string) {
	k.Helper()
	client := k.greenroom(dir, command[0], command[1:]...)
	for i := 0; i < 6 && k.left > 0; i++ {
		select {
		case <-client.done:
			i = 6
			continue
		case <-time.After(time.Duration(200+k.random.IntN(3000)) * time.Millisecond): // a random moment is what this is about
		}
		k.left--
		switch n := k.random.IntN(5); n {
		case 0:
			k.killed["client"]++
			stop(client)
			client = k.greenroom(dir, command[0], command[1:]...)
		case 1:
			k.killed["server"]++
			stop(k.server)
			k.startServer()
		case 2:
			k.killed["storage"]++
			stop(k.bucket.process)
			k.serveBucket()
		default:
			k.killed["worker"]++
			k.units += k.done(k.workers[n-3])
			stop(k.workers[n-3])
			k.workers[n-3] = k.worker(k.flags...)
		}
	}
	if k.wait(client) != 0 {
		k.must(k.greenroom(dir, command[0], command[1:]...))
	}
}

// wait waits for a client and returns its exit code. A server that ends by itself is started again, as a supervisor does:
// once in some hundred starts Temporal's own fails while it joins its ring.
func (k *killer) wait(client *process) int {
	for {
		select {
		case <-client.done:
			return client.end()
		case <-k.server.done:
			k.killed["server, by itself"]++
			k.startServer()
		}
	}
}

func stop(p *process) {
	_ = p.Process.Kill()
	<-p.done
}

// all is how many units the workers have answered.
func (k *killer) all() int {
	n := k.units
	for _, w := range k.workers {
		n += k.done(w)
	}
	return n
}

// TestKillsLoseNothing kills the client, workers, the server and the storage at random while clips are built and films
// rendered. In the end everything is what one machine makes, and no unit was made again more often than processes were
// killed.
func TestKillsLoseNothing(t *testing.T) {
	f := newFarm(t)
	k := newKiller(f, killsOf(t))
	for round := 0; k.left > 0; round++ {
		// Other films in each round: a farm that has made a unit does not make it again.
		here := f.local(f.numbered(4, 4, round))
		dir := f.copyOf(here)
		before, kills := k.all(), k.left
		k.run(dir, "build")
		k.run(dir, "render", "--all")
		f.same(here, dir)
		// A check and a preparation of each clip, pictures and sound of each film; a killed worker has two slots.
		const units = 4*2 + 4*2
		if made, most := k.all()-before, units+2*(kills-k.left); made > most {
			t.Errorf("round %d: %d units were made, at most %d are explained", round, made, most)
		}
	}
	t.Logf("killed: %v", k.killed)
}

// TestKillsBuyOnce: what is killed while clips are bought, downloaded, prepared and rendered on a farm buys nothing twice.
func TestKillsBuyOnce(t *testing.T) {
	f := newFarm(t)
	f.startSandbox()
	k := newKiller(f, killsOf(t)/2)
	bought := 0
	for round := 0; k.left > 0; round++ {
		dir := f.TempDir()
		const clips = 4
		var text strings.Builder
		text.WriteString("version: 1\nproject: t\nsize: 320x180\nheygen: {api: sandbox}\ndefaults:\n" +
			"  avatar: {id: Daisy-inskirt-20220818}\n  voice: {id: 1bd001e7e50f421d891986aad5158bc8}\nclips:\n")
		for i := range clips {
			fmt.Fprintf(&text, "  clip%d: {script: Round %d and clip %d.}\n", i, round, i)
		}
		text.WriteString("compositions:\n  film: {layers: [{clip: clip0}]}\n")
		err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte(text.String()), 0o600)
		if err != nil {
			t.Fatal(err)
		}
		k.run(dir, "build", "--yes")
		k.run(dir, "render", "--all", "--allow-sandbox")
		f.must(f.start(dir, "greenroom", "check"))
		bought += clips
		if n := f.billed(); n != bought {
			t.Fatalf("round %d: %d clips were bought, not %d", round, n, bought)
		}
	}
	t.Logf("killed: %v; %d clips, each bought once", k.killed, bought)
}

// startSandbox starts HeyGen's sandbox for the commands of the farm.
func (f *farm) startSandbox() {
	f.Helper()
	dir := f.TempDir()
	file := filepath.Join(dir, "url")
	p := f.start(dir, "greenroom", "sandbox", "--listen", "127.0.0.1:0", "--speed", "600", "--data", dir, "--url-file", file)
	late := time.After(time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		b, err := os.ReadFile(file)
		if err == nil && len(b) > 0 {
			f.api = strings.TrimSpace(string(b))
			return
		}
		select {
		case <-tick.C:
		case <-p.done:
			f.Fatalf("the sandbox has ended:\n%s", p.out)
		case <-late:
			f.Fatal("the sandbox has not started")
		}
	}
}

// billed is how many jobs the sandbox's account was billed.
func (f *farm) billed() int {
	f.Helper()
	res, err := http.Get(f.api + "/_sandbox/account")
	if err != nil {
		f.Fatal(err)
	}
	defer res.Body.Close()
	var a struct {
		Billed int `json:"billed_jobs"`
	}
	err = json.NewDecoder(res.Body).Decode(&a)
	if err != nil {
		f.Fatal(err)
	}
	return a.Billed
}
