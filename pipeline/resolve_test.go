package pipeline

import (
	"net/http"
	"strings"
	"testing"

	"greenroom/pipeline/ledger"
	"greenroom/pipeline/purchase"
)

// parkedAt is a project whose only clip is parked on v2: its answer was lost and the list
// did not show it. The video is on the account all the same when billed is set.
func parkedAt(t *testing.T, billed bool, change ...func(*Options)) (*gate, *projectAt) {
	t.Helper()
	f := newGate(t)
	p := newProjectAt(t, "v2", `one: {script: "One."}`)
	p.env["HEYGEN_API_BASE"] = f.srv.URL
	f.answer(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case isPurchase(r):
			if billed {
				f.forward(r)
			}
			cut(w)
			return true
		case r.URL.Path == "/v1/video.list":
			_, _ = w.Write([]byte(`{"code":100,"data":{"videos":[]}}`))
			return true
		}
		return false
	})
	for range 2 {
		if _, err := p.build(BuildOptions{}, change...); err == nil {
			t.Fatal("a lost answer causes no error")
		}
	}
	if r := p.rows()[0]; r.State != ledger.Parked {
		t.Fatalf("%+v", r)
	}
	return f, p
}

func (p *projectAt) resolve(a purchase.Answer, change ...func(*Options)) error {
	return p.with(func(q *Project) error { return q.Resolve(p.t.Context(), "one", a) }, change...)
}

