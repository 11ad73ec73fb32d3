package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"greenroom/pipeline/markup"
	"greenroom/pipeline/planning"
)

// quietEnv returns an env whose output is kept.
func quietEnv() (e *env, out, errOut *bytes.Buffer) {
	out, errOut = &bytes.Buffer{}, &bytes.Buffer{}
	e = &env{Env: Env{Stdin: strings.NewReader(""), Stdout: out, Stderr: errOut,
		Getenv: func(string) string { return "" }}, noColor: true}
	return e, out, errOut
}

func TestPlanLines(t *testing.T) {
	t.Parallel()
	keep := planning.Step{Clip: "intro", Action: planning.Keep, Route: "v2-key", Reason: "up to date", Seconds: 4.2}
	buy := planning.Step{Clip: "pricing", Action: planning.Buy, Route: "v3-webm", Reason: "not bought yet", Price: 1.5,
		Least: 1.25, Seconds: 6}
	voice := buy
	voice.Action = planning.Draft
	voice.Voice = &planning.VoiceStep{Action: planning.Buy, Route: "speech", Price: 0.02, Seconds: 6,
		Reason: "the voice comes first"}
	unknown := planning.Step{Clip: "agent", Action: planning.Buy, Route: "agent", Reason: "not bought yet", Least: 1,
		LengthUnknown: true}
	hostile := keep
	hostile.Reason = "HeyGen: \x1b[2Jno\nsecond"
	marked := buy
	marked.Marks = []planning.Mark{{Mark: markup.Mark{Kind: "pause", Text: "[0.3s]", Instead: "write <break>"},
		Place: "people.csv:7:1", Column: "text"}}
	for name, c := range map[string]struct {
		plan        planning.Plan
		lines, last string
	}{
		"up to date": {
			planning.Plan{Steps: []planning.Step{keep}}, "keep     intro                v2-key         -    4.2 s  up to date\n",
			"1 clip: 0 to buy, 1 up to date; nothing to pay",
		},
		"a purchase": {
			planning.Plan{Steps: []planning.Step{keep, buy}, Price: 1.5, Least: 1.25, Prices: "2026-01-01"},
			"keep     intro                v2-key         -    4.2 s  up to date\n" +
				"buy      pricing              v3-webm    $1.50    6.0 s  not bought yet\n",
			"2 clips: 1 to buy, 1 up to date; $1.25 to $1.50, as lengths are estimates; prices of 2026-01-01",
		},
		"an exact price": {
			planning.Plan{Steps: []planning.Step{buy}, Price: 1.5, Least: 1.5, Prices: "2026-01-01"},
			"buy      pricing              v3-webm    $1.50    6.0 s  not bought yet\n",
			"1 clip: 1 to buy, 0 up to date; $1.50 at most, prices of 2026-01-01",
		},
		"the sandbox": {
			planning.Plan{Steps: []planning.Step{buy}, Sandbox: true},
			"buy      pricing              v3-webm     free    6.0 s  not bought yet\n",
			"1 clip: 1 to buy, 0 up to date; the sandbox costs nothing",
		},
		"a voice before its clip": {
			planning.Plan{Steps: []planning.Step{voice}, Price: 0.02, Least: 0.02, Prices: "2026-01-01"},
			"buy      pricing (voice)      speech     $0.02    6.0 s  the voice comes first\n",
			"1 clip: 0 to buy, 1 voice to buy, 0 up to date; $0.02 at most, prices of 2026-01-01",
		},
		"text of a server": {
			planning.Plan{Steps: []planning.Step{hostile}}, "keep     intro                v2-key         -    4.2 s  HeyGen: \\u001b[2Jno\\nsecond\n", "1 clip: ",
		},
		"an unknown length": {
			planning.Plan{Steps: []planning.Step{unknown}, Sandbox: true},
			"buy      agent                agent       free  unknown  not bought yet; \n", "the sandbox costs nothing",
		},
		"marks": {
			planning.Plan{Steps: []planning.Step{marked}, Sandbox: true},
			"buy      pricing              v3-webm     free    6.0 s  not bought yet\n" +
				"         people.csv:7:1 (column \"text\"): pause [0.3s]: write <break>\n",
			"1 clip: ",
		},
		"nothing": {planning.Plan{}, "", "0 clips: 0 to buy, 0 up to date; nothing to pay"},
	} {
		e, out, errOut := quietEnv()
		printPlan(e, &c.plan)
		if out.String() != c.lines {
			t.Errorf("%s prints\n%q, want\n%q", name, out.String(), c.lines)
		}
		if !strings.Contains(errOut.String(), c.last) {
			t.Errorf("%s ends with %q, want %q", name, errOut, c.last)
		}
	}
}

func TestPriceInWords(t *testing.T) {
	t.Parallel()
	unknown := planning.Step{Clip: "agent", Action: planning.Buy, Least: 1, LengthUnknown: true}
	for want, p := range map[string]planning.Plan{
		"up to $1.50":                      {Price: 1.5, Least: 1},
		"up to $0.00":                      {},
		"an unknown amount, $1.00 or more": {Steps: []planning.Step{unknown}, Price: 1, Least: 1},
	} {
		if got := mayCost(&p); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestAsk: a purchase needs a yes of the terminal's user; without a terminal it is an error, never a yes.
func TestAsk(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{
		"y\n": true, "yes\n": true, " Y \n": true, "YES": true, "n\n": false, "\n": false, "": false, "yep\n": false, "no\ny\n": false,
	} {
		e, _, errOut := quietEnv()
		e.terminal, e.Stdin = true, strings.NewReader(answer)
		if ok, err := e.ask("spend it all?"); ok != want || err != nil {
			t.Errorf("%q is %v, %v", answer, ok, err)
		}
		if errOut.String() != "greenroom: spend it all? [y/N] " {
			t.Errorf("it asks %q", errOut)
		}
	}
	e, _, errOut := quietEnv()
	e.Stdin = strings.NewReader("y\n")
	if ok, err := e.ask("spend it all?"); ok || err == nil || !strings.Contains(err.Error(), "spend it all needs a yes") ||
		errOut.Len() > 0 {
		t.Errorf("without a terminal: %v, %v, %q", ok, err, errOut)
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	plan := &planning.Plan{Steps: []planning.Step{{Clip: "intro", Action: planning.Buy, Route: "v2-key", Price: 2,
		Seconds: 3, Reason: "new"}}, Price: 2, Least: 1}
	for _, json := range []bool{false, true} {
		e, out, errOut := quietEnv()
		e.terminal, e.json, e.Stdin = true, json, strings.NewReader("y\n")
		if ok, err := confirm(e, plan); !ok || err != nil {
			t.Errorf("json %v: %v, %v", json, ok, err)
		}
		where, other := out, errOut
		if json { // stdout is the answer
			where, other = errOut, out
		}
		if !strings.Contains(where.String(), "buy      intro") || strings.Contains(other.String(), "buy      intro") {
			t.Errorf("json %v: stdout %q, stderr %q", json, out, errOut)
		}
		if !strings.Contains(errOut.String(), "spend up to $2.00? [y/N]") {
			t.Errorf("json %v: it asks %q", json, errOut)
		}
	}
	e, _, _ := quietEnv()
	e.Stdout, e.Stdin = io.Discard, strings.NewReader("y\n")
	if ok, err := confirm(e, plan); ok || err == nil || !strings.Contains(err.Error(),
		"this build may cost $2.00 and needs a yes") {
		t.Errorf("without a terminal: %v, %v", ok, err)
	}
}
