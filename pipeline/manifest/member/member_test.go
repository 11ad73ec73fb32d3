package member

import (
	"slices"
	"testing"

	"greenroom/internal/fault"
)

func TestPlacesOfMembers(t *testing.T) {
	var p Places
	at := func(line int) func() fault.Place {
		return func() fault.Place { return fault.Place{Line: line, Column: 3} }
	}
	shared := NewRecorder("defaults", &p.Shared)
	shared.Record("defaults", "voice", at(1)) // a mapping: its members count
	shared.Record("defaults.voice", "speed", at(2))
	shared.Record("defaults.avatar", "id", at(3))
	own := NewRecorder("clips.intro", &p.Own)
	own.Record("clips.intro", "script", at(4))
	own.Record("clips.intro.voice", "speed", at(5))
	own.Record("clips.intro.scenes[12].voice", "pitch", at(6))
	own.Record("clips.other", "take", at(7))
	own.Record("clips.intro", "unknown", at(8))
	for member, want := range map[string]struct {
		line    int
		own, ok bool
	}{
		"voice.speed":        {5, true, true}, // the clip's own comes first
		"avatar.id":          {3, false, true},
		"script":             {4, true, true},
		"scenes.voice.pitch": {6, true, true},
		"take":               {},
		"voice":              {},
	} {
		got, isOwn, ok := p.Of(member)
		if got.Line != want.line || isOwn != want.own || ok != want.ok {
			t.Errorf("%s: line %d, own %v, found %v; want %+v", member, got.Line, isOwn, ok, want)
		}
	}
	if len(p.Own) != 3 || len(p.Shared) != 2 {
		t.Errorf("%d own places and %d of defaults", len(p.Own), len(p.Shared))
	}
	Recorder{}.Record("clips.intro", "script", func() fault.Place {
		t.Error("nothing is recorded, and a place is computed")
		return fault.Place{}
	})
}

func TestNamesAreUnique(t *testing.T) {
	names := slices.Sorted(slices.Values(Names()))
	if len(names) < 50 || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%d names: %q", len(names), names)
	}
}
