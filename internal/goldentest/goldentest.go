// Package goldentest compares results with golden files. `go test PACKAGE -update` rewrites the files.
package goldentest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Update is the only switch that rewrites what tests expect.
var Update = flag.Bool("update", false, "rewrite the golden files")

// Equal fails the test unless a file has this content, or writes the file with -update.
func Equal(t testing.TB, path, got string) {
	t.Helper()
	if *Update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs; -update rewrites it\n%s", path, d)
	}
}
