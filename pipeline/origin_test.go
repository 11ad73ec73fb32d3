package pipeline

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/pipeline/films"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/planning"
)

// explained is an error with its hints, as a user reads it.
func explained(err error) string {
	var b strings.Builder
	for _, f := range fault.All(err) {
		b.WriteString(f.Error() + "\nhint: " + f.Hint + "\n")
	}
	return b.String()
}

// TestASandboxTakeIsNeverAFinalTake: a project that was built on the sandbox and then
// switched to an account has nothing to keep, in plan, frozen builds and films.
func TestASandboxTakeIsNeverAFinalTake(t *testing.T) {
	const one = `one: {script: "One.", size: 1280x720}` // of each generation
	t.Parallel()
	p := newProjectAt(t, "sandbox", one)
	if sum, err := p.build(BuildOptions{}); err != nil || sum.Bought != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if take := p.props().Clips["one"].Take; take.Origin != "sandbox" {
		t.Errorf("the props say %+v", take)
	}
	if lock := p.read(LockName); !strings.Contains(lock, "origin: sandbox") {
		t.Errorf("the lockfile does not say who made it:\n%s", lock)
	}
	for _, api := range []string{"v2", "v3", "auto"} {
		p.manifest(api, one)
		if api == "auto" { // the account has to be asked
			p.env["HEYGEN_API_BASE"] = newGate(t).srv.URL
		}
		steps, err := p.plan()
		if err != nil || steps[0].Action != planning.Buy || !strings.Contains(steps[0].Reason, "the sandbox") {
			t.Errorf("%s: the plan is %+v, %v", api, steps, err)
		}
		delete(p.env, "HEYGEN_API_BASE")
		_, err = p.build(BuildOptions{Frozen: true})
		mustContain(t, err, "sandbox", "greenroom build")
		err = p.with(func(q *Project) error {
			q.Account.Offline()
			_, err := resolvedFilms(t.Context(), q, []string{"tour"}, films.Options{})
			return err
		})
		mustContain(t, err, "the sandbox", "--allow-sandbox")
		if err := p.with(func(q *Project) error {
			q.Account.Offline()
			_, err := resolvedFilms(t.Context(), q, []string{"tour"}, films.Options{})
			return err
		}, func(o *Options) { o.AllowSandbox = true }); err != nil {
			t.Errorf("%s: not even for a preview: %v", api, err)
		}
	}
	// Bought from an account, it is another take; back on the sandbox, that one is not its own.
	f := newGate(t)
	p.env["HEYGEN_API_BASE"] = f.srv.URL
	p.manifest("v2", one)
	if sum, err := p.build(BuildOptions{}); err != nil || sum.Bought != 1 || f.billed() != 1 {
		t.Fatalf("%+v, %v, %d billed", sum, err, f.billed())
	}
	if o := p.props().Clips["one"].Take.Origin; !strings.HasPrefix(o, "local-") {
		t.Errorf("origin %q", o)
	}
	if steps, err := p.plan(); err != nil || steps[0].Action != planning.Keep {
		t.Errorf("%+v, %v", steps, err)
	}
	// Without the address the same manifest means HeyGen: a server on this machine is none.
	delete(p.env, "HEYGEN_API_BASE")
	if steps, err := p.plan(); err != nil || steps[0].Action != planning.Buy || !strings.Contains(steps[0].Reason, "a server on this machine") {
		t.Errorf("%+v, %v", steps, err)
	}
}

