package standin

import (
	"testing"

	"greenroom/compose/standin"
)

// TestCaptionsAreInTheKeyWhereTheyAreShown: the stand-ins of other clips keep their keys.
func TestCaptionsAreInTheKeyWhereTheyAreShown(t *testing.T) {
	t.Parallel()
	key := func(c standin.Captions) string {
		return Key(standin.Spec{Script: "One.", Width: 320, Height: 240, Captions: c}, "")
	}
	if key(standin.Captions{Size: 20, Alignment: 8}) != key(standin.Captions{}) {
		t.Error("captions that are not shown change the key")
	}
	seen := map[string]bool{key(standin.Captions{}): true}
	for _, c := range []standin.Captions{{On: true}, {On: true, Size: 20}, {On: true, Alignment: 8}} {
		if seen[key(c)] {
			t.Errorf("%+v has the key of another look", c)
		}
		seen[key(c)] = true
	}
}
