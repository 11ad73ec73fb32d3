package remotion

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

func TestInputs(t *testing.T) {
	t.Parallel()
	standIn := clip("draft")
	standIn.Kind = StandIn
	gone := clip("gone")
	for name, c := range map[string]struct {
		clips []Clip
		input string
		allow bool
		want  string // the clips that the composition gets
		kind  fault.Kind
		says  string // in the error
	}{
		"all ready":                           {clips: []Clip{clip("intro"), clip("b-roll")}, want: "b-roll intro"},
		"no input":                            {clips: nil, want: ""},
		"null input":                          {clips: []Clip{clip("intro")}, input: "null", want: "intro"},
		"a stand-in":                          {clips: []Clip{clip("intro"), standIn}, kind: fault.Failed, says: "stand-ins: draft"},
		"a stand-in with permission":          {clips: []Clip{clip("intro"), standIn}, allow: true, want: "draft intro"},
		"a missing file":                      {clips: []Clip{clip("intro"), gone}, kind: fault.Failed, says: "published file of: gone"},
		"a missing file, stand-ins allowed":   {clips: []Clip{gone}, allow: true, kind: fault.Failed, says: "published file of: gone"},
		"one clip, the others are not ready":  {clips: []Clip{clip("intro"), clip("b-roll"), standIn, gone}, input: `{"clip":"intro"}`, want: "b-roll intro"},
		"one clip, other stand-ins allowed":   {clips: []Clip{clip("intro"), standIn, gone}, input: `{"clip":"intro"}`, allow: true, want: "draft intro"},
		"the one clip is a stand-in":          {clips: []Clip{clip("intro"), standIn}, input: `{"clip":"draft"}`, kind: fault.Failed, says: "stand-ins: draft"},
		"the one clip is missing":             {clips: []Clip{clip("intro"), gone}, input: `{"clip":"gone"}`, kind: fault.Failed, says: "file of: gone"},
		"clip is something of the user's own": {clips: []Clip{clip("intro"), gone}, input: `{"clip":"other"}`, kind: fault.Failed, says: "file of: gone"},
		"clip is not a text":                  {clips: []Clip{clip("intro"), gone}, input: `{"clip":{"a":1}}`, kind: fault.Failed, says: "file of: gone"},
		"empty clip":                          {clips: []Clip{clip("intro"), standIn}, input: `{"clip":""}`, kind: fault.Failed, says: "stand-ins: draft"},
		"input is a list":                     {input: "[1]", kind: fault.Usage, says: "composition's props"},
		"input is not JSON":                   {input: "{", kind: fault.Usage, says: "composition's props"},
	} {
		dir := t.TempDir()
		for _, name := range []string{"intro", "b-roll", "draft"} {
			put(t, dir, map[string]string{"public/" + clip(name).Src: "video"})
		}
		j, _, err := EncodeProps(props(c.clips...))
		if err != nil {
			t.Fatal(err)
		}
		got, err := inputs(project.Layout{Dir: dir}, j, []byte(c.input), c.allow)
		if c.kind != "" {
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != c.kind || f.Hint == "" || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		var in struct {
			Props         Props
			AllowStandIns bool
		}
		if err != nil || json.Unmarshal(got, &in) != nil {
			t.Errorf("%s: %s, %v", name, got, err)
			continue
		}
		if names := strings.Join(slices.Sorted(maps.Keys(in.Props.Clips)), " "); names != c.want || in.AllowStandIns != c.allow {
			t.Errorf("%s: the composition gets %q, stand-ins allowed: %v", name, names, in.AllowStandIns)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	ids := []string{"Presenter", "Loom", "A"}
	for word, want := range map[string]string{"presenter": "Presenter", "Presentr": "Presenter", "Lom": "Loom", "Presneter": "Presenter", "Trailer": "", "": "", "B": "", "a": "A", "XY": ""} {
		if got := nearest(word, ids); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
