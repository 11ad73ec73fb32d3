package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"nil":                 {nil, 0},
		"plain":               {errors.New("x"), 1},
		"usage":               {New(Usage, "", "x"), 2},
		"wrapped":             {fmt.Errorf("a: %w", New(Media, "", "x")), 7},
		"list":                {List{New(Manifest, "", "x")}, 5},
		"joined":              {errors.Join(errors.New("a"), New(Provider, "", "x")), 8},
		"cancelled":           {context.Canceled, 130},
		"signal beats others": {errors.Join(New(Media, "", "x"), ErrTerminated), 143},
	} {
		if got := ExitCode(c.err); got != c.want {
			t.Errorf("%s: exit %d, want %d", name, got, c.want)
		}
	}
}

func TestFormatPointsAtThePlace(t *testing.T) {
	e := New(Manifest, `leave "speed" out`, "clips.intro.voice.speed must be between 0.5 and 1.5, got 3")
	e.Place = &Place{File: "greenroom.yaml", Line: 12, Column: 20, Text: "    voice: {speed: 3}"}
	want := `greenroom: error: clips.intro.voice.speed must be between 0.5 and 1.5, got 3
  greenroom.yaml:12:20
  12 |     voice: {speed: 3}
     |                    ^
greenroom: hint: leave "speed" out
`
	if got := Format(e, true); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFormatKeepsTheTerminalSafe(t *testing.T) {
	e := New(Failed, "", "server sent \x1b[2J\x07 hello")
	if got := Format(e, true); strings.ContainsAny(got, "\x1b\x07") {
		t.Errorf("control characters got through: %q", got)
	}
}

func TestLongLinesAreCutAroundTheCaret(t *testing.T) {
	text := strings.Repeat("a", 5000) + "X" + strings.Repeat("b", 5000)
	got, col := window(text, 5001)
	if len(got) != maxLine || got[col-1] != 'X' {
		t.Errorf("caret at %d of %q", col, got)
	}
}

func TestAllKeepsHintAndPlaceThroughWrapping(t *testing.T) {
	in := &Error{Kind: Media, Msg: "x", Hint: "do y", Place: &Place{File: "f"}}
	all := All(errors.Join(fmt.Errorf("while z: %w", in), errors.New("other")))
	if len(all) != 2 || all[0].Hint != "do y" || all[0].Msg != "while z: x" || all[1].Kind != Failed {
		t.Errorf("got %+v", all)
	}
}

func TestAFaultOfManyClipsIsSaidOnce(t *testing.T) {
	var list List
	for i := range 1000 {
		e := New(Provider, "choose another size", "v3 does not render 320x240").For(fmt.Sprintf("row-%d", i))
		e.Place = &Place{File: "greenroom.yaml", Line: 7, Column: 3}
		list = append(list, e)
	}
	list = append(list, New(Failed, "", "disk full").For("a"), New(Failed, "", "disk full").For("b"))
	want := `greenroom: error: 1000 clips: v3 does not render 320x240 (row-0, row-1, row-2 and 997 more)
  greenroom.yaml:7:3
greenroom: hint: choose another size
greenroom: error: clip "a": disk full
greenroom: error: clip "b": disk full
greenroom: 1002 errors
`
	if got := Format(list, true); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestClipsShareAnError: an error that fails many clips names each of them, and is not changed.
func TestClipsShareAnError(t *testing.T) {
	shared := New(Failed, "check the address", "the server is gone")
	for _, clip := range []string{"one", "two"} {
		got := AtClip(shared, clip)
		if len(got) != 1 || got[0].Clip != clip || got[0].Hint != shared.Hint {
			t.Errorf("%s: %+v", clip, got)
		}
	}
	if shared.Clip != "" {
		t.Errorf("the shared error names %q", shared.Clip)
	}
	if got := AtClip(New(Media, "", "x").For("three"), "one"); got[0].Clip != "three" {
		t.Errorf("%+v", got[0])
	}
}
