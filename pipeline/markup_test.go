package pipeline

import (
	"slices"
	"strings"
	"testing"
)

// TestMarkupThatIsSpokenIsNamed before it is bought; break tags and plain words are not.
func TestMarkupThatIsSpokenIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`<speak>Hello</speak>`:                               {"<speak>", "</speak>"},
		`<prosody rate="slow">Hello</prosody>`:               {`<prosody rate="slow">`, "</prosody>"},
		`This is <b>bold</b>.`:                               {"<b>", "</b>"},
		`Wait [pause 1s] now`:                                {"[pause 1s]"},
		`Ha [laughs] ha [laughs]`:                            {"[laughs]"},
		`Hello {{name}} and ${other}`:                        {"{{name}}", "${other}"},
		`See [our page](https://example.com/a)`:              {"[our page](https://example.com/a)"},
		`Fish&nbsp;&amp; chips &#39;`:                        {"&nbsp;", "&amp;", "&#39;"},
		"It is **very** `good`":                              {"**very**", "`good`"},
		`# Title and words`:                                  {"#"},
		`<!-- note --> Hello <%= name %>`:                    {"<!-- note -->", "<%= name %>"},
		`<phoneme alphabet="ipa" ph="x">y</phoneme>`:         {`<phoneme alphabet="ipa" ph="x">`, "</phoneme>"},
		`<mstts:express-as style="sad">x</mstts:express-as>`: {`<mstts:express-as style="sad">`, "</mstts:express-as>"},
		`Hello <break time="0.5s"/> there.`:                  nil,
		`2 < 3 and 5 > 4, a <- b`:                            nil,
		`Rock & roll; AT&T, 50% * 3 * 4 = C# or #1`:          nil,
		`你好，【欢迎】。`:                                           nil,
		`snake_case and other_name`:                          nil,
	} {
		if got := markupOf(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if long := strings.Repeat("<", 100000) + strings.Repeat("[", 100000); len(markupOf(long)) != 0 {
		t.Error("hostile text")
	}
}

// TestMarkupIsSaidInThePlan for every text that is bought, and not for what is there.
func TestMarkupIsSaidInThePlan(t *testing.T) {
	t.Parallel()
	for clip, want := range map[string]string{
		`{script: "Hello <b>you</b>."}`:                                          "<b>, </b> is spoken",
		`{transparent: false, scenes: [{script: One}, {script: "[pause] Two"}]}`: "[pause] is spoken",
		`{template: {id: t123, variables: {text: "Hi {{name}}"}}}`:               "{{name}} is spoken",
		`{script: "Hello <b>you</b>.", draft: voice}`:                            "<b>, </b> is spoken",
		`{script: "a", pronunciation: {a: "[b]"}}`:                               "[b] is spoken",
		`{script: "Hello."}`:                                                     "",
		`{agent: {prompt: "Show [a logo] and <b>that</b>."}}`:                    "",
	} {
		dir := pricing(t, "v3", 1, "  one: "+clip+"\n")
		s := planWith(t, dir, noPrograms).Steps[0]
		if want == "" && s.Markup != "" || !strings.Contains(s.Markup, want) || !strings.Contains(s.Reason, want) {
			t.Errorf("%s: %q, reason %q", clip, s.Markup, s.Reason)
		}
	}
}
