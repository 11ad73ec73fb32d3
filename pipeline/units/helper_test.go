//go:build unix

package units

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/pipeline/stage"
)

// program writes a shell script that is started as the farm's program.
func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), Program)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAProgramThatCannotHelp(t *testing.T) {
	for _, c := range []struct {
		name, script, want string
		kind               fault.Kind
	}{
		{"another release", `echo '{"ready":99}'; cat`, "has protocol 99, not 1", fault.Tool},
		{"the server is away", `echo '{"error":"connection refused"}'; exit 1`, "farm:7233: connection refused", fault.Failed},
		{"it ends", `echo usage >&2; exit 2`, "exit 2: usage", fault.Tool},
	} {
		_, err := StartHelper(t.Context(), program(t, c.script), Engine{"farm:7233", "default"}, func(string) {})
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestAProgramAnswers: each question gets its own answer, in any order, and lines that are not JSON are ignored.
func TestAProgramAnswers(t *testing.T) {
	const script = `echo '{"ready":1}'
echo '{"warning":"no worker"}'
read a; read b
echo 'noise'
echo '{"id":2,"failed":{"sha256":"ee","bytes":1}}'
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo '{"id":1,"progress":0.5}'; done
echo '{"id":1,"answer":{"outcome":{"sha256":"ff","bytes":2}}}'
read c
`
	warned := make(chan string, 1)
	h, err := StartHelper(t.Context(), program(t, script), Engine{"farm:7233", "default"},
		func(text string) { warned <- text })
	if err != nil {
		t.Fatal(err)
	}
	if text := <-warned; text != "no worker" {
		t.Errorf("warning %q", text)
	}
	type result struct {
		Answer
		error
	}
	results := make(chan result)
	for range 2 {
		go func() {
			a, err := h.Ask(t.Context(), Ticket{}, func(float64) {})
			results <- result{a, err}
		}()
	}
	for range 2 {
		r := <-results
		step, failed := r.error.(*StepError)
		if failed && step.Outcome != (stage.Object{Hash: "ee", Bytes: 1}) || !failed && r.Outcome.Hash != "ff" {
			t.Errorf("%+v", r)
		}
	}
	if _, err := h.Ask(t.Context(), Ticket{}, nil); err == nil || !strings.Contains(err.Error(), "client stopped") {
		t.Errorf("after it has ended: %v", err)
	}
	h.Close()
}
