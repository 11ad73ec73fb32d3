//go:build unix

package storage

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// twoAtOnce builds new clips on two machines at the same time, each with its own ledger: every take is bought once, and
// both have the same files.
func (r *rehearsal) twoAtOnce(t *testing.T, at string) {
	t.Helper()
	before := e2etest.BilledJobs(t, r.box)
	text := strings.NewReplacer("Hello.", "Welcome.", "Good bye.", "See you.").Replace(sharedManifest)
	var two []machine
	for range 2 {
		m := r.builder(t, at)
		e2etest.Write(t, filepath.Join(m.dir, "greenroom.yaml"), text)
		if err := os.Remove(filepath.Join(m.dir, "greenroom.lock")); err != nil {
			t.Fatal(err)
		}
		two = append(two, m)
	}
	var g sync.WaitGroup
	codes, outs := [2]int{}, [2]string{}
	for i, m := range two {
		g.Go(func() { codes[i], outs[i] = m.greenroom(t, "build", "--yes") })
	}
	g.Wait()
	for i, code := range codes {
		if code != 0 {
			t.Errorf("exit %d\n%s", code, outs[i])
		}
	}
	if n := e2etest.BilledJobs(t, r.box) - before; n != 2 {
		t.Errorf("%d jobs billed for two takes", n)
	}
	list, _ := filepath.Glob(filepath.Join(two[0].dir, "public", "greenroom", "*.webm"))
	if len(list) != 3 {
		t.Errorf("the first machine published %v", list)
	}
	for _, path := range list {
		if _, err := os.Stat(filepath.Join(two[1].dir, "public", "greenroom", filepath.Base(path))); err != nil {
			t.Errorf("the second machine: %v", err)
		}
	}
}
