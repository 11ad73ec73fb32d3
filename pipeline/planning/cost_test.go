package planning

import (
	"testing"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// TestClipsShareAnError: an error that stops the plan of many clips has the name and the place of each.
func TestClipsShareAnError(t *testing.T) {
	t.Parallel()
	shared := fault.New(fault.Provider, "try again", "the account does not answer")
	for line, name := range []string{"one", "two"} {
		c := manifest.Clip{Name: name, Place: fault.Place{File: "greenroom.yaml", Line: line + 3}}
		got := AtClip(c, shared)
		if len(got) != 1 || got[0].Clip != name || got[0].Place.Line != line+3 || got[0].Hint != shared.Hint {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if shared.Clip != "" || shared.Place != nil {
		t.Errorf("the shared error is changed: %+v", shared)
	}
}
