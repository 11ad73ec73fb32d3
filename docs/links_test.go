// The links of all pages of the repository.

package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// read returns the repository's files with one of these endings, by path from its root.
func read(t *testing.T, endings ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"node_modules", ".git", "bin", "dist", "testdata"}, d.Name()) {
			return filepath.SkipDir
		}
		if d.IsDir() || !slices.Contains(endings, filepath.Ext(path)) {
			return nil
		}
		b, err := os.ReadFile(path)
		out[strings.TrimPrefix(filepath.ToSlash(path), "../")] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var (
	fences  = regexp.MustCompile("(?ms)^```.*?^```$")
	links   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headers = regexp.MustCompile(`(?m)^#+ (.*)$`)
	unnamed = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// anchors returns the anchors of the headings of a page, as GitHub makes them.
func anchors(page string) map[string]bool {
	out := map[string]bool{}
	for _, m := range headers.FindAllStringSubmatch(fences.ReplaceAllString(page, ""), -1) {
		name := unnamed.ReplaceAllString(strings.ToLower(m[1]), "")
		out[strings.ReplaceAll(name, " ", "-")] = true
	}
	return out
}

func TestLinksLeadSomewhere(t *testing.T) {
	pages := read(t, ".md")
	if len(pages) < 20 {
		t.Fatalf("%d pages were found", len(pages))
	}
	for name, text := range pages {
		for _, m := range links.FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
			path, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(path, ":") {
				continue // another site
			}
			to := name
			if path != "" {
				to = filepath.ToSlash(filepath.Join(filepath.Dir(name), path))
			}
			if _, err := os.Stat(filepath.Join("..", to)); err != nil {
				t.Errorf("%s: %s is not in the repository", name, m[1])
				continue
			}
			if anchor != "" && strings.HasSuffix(to, ".md") && !anchors(pages[to])[anchor] {
				t.Errorf("%s: %s has no heading #%s", name, to, anchor)
			}
		}
	}
}

// citation is the name of a page in source text, such as docs/json.md or SECURITY.md.
var citation = regexp.MustCompile(`\b(docs/[\w/-]+|[A-Z]{3,})\.md(#[\w-]+)?`)

func TestSourcesCitePagesThatExist(t *testing.T) {
	pages := read(t, ".md")
	for name, text := range read(t, ".go", ".ts", ".tsx", ".mjs", ".html") {
		for _, m := range citation.FindAllString(text, -1) {
			page, anchor, _ := strings.Cut(m, "#")
			if _, ok := pages[page]; !ok {
				t.Errorf("%s cites %s, which is not in the repository", name, page)
			} else if anchor != "" && !anchors(pages[page])[anchor] {
				t.Errorf("%s: %s has no heading #%s", name, page, anchor)
			}
		}
	}
}
