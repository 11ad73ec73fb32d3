// Package agents drives projects through `greenroom mcp` with the protocol's own client, as agents do.
package agents

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"greenroom/internal/e2e/e2etest"
)

func TestMain(m *testing.M) { e2etest.Main(m, nil) }

const manifest = `version: 1
project: t
size: 320x240
heygen: {api: v2}
defaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}}
clips:
  hello: {script: "Hello."}
  bye: {script: bye.md}
`

// studio is a project, the account that it buys at, and an agent.
type studio struct {
	*testing.T
	dir, account string
	session      *mcp.ClientSession
	page         *transcript // nil: not recorded

	mu     sync.Mutex
	asked  []string // questions to the person
	answer func(message string) *mcp.ElicitResult
}

// open starts the server of a new project. A client without a person cannot ask.
func open(t *testing.T, person bool, flags ...string) *studio {
	t.Helper()
	s := &studio{T: t, dir: t.TempDir(), account: e2etest.Sandbox(t, t.TempDir())}
	s.answer = func(string) *mcp.ElicitResult { return &mcp.ElicitResult{Action: "decline"} }
	e2etest.Write(t, filepath.Join(s.dir, "greenroom.yaml"), manifest)
	e2etest.Write(t, filepath.Join(s.dir, "bye.md"), "Goodbye then.\n")
	o := &mcp.ClientOptions{}
	if person {
		o.ElicitationHandler = func(_ context.Context, r *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.asked = append(s.asked, r.Params.Message)
			answer := s.answer(r.Params.Message)
			if s.page != nil {
				s.page.asked(r.Params.Message, answer.Action)
			}
			return answer, nil
		}
	}
	cmd := exec.Command("greenroom", append([]string{"mcp"}, flags...)...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HEYGEN_API_KEY=k", "HEYGEN_API_BASE="+s.account)
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, o).Connect(t.Context(),
		&mcp.CommandTransport{Command: cmd}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.session = session
	t.Cleanup(func() { _ = session.Close() }) // the program ends with its stdin
	return s
}

// call calls a tool. It returns the text of its answer, and whether the tool reported an error.
func (s *studio) call(tool string, args any) (string, bool) {
	s.Helper()
	r, err := s.session.CallTool(s.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		return err.Error(), true
	}
	var b strings.Builder
	for _, c := range r.Content {
		if t, ok := c.(*mcp.TextContent); ok {
			b.WriteString(t.Text)
		}
	}
	if s.page != nil {
		s.page.called(tool, args, b.String(), r.IsError)
	}
	return b.String(), r.IsError
}

// must calls a tool that succeeds.
func (s *studio) must(tool string, args any) string {
	s.Helper()
	out, failed := s.call(tool, args)
	if failed {
		s.Fatalf("%s: %s", tool, out)
	}
	return out
}

// refused calls a tool that fails with the words.
func (s *studio) refused(tool string, args any, words ...string) {
	s.Helper()
	out, failed := s.call(tool, args)
	for _, w := range words {
		if !failed || !strings.Contains(out, w) {
			s.Errorf("%s: error %v without %q: %s", tool, failed, w, out)
		}
	}
}

func (s *studio) billed(want int) {
	s.Helper()
	if n := e2etest.BilledJobs(s, s.account); n != want {
		s.Errorf("%d jobs were billed, not %d", n, want)
	}
}

type none struct{}

func (s *studio) manifest() (m struct{ Text, SHA256 string }) {
	s.Helper()
	if err := json.Unmarshal([]byte(s.must("read_manifest", none{})), &m); err != nil {
		s.Fatal(err)
	}
	return m
}

// TestAnAgentMakesAFilm: it reads, edits, plans, renders stand-ins, and buys what the person agreed to, at the price
// that they were shown.
func TestAnAgentMakesAFilm(t *testing.T) {
	t.Parallel()
	s := open(t, true, "--max-spend", "1.50")
	s.page = &transcript{dir: s.dir}
	s.page.WriteString(sessionHead)
	m := s.manifest()
	s.refused("write_manifest", map[string]any{"text": strings.Replace(m.Text, "script: bye.md", "scrpt: bye.md", 1), "sha256": m.SHA256},
		"nothing was written", "greenroom.yaml:8", "did you mean")
	s.refused("write_manifest", map[string]any{"text": m.Text, "sha256": "0"}, "changed since it was read")
	if s.manifest().Text != manifest {
		t.Error("a refused manifest was written")
	}
	s.must("write_script", map[string]any{"path": "scripts/new.md", "text": "Something new."})
	s.must("write_manifest", map[string]any{"text": m.Text + "  new: {script: scripts/new.md}\n" + film, "sha256": m.SHA256})
	if plan := s.must("plan", none{}); !strings.Contains(plan, `"clip": "new"`) {
		t.Errorf("plan: %s", plan)
	}
	s.must("stand_ins", none{})
	s.must("render", map[string]any{"composition": "film"})
	s.billed(0)
	s.ledger(0)

	hello := map[string]any{"clips": []string{"hello"}}
	s.refused("build", none{}, "this costs up to $2.97, and $1.50 of --max-spend 1.50 are left")
	s.refused("build", hello, "the person did not agree")
	s.billed(0)
	s.ledger(0)
	if len(s.asked) != 1 || s.asked[0] != "greenroom: buy clips of HeyGen for up to $0.99?\nhello, $0.99" {
		t.Errorf("asked %q", s.asked)
	}
	s.answer = func(string) *mcp.ElicitResult {
		return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"buy": true}}
	}
	out := s.must("build", hello)
	if !strings.Contains(out, `"bought": 1`) {
		t.Errorf("build: %s", out)
	}
	s.billed(1)
	s.ledger(1)
	s.refused("build", map[string]any{"clips": []string{"bye"}}, "this costs up to $0.99, and $0.51 of --max-spend 1.50 are left")
	s.must("build", hello) // nothing to buy, so no question
	s.ledger(1)
	if len(s.asked) != 2 {
		t.Errorf("asked %q", s.asked)
	}
	s.must("check", hello)
	s.must("render", map[string]any{"composition": "film"})
	if status := s.must("status", none{}); !strings.Contains(status, `"hello"`) {
		t.Errorf("status: %s", status)
	}
	s.pages()
	s.compare()
}

