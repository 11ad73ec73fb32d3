package sharedcache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/project"
)

// store is an object store on loopback that can misbehave. It speaks what greenroom sends of S3's protocol.
type store struct {
	mu      sync.Mutex
	objects map[string][]byte
	mode    string
	url     string
}

func newStore(t *testing.T) *store {
	t.Helper()
	s := &store{objects: map[string][]byte{}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "tester")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	s.url = "s3://clips?region=us-east-1&use_path_style=true&request_checksum_calculation=when_required&endpoint=" + srv.URL
	return s
}

func (s *store) be(mode string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = mode
}

func (s *store) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.objects)
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	writes := r.Method == http.MethodPut
	refuse := func(status int, code string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, code)
	}
	switch {
	case s.mode == "unreachable":
		panic(http.ErrAbortHandler)
	case s.mode == "slow":
		s.mu.Unlock()
		<-r.Context().Done()
		s.mu.Lock()
		return
	case s.mode == "full" && writes:
		refuse(http.StatusInsufficientStorage, "XMinioStorageFull")
		return
	case s.mode == "refusing" && writes:
		refuse(http.StatusForbidden, "AccessDenied")
		return
	}
	old, exists := s.objects[r.URL.Path]
	switch {
	case !writes && !exists:
		refuse(http.StatusNotFound, "NoSuchKey")
	case !writes:
		_, _ = w.Write(old)
	case exists && s.mode == "pretending": // success, and nothing is stored
	case exists && r.Header.Get("If-None-Match") == "*" && s.mode != "overwriting":
		refuse(http.StatusPreconditionFailed, "PreconditionFailed")
	default:
		s.objects[r.URL.Path] = body
		if s.mode == "answer lost" {
			panic(http.ErrAbortHandler)
		}
	}
}