// TestTheSharedCacheKeepsOriginsApart: what the sandbox made is not found by a project that
// has an account.
func TestTheSharedCacheKeepsOriginsApart(t *testing.T) {
	t.Parallel()
	cache := "file://" + t.TempDir()
	shared := func(o *Options) { o.Cache = cache }
	a := newProjectAt(t, "sandbox", `one: {script: "One."}`)
	if _, err := a.build(BuildOptions{}, shared); err != nil {
		t.Fatal(err)
	}
	a.manifest("v2", `one: {script: "One."}`) // and a push with today's manifest
	if err := a.with(func(q *Project) error { _, err := q.Share(t.Context(), nil, false); return err }, shared); err != nil {
		t.Fatal(err)
	}
	f := newGate(t)
	b := newProjectAt(t, "v2", `one: {script: "One."}`)
	b.env["HEYGEN_API_BASE"] = f.srv.URL
	if sum, err := b.build(BuildOptions{}, shared); err != nil || sum.Bought != 1 || f.billed() != 1 {
		t.Errorf("the sandbox's take was handed to an account: %+v, %v, %d billed", sum, err, f.billed())
	}
	// The same account on another machine gets it without a purchase.
	c := newProjectAt(t, "v2", `one: {script: "One."}`)
	c.env["HEYGEN_API_BASE"] = f.srv.URL
	if sum, err := c.build(BuildOptions{}, shared); err != nil || sum.Bought != 0 || f.billed() != 1 {
		t.Errorf("%+v, %v, %d billed", sum, err, f.billed())
	}
	// Another account does not, unless its manifest accepts the first.
	d := newProjectAt(t, "v2", `one: {script: "One."}`)
	d.env["HEYGEN_API_BASE"], d.env["HEYGEN_API_KEY"] = f.srv.URL, "key-b"
	o := b.props().Clips["one"].Take.Origin
	d.write(ManifestName, strings.Replace(d.read(ManifestName), "{api: v2}", "{api: v2, accounts: [server-0-0, "+strings.Replace(o, "local", "heygen", 1)+"]}", 1))
	if sum, err := d.build(BuildOptions{}, shared); err != nil || sum.Bought != 1 || f.billed() != 2 {
		t.Errorf("%+v, %v, %d billed", sum, err, f.billed())
	}
}

// TestTheSandboxIsOnThisMachine: with api: sandbox another machine's address would buy for
// real while the budget and the question are skipped.
func TestTheSandboxIsOnThisMachine(t *testing.T) {
	t.Parallel()
	p := newProjectAt(t, "sandbox", `one: {script: "One."}`)
	for _, base := range []string{
		"https://api.heygen.com", "https://localhost.evil.example", "http://127.0.0.1@evil.example", "https://10.0.0.7:8787",
		"https://[2001:db8::1]", "https://0.0.0.0",
	} {
		p.env["HEYGEN_API_BASE"] = base
		_, err := p.plan()
		mustContain(t, err, "sandbox", "HEYGEN_API_BASE")
		if fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: kind %v", base, fault.KindOf(err))
		}
	}
	for _, base := range []string{"http://127.0.0.1:8787", "http://localhost:1", "http://[::1]:1"} {
		p.env["HEYGEN_API_BASE"] = base
		if _, err := p.plan(); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
}

// TestAnUnknownResultBelongsToItsAccount: a request whose answer was lost is not repeated,
// searched or bought again with another account's key.
func TestAnUnknownResultBelongsToItsAccount(t *testing.T) {
	t.Parallel()
	for _, api := range []string{"v2", "v3"} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			a, b := newGate(t), newGate(t)
			p := newProjectAt(t, api, `one: {script: "One."}`)
			p.env["HEYGEN_API_BASE"] = a.srv.URL
			a.answer(func(w http.ResponseWriter, r *http.Request) bool {
				if isPurchase(r) {
					a.forward(r)
					cut(w)
				}
				return isPurchase(r)
			})
			if _, err := p.build(BuildOptions{Strict: true}); err == nil || a.billed() != 1 {
				t.Fatalf("%v, %d billed", err, a.billed())
			}
			a.answer(nil)
			p.env["HEYGEN_API_BASE"], p.env["HEYGEN_API_KEY"] = b.srv.URL, "key-b"
			for range 2 {
				_, err := p.build(BuildOptions{})
				mustContain(t, err, "is unknown", "greenroom resolve one")
			}
			if steps, err := p.plan(); err != nil || steps[0].Action != planning.Blocked {
				t.Errorf("%+v, %v", steps, err)
			}
			if b.billed() != 0 || len(b.posts) != 0 {
				t.Errorf("the other account was billed %d times, %d requests", b.billed(), len(b.posts))
			}
			p.env["HEYGEN_API_BASE"], p.env["HEYGEN_API_KEY"] = a.srv.URL, "key-a"
			if _, err := p.build(BuildOptions{}); err != nil || a.billed() != 1 {
				t.Errorf("with the first key: %v, %d billed", err, a.billed())
			}
		})
	}
}

