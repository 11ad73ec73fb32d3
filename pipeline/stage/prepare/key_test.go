package prepare

import (
	"strings"
	"testing"

	"greenroom/compose/media"
	"greenroom/pipeline/renditions"
)

// TestPosterKeyOfEarlierVersions holds the key of posters that were made before a picture was chosen: lockfiles have it.
func TestPosterKeyOfEarlierVersions(t *testing.T) {
	t.Parallel()
	master, s, tools := strings.Repeat("0", 64), media.PrepareSpec{Transparent: true}, media.Tools{Version: "7.1"}
	earlier := EarlierPosterKey(master, s, tools)
	if earlier != "fbcb8d6ed6a752d08e1595996ad45c24baa69cb331c8a05eedf56556f7db8252" {
		t.Errorf("the key of earlier posters changed: %s", earlier)
	}
	if got := Key(renditions.WebM, master, s, tools); got != "79948771a41392dd3710da55d80a2236a66c6c21173d140a8577ea1aab6aea37" {
		t.Errorf("the key of the WebM changed: %s", got)
	}
	if Key(renditions.Poster, master, s, tools) == earlier {
		t.Error("the rule is not in the key of the poster")
	}
}
