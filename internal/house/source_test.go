package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// A source is a file of the repository.
type source struct {
	path string // from the root, with slashes
	text string
}

func (s source) dir() string { return path.Dir(s.path) }

// production reports whether a file is Go code of the product.
func (s source) production() bool {
	switch {
	case !strings.HasSuffix(s.path, ".go"), strings.HasSuffix(s.path, "_test.go"):
		return false
	case strings.HasPrefix(s.path, "internal/e2e/"), strings.HasPrefix(s.path, "internal/house/"):
		return false
	}
	return !strings.HasPrefix(s.text, "// Code generated")
}

// skipped are folders without the product's sources: packages, results, and what earlier versions shipped.
var skipped = []string{".git", "node_modules", "bin", "dist", "demo", "out", "shipped", "older"}

// sources returns the files of the repository with these extensions.
func sources(t *testing.T, extensions ...string) (list []source) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(skipped, d.Name()):
			return fs.SkipDir
		case !d.Type().IsRegular() || !slices.Contains(extensions, filepath.Ext(name)):
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		list = append(list, source{filepath.ToSlash(rel), string(b)})
		return err
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("%d sources, %v", len(list), err)
	}
	return list
}

// product returns the Go files of the product.
func product(t *testing.T) []source {
	t.Helper()
	return slices.DeleteFunc(sources(t, ".go"), func(s source) bool { return !s.production() })
}

func lines(list []source) (n int) {
	for _, s := range list {
		n += strings.Count(s.text, "\n")
	}
	return n
}

// parse returns a file's syntax tree.
func parse(t *testing.T, s source) (*token.FileSet, *ast.File) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, s.path, s.text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return set, f
}

// wantFindings fails unless the findings are these.
func wantFindings(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("findings %q, want %q", got, want)
	}
}