// videoOf is the id under which the sandbox has a row's video.
func (f *gate) videoOf(p *projectAt, marker string) string {
	f.t.Helper()
	f.answer(nil)
	id := ""
	err := p.with(func(q *Project) error {
		c, err := q.Account.Connect(f.t.Context())
		if err != nil {
			return err
		}
		list, err := c.FindByTitle(f.t.Context(), marker)
		if len(list) > 0 {
			id = list[0].ID
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

// TestNotPaidIsCheckedWithTheAccount: the list shows the video by now, so the answer is
// wrong and would buy it twice.
func TestNotPaidIsCheckedWithTheAccount(t *testing.T) {
	t.Parallel()
	f, p := parkedAt(t, true)
	id := f.videoOf(p, p.rows()[0].Marker)
	mustContain(t, p.resolve(purchase.Answer{}), id, "it was paid", "greenroom resolve one --paid "+id)
	if r := p.rows()[0]; r.State != ledger.Parked {
		t.Errorf("the wrong answer was recorded: %+v", r)
	}
	// Also when the account cannot be reached: then nothing is known.
	f.answer(func(w http.ResponseWriter, r *http.Request) bool { cut(w); return true })
	mustContain(t, p.resolve(purchase.Answer{}), "nothing was recorded", "--unverified")
	// A build finds it without any answer.
	f.answer(nil)
	if sum, err := p.build(BuildOptions{}); err != nil || sum.Fetched != 1 || f.billed() != 1 {
		t.Errorf("%+v, %v, %d billed", sum, err, f.billed())
	}
}

// TestPaidIsCheckedWithTheAccount: an id that is not there, of another video, or of another
// clip is not recorded.
func TestPaidIsCheckedWithTheAccount(t *testing.T) {
	t.Parallel()
	f, p := parkedAt(t, true)
	id := f.videoOf(p, p.rows()[0].Marker)
	// Another clip's video, on record and not.
	p.manifest("v2", `one: {script: "One."}, two: {script: "Two."}`)
	if _, err := p.build(BuildOptions{Clips: []string{"two"}}); err != nil {
		t.Fatal(err)
	}
	two := p.props().Clips["two"].Take.VideoID
	mustContain(t, p.resolve(purchase.Answer{VideoID: "typo123"}), "find video typo123", "greenroom videos --title gr-")
	mustContain(t, p.resolve(purchase.Answer{VideoID: two}), "video "+two+" is the take of two")
	mustContain(t, p.resolve(purchase.Answer{VideoID: two, Unverified: true}), "video "+two+" is the take of two")
	other := newProjectAt(t, "v2", `one: {script: "Elsewhere."}`)
	other.env["HEYGEN_API_BASE"] = f.srv.URL
	if _, err := other.build(BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	elsewhere := other.props().Clips["one"].Take.VideoID
	mustContain(t, p.resolve(purchase.Answer{VideoID: elsewhere}), "without this request's marker")
	if err := p.resolve(purchase.Answer{VideoID: id}); err != nil {
		t.Fatal(err)
	}
	billed := f.billed()
	if sum, err := p.build(BuildOptions{}); err != nil || f.billed() != billed || p.props().Clips["one"].Take.VideoID != id {
		t.Errorf("%+v, %v", sum, err)
	}
}

// TestAWrongAnswerCanBeCorrected: whatever was recorded without a check.
func TestAWrongAnswerCanBeCorrected(t *testing.T) {
	t.Parallel()
	f, p := parkedAt(t, true)
	id := f.videoOf(p, p.rows()[0].Marker)
	step := func(a purchase.Answer, state ledger.State) {
		t.Helper()
		if err := p.resolve(a); err != nil {
			t.Fatal(err)
		}
		if r := p.rows()[0]; r.State != state || r.VideoID != a.VideoID {
			t.Fatalf("%+v", r)
		}
	}
	step(purchase.Answer{VideoID: "typo123", Unverified: true}, ledger.Submitted)
	_, err := p.build(BuildOptions{})
	mustContain(t, err, "typo123")
	step(purchase.Answer{Unverified: true}, ledger.Intended)
	step(purchase.Answer{VideoID: "typo456", Unverified: true}, ledger.Submitted)
	step(purchase.Answer{VideoID: id}, ledger.Submitted)
	if _, err := p.build(BuildOptions{}); err != nil || f.billed() != 1 {
		t.Fatalf("%v, %d billed", err, f.billed())
	}
	if got := p.props().Clips["one"].Take.VideoID; got != id {
		t.Errorf("video %s, want %s", got, id)
	}

	// A wrong answer whose file came already is corrected too, and its footage goes.
	other := newProjectAt(t, "v2", `one: {script: "Elsewhere."}`)
	other.env["HEYGEN_API_BASE"] = f.srv.URL
	if _, err := other.build(BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	wrong := other.props().Clips["one"].Take.VideoID
	f, p = parkedAt(t, true)
	_ = wrong
	id = f.videoOf(p, p.rows()[0].Marker)
	step(purchase.Answer{VideoID: id, Unverified: true}, ledger.Submitted)
	if _, err := p.build(BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	if lock := p.read(LockName); !strings.Contains(lock, id) {
		t.Fatalf("%s", lock)
	}
	if err := p.resolve(purchase.Answer{VideoID: "another", Unverified: true}); err != nil {
		t.Fatal(err)
	}
	if lock := p.read(LockName); strings.Contains(lock, id) {
		t.Errorf("the lockfile still has the wrong answer's file:\n%s", lock)
	}
	// adopt corrects it as well.
	if err := p.with(func(q *Project) error { return q.Adopt(t.Context(), "one", id) }); err != nil {
		t.Fatal(err)
	}
	if _, err := p.build(BuildOptions{}); err != nil || f.billed() != 1 {
		t.Errorf("%v, %d billed", err, f.billed())
	}
}

// TestNotPaidWhereNothingArrived: the account confirms it and the next build buys.
func TestNotPaidWhereNothingArrived(t *testing.T) {
	t.Parallel()
	f, p := parkedAt(t, false)
	f.answer(nil)
	if err := p.resolve(purchase.Answer{}); err != nil {
		t.Fatal(err)
	}
	if sum, err := p.build(BuildOptions{}); err != nil || sum.Bought != 1 || f.billed() != 1 {
		t.Errorf("%+v, %v, %d billed", sum, err, f.billed())
	}
	mustContain(t, p.resolve(purchase.Answer{}), "no request of it has an unknown result")
}
