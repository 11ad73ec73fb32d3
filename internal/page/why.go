package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strings"
	"sync"

	"greenroom/pipeline/watch"
)

// mark returns the sign that is shown next to a state's name.
func mark(state string) string {
	return map[string]string{watch.Waiting: "◔", watch.Working: "◑", watch.Final: "●", watch.StandIn: "◌",
		watch.Broken: "✕"}[state] + map[bool]string{true: "○"}[state == watch.Unmade || state == ""]
}

// listClass returns the class of a list by its number of cards: few cards fill the width.
func listClass(n int) string {
	switch {
	case n == 1:
		return "one"
	case n <= 4:
		return "few"
	}
	return "many"
}

// mediaPath returns the path on this server of a file below public/.
func mediaPath(src string) string {
	if src == "" {
		return ""
	}
	return "/media/" + path.Base(src)
}

// caret returns a fault's place as the terminal prints it.
func caret(f watch.Fault) string {
	where := fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	if f.Text == "" {
		return where
	}
	lead := fmt.Sprintf("%d | ", f.Line)
	return where + "\n" + lead + f.Text + "\n" + strings.Repeat(" ", len(lead)+max(0, f.Column-1)) + "^"
}

// clip returns the clip of a request; without one it responds with 404 and returns false.
func (p *Server) clip(w http.ResponseWriter, r *http.Request) (watch.Clip, bool) {
	for _, c := range p.session.State().Clips {
		if c.Name == r.PathValue("name") {
			return c, true
		}
	}
	http.NotFound(w, r)
	return watch.Clip{}, false
}

// why sends what a card does not show: the script and the facts.
func (p *Server) why(w http.ResponseWriter, r *http.Request) {
	c, ok := p.clip(w, r)
	if !ok {
		return
	}
	facts := [][2]string{}
	for _, f := range c.Facts {
		name, value, _ := strings.Cut(f, ": ")
		facts = append(facts, [2]string{name, value})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		State  string      `json:"state"`
		Script string      `json:"script"`
		Facts  [][2]string `json:"facts"`
	}{c.State, c.Script, facts})
}

// verdicts caches the findings of checks by the file's name, which has a hash of its content.
type verdicts struct {
	mu   sync.Mutex
	file map[string][]watch.Finding
}

// check checks a clip's published file, each file once and one at a time.
func (p *Server) check(w http.ResponseWriter, r *http.Request) {
	c, ok := p.clip(w, r)
	if !ok {
		return
	}
	p.checks.mu.Lock()
	defer p.checks.mu.Unlock()
	key := c.Src + " " + c.State
	found, known := p.checks.file[key]
	var err error
	if !known {
		found, err = p.session.Check(r.Context(), c.Name)
		if err == nil {
			if p.checks.file == nil {
				p.checks.file = map[string][]watch.Finding{}
			}
			p.checks.file[key] = found
		}
	}
	out := struct {
		Findings []watch.Finding `json:"findings"`
		Error    string          `json:"error,omitempty"`
	}{Findings: found}
	if err != nil {
		out.Error = err.Error()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}
