package render

import "testing"

// TestARangeIsClaimedOnce: films that are rendered at the same time have pictures or sound in common.
func TestARangeIsClaimedOnce(t *testing.T) {
	t.Parallel()
	var c rendering
	a := &part{pictures: "P", sound: "S", wantPictures: true, wantSound: true}
	if !c.claim(a, true) {
		t.Error("the first range does not render its sound with its pictures")
	}
	b := &part{pictures: "P", sound: "T", wantPictures: true, wantSound: true}
	if c.claim(b, false) {
		t.Error("pictures that another film renders are rendered with a sound")
	}
	d := &part{pictures: "Q", sound: "S", wantPictures: true, wantSound: true}
	if c.claim(d, true) {
		t.Error("a sound that another film renders is rendered with pictures")
	}
	e := &part{pictures: "R", wantPictures: true}
	if c.claim(e, true) {
		t.Error("a range without sound renders one")
	}
	if !c.claim(a, true) {
		t.Error("a range that is rendered again has lost its own sound")
	}
}

// TestStartWantsEachKeyOnce: of two ranges that show the same, the first one is rendered.
func TestStartWantsEachKeyOnce(t *testing.T) {
	t.Parallel()
	r := runs{parts: []*part{{from: 0, to: 5, pictures: "P", sound: "S"}, {from: 5, to: 10, pictures: "P", sound: "T"},
		{from: 10, to: 15, pictures: "Q"}}}
	r.start(map[string]bool{"P": true, "S": true, "T": true})
	for i, want := range []*part{{wantPictures: true, wantSound: true}, {wantSound: true, ready: 5}, {ready: 5}} {
		p := r.parts[i]
		if p.wantPictures != want.wantPictures || p.wantSound != want.wantSound || p.ready != want.ready {
			t.Errorf("range %d: pictures %v, sound %v, %d frames ready", i, p.wantPictures, p.wantSound, p.ready)
		}
	}
}

func TestAWarningIsPrintedOnce(t *testing.T) {
	t.Parallel()
	var c rendering
	if !c.first("a") || c.first("a") || !c.first("b") {
		t.Error("a warning is repeated, or missing")
	}
}