const film = "compositions:\n  film: {background: navy, layers: [{clip: hello}]}\n"

// pages: the guides are resources.
func (s *studio) pages() {
	s.Helper()
	r, err := s.session.ReadResource(s.Context(), &mcp.ReadResourceParams{URI: "greenroom://docs/guide/manifest.md"})
	if err != nil || len(r.Contents) != 1 || !strings.Contains(r.Contents[0].Text, "# ") {
		s.Errorf("%v, %v", r, err)
	}
}

// TestNothingIsBoughtWithoutConsent: whatever the client omits, invents or repeats.
func TestNothingIsBoughtWithoutConsent(t *testing.T) {
	t.Parallel()
	alone := open(t, false, "--max-spend", "100")
	alone.refused("build", none{}, "this client cannot ask the person")
	alone.billed(0)

	poor := open(t, true)
	poor.answer = func(string) *mcp.ElicitResult {
		return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"buy": true}}
	}
	poor.refused("build", none{}, "started without --max-spend")
	poor.billed(0)

	s := open(t, true, "--max-spend", "100")
	yes := &mcp.ElicitResult{Action: "accept", Content: map[string]any{"buy": true}}
	for name, p := range map[string]*mcp.CallToolParams{
		"an answer to no question":   {InputResponses: mcp.InputResponseMap{"consent": yes}},
		"an answer to another one":   {InputResponses: mcp.InputResponseMap{"consent": yes}, RequestState: "ABCDEFGH"},
		"a question without answers": {RequestState: "ABCDEFGH"},
	} {
		p.Name, p.Arguments = "build", none{}
		r, err := s.session.CallTool(t.Context(), p)
		if err == nil && !r.IsError {
			t.Errorf("%s: %v", name, r)
		}
	}
	for _, answer := range []*mcp.ElicitResult{
		{Action: "accept"}, {Action: "accept", Content: map[string]any{"buy": false}}, {Action: "cancel"},
		{Action: "decline", Content: map[string]any{"buy": true}},
	} {
		s.answer = func(string) *mcp.ElicitResult { return answer }
		if out, failed := s.call("build", none{}); !failed {
			t.Errorf("%v: %s", answer, out)
		}
	}
	s.billed(0)
}

