package markup

import "testing"

func TestBadBreaksAndTheirForm(t *testing.T) {
	for tag, want := range map[string]string{
		`<break time="500ms"/>`: `<break time="0.5s"/>`, `<break time="1500 ms"/>`: `<break time="1.5s"/>`,
		`<break time="0002000ms"/>`: `<break time="2s"/>`, `<break time="5ms"/>`: `<break time="0.005s"/>`,
		`<break time=2s>`: `<break time="2s"/>`, `<BREAK/>`: `<break time="0.5s"/>`, `< break time="3" >`: `<break time="3s"/>`,
		`<break time="1.5s"/>`: "", `<break time="2s" />`: "",
	} {
		got := ""
		if bad := BadBreaks("One " + tag + " two."); len(bad) > 0 {
			got = bad[0].Instead
		}
		if got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	for text, want := range map[string]string{
		`One<break time="1s"/> two`: `e<break time="1s"/>`, `One <break time="1s"/>two`: `<break time="1s"/>t`,
		`One <break time="1s"/> two`: "", `One <break time="1s"/>.`: "",
	} {
		if got := TightBreak(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got := WithoutBreaks(`<break time="1s"/> `); got != " " {
		t.Errorf("%q", got)
	}
}
