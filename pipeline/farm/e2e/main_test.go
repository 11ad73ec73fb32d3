// Package e2e tests greenroom with a real Temporal server, real workers and a shared cache, as processes.
package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// programs is the folder of what TestMain has built: greenroom, greenroom-worker and testserver.
var programs string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	cache, err := os.UserCacheDir()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	programs = filepath.Join(cache, "greenroom-ci", "farm")
	for _, p := range []struct {
		name, module string
		flags        []string
	}{
		{"greenroom", "../../..", nil},
		{"greenroom-worker", "..", nil},
		// The flags of make farm-server: with others, every package of the server would be compiled again.
		{"testserver", "../testserver", []string{"-trimpath", "-ldflags=-s -w"}},
	} {
		args := append([]string{"build", "-o", filepath.Join(programs, p.name)}, p.flags...)
		c := exec.Command("go", append(args, ".")...)
		c.Dir = p.module
		if out, err := c.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build %s: %v\n%s\n", p.name, err, out)
			return 1
		}
	}
	return m.Run()
}
