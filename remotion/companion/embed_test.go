package companion

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// notEmbedded are the parts of this folder that a user does not get.
var notEmbedded = []string{"node_modules", ".gitignore", "out", "public", ".remotion", ".greenroom"}

func TestEveryFileOfTheCompanionIsEmbedded(t *testing.T) {
	t.Parallel()
	seen := 0
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(notEmbedded, p) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if d.IsDir() || strings.HasSuffix(p, ".go") {
			return nil
		}
		seen++
		want, err := os.ReadFile(p)
		if have, readErr := Files.ReadFile(filepath.ToSlash(p)); readErr != nil || !bytes.Equal(have, want) {
			t.Errorf("%s is not embedded (%v): go:embed omits names that begin with . or _", p, readErr)
		}
		return err
	})
	if err != nil || seen < 12 {
		t.Errorf("%d files, %v", seen, err)
	}
}

// TestCompositions compares the list with the ids that src/Root.tsx registers.
func TestCompositions(t *testing.T) {
	t.Parallel()
	root, err := os.ReadFile("src/Root.tsx")
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, m := range regexp.MustCompile(`<Composition id="(\w+)"`).FindAllStringSubmatch(string(root), -1) {
		ids = append(ids, m[1])
	}
	slices.Sort(ids)
	want := append(slices.Clone(Compositions), "Timeline")
	slices.Sort(want)
	if !slices.Equal(ids, want) {
		t.Errorf("src/Root.tsx registers %v, the list is %v", ids, want)
	}
}
