package pipeline

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/purchase"
)

// oneCache returns the options of machines with one shared cache.
func oneCache(t *testing.T) func(*Options) {
	at := "file://" + filepath.ToSlash(t.TempDir())
	return func(o *Options) { o.Cache = at }
}

// another is a second machine with the same project and the same account.
func (p *projectAt) another() *projectAt {
	q := &projectAt{t: p.t, dir: p.t.TempDir(), env: p.env}
	q.write(ManifestName, p.read(ManifestName))
	return q
}

// TestAClaimWithoutAnOutcome: the machine that claimed the take got no answer, and is gone. Another waits, then needs
// the user; it never buys by itself.
func TestAClaimWithoutAnOutcome(t *testing.T) {
	t.Parallel()
	shared := oneCache(t)
	f, a := parkedAt(t, false, shared)
	f.answer(nil)
	b := a.another()
	_, err := b.build(BuildOptions{Wait: 300 * time.Millisecond}, shared)
	mustContain(t, err, "is buying this take since", "bought nothing", "greenroom resolve one --not-paid", a.rows()[0].Marker)
	if fault.ExitCode(err) != 4 {
		t.Errorf("exit code %d, want 4", fault.ExitCode(err))
	}
	sum, err := b.build(BuildOptions{NoWait: true}, shared)
	if err != nil || sum.Waiting != 1 {
		t.Errorf("without waiting: %d waiting, %v", sum.Waiting, err)
	}
	if n := f.billed(); n != 0 {
		t.Fatalf("%d jobs billed, though another machine holds the claim", n)
	}
	if err := b.resolve(purchase.Answer{}, shared); err != nil {
		t.Fatal(err)
	}
	if sum, err = b.build(BuildOptions{}, shared); err != nil || sum.Bought != 1 {
		t.Fatalf("after the answer: %d bought, %v", sum.Bought, err)
	}
	// The first machine comes back, and finds the other's take.
	if sum, err = a.build(BuildOptions{}, shared); err != nil || sum.Bought != 0 {
		t.Errorf("the first machine: %d bought, %v", sum.Bought, err)
	}
	if n := f.billed(); n != 1 {
		t.Errorf("%d jobs billed for one take", n)
	}
}

// TestAClaimedTakeIsFoundOnTheAccount: the answer was lost, the video is on the account: a second machine finds it by
// the marker.
func TestAClaimedTakeIsFoundOnTheAccount(t *testing.T) {
	t.Parallel()
	shared := oneCache(t)
	f, a := parkedAt(t, true, shared)
	f.answer(nil)
	b := a.another()
	mustContain(t, b.resolve(purchase.Answer{}, shared), "it was paid")
	sum, err := b.build(BuildOptions{}, shared)
	if err != nil || sum.Bought != 0 || sum.Fetched != 1 {
		t.Fatalf("%d bought, %d downloaded, %v", sum.Bought, sum.Fetched, err)
	}
	if row := b.rows()[0]; row.State != ledger.Completed || row.Price != 0 {
		t.Errorf("the adopted row is %+v", row)
	}
	if n := f.billed(); n != 1 {
		t.Errorf("%d jobs billed for one take", n)
	}
}

// TestTheUserNamesTheVideoOfAClaim: the answer counts for both machines.
func TestTheUserNamesTheVideoOfAClaim(t *testing.T) {
	t.Parallel()
	shared := oneCache(t)
	f, a := parkedAt(t, true, shared)
	id := f.videoOf(a, a.rows()[0].Marker)
	b := a.another()
	if err := b.resolve(purchase.Answer{VideoID: id}, shared); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*projectAt{b, a, a.another()} {
		if sum, err := p.build(BuildOptions{}, shared); err != nil || sum.Bought != 0 {
			t.Errorf("%d bought, %v", sum.Bought, err)
		}
	}
	if n := f.billed(); n != 1 {
		t.Errorf("%d jobs billed for one take", n)
	}
}

// TestARefusalReleasesTheClaim: nothing was bought, so another machine may.
func TestARefusalReleasesTheClaim(t *testing.T) {
	t.Parallel()
	shared := oneCache(t)
	f := newGate(t)
	a := newProjectAt(t, "v2", `one: {script: "One."}`)
	a.env["HEYGEN_API_BASE"] = f.srv.URL
	f.answer(refuseCredit)
	if _, err := a.build(BuildOptions{}, shared); err == nil {
		t.Fatal("a refused request causes no error")
	}
	f.answer(nil)
	if sum, err := a.another().build(BuildOptions{}, shared); err != nil || sum.Bought != 1 {
		t.Errorf("the second machine: %d bought, %v", sum.Bought, err)
	}
	if sum, err := a.build(BuildOptions{}, shared); err != nil || sum.Bought != 0 {
		t.Errorf("the first machine: %d bought, %v", sum.Bought, err)
	}
	if n := f.billed(); n != 1 {
		t.Errorf("%d jobs billed for one take", n)
	}
}

// refuseCredit answers each purchase with HeyGen's refusal.
func refuseCredit(w http.ResponseWriter, r *http.Request) bool {
	if !isPurchase(r) {
		return false
	}
	w.WriteHeader(http.StatusPaymentRequired)
	_, _ = w.Write([]byte(`{"error":{"code":"insufficient_credit","message":"no credit"}}`))
	return true
}
