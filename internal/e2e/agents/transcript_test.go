package agents

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"

	"greenroom/internal/e2e/e2etest"
	"greenroom/internal/goldentest"
)

// sessionHead is the beginning of the page.
const sessionHead = `# A session of an agent

An agent makes a film with the [MCP server](guide/agents.md), started with ` + "`--max-spend 1.50`" + `. The page has its calls in their order, and the
questions to the person. A test writes it with the client of the protocol's Go library; hashes, ids, lengths, sizes and measured
values are replaced, long answers are cut off.

`

// transcript is what an agent and a person read of a session, as a page of the documents.
type transcript struct {
	strings.Builder
	dir       string
	questions string // of the current call
}

// Limits of what the page has of an answer.
const (
	answerLines = 12
	answerWidth = 150
)

// varying is what differs between two runs of the same session, and between versions of ffmpeg and espeak-ng.
var varying = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "HASH"},
	{regexp.MustCompile(`\.[0-9a-f]{8}\.`), ".HASH."},
	{regexp.MustCompile(`("(?:videoId|takeKey)":)"[^"]*"`), `$1"ID"`},
	{regexp.MustCompile(`(\b(?:[a-zA-Z]*[sS]econds|[a-zA-Z]*[bB]ytes|frames)"?: ?)[\d.]+`), "${1}N"},
	{regexp.MustCompile(`("value":)"[^"]*"`), `$1"…"`},
}

func (t *transcript) clean(text string) string {
	text = strings.ReplaceAll(text, t.dir, "/films")
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.instead)
	}
	return text
}

// called records a call and its answer.
func (t *transcript) called(tool string, args any, answer string, failed bool) {
	fmt.Fprintf(t, "## %s\n\n", tool)
	in, err := json.Marshal(args)
	if err != nil {
		panic(err) // values of this test
	}
	if string(in) != "{}" {
		t.block("The agent sends:", t.lines(string(in)))
	}
	t.WriteString(t.questions)
	t.questions = ""
	if failed {
		t.block("It gets an error:", strings.Split(t.clean(answer), "\n"))
	} else {
		t.block("It gets:", t.lines(answer))
	}
}

func (t *transcript) block(title string, lines []string) {
	fmt.Fprintf(t, "%s\n\n```\n%s\n```\n\n", title, strings.Join(lines, "\n"))
}

// asked records a question to the person during a call.
func (t *transcript) asked(question, answer string) {
	t.questions = fmt.Sprintf("The client asks the person, whose answer is **%s**:\n\n```\n%s\n```\n\n", answer, question)
}

// lines returns JSON for people: short members of an object share a line, elements of a list have one each, and texts
// their own.
func (t *transcript) lines(answer string) (out []string) {
	dec := json.NewDecoder(strings.NewReader(answer))
	first, err := dec.Token()
	if err != nil {
		return []string{t.clean(answer)}
	}
	single := false // the last line has members of one line
	for dec.More() {
		name := ""
		if first == json.Delim('{') {
			key, _ := dec.Token()
			name = fmt.Sprint(key) + ": "
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return []string{t.clean(answer)}
		}
		lines := t.member(name, v)
		last := len(out) - 1
		if len(lines) == 1 && last >= 0 && single && len(out[last])+len(lines[0]) < answerWidth-2 && first == json.Delim('{') {
			out[last] += ", " + lines[0]
		} else {
			out = append(out, lines...)
		}
		single = len(lines) == 1
	}
	if more := len(out) - answerLines; more > 1 {
		out = append(out[:answerLines:answerLines], fmt.Sprintf("… and %d lines", more))
	}
	return out
}

func (t *transcript) member(name string, v json.RawMessage) (out []string) {
	var text string
	var list []json.RawMessage
	switch {
	case json.Unmarshal(v, &text) == nil && strings.Contains(text, "\n"):
		for line := range strings.Lines(text) {
			out = append(out, "  "+strings.TrimRight(line, "\n"))
		}
		return append([]string{name + "|"}, out...)
	case json.Unmarshal(v, &list) == nil && len(list) > 0 && list[0][0] == '{':
		for _, one := range list {
			out = append(out, t.member("  - ", one)...)
		}
		return append([]string{strings.TrimSpace(name)}, out...)
	}
	var one bytes.Buffer
	if err := json.Compact(&one, v); err != nil {
		panic(err) // it was decoded
	}
	line := []rune(t.clean(name + one.String()))
	if len(line) > answerWidth {
		line = append(line[:answerWidth-1], '…')
	}
	return []string{string(line)}
}

// ledger records how many purchases the project's ledger has, and fails when there are others.
func (s *studio) ledger(want int) {
	s.Helper()
	cmd := exec.Command("greenroom", "status", "--spend", "--json")
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "HEYGEN_API_KEY=k", "HEYGEN_API_BASE="+s.account)
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("%v: %s", err, out)
	}
	var spent struct {
		Runs     []struct{ Purchases []struct{} }
		TotalUSD float64
	}
	if err := json.Unmarshal(out, &spent); err != nil {
		s.Fatal(err)
	}
	rows := 0
	for _, r := range spent.Runs {
		rows += len(r.Purchases)
	}
	if rows != want {
		s.Errorf("the ledger has %d purchases, not %d: %s", rows, want, out)
	}
	fmt.Fprintf(s.page, "> Purchases in the ledger (`greenroom status --spend`): %d, $%.2f. Billed at the account: %d.\n\n", rows,
		spent.TotalUSD, e2etest.BilledJobs(s, s.account))
}

// compare compares the page with the one of the documents.
func (s *studio) compare() {
	s.Helper()
	goldentest.Equal(s, e2etest.Root(s, "docs", "agents-session.md"), strings.TrimRight(s.page.String(), "\n")+"\n")
}
