package manifest

import (
	"slices"
	"testing"

	"greenroom/pipeline/captions"
)

// TestChaptersOfAClip: headings of Markdown, scenes, and what has no parts.
func TestChaptersOfAClip(t *testing.T) {
	t.Parallel()
	const text = "---\ntitle: x\n---\nWelcome all. <break time=\"1s\"/>\n\n# New *prices*\n<!-- # no -->\n\n## [Plans](a.md)\n\nThree.\n\n#\n\n# End #1\n"
	want := []captions.Part{{Title: "New prices", After: 10}, {Title: "Plans", After: 10}, {Title: "End #1", After: 15}}
	if got := headings(text); !slices.Equal(got, want) {
		t.Errorf("%+v, not %+v", got, want)
	}
	for name, c := range map[string]struct {
		clip    Clip
		want    []captions.Part
		letters int
	}{
		"headings after a beginning": {Clip{Script: `Welcome all. <break time="1s"/> Three.`, Headings: want[1:2]},
			[]captions.Part{{Title: "Welcome all."}, want[1]}, 15},
		"one heading": {Clip{Script: "Three.", Headings: []captions.Part{{Title: "A"}}}, nil, 0},
		"no heading":  {Clip{Script: "One. Two."}, nil, 0},
		"scenes": {Clip{Scenes: []Scene{{Script: "Good day to you. And now.", Heading: "Hello"}, {Script: "Bye. Bye."}}},
			[]captions.Part{{Title: "Hello"}, {Title: "Bye.", After: 18}}, 24},
		"one scene": {Clip{Scenes: []Scene{{Script: "Bye."}}}, nil, 0},
	} {
		got, letters := c.clip.Chapters()
		if !slices.Equal(got, c.want) || letters != c.letters {
			t.Errorf("%s: %+v %d, not %+v %d", name, got, letters, c.want, c.letters)
		}
	}
}
