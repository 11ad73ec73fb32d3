package fault

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"intro", "outro", "a", "background"}
	for word, want := range map[string]string{
		"intro": "intro", "intor": "intro", "Intro": "intro", "itnr": "", "backgruond": "background", "bakgrund": "background",
		"b": "", "": "", "teaser": "",
	} {
		if got := Nearest(word, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
	if got := Nearest("x", nil); got != "" {
		t.Errorf("of no candidates: %q", got)
	}
}
