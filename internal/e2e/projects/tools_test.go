package projects

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// program is greenroom, built once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "greenroom-projects-")
	if err != nil {
		return "", err
	}
	p := filepath.Join(dir, "greenroom")
	out, err := exec.Command("go", "build", "-o", p, "greenroom").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return p, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if p, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(p))
	}
	os.Exit(code)
}

// world runs programs in one project.
type world struct {
	*testing.T
	dir string // the Remotion project's
	env []string
}

// run runs a program that must succeed and returns stdout and stderr together.
func (w *world) run(words ...string) string {
	w.Helper()
	out, err := w.try(words...)
	if err != nil {
		w.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, out)
	}
	return out
}

func (w *world) try(words ...string) (string, error) {
	w.Helper()
	if words[0] == "greenroom" {
		p, err := program()
		if err != nil {
			w.Fatal(err)
		}
		words = append([]string{p}, words[1:]...)
	}
	ctx, cancel := context.WithTimeout(w.Context(), 10*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, words[0], words[1:]...)
	if strings.ContainsRune(words[0], filepath.Separator) {
		c.Path = words[0]
	} else if at, err := lookIn(w.env, words[0]); err == nil {
		c.Path, c.Err = at, nil
	}
	c.Dir, c.Env = w.dir, w.env
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.String(), err
}

// lookIn looks a program up on the PATH of an environment.
func lookIn(env []string, name string) (string, error) {
	for _, kv := range env {
		list, ok := strings.CutPrefix(kv, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(list) {
			p := filepath.Join(dir, name)
			if st, err := os.Stat(p); err == nil && !st.IsDir() {
				return p, nil
			}
		}
	}
	return "", exec.ErrNotFound
}

// environment has the package managers of a folder first on its PATH.
func environment(first string) []string {
	var out []string
	for _, kv := range os.Environ() {
		if name, value, _ := strings.Cut(kv, "="); name == "PATH" && first != "" {
			kv = "PATH=" + first + string(filepath.ListSeparator) + value
		} else if strings.HasPrefix(kv, "HEYGEN_") || strings.HasPrefix(kv, "GREENROOM_") && !strings.HasPrefix(kv, "GREENROOM_BROWSER") {
			continue
		}
		out = append(out, kv)
	}
	return append(out, "YARN_ENABLE_IMMUTABLE_INSTALLS=false", "NO_COLOR=1", "npm_config_fund=false", "npm_config_audit=false")
}

// studio starts watch --studio, waits for Studio's page and ends both.
func (w *world) studio() {
	w.Helper()
	p, err := program()
	if err != nil {
		w.Fatal(err)
	}
	c := exec.Command(p, "watch", "--studio", "--no-page")
	c.Dir, c.Env = w.dir, w.env
	keys, err := c.StdinPipe() // whose end would end the session
	if err != nil {
		w.Fatal(err)
	}
	defer keys.Close()
	found := &waiting{want: "studio: http://", seen: make(chan struct{})}
	c.Stdout, c.Stderr = found, found
	if err := c.Start(); err != nil {
		w.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case <-found.seen:
	case err := <-ended:
		w.Fatalf("watch ended: %v\n%s", err, found)
	case <-time.After(4 * time.Minute):
		_ = c.Process.Kill()
		w.Fatalf("Studio did not answer\n%s", found)
	}
	_ = c.Process.Signal(syscall.SIGINT)
	<-ended
}

// waiting collects output until a text is in it.
type waiting struct {
	want string
	seen chan struct{}
	mu   sync.Mutex
	all  bytes.Buffer
	done bool
}

func (w *waiting) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(b)
	if !w.done && strings.Contains(w.all.String(), w.want) {
		w.done = true
		close(w.seen)
	}
	return len(b), nil
}

func (w *waiting) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}
