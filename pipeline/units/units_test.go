package units

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"greenroom/assets"
	"greenroom/assets/remote"
	"greenroom/compose/media"
	"greenroom/internal/capacity"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
)

// place is a user's machine and a worker, which share a cache. Its Ask is a server that passes every ticket to the
// worker.
type place struct {
	*testing.T
	cache string // folder
	Farm
	bench Bench

	mu     sync.Mutex
	asked  []Ticket
	before func() // each unit
	events []event.Event
}

func newPlace(t *testing.T, steps ...stage.Runner) *place {
	t.Helper()
	p := &place{T: t, cache: filepath.Join(t.TempDir(), "cache")}
	at, err := assets.ParseLocation("file://"+filepath.ToSlash(p.cache), "")
	if err != nil {
		t.Fatal(err)
	}
	here := Machine{Version: "1", FFmpeg: "5.1"}
	p.Farm = Farm{Store: openStore(t), Cache: remote.Config{At: at}, Machine: here, Asker: p}
	t.Cleanup(p.Farm.Close)
	finder := media.Finder{LookPath: exec.LookPath}
	env := stage.Env{Store: openStore(t), Tools: finder.Find, Capacity: capacity.New(4, 0), Threads: 1}
	p.bench = Bench{Cache: p.Farm.Cache, Machine: here, Env: env, Steps: append(steps, double.Runner())}
	return p
}

func openStore(t *testing.T) *assets.Store {
	t.Helper()
	s, err := assets.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Ask implements Asker.
func (p *place) Ask(ctx context.Context, t Ticket, progress func(float64)) (Answer, error) {
	p.mu.Lock()
	p.asked = append(p.asked, t)
	p.mu.Unlock()
	if p.before != nil {
		p.before()
	}
	return p.bench.Do(ctx, t, progress)
}

func (p *place) env() stage.Env {
	e := p.bench.Env
	e.Store, e.Elsewhere = p.Farm.Store, &p.Farm
	e.Send = func(_ context.Context, e event.Event) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.events = append(p.events, e)
	}
	return e
}

type doubleIn struct {
	Hash, Fail string
}

type doubleOut struct{ File stage.Object }

// double is a step that writes a file twice into another.
var double = stage.Step[doubleIn, doubleOut]{
	Name: "double/1", Queue: stage.CPU,
	Clip:  func(doubleIn) string { return "clip" },
	Files: func(in doubleIn) []stage.File { return []stage.File{{Hash: in.Hash}} },
	Made:  func(out doubleOut) []stage.Object { return []stage.Object{out.File} },
	Run: func(ctx context.Context, env stage.Env, in doubleIn) (out doubleOut, err error) {
		env.Send(ctx, event.Event{Clip: "clip", Stage: "double", State: event.Progress, Frac: 0.5})
		env.Send(ctx, event.Event{Clip: "clip", Stage: "double", State: event.Warned, Message: "twice"})
		switch in.Fail {
		case "file":
			return out, fault.Wrap(fault.Media, errors.New("cause"), "the hint", "bad file").For("clip")
		case "disk":
			return out, fault.Wrap(fault.Media, syscall.ENOSPC, "", "write")
		case "refuse":
			if env.Elsewhere == nil && env.Threads == 1 {
				return out, stage.ErrRefused
			}
		}
		b, err := os.ReadFile(env.Store.Path(assets.Hash(in.Hash)))
		if err != nil {
			return out, err
		}
		path := env.Store.TempPath("double-" + in.Hash[:8])
		if err := os.WriteFile(path, bytes.Repeat(b, 2), 0o600); err != nil {
			return out, err
		}
		hash, size, err := env.Store.Adopt(path)
		return doubleOut{stage.Object{Hash: string(hash), Bytes: size}}, err
	},
}

// put stores a text on the user's machine.
func (p *place) put(text string) string {
	p.Helper()
	path := p.Farm.Store.TempPath("text")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
	hash, _, err := p.Farm.Store.Adopt(path)
	if err != nil {
		p.Fatal(err)
	}
	return string(hash)
}

// double runs the step elsewhere and checks its file.
func (p *place) double(hash, want string) {
	p.Helper()
	out, err := stage.Do(p.Context(), p.env(), double, doubleIn{Hash: hash})
	if err != nil {
		p.Fatal(err)
	}
	b, err := os.ReadFile(p.Farm.Store.Path(assets.Hash(out.File.Hash)))
	if err != nil || string(b) != want {
		p.Errorf("the file has %q: %v", b, err)
	}
}

