package finding

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestEveryFindingHasAName reads the packages that make findings.
func TestEveryFindingHasAName(t *testing.T) {
	files, err := filepath.Glob("../*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	more, err := filepath.Glob("../../quality/*.go")
	if err != nil || len(more) < 3 {
		t.Fatal(more, err)
	}
	files = append(files, more...)
	made := map[string]bool{"flashing": true, "red flashing": true} // in a table
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\.add\(\s*"([^"]+)"`).FindAllSubmatch(b, -1) {
			made[string(m[1])] = true
		}
		for _, m := range regexp.MustCompile(`name :?= "([^"]+)"`).FindAllSubmatch(b, -1) {
			if filepath.Base(f) == "check.go" {
				made[string(m[1])] = true
			}
		}
	}
	for name := range made {
		if !slices.Contains(Names, name) {
			t.Errorf("%q is reported and has no entry in Names", name)
		}
	}
	for _, name := range Names {
		if !made[name] {
			t.Errorf("%q is never reported", name)
		}
	}
	if !slices.IsSorted(Names) {
		t.Error("Names are not sorted")
	}
}
