package markup

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func texts(marks []Mark) (out []string) {
	for _, m := range marks {
		out = append(out, m.Text)
	}
	return out
}

// TestMarksAreFound: each kind, with what is reported, in order.
func TestMarksAreFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`<speak>Hello</speak>`:                               {"<speak>", "</speak>"},
		`<prosody rate="slow">Hello</prosody>`:               {`<prosody rate="slow">`, "</prosody>"},
		`This is <b>bold</b>.<br/>`:                          {"<b>", "</b>", "<br/>"},
		`<say-as interpret-as="date">1/2</say-as>`:           {`<say-as interpret-as="date">`, "</say-as>"},
		`Wait <#0.5#> and <|pause|>`:                         {"<#0.5#>", "<|pause|>"},
		`<!-- note --> Hello <%= name %>`:                    {"<!-- note -->", "<%= name %>"},
		`<phoneme alphabet="ipa" ph="x">y</phoneme>`:         {`<phoneme alphabet="ipa" ph="x">`, "</phoneme>"},
		`<mstts:express-as style="sad">x</mstts:express-as>`: {`<mstts:express-as style="sad">`, "</mstts:express-as>"},
		`Dear <YOUR NAME>,`:                                  {"<YOUR NAME>"},
		`Wait [pause 1s] now`:                                {"[pause 1s]"},
		`Ha [laughs] ha [laughs]`:                            {"[laughs]"},
		`[[slnc 500]] x`:                                     {"[[slnc 500]]"},
		`See footnote [1].`:                                  {"[1]"},
		`Ha (laughs) ha (pause 2s), (Music fades) (笑) （拍手）`:  {"(laughs)", "(pause 2s)", "(Music fades)", "(笑)", "（拍手）"},
		`*sighs* Well.`:                                      {"*sighs*"},
		`Hello {{name}} and ${other}`:                        {"{{name}}", "${other}"},
		`Hi {name}, {0} and #{first} {{{x}}} {% if a %}`:     {"{name}", "{0}", "#{first}", "{{{x}}}", "{% if a %}"},
		`Hi %name%, %FIRST_NAME%, %s and %(city)s, %1$s`:     {"%name%", "%FIRST_NAME%", "%s", "%(city)s", "%1$s"},
		`Broken {{name and name}}`:                           {"{{name and name}}"},
		`Broken {{name here`:                                 {"{"},
		`Dear <<Name>>`:                                      {"<<Name>>"},
		`See [our page](https://example.com/a)`:              {"[our page]", "https://example.com/a"},
		`Go to https://example.com/a?b=c, now. HTTP://X.ORG`: {"https://example.com/a?b=c", "HTTP://X.ORG"},
		`www.example.com. And mailto:me@example.com!`:        {"www.example.com", "mailto:me@example.com"},
		`Write to first.last+tag@sub.example.co.uk.`:         {"first.last+tag@sub.example.co.uk"},
		`Visit example.com/pricing or example.com.`:          {"example.com/pricing", "example.com"},
		`Visit Example.com/Pricing, bit.ly/abc`:              {"Example.com/Pricing", "bit.ly/abc"},
		`请访问www.example.cn，谢谢，或 example.com。`:                {"www.example.cn", "example.com"},
		`ftp://example.org/x (see example.co.uk)`:            {"ftp://example.org/x", "example.co.uk"},
		`müller.de und www.пример.рф`:                        {"müller.de", "www.пример.рф"},
		`Great 🎉 job 👩‍🚀! ✓ 1️⃣ ❤️ 🇩🇪`:                       {"🎉", "👩‍🚀", "✓", "1️⃣", "❤️", "🇩🇪"},
		`Nice :-) and ;) and <3`:                             {":-)", ";)", "<3"},
		`Follow #greenroom and #Größe and @heygen_com.`:      {"#greenroom", "#Größe", "@heygen_com"},
		`Say tomato /təˈmeɪtoʊ/.`:                            {"/təˈmeɪtoʊ/"},
		`Fish&nbsp;&amp; chips &#39; &eacute;`:               {"&nbsp;", "&amp;", "&#39;", "&eacute;"},
		`hello%20world`:                                      {"hello%20world"},
		"It is **very** `good` and ~~bad~~ __x__":            {"**very**", "`good`", "~~bad~~", "__x__"},
		`It is *very* good and _so_ on.`:                     {"*very*", "_so_"},
		`# Title and words ## More`:                          {"#", "##"},
		`> quoted`:                                           {">"},
		`| a | b |`:                                          {"| a |"},
		`![alt](pic.png)`:                                    {"[alt]"},
		`HOST: Hello. Speaker 2: Hi.`:                        {"HOST:", "Speaker 2:"},
		`1 00:00:05,000 --> 00:00:07,000 Hello`:              {"00:00:05,000 --> 00:00:07,000"},
		`One\ntwo, caf\u00e9`:                                {`One\ntwo,`, `caf\u00e9`},
		`• One • Two`:                                        {"•"},
		"Jos\ufffd and \ue000":                               {"\ufffd", "\ue000"},
		`JosÃ© itâ€™s`:                                       {"Ã©", "â€™"},
		`Hello <break time="0.5s"/> there.`:                  nil,
		`2 < 3 and 5 > 4, a <- b`:                            nil,
		`Rock & roll; AT&T, 50% * 3 * 4 = C# or #1`:          nil,
		`你好，【欢迎】。`:                                           nil,
		`snake_case and other_name, 5*3*2`:                   nil,
		``:                                                   nil,
	} {
		if got := texts(Find(text)); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestProseHasNoMarks: ordinary sentences of 25 languages.
func TestProseHasNoMarks(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/prose.txt")
	if err != nil {
		t.Fatal(err)
	}
	languages, sentences := 0, 0
	var all []string
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			languages++
			continue
		}
		sentences++
		all = append(all, line)
		if got := Find(line); len(got) > 0 {
			t.Errorf("%s: %+v", line, got)
		}
	}
	if languages < 22 || sentences < 200 {
		t.Errorf("%d sentences of %d languages", sentences, languages)
	}
	if got := Find(strings.Join(all, " ")); len(got) > 0 { // a sentence after another
		t.Errorf("joined: %+v", got)
	}
}

