package segments

import (
	"context"
	"maps"
	"os"
	"slices"
	"testing"

	"greenroom/compose/native"
)

// TestWhatASourceNeeds is made only for a source that is missing; a file that its key no longer describes is good for
// one film.
func TestWhatASourceNeeds(t *testing.T) {
	s := newStudio(t)
	var made []string
	valid := false
	source := func(key string, needs ...Source) Source {
		return Source{Key: key, Ext: ".wav", Needs: needs, Valid: func(context.Context) bool { return valid },
			Make: func(_ context.Context, out string, paths []string, _ func(int)) (native.Encoded, error) {
				made = append(made, key)
				text := key
				for _, path := range paths {
					b, err := os.ReadFile(path)
					if err != nil {
						return native.Encoded{}, err
					}
					text += " " + string(b)
				}
				return native.Encoded{Path: out}, os.WriteFile(out, []byte(text), 0o600)
			}}
	}
	render := func(missing, want []string) {
		t.Helper()
		made = nil
		r := Ranges{Sound: source("film", source("one"), source("two"))}
		if got := slices.Sorted(maps.Keys(s.Missing(t.Context(), r))); !slices.Equal(got, missing) {
			t.Errorf("missing %v, want %v", got, missing)
		}
		units := r.units()
		if err := s.makeAll(t.Context(), units, false, nil); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(made, want) {
			t.Errorf("made %v, want %v", made, want)
		}
	}
	all := []string{"film", "one", "two"}
	render(all, []string{"one", "two", "film"})
	valid = true
	render(all, []string{"one", "two", "film"})
	render(nil, nil)
	s.Index.Forget("film")
	render([]string{"film"}, []string{"film"})
}