// damage changes an object in the cache, of the same size.
func (p *place) damage(hash string) {
	p.Helper()
	path := filepath.Join(p.cache, "sha256", hash[:2], hash)
	b, err := os.ReadFile(path)
	if err != nil {
		p.Fatal(err)
	}
	b[0] ^= 1
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, b, 0o600)); err != nil {
		p.Fatal(err)
	}
}

// lose removes files of a store.
func (p *place) lose(s *assets.Store, hashes ...string) {
	p.Helper()
	for _, h := range hashes {
		if err := s.Remove(assets.Hash(h)); err != nil {
			p.Fatal(err)
		}
	}
}

func TestAUnitRunsElsewhereOnce(t *testing.T) {
	p := newPlace(t)
	hash := p.put("ab")
	p.double(hash, "abab")
	if len(p.events) != 2 || p.events[0].Frac != 0.5 || p.events[1].Message != "twice" {
		t.Errorf("events %+v", p.events)
	}
	p.double(hash, "abab")
	if len(p.asked) != 1 {
		t.Errorf("%d tickets for one unit", len(p.asked))
	}
	if len(p.events) != 3 {
		t.Errorf("the known output has repeated %d events, want its warning", len(p.events)-2)
	}
	env := p.env()
	env.Again = true
	if _, err := stage.Do(t.Context(), env, double, doubleIn{Hash: hash}); err != nil || len(p.asked) != 2 {
		t.Errorf("%d tickets after Again: %v", len(p.asked), err)
	}
}

func TestACorruptInputInTheCacheIsReplaced(t *testing.T) {
	p := newPlace(t)
	hash := p.put("ab")
	p.before = func() {
		p.damage(hash)
		p.before = nil
	}
	p.double(hash, "abab")
	if len(p.asked) != 2 {
		t.Errorf("%d tickets", len(p.asked))
	}
}

// TestAFileThatIsGoneIsSentAgain, although this run has sent it before.
func TestAFileThatIsGoneIsSentAgain(t *testing.T) {
	p := newPlace(t)
	hash := p.put("ab")
	p.double(hash, "abab")
	p.lose(p.bench.Env.Store, hash)
	if err := os.Remove(filepath.Join(p.cache, "sha256", hash[:2], hash)); err != nil {
		t.Fatal(err)
	}
	if _, err := stage.Do(t.Context(), p.env(), double, doubleIn{Hash: hash, Fail: "another unit"}); err != nil {
		t.Error(err)
	}
	if len(p.asked) != 3 {
		t.Errorf("%d tickets, want one for the first unit and two for the second", len(p.asked))
	}
}

// TestUnitsSendACommonFileOnce: many ranges need one bundle at the same time.
func TestUnitsSendACommonFileOnce(t *testing.T) {
	p := newPlace(t)
	hash := p.put("ab")
	x, err := p.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path, o := p.Farm.Store.Path(assets.Hash(hash)), stage.Object{Hash: hash, Bytes: 2}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := p.sendFile(t.Context(), x, path, o, false); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	// Without the file nothing can be sent, and nothing is.
	if err := p.sendFile(t.Context(), x, filepath.Join(t.TempDir(), "gone"), o, false); err != nil {
		t.Error(err)
	}
	if err := p.sendFile(t.Context(), x, filepath.Join(t.TempDir(), "gone"), o, true); err == nil {
		t.Error("a corrupt object was not replaced")
	}
}

func TestACorruptOutputInTheCacheIsMadeAgain(t *testing.T) {
	p := newPlace(t)
	hash := p.put("ab")
	p.double(hash, "abab")
	made := p.made(hash)
	p.lose(p.Farm.Store, made)
	p.damage(made)
	p.double(hash, "abab")
	if len(p.asked) < 2 || !p.asked[len(p.asked)-1].Again {
		t.Errorf("tickets %+v", p.asked)
	}
}

// made returns the hash of the file that double makes.
func (p *place) made(hash string) string {
	p.Helper()
	out, err := stage.Do(p.Context(), p.env(), double, doubleIn{Hash: hash})
	if err != nil {
		p.Fatal(err)
	}
	return out.File.Hash
}

