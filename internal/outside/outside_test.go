package outside

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"html"
	"io/fs"
	"net/url"
	"strings"
	"testing"
)

const key = "canary/KEY+0123456789=xyz"

func TestAKnownKeyIsRemovedInEveryForm(t *testing.T) {
	Know(key, "LEAKED123")
	quoted, _ := json.Marshal(key)
	double := url.QueryEscape(url.QueryEscape(key))
	all := ""
	for _, c := range []byte(key) {
		all += "%" + hex.EncodeToString([]byte{c})
	}
	for _, in := range []string{
		key, "key " + key + " is not valid", url.QueryEscape(key), strings.ToLower(url.QueryEscape(key)),
		url.PathEscape(key), double, all,
		string(quoted), strings.ReplaceAll(key, "/", `\/`), strings.ReplaceAll(key, "+", `\u002B`), html.EscapeString(key),
		base64.StdEncoding.EncodeToString([]byte(key)), base64.URLEncoding.EncodeToString([]byte(key)),
		base64.StdEncoding.EncodeToString([]byte("u:" + key)), base64.RawURLEncoding.EncodeToString([]byte("u" + key + ":")),
		hex.EncodeToString([]byte(key)), strings.ToUpper(hex.EncodeToString([]byte(key))), "LEAKED123",
		`"LEAKED123","LEAKED123"`,
	} {
		got := Clean("before " + in + " after")
		for _, part := range []string{"KEY", "0123456", "LEAKED", in} {
			if strings.Contains(got, part) {
				t.Errorf("%s is still in %q", part, got)
			}
		}
		if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%q lost its words: %q", in, got)
		}
		if again := Clean(got); again != got {
			t.Errorf("not idempotent: %q, then %q", got, again)
		}
	}
}

func TestAShortSecretIsNoPartOfAWord(t *testing.T) {
	Know("wanted", "k", "sandbox")
	if got := Clean("unwanted, wanted; k, sandbox"); got != "unwanted, "+Redacted+"; k, sandbox" {
		t.Errorf("got %q", got)
	}
}

func TestALinkLosesWhatGivesAccess(t *testing.T) {
	const signed = "Expires=1999&Signature=SIGNED~x_&Key-Pair-Id=PAIRID"
	for in, want := range map[string]string{
		"https://files2.heygen.ai/a.mp4?" + signed:                   "https://files2.heygen.ai/a.mp4?[redacted]",
		"download https://h/a.mp4?" + signed + " failed":             "download https://h/a.mp4?[redacted] failed",
		`{"url":"https:\/\/h\/a.mp4?Signature=SIGNED","x":1}`:        `{"url":"https:\/\/h\/a.mp4?[redacted]","x":1}`,
		"https://h/a?x=1&amp;Signature=SIGNED":                       "https://h/a?[redacted]",
		`https://h/a\u003fSignature=SIGNED`:                          "https://h/a?[redacted]",
		"https://proxy/?u=" + url.QueryEscape("https://h/a?"+signed): "https://proxy/?[redacted]",
		"see " + url.QueryEscape("https://h/a?"+signed) + " there":   "see https%3A%2F%2Fh%2Fa?[redacted] there",
		"<Error><AWSAccessKeyId>AKIAPAIRID</AWSAccessKeyId></Error>": "<Error><AWSAccessKeyId>[redacted]</AWSAccessKeyId></Error>",
		"/a.mp4?" + signed:                         "/a.mp4[redacted]",
		"Signature=SIGNED":                         "[redacted]",
		"X-Amz-Credential=PAIRID":                  "[redacted]",
		"access_token=SIGNED":                      "[redacted]",
		"X-Api-Key: SIGNED":                        "X-Api-Key: [redacted]",
		"Authorization: Bearer SIGNED":             "Authorization: [redacted]",
		`{"access_token": "SIGNED"}`:               `{"access_token": "[redacted]"}`,
		"https://user:SIGNED@host/a":               "https://[redacted]@host/a",
		"http://user:SIGNED@host:8080":             "http://[redacted]@host:8080",
		"https://host/cb#access_token=SIGNED":      "https://host/cb?[redacted]",
		"https://docs.heygen.com/limits":           "https://docs.heygen.com/limits",
		"set heygen.api: v3, see a=b":              "set heygen.api: v3, see a=b",
		"export HEYGEN_API_KEY=<your key>":         "export HEYGEN_API_KEY=<your key>",
		"the signature: wrong":                     "the signature: wrong",
		`{"Signature": "SIGNED", "Policy":"P1"}`:   `{"Signature": "[redacted]", "Policy":"[redacted]"}`,
		"foo%3D1%26Signature%3DSIGNED":             "foo%3D1[redacted]",
		"foo%253D1%2526Signature%253DSIGNED":       "foo%253D1[redacted]",
		`Signature="SIGNED"`:                       `[redacted]"`,
		"the token is not valid; signature wrong":  "the token is not valid; signature wrong",
		"clip \"a\": 400 Bad Request: wrong [400]": "clip \"a\": 400 Bad Request: wrong [400]",
	} {
		got := Clean(in)
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
		if again := Clean(got); again != got {
			t.Errorf("not idempotent: %s, then %s", got, again)
		}
	}
}

