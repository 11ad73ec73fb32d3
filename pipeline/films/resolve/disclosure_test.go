package resolve

import (
	"strings"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
)

const labelled = "compositions:\n  card: {length: 3s, background: navy}\n  tour:\n    formats: [16:9, 9:16, 1:1]\n" +
	"    intro: card\n    outro: card\n    layers: [{clip: hello}, {composition: card, for: 2s}, {text: Tour, for: 3s}]\n"

// labelsOf returns the layers of a film that are labels.
func labelsOf(f *timeline.Film) (out []int) {
	for i, l := range f.Layers {
		if strings.Contains(l.ID, "disclosure") {
			out = append(out, i)
		}
	}
	return out
}

// TestLabelIsOverTheCompleteFilmOnce: over intro and outro, and not for nested compositions, and over all else.
func TestLabelIsOverTheCompleteFilmOnce(t *testing.T) {
	t.Parallel()
	dir, facts := world(t)
	plain := load(t, dir, labelled)
	m := load(t, dir, "disclose: {label: AI-generated}\n"+labelled)
	for _, name := range []string{"tour-16x9", "tour-9x16", "tour-1x1", "card"} {
		f, err := Film(m, name, facts)
		if err != nil {
			t.Fatal(err)
		}
		labels := labelsOf(f)
		if len(labels) != 1 || labels[0] != len(f.Layers)-1 {
			t.Fatalf("%s: layers %v of %d are labels", name, labels, len(f.Layers))
		}
		l := f.Layers[labels[0]]
		if l.From != 0 || l.Frames != f.Frames || l.Text.Plate == nil || len(l.Text.Lines) != 1 {
			t.Errorf("%s: %+v %+v", name, l, l.Text)
		}
		if in := safeArea(f.Width, f.Height, 0.05); !within(areaOf(l.Box), in) {
			t.Errorf("%s: label at %v is not in the safe area %v", name, l.Box, in)
		}
		for _, o := range f.Layers[:labels[0]] {
			if o.Text != nil && overlap(areaOf(o.Box), areaOf(l.Box)) > 0 {
				t.Errorf("%s: label at %v is on %s", name, l.Box, o.ID)
			}
		}
		before, err := Film(plain, name, facts)
		if err != nil {
			t.Fatal(err)
		}
		if len(labelsOf(before)) != 0 || len(before.Layers) != labels[0] {
			t.Errorf("%s: %d layers without a label, %d below it", name, len(before.Layers), labels[0])
		}
	}
}

func TestLabelAvoidsTexts(t *testing.T) {
	t.Parallel()
	dir, facts := world(t)
	m := load(t, dir, "disclose: {label: true}\ncompositions:\n  tour:\n    length: 4s\n    background: navy\n"+
		"    layers: [{text: A callout in the corner, style: callout}]\n")
	f, err := Film(m, "tour", facts)
	if err != nil {
		t.Fatal(err)
	}
	label := f.Layers[len(f.Layers)-1]
	if label.Box.X < f.Width/2 || label.Box.Y > f.Height/2 {
		t.Errorf("label at %v, not in the upper right corner, where the callout is not", label.Box)
	}
}

func TestLabelsThatDoNotFit(t *testing.T) {
	t.Parallel()
	dir, facts := world(t)
	line := strings.Count(head, "\n") + 1
	film := "compositions: {tour: {length: 8s, background: navy}}\n"
	for _, c := range []struct{ label, want string }{
		{"{text: AI-generated, size: 60%}", "lines, 1 fit into its box"},
		{"{text: AI-generated, size: 100%, line-height: 2}", "no line of it fits into its box"},
		{"{text: AI-generated, box: {left: 99%, width: 30%}}", "beyond the canvas"},
		{"{text: AI-generated, box: {width: 1%}}", "narrower than a letter"},
		{"{text: AI-generated, at: 9s}", "begins at 9 s, the film tour ends at 8 s"},
		{"{text: AI-generated, for: 10s}", "ends at 10 s, the film tour at 8 s"},
		{"{text: AI-generated, at: 7s}", "visible for 1 s, too short to be read"},
		{`{text: "\u3042", font: DejaVuSans.ttf}`, "no font"},
	} {
		m := load(t, dir, "disclose: {label: "+c.label+"}\n"+film)
		_, err := Film(m, "tour", facts)
		list := fault.All(err)
		if len(list) != 1 || !strings.Contains(list[0].Msg, c.want) || list[0].Place.Line != line || list[0].Hint == "" {
			t.Errorf("%s: %v, want %q, a hint and the line of the label", c.label, list, c.want)
		}
	}
}

// TestLabelOfAShortFilm: the label of a film that is shorter than the time to read it is visible for all of it.
func TestLabelOfAShortFilm(t *testing.T) {
	t.Parallel()
	dir, facts := world(t)
	m := load(t, dir, "disclose: {label: true}\ncompositions: {tour: {length: 1s, background: navy}}\n")
	f, err := Film(m, "tour", facts)
	if err != nil || len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0], "too short to be read") {
		t.Errorf("%v %v", err, f)
	}
}
