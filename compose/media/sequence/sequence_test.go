package sequence

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, files, path string
		want              string // names, or the error
	}{
		{"folder", "a-2.png a-10.png a-9.png a-11.png a-3.png notes.txt .DS_Store", "",
			"between a-3.png and a-9.png number 4 is missing"},
		{"order by number", "f9.png f10.png f11.png f8.png", "", "f8.png f9.png f10.png f11.png"},
		{"starts anywhere", "x_1001.webp x_1002.webp", "", "x_1001.webp x_1002.webp"},
		{"last number counts", "shot2-0001.png shot2-0002.png", "", "shot2-0001.png shot2-0002.png"},
		{"pattern", "a-01.png a-02.png b-01.png b-02.png", "b-%02d.png", "b-01.png b-02.png"},
		{"pattern without zeros", "a1.png a2.png ab.png", "a%d.png", "a1.png a2.png"},
		{"pattern with width", "a1.png a0001.png a0002.png", "a%04d.png", "a0001.png a0002.png"},
		{"upper case", "A1.PNG A2.png", "", "A1.PNG A2.png"},
		{"two kinds", "a1.png a2.webp", "", "pictures of two kinds"},
		{"same number", "a1.png a01.png", "", "the same number"},
		{"no number", "cover.png", "", "cover.png has no number"},
		{"empty", "readme.md", "", "no pictures"},
		{"huge number", "a99999999999999999999.png", "", "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range strings.Fields(c.files) {
				if err := os.WriteFile(filepath.Join(dir, f), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := Find(filepath.Join(dir, c.path))
			text := ""
			for _, g := range got {
				text += " " + filepath.Base(g)
			}
			if err != nil {
				text = err.Error()
			}
			if !strings.Contains(text, c.want) {
				t.Errorf("%s, want %s", text, c.want)
			}
		})
	}
	if _, err := Find(filepath.Join(t.TempDir(), "nothing", "a%d.png")); err == nil {
		t.Error("no error for a missing folder")
	}
}