// TestAReplacedKeyOfTheSameUserBuysNothingAgain: the provider returns the user of the key.
func TestAReplacedKeyOfTheSameUserBuysNothingAgain(t *testing.T) {
	t.Parallel()
	f := newGate(t)
	f.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/me") {
			_, _ = w.Write([]byte(`{"data":{"username":"ada"}}`))
			return true
		}
		return false
	})
	p := newProjectAt(t, "v3", `one: {script: "One."}`)
	p.env["HEYGEN_API_BASE"] = f.srv.URL
	if _, err := p.build(BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	p.env["HEYGEN_API_KEY"] = "key-a-renewed"
	if steps, err := p.plan(); err != nil || steps[0].Action != planning.Keep {
		t.Errorf("%+v, %v", steps, err)
	}
	// Where the account cannot be asked, the key alone does not decide.
	p.env["HEYGEN_API_KEY"] = "key-a-third"
	f.answer(func(w http.ResponseWriter, r *http.Request) bool { cut(w); return true })
	if steps, err := p.plan(); err != nil || steps[0].Action != planning.Keep {
		t.Errorf("%+v, %v", steps, err)
	}
	// Another user's key is another account, also where the provider does not tell.
	for name, hook := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"another user": nil,
		"no such call": func(w http.ResponseWriter, r *http.Request) bool { http.NotFound(w, r); return true },
	} {
		f.answer(hook)
		p.env["HEYGEN_API_KEY"] = "key of " + name
		if steps, err := p.plan(); err != nil || steps[0].Action != planning.Buy || !strings.Contains(steps[0].Reason, "the take was made by") {
			t.Errorf("%s: %+v, %v", name, steps, err)
		}
	}
	// The manifest can accept it.
	o := p.props().Clips["one"].Take.Origin
	p.manifest("v3, accounts: ["+o+"]", `one: {script: "One."}`)
	if _, err := p.plan(); err == nil || !strings.Contains(err.Error(), "not an account of a provider") {
		t.Errorf("a server on this machine is accepted as an account: %v", err)
	}
}

