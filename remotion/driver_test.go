//go:build unix

package remotion

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/remotion/project"
	"greenroom/remotion/tools"
)

// scripted is a session whose driver is a script of the test's.
func scripted(t *testing.T, r Renderer, script string) (*Session, *work) {
	t.Helper()
	node, _, err := tools.FindNode(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put(t, dir, map[string]string{"driver.mjs": script, "bundle/index.html": ""})
	s := &Session{r: r, node: node, script: filepath.Join(dir, "driver.mjs"), at: project.Layout{Dir: dir}, home: dir, turn: make(chan struct{}, 1)}
	t.Cleanup(func() { s.Close() })
	return s, &work{composition: "Tiny", bundle: filepath.Join(dir, "bundle"), emit: func(Event) {}, alive: func() {}}
}

func TestASilentDriverIsStopped(t *testing.T) {
	t.Parallel()
	s, w := scripted(t, Renderer{Stall: 1500 * time.Millisecond}, "console.log(JSON.stringify({id: 1, stage: 'render', done: 1, total: 5})); setInterval(() => {}, 1e6);\n")
	_, err := s.request(t.Context(), w, "", nil, nil)
	var f *fault.Error
	if !errors.Is(err, proc.ErrStalled) || !errors.As(err, &f) || f.Kind != fault.Failed || !strings.Contains(f.Hint, "delayRender") || !strings.Contains(err.Error(), "went silent for 1.5s") {
		t.Errorf("got %v", err)
	}
}

func TestADriverThatEndsWithoutAWord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, says string }{
		"success that is none": {"process.exit(0)", "before the render finished"},
		"out of memory":        {"console.error('FATAL ERROR: heap out of memory'); process.exit(134)", "heap out of memory"},
		"killed":               {"process.kill(process.pid, 'SIGKILL')", "exit -1"},
		"noise":                {"console.log('not JSON'); console.log('{\"stage\":1}'); process.exit(0)", "before the render finished"},
		"a line without end":   {"process.stdout.write('x'.repeat(3 << 20))", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, w := scripted(t, Renderer{}, c.script)
			tried := 1
			w.emit = func(Event) { tried++ }
			_, err := s.request(t.Context(), w, "", nil, nil)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Failed || f.Hint == "" || !strings.Contains(err.Error(), c.says) || tried != tries {
				t.Errorf("after %d tries: got %v", tried, err)
			}
		})
	}
}

func TestARequestLongerThanAPipe(t *testing.T) {
	t.Parallel()
	s, w := scripted(t, Renderer{}, `
		import readline from 'node:readline';
		readline.createInterface({input: process.stdin}).on('line', (l) => {
			const r = JSON.parse(l);
			console.log(JSON.stringify({id: r.id, ok: true, composition: {frames: r.inputProps.long.length}}));
		}).on('close', () => process.exit(0));`)
	w.input = []byte(`{"long":"` + strings.Repeat("x", 1<<20) + `"}`)
	if _, err := s.request(t.Context(), w, "", nil, nil); err != nil || w.comp.Frames != 1<<20 {
		t.Errorf("%d characters arrived, %v", w.comp.Frames, err)
	}
}
