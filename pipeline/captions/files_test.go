package captions

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// words are captions of 300 ms each, one for each word.
func words(text string) (out []Caption) {
	for i, w := range strings.Fields(text) {
		out = Add(out, w, int64(i)*300, int64(i)*300+280)
	}
	return Ordered(out)
}

func TestCuesAreReadable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		list []Caption
		want []string // from, to and lines
	}{
		{"words become lines of similar length", words("Welcome to the spring release of our little program, which makes films."), []string{
			"0 3580 Welcome to the spring release of our|little program, which makes films.",
		}},
		{"a sentence ends a cue", words("Short one. And here is the other."), []string{"0 580 Short one.", "600 2080 And here is the other."}},
		{"a pause ends a cue", []Caption{{Text: "one", EndMs: 300}, {Text: " two", StartMs: 1200, EndMs: 1500}}, []string{
			"0 300 one", "1200 1500 two",
		}},
		{"more than two lines need another cue", words(strings.Repeat("alphabet ", 12)), []string{
			"0 2380 alphabet alphabet alphabet alphabet|alphabet alphabet alphabet alphabet", "2400 3580 alphabet alphabet alphabet alphabet",
		}},
		{"overlapping captions do not overlap as cues", []Caption{{Text: "one.", EndMs: 900}, {Text: " two.", StartMs: 500, EndMs: 1500}}, []string{
			"0 500 one.", "500 1500 two.",
		}},
		{"text without spaces is broken", []Caption{{Text: strings.Repeat("春", 60), EndMs: 3000}}, []string{
			"0 3000 " + strings.Repeat("春", 30) + "|" + strings.Repeat("春", 30),
		}},
		{"a long word stays in one line", []Caption{{Text: strings.Repeat("x", 60), EndMs: 3000}}, []string{"0 3000 " + strings.Repeat("x", 60)}},
		{"no captions", nil, nil},
	} {
		var got []string
		for _, cue := range Cues(c.list) {
			got = append(got, fmt.Sprintf("%d %d %s", cue.From, cue.To, strings.Join(cue.Lines, "|")))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestFilesOfCaptions: what a format reads as markup is text, and Parse reads what is written.
func TestFilesOfCaptions(t *testing.T) {
	t.Parallel()
	list := []Caption{{Text: "5 < 6 & {7}", EndMs: 1234}, {Text: ` a\b.`, StartMs: 3_600_000, EndMs: 3_601_500}}
	for name, want := range map[string]string{
		SRT: "1\n00:00:00,000 --> 00:00:01,234\n5 < 6 & {7}\n\n2\n01:00:00,000 --> 01:00:01,500\na\\b.\n",
		VTT: "WEBVTT\n\n00:00:00.000 --> 00:00:01.234\n5 &lt; 6 &amp; {7}\n\n01:00:00.000 --> 01:00:01.500\na\\b.\n",
		ASS: "Dialogue: 0,0:00:00.00,0:00:01.23,Default,,0,0,0,,5 < 6 & (7)\nDialogue: 0,1:00:00.00,1:00:01.50,Default,,0,0,0,,a/b.\n",
	} {
		got := string(Write(name, list, 1920, 1080))
		if !strings.HasSuffix(got, want) {
			t.Errorf("%s:\n%s", name, got)
		}
		if name == VTT {
			continue
		}
		back, err := Parse([]byte(got))
		if err != nil || len(back) != 2 || back[0].StartMs != 0 || back[1].StartMs != 3_600_000 {
			t.Errorf("%s is read as %v, %v", name, back, err)
		}
	}
}