// TestEachMarkSaysWhatToWrite instead, for its purpose.
func TestEachMarkSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[pause 1s]`:                    `write <break time="1s"/>`,
		`[pause 1500 ms]`:               `write <break time="1.5s"/>`,
		`(pause)`:                       `write <break time="1s"/>`,
		`<br/>`:                         `<break time="0.5s"/>`,
		`<prosody rate="slow">`:         "voice: {speed: 0.9}",
		`<sub alias="x">`:               "pronunciation:",
		`<mstts:express-as style="x">`:  "emotion",
		`https://www.example.com/a-b/`:  `"example dot com slash a dash b"`,
		`me@example.com`:                `"me at example dot com"`,
		`https://example.com/?utm=1234`: "show it as a text",
		`&nbsp;`:                        "write a blank",
		`&amp;`:                         `write "&"`,
		`**very**`:                      `write "very" without signs`,
		`#hello`:                        `"hello"`,
		`{name}`:                        "under each:",
	} {
		got := Find(text)
		if len(got) != 1 || !strings.Contains(got[0].Instead, want) {
			t.Errorf("%s: %+v, want %s", text, got, want)
		}
	}
	for _, k := range kinds {
		if k.instead("x") == "" {
			t.Errorf("%s has no hint", k.name)
		}
	}
}

// TestHostileTextsEnd: the time is linear in the text.
func TestHostileTextsEnd(t *testing.T) {
	t.Parallel()
	began := time.Now()
	for _, s := range []string{"<", "[", "{", "(", "*", "_", "`", "%", "&", "a.", "a@", "#", "/ə", "\\", "http://", "<a ", "{{", "00:00,0 -->", "👍"} {
		Find(strings.Repeat(s, 20000))
	}
	t.Log(time.Since(began))
}

func FuzzFind(f *testing.F) {
	f.Add("Hello <b>you</b> [x] {{y}} a@b.com 👍 *z* \xff")
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range Find(text) {
			if m.Text == "" || m.Instead == "" || !strings.Contains(text, m.Text) {
				t.Fatalf("%q: %+v", text, m)
			}
		}
	})
}

// TestEachKindIsDocumented with a row of the table.
func TestEachKindIsDocumented(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/guide/manifest.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range Kinds() {
		if !strings.Contains(string(b), "\n| "+k+" |") {
			t.Errorf("docs/guide/manifest.md has no row for %s", k)
		}
	}
}