// TestPathsStayInTheProject: no tool reads or writes anything else.
func TestPathsStayInTheProject(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	outside := t.TempDir()
	e2etest.Write(t, filepath.Join(outside, "secret.md"), "secret")
	if err := os.Symlink(outside, filepath.Join(s.dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"../x.md", "/etc/x.md", outside + "/secret.md", "link/secret.md", ".git/x.md", ".greenroom/x.txt", "a/../../x.md", `..\x.md`,
		"greenroom.yaml", "x.sh", "x.md/../../y.md", "",
	} {
		if out, failed := s.call("write_script", map[string]any{"path": path, "text": "x"}); !failed {
			t.Errorf("wrote %q: %s", path, out)
		}
		if out, failed := s.call("read_script", map[string]any{"path": path}); !failed || strings.Contains(out, "secret\n") {
			t.Errorf("read %q: %s", path, out)
		}
	}
	if string(e2etest.Read(t, filepath.Join(outside, "secret.md"))) != "secret" {
		t.Error("a file outside of the project was changed")
	}
	for _, clip := range []string{"--yes", "-C/", "../x", "plan.json", "a b", "hello\n--yes"} {
		s.refused("plan", map[string]any{"clips": []string{clip}}, "is not the name of a clip")
		s.refused("build", map[string]any{"clips": []string{clip}}, "is not the name of a clip")
	}
	for _, name := range []string{"--yes", "../film", "a/b", ""} {
		s.refused("render", map[string]any{"composition": name}, "composition takes")
	}
	s.refused("voices", map[string]any{"search": "--refresh"}, "search takes")
}

// TestAFloodIsRefused: a client that calls too much at once gets errors, and the server goes on.
func TestAFloodIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	var busy, good int
	var mu sync.Mutex
	var g sync.WaitGroup
	for range 60 {
		g.Go(func() {
			out, failed := s.call("plan", none{})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case !failed:
				good++
			case strings.Contains(out, "too many calls are waiting"):
				busy++
			default:
				s.Errorf("plan: %s", out)
			}
		})
	}
	g.Wait()
	if good == 0 || busy == 0 {
		t.Errorf("%d answers, %d refused", good, busy)
	}
	s.must("plan", none{})
}

// TestARandomAgentBuysNothing: it calls every tool with arguments of any kind, and the person agrees to nothing.
func TestARandomAgentBuysNothing(t *testing.T) {
	t.Parallel()
	s := open(t, true, "--max-spend", "100")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	list, err := s.session.ListTools(t.Context(), nil)
	if err != nil || len(list.Tools) < 12 {
		t.Fatalf("%v, %v", list, err)
	}
	words := []any{"hello", "bye", "--yes", "../x.md", "plan.json", "", 7, -1, true, nil, "a\x00b", strings.Repeat("x", 5000), "scripts/a.md", "Timeline",
		[]string{"hello"}, []string{"--yes"}, manifest, map[string]any{"buy": true}}
	names := []string{"clips", "composition", "clip", "frame", "search", "text", "sha256", "path", "buy", "yes", "requestState"}
	for range e2etest.Number("GREENROOM_AGENT_CALLS", 40) {
		tool := list.Tools[r.IntN(len(list.Tools))].Name
		if tool == "still" || tool == "render" { // they cost seconds and buy nothing: tried above
			tool = "build"
		}
		args := map[string]any{}
		for range r.IntN(4) {
			args[names[r.IntN(len(names))]] = words[r.IntN(len(words))]
		}
		p := &mcp.CallToolParams{Name: tool, Arguments: args}
		if r.IntN(3) == 0 {
			p.RequestState = fmt.Sprint(words[r.IntN(len(words))])
			p.InputResponses = mcp.InputResponseMap{
				"consent": &mcp.ElicitResult{Action: "accept", Content: map[string]any{"buy": true}},
			}
		}
		_, _ = s.session.CallTool(t.Context(), p) // any answer will do
	}
	s.must("plan", none{})
	s.billed(0)
}

// TestOverHTTP: a client that knows the address works as over stdin; a page of another origin, and another path, are
// refused.
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	cmd := exec.Command("greenroom", "mcp", "--http", "127.0.0.1:0")
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HEYGEN_API_KEY=k", "HEYGEN_API_BASE="+s.account)
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(log).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, address, _ := strings.Cut(strings.TrimSpace(line), "serving ")
	c, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(),
		&mcp.StreamableClientTransport{Endpoint: address}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r, err := c.CallTool(t.Context(), &mcp.CallToolParams{Name: "plan", Arguments: none{}})
	if err != nil || r.IsError {
		t.Errorf("plan: %v, %v", r, err)
	}
	for origin, url := range map[string]string{"https://example.com": address, "": strings.TrimSuffix(address, "mcp")} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", origin)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusNotFound {
			t.Errorf("%s from %q: %s", url, origin, res.Status)
		}
	}
}
