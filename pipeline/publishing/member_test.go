package publishing

import (
	"reflect"
	"testing"

	"greenroom/compose/media/forms"
	"greenroom/pipeline/renditions"
	"greenroom/remotion"
)

// TestEveryRenditionHasAPlaceInTheProps: one of its own.
func TestEveryRenditionHasAPlaceInTheProps(t *testing.T) {
	t.Parallel()
	var r remotion.Renditions
	seen := map[*string]bool{}
	for _, name := range renditions.All() {
		switch name {
		case renditions.WebM, renditions.Poster, forms.Waveform: // members of the clip
			continue
		}
		m := member(&r, name)
		if m == nil || seen[m] {
			t.Errorf("%s has no place of its own", name)
		}
		seen[m] = true
	}
	if n := reflect.TypeFor[remotion.Renditions]().NumField(); n != len(seen) {
		t.Errorf("%d members for %d renditions", n, len(seen))
	}
}