// machine is a project folder with a clock of its own.
type machine struct {
	t    *testing.T
	dir  string
	skew time.Duration
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, dir: t.TempDir()}
	text := "version: 1\nsize: 320x240\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips: {one: {script: One.}}\n"
	if err := os.WriteFile(filepath.Join(m.dir, "greenroom.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return m
}

// claims opens the cache again, as each run does.
func (m *machine) claims(at string) *Claims {
	m.t.Helper()
	now := func() time.Time { return time.Now().Add(m.skew) }
	none := func(string) string { return "" }
	disk, err := project.Open(project.Options{
		ManifestPath: filepath.Join(m.dir, "greenroom.yaml"), Now: now, Getenv: none,
	})
	if err != nil {
		m.t.Fatal(err)
	}
	disk.Manifest.Cache.Timeout = 300 * time.Millisecond
	a, err := account.Open(disk, account.Options{Now: now, Getenv: none})
	if err != nil {
		m.t.Fatal(err)
	}
	cache, err := Of(disk, a, Options{Address: at})
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(cache.Close)
	return ClaimsOf(cache)
}

func wanted() ledger.Intent {
	take := strings.Repeat("ab", 32)
	in := ledger.Intent{Take: take, Origin: "heygen-1a2b3c4d5e6f", Clip: "one", Route: "v3-webm"}
	in.Key = ledger.KeyOf(in.Take, in.Origin)
	in.Marker = ledger.MarkerOf(in.Key)
	return in
}

// isHeld fails unless the error reports another machine's claim.
func isHeld(t *testing.T, err error) *ledger.ClaimedError {
	t.Helper()
	other := new(ledger.ClaimedError)
	if !errors.As(err, &other) {
		t.Fatalf("the claim of another machine: %v", err)
	}
	return other
}

func TestOneMachineHoldsAClaim(t *testing.T) {
	for name, at := range map[string]string{
		"folder": "file://" + filepath.ToSlash(t.TempDir()), "s3": newStore(t).url,
	} {
		t.Run(name, func(t *testing.T) {
			a, b := newMachine(t), newMachine(t)
			ctx, in := context.Background(), wanted()
			first := a.claims(at)
			if err := first.Claim(ctx, in); err != nil {
				t.Fatal(err)
			}
			if err := a.claims(at).Claim(ctx, in); err != nil {
				t.Errorf("the same ledger after a restart: %v", err)
			}
			other := isHeld(t, b.claims(at).Claim(ctx, in))
			if other.Machine == "" || other.Since.IsZero() || other.VideoID != "" {
				t.Errorf("the holder is not named: %+v", other)
			}
			b.claims(at).Release(ctx, in) // it is not its claim
			isHeld(t, b.claims(at).Claim(ctx, in))
			first.Release(ctx, in)
			if err := b.claims(at).Claim(ctx, in); err != nil {
				t.Fatalf("after the release: %v", err)
			}
			isHeld(t, a.claims(at).Claim(ctx, in))
			b.claims(at).Bought(ctx, in, "v1")
			if other := isHeld(t, a.claims(at).Claim(ctx, in)); other.VideoID != "v1" {
				t.Errorf("the outcome is %+v", other)
			}
			if left, _ := filepath.Glob(filepath.Join(b.dir, ".greenroom", "claims", "*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestManyMachinesClaimAtOnce: of machines that claim the same take at the same moment, exactly one may buy it.
func TestManyMachinesClaimAtOnce(t *testing.T) {
	at := "file://" + filepath.ToSlash(t.TempDir())
	for round := range 20 {
		in := wanted()
		in.Take = fmt.Sprintf("%064x", round)
		var mu sync.Mutex
		var g sync.WaitGroup
		won := 0
		for range 4 {
			c := newMachine(t).claims(at)
			g.Go(func() {
				if c.Claim(context.Background(), in) == nil {
					mu.Lock()
					defer mu.Unlock()
					won++
				}
			})
		}
		g.Wait()
		if won != 1 {
			t.Errorf("round %d: %d machines may buy", round, won)
		}
	}
}

// TestNothingIsBoughtWhenTheCacheCannotDecide: each way in which a cache can fail while a take is claimed.
func TestNothingIsBoughtWhenTheCacheCannotDecide(t *testing.T) {
	for _, mode := range []string{"unreachable", "slow", "full", "refusing", "overwriting", "answer lost"} {
		t.Run(mode, func(t *testing.T) {
			s, in := newStore(t), wanted()
			a, b := newMachine(t), newMachine(t)
			s.be(mode)
			err := a.claims(s.url).Claim(context.Background(), in)
			if mode == "answer lost" && err == nil {
				return // it was read back and is ours
			}
			if err == nil || fault.KindOf(err) != fault.Failed || errors.As(err, new(*ledger.ClaimedError)) {
				t.Fatalf("the claim: %v", err)
			}
			if err := a.claims(s.url).Claim(context.Background(), in); mode == "overwriting" && err == nil {
				t.Error("the second run buys with a claim that does not exclude others")
			}
			s.be("")
			if mode == "overwriting" || mode == "answer lost" { // the claim was stored after all
				isHeld(t, b.claims(s.url).Claim(context.Background(), in))
			} else if n := s.count(); n > 0 {
				t.Errorf("%d objects were stored", n)
			}
			if err := a.claims(s.url).Claim(context.Background(), in); err != nil {
				t.Errorf("when the cache works again: %v", err)
			}
		})
	}
}

// TestACacheThatPretends: it answers a conditional write with success although the object exists, and keeps the object.
func TestACacheThatPretends(t *testing.T) {
	s, in := newStore(t), wanted()
	if err := newMachine(t).claims(s.url).Claim(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	s.be("pretending")
	b := newMachine(t).claims(s.url)
	isHeld(t, b.Claim(context.Background(), in))
	// Between its read and its write: it sees no entry, and the write seems to succeed.
	if created, err := b.add(context.Background(), in, ClaimEntry{number: -1}, ClaimEntry{Kind: claimed}); created || err == nil {
		t.Errorf("the second machine counts as the first: %v, %v", created, err)
	}
}

// TestClocksDoNotDecide: a machine whose clock is wrong evaluates claims like any other.
func TestClocksDoNotDecide(t *testing.T) {
	for _, skew := range []time.Duration{-time.Hour, time.Hour, 40 * 24 * time.Hour} {
		s, in := newStore(t), wanted()
		a, b := newMachine(t), newMachine(t)
		a.skew = skew
		if err := a.claims(s.url).Claim(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		isHeld(t, b.claims(s.url).Claim(context.Background(), in))
		a.skew = -skew
		if err := a.claims(s.url).Claim(context.Background(), in); err != nil {
			t.Errorf("the holder after its clock was set: %v", err)
		}
	}
}

// TestDamagedClaims: an entry that cannot be read is a claim that no machine holds: only the user's answer frees the
// take.
func TestDamagedClaims(t *testing.T) {
	for _, text := range []string{"", "{", `{"kind":"claimed"}`, `{"kind":"bought","take":"x"}`, "null"} {
		dir := t.TempDir()
		at, in := "file://"+filepath.ToSlash(dir), wanted()
		key := claimKey(in)
		path := filepath.Join(dir, "claims", key[:2], key+"-0.json")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
		c := newMachine(t).claims(at)
		isHeld(t, c.Claim(context.Background(), in))
		if held, err := c.Held(context.Background(), in); err != nil || !held {
			t.Errorf("%q: held %v, %v", text, held, err)
		}
		if err := c.Answer(context.Background(), in, ""); err != nil {
			t.Fatal(err)
		}
		if err := c.Claim(context.Background(), in); err != nil {
			t.Errorf("%q: after the answer: %v", text, err)
		}
	}
}

// TestACopiedStateFolder: a copy of a folder with an open claim, on another machine, is another ledger.
func TestACopiedStateFolder(t *testing.T) {
	s, in := newStore(t), wanted()
	a := newMachine(t)
	if err := a.claims(s.url).Claim(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	c := a.claims(s.url)
	c.machine = "elsewhere"
	isHeld(t, c.Claim(context.Background(), in))
}

func TestNoClaimsWithoutAWritableCache(t *testing.T) {
	m := newMachine(t)
	if m.claims(None) != nil {
		t.Error("there are claims without a cache")
	}
}
