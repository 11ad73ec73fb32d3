package segment

import (
	"errors"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

// TestSegmentsThatDoNotFit the composition are an error for the user.
func TestSegmentsThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct{ raw, says string }{
		"no array":     {`{"from":0,"to":10}`, "not an array"},
		"a text":       {`"0-10"`, "not an array"},
		"empty":        {`[]`, "the array is empty"},
		"overlap":      {`[{"from":0,"to":6},{"from":5,"to":10}]`, "segment 2 starts at frame 5, but the one before ends at 6"},
		"gap":          {`[{"from":0,"to":4},{"from":6,"to":10}]`, "no segment has the frames 4 to 5"},
		"late start":   {`[{"from":2,"to":10}]`, "no segment has the frames 0 to 1"},
		"early end":    {`[{"from":0,"to":9}]`, "no segment has the frames 9 to 9"},
		"too long":     {`[{"from":0,"to":11}]`, "segment 1 ends at frame 11, but the composition has 10 frames"},
		"not sorted":   {`[{"from":0,"to":3},{"from":6,"to":10},{"from":3,"to":6}]`, "segment 3 starts at frame 3, before segment 2: they are not sorted"},
		"backwards":    {`[{"from":0,"to":5},{"from":5,"to":10},{"from":3,"to":6}]`, "segment 3 starts at frame 3, before segment 2: they are not sorted"},
		"no frames":    {`[{"from":0,"to":0}]`, "segment 1 has no frames"},
		"half a frame": {`[{"from":0,"to":2.5}]`, "with whole frames"},
		"no end":       {`[{"from":0}]`, "with whole frames"},
		"misspelt":     {`[{"from":0,"to":10,"input":1}]`, "{from, to, inputs?, files?, ignore?}"},
		"outside":      {`[{"from":0,"to":10,"files":["../secret"]}]`, `"../secret" is not a file of the project`},
		"absolute":     {`[{"from":0,"to":10,"files":["/etc/passwd"]}]`, "is not a file of the project"},
		"below zero":   {`[{"from":-1,"to":10}]`, "segment 1 starts at frame -1"},
		"a number":     {`[{"from":0,"to":10},7]`, "segment 2"},
	} {
		list, err := Parse("Film", []byte(c.raw), 10)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Usage || f.Hint == "" || list != nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
	}
}

func TestSegments(t *testing.T) {
	for _, raw := range []string{"", "null"} {
		if list, err := Parse("Film", []byte(raw), 10); list != nil || err != nil {
			t.Errorf("%q: %v, %v", raw, list, err)
		}
	}
	const raw = `[{"from":0,"to":4,"inputs":{"title":"Hello"},"files":["./src/One.tsx","public\\one.png"]},{"from":4,"to":10,"inputs":null}]`
	list, err := Parse("Film", []byte(raw), 10)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if s := list[0]; s.Frames() != 4 || string(s.Inputs) != `{"title":"Hello"}` || strings.Join(s.Files, " ") != "src/One.tsx public/one.png" {
		t.Errorf("%+v", s)
	}
	if s := list[1]; s.From != 4 || s.To != 10 || s.Inputs != nil || s.Files != nil {
		t.Errorf("%+v", s)
	}
}

// TestWhatASegmentUses: files that another one names are not among it, nor are those that it ignores.
func TestWhatASegmentUses(t *testing.T) {
	list := []Segment{
		{Files: []string{"src/scenes/one.tsx"}, Ignore: []string{"src/scenes.json"}},
		{Files: []string{"src/scenes", "public/two.png"}},
		{Ignore: []string{"public/greenroom"}},
	}
	for name, want := range map[string]string{
		"src/Root.tsx": "yes yes yes", "src/scenes/one.tsx": "yes yes no", "src/scenes/two.tsx": "no yes no",
		"src/scenes.json": "no yes yes", "public/two.png": "no yes no", "public/greenroom/a.webm": "yes yes no",
		"public/greenroom.txt": "yes yes yes",
	} {
		var got []string
		for _, s := range list {
			got = append(got, map[bool]string{true: "yes", false: "no"}[s.Uses(list, name)])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", name, got, want)
		}
	}
}