func TestNoLineCanBeForged(t *testing.T) {
	in := "bad \x1b[31mRED\r\ngreenroom: ok\u0085\u2028\u2029\u202e\u2066\x7f\u009b \U000e0041\x9b"
	want := `bad \u001b[31mRED\r\ngreenroom: ok\u0085\u2028\u2029\u202e\u2066\u007f\u009b \udb40\udc41` + "\ufffd"
	if got := Clean(in); got != want {
		t.Errorf("got %q", got)
	}
	if got := Text("a\tb\nc\x1b"); got != "a b\nc\\u001b" {
		t.Errorf("got %q", got)
	}
	for _, in := range []string{"x ##[error]y", "##vso[task.setvariable variable=A]b", "##teamcity[x]"} {
		if got := Clean(in); strings.Contains(got, "##") {
			t.Errorf("a command is left: %q", got)
		}
	}
	if got := Clean("مرحبا \u200f ok"); got != "مرحبا \u200f ok" {
		t.Errorf("Arabic text changed: %q", got)
	}
}

func TestASecretIsRemovedBeforeTheTextIsCut(t *testing.T) {
	Know(key)
	if got := Short("0123456789 "+key, 20); strings.Contains(got, "canary") || len([]rune(got)) != 20 {
		t.Errorf("got %q", got)
	}
}

func TestAnErrorKeepsItsCause(t *testing.T) {
	err := Error(errors.Join(fs.ErrNotExist, errors.New("https://h/a?Signature=x")))
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "Signature") ||
		strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
	if Error(nil) != nil || Error(fs.ErrNotExist) != fs.ErrNotExist {
		t.Error("nothing was to be cleaned")
	}
}

func TestNoOutputLineIsACommandForARunner(t *testing.T) {
	Know(key)
	for _, parts := range [][]string{
		{"ok\n::error::x\n"}, {"ok\n", ":", ":error::x\n"}, {"  ::add-mask::x"}, {"\u00a0::x"}, {"\ufeff::x"}, {"a\r::x"},
		{"##[add-mask]x"}, {"\n\n ::x"},
	} {
		var out bytes.Buffer
		w := NewWriter(&out)
		for _, p := range parts {
			if n, err := w.Write([]byte(p)); n != len(p) || err != nil {
				t.Fatal(n, err)
			}
		}
		for l := range strings.SplitSeq(out.String(), "\n") {
			if strings.HasPrefix(strings.TrimSpace(strings.Trim(l, "\ufeff")), "::") || strings.Contains(l, "##[") ||
				strings.Contains(l, "\r") {
				t.Errorf("%q became %q", parts, out.String())
			}
		}
	}
}

func TestOutputOfThisProgramIsNotChanged(t *testing.T) {
	const text = "{\n  \"a\": \"\\u2028 b::c : :: d\"\n}\ngreenroom: hint: write a::b\tc ü 日本\n"
	var out bytes.Buffer
	w := NewWriter(&out)
	for i := 0; i < len(text); i++ {
		_, _ = w.Write([]byte{text[i]})
	}
	if out.String() != text {
		t.Errorf("got %q", out.String())
	}
}

func TestColoursPassOnATerminalOnly(t *testing.T) {
	for colors, want := range map[bool]string{true: "\x1b[31mred\x1b[0m \\u001b]0;x",
		false: `\u001b[31mred\u001b[0m \u001b]0;x`} {
		var out bytes.Buffer
		w := NewWriter(&out)
		w.Colors = colors
		_, _ = w.Write([]byte("\x1b[31mred\x1b[0m \x1b]0;x"))
		if out.String() != want {
			t.Errorf("got %q", out.String())
		}
	}
}