// TestRecordsOfEarlierVersionsMigrate: the fixtures were written by the version before
// origins, with the sandbox.
func TestRecordsOfEarlierVersionsMigrate(t *testing.T) {
	t.Parallel()
	fixture := func(t *testing.T, state bool) *projectAt {
		p := newProjectAt(t, "sandbox", "")
		copyTo := func(name, to string) {
			b, err := os.ReadFile(filepath.Join("testdata", "before-origins", name))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(p.dir, to)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, b, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		copyTo("greenroom.yaml", ManifestName)
		copyTo("greenroom.lock", LockName)
		if state {
			copyTo("ledger.db", StateDir+"/ledger.db")
			copyTo("account.json", StateDir+"/account.json")
			copyTo("state.json", StateDir+"/sandbox/state.json")
			copyTo("jobs.jsonl", StateDir+"/sandbox/jobs.jsonl")
		}
		return p
	}
	real := func(p *projectAt) {
		p.write(ManifestName, strings.Replace(p.read(ManifestName), "api: sandbox", "api: v2", 1))
	}

	p := fixture(t, true)
	if steps, err := p.plan(); err != nil || steps[0].Action != planning.Fetch || !strings.Contains(steps[0].Reason, "nothing more to pay") {
		t.Errorf("its own sandbox's takes are bought again: %+v, %v", steps, err)
	}
	if err := p.with(func(q *Project) error {
		return errors.Join(q.OpenState(), q.answers().RecordOrigins(t.Context(), true))
	}); err != nil {
		t.Fatal(err)
	}
	if lock := p.read(LockName); strings.Count(lock, "origin: sandbox") != 2 {
		t.Errorf("not migrated:\n%s", lock)
	}
	for _, r := range p.rows() {
		if r.Origin != "sandbox" || r.Take != r.Key || r.Once() != "gr-"+r.Key {
			t.Errorf("%+v", r)
		}
	}

	p = fixture(t, true)
	real(p)
	if steps, err := p.plan(); err != nil || steps[0].Action != planning.Buy || !strings.Contains(steps[0].Reason, "the sandbox") {
		t.Errorf("%+v, %v", steps, err)
	}

	// A clean clone knows nothing: nothing is final until the account has answered.
	p = fixture(t, false)
	real(p)
	if steps, err := p.plan(); err != nil || steps[0].Action != planning.Settle || steps[0].Price != 0 {
		t.Errorf("%+v, %v", steps, err)
	}
	_, err := p.build(BuildOptions{Frozen: true})
	mustContain(t, err, "without its account", "greenroom build")
	key := p.env["HEYGEN_API_KEY"]
	delete(p.env, "HEYGEN_API_KEY") // watch and --stand-ins buy nothing and need none
	if sum, err := p.build(BuildOptions{StandIns: true}); err != nil || sum.StandIns != 2 || sum.Bought != 0 {
		t.Errorf("%+v, %v", sum, err)
	}
	p.env["HEYGEN_API_KEY"] = key
	f := newGate(t)
	p.env["HEYGEN_API_BASE"] = f.srv.URL
	confirmed := 0
	if _, err := p.build(BuildOptions{Confirm: func(*planning.Plan) (bool, error) { confirmed++; return true, nil }}); err != nil || f.billed() != 2 || confirmed != 1 {
		t.Errorf("takes that the account does not know: %v, %d billed, asked %d times", err, f.billed(), confirmed)
	}
	// The same with takes that it knows: they are downloaded.
	lock := strings.NewReplacer("\n    origin: "+p.props().Clips["one"].Take.Origin, "").Replace(p.read(LockName))
	q := newProjectAt(t, "v2", "")
	q.write(ManifestName, p.read(ManifestName))
	q.write(LockName, lock)
	q.env["HEYGEN_API_BASE"] = f.srv.URL
	if strings.Contains(lock, "origin") {
		t.Fatalf("the lockfile is not one of an earlier version:\n%s", lock)
	}
	if sum, err := q.build(BuildOptions{}); err != nil || sum.Bought != 0 || sum.Fetched != 2 || f.billed() != 2 {
		t.Errorf("%+v, %v, %d billed", sum, err, f.billed())
	}
	if lock := q.read(LockName); strings.Count(lock, "origin: local-") != 2 {
		t.Errorf("not migrated:\n%s", lock)
	}
}

// TestAnUnknownResultOfAnEarlierVersionKeepsItsKey: its idempotency key is the one it was
// first sent with.
func TestAnUnknownResultOfAnEarlierVersionKeepsItsKey(t *testing.T) {
	t.Parallel()
	take := strings.Repeat("ab", 32)
	r := ledger.Row{Key: take, Take: take}
	if r.Once() != "gr-"+take {
		t.Errorf("%q", r.Once())
	}
	if r = (ledger.Row{Key: ledger.KeyOf(take, "heygen-1"), Epoch: 2}); r.Once() != "gr-"+r.Key+"-2" {
		t.Errorf("%q", r.Once())
	}
	if ledger.KeyOf(take, "heygen-1") == ledger.KeyOf(take, string(origin.Sandbox)) {
		t.Error("two origins have one row")
	}
}