func TestAFaultKeepsItsKindAndHint(t *testing.T) {
	p := newPlace(t)
	_, err := stage.Do(t.Context(), p.env(), double, doubleIn{Hash: p.put("ab"), Fail: "file"})
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Media || f.Hint != "the hint" || f.Clip != "clip" ||
		f.Msg != "bad file: cause" {
		t.Errorf("%#v", err)
	}
	if _, err := stage.Do(t.Context(), p.env(), double, doubleIn{Hash: p.put("ab"), Fail: "file"}); err == nil ||
		len(p.asked) != 2 {
		t.Errorf("%d tickets: a failure is not on record: %v", len(p.asked), err)
	}
}

// TestAFullDiskIsTheWorkersOwn: another worker may succeed.
func TestAFullDiskIsTheWorkersOwn(t *testing.T) {
	p := newPlace(t)
	var failed *StepError
	order := Order{Step: double.Name, Machine: p.bench.Machine, In: []byte(`{"Fail":"disk"}`)}
	ticket := Ticket{Protocol: Protocol, Key: order.key()}
	if err := p.send(t.Context(), &ticket, order, nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.bench.Do(t.Context(), ticket, func(float64) {}); !errors.As(err, &failed) {
		t.Errorf("error %v", err)
	}
	_, err := stage.Do(t.Context(), p.env(), double, doubleIn{Hash: p.put("ab"), Fail: "disk"})
	if err == nil || fault.KindOf(err) != fault.Media {
		t.Errorf("the user reads %v", err)
	}
}

func TestAWorkerOfAnotherVersionRefuses(t *testing.T) {
	p := newPlace(t)
	hash := p.put("ab")
	for _, other := range []Machine{{Version: "2", FFmpeg: "5.1"}, {Version: "1", FFmpeg: "7.0"}} {
		if other.Queue("cpu") == p.Machine.Queue("cpu") {
			t.Errorf("%+v reads the queue of %+v", other, p.Machine)
		}
		p.bench.Machine = other
		p.events = nil
		p.double(hash, "abab") // on this machine
		if len(p.events) == 0 || p.events[0].State != event.Warned {
			t.Errorf("events %+v", p.events)
		}
	}
}

// TestALyingTicketIsRefused: the key is verified before anything runs.
func TestALyingTicketIsRefused(t *testing.T) {
	p := newPlace(t)
	order := Order{Step: double.Name, Machine: p.bench.Machine, In: []byte(`{}`)}
	ticket := Ticket{Protocol: Protocol, Key: (Order{Step: "other"}).key()}
	if err := p.send(t.Context(), &ticket, order, nil, nil); err != nil {
		t.Fatal(err)
	}
	a, err := p.bench.Do(t.Context(), ticket, func(float64) {})
	if err != nil || a.Refused == "" {
		t.Errorf("%+v, %v", a, err)
	}
	ticket.Protocol++
	if a, err = p.bench.Do(t.Context(), ticket, func(float64) {}); err != nil || a.Refused == "" {
		t.Errorf("another protocol: %+v, %v", a, err)
	}
}

func TestTheShelfKeepsWhatIsUsed(t *testing.T) {
	p := newPlace(t)
	a, b := p.put("aaaaaaaa"), p.put("bbbbbbbb")
	s := Shelf{Store: p.Farm.Store, Bytes: 8}
	release := s.Hold([]stage.Object{{Hash: a, Bytes: 8}})
	s.Hold(nil)()
	if !p.Farm.Store.Has(assets.Hash(a), 8) || p.Farm.Store.Has(assets.Hash(b), 8) {
		t.Error("the file in use is gone, or the other is kept")
	}
	c := p.put("cccccccc")
	release()
	if p.Farm.Store.Has(assets.Hash(a), 8) == p.Farm.Store.Has(assets.Hash(c), 8) {
		t.Error("one of two files fits")
	}
}

func TestParseEngine(t *testing.T) {
	for text, want := range map[string]Engine{
		"": {}, "local": {}, "temporal://farm": {"farm:7233", "default"},
		"temporal://10.0.0.1:7000/team": {"10.0.0.1:7000", "team"}, "temporal://[::1]:7233/": {"[::1]:7233", "default"},
	} {
		if got, err := ParseEngine(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"farm:7233", "http://farm", "temporal://", "temporal://a/b/c", "temporal://u:p@a",
		"temporal://a?key=1"} {
		if got, err := ParseEngine(text); fault.KindOf(err) != fault.Usage || err == nil {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}
