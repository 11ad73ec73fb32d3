package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestOutputsAreTriedFirst: every flag that names an output creates its folder, and one that cannot be written ends the
// command before it has done anything else, such as spending money.
func TestOutputsAreTriedFirst(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, c := range commands() {
		fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
		c.bind(fs)
		fs.VisitAll(func(f *pflag.Flag) {
			kind, _ := pflag.UnquoteUsage(f)
			writes := len(f.Annotations[outputKind]) > 0
			if looks := slices.Contains([]string{"junit", "results", "report", "url-file", "output", "out", "journal", "man"}, f.Name) ||
				kind == "FILE" && strings.Contains(f.Usage, "write"); looks != writes {
				t.Errorf("%s --%s is marked as an output: %v, looks like one: %v", c.name, f.Name, writes, looks)
			}
			if !writes {
				return
			}
			tried++
			for name, path := range map[string]string{"below a file": filepath.Join(file, "sub", "out.csv"), "the file itself": file} {
				if name == "the file itself" && f.Annotations[outputKind][0] == outputEither {
					continue
				}
				if name == "the file itself" && f.Annotations[outputKind][0] == outputFile {
					path = filepath.Dir(file) // a folder instead of a file
				}
				want := 1
				if fi, err := os.Stat(path); err == nil && fi.IsDir() {
					want = 2
				}
				code, _, stderr := call(t, nil, c.name, "--"+f.Name, path)
				if code != want || !strings.Contains(stderr, "--"+f.Name) || !strings.Contains(stderr, "nothing was done yet") {
					t.Errorf("%s --%s, %s: exit %d, %s", c.name, f.Name, name, code, stderr)
				}
			}
			path := filepath.Join(t.TempDir(), "new", "folder", "out.csv")
			_, _, stderr := call(t, nil, c.name, "--"+f.Name, path, "--help-me-not") // ends at the unknown flag
			if _, err := os.Stat(filepath.Dir(path)); err == nil {
				t.Errorf("%s: a command line with a mistake created a folder: %s", c.name, stderr)
			}
		})
	}
	if tried < 10 {
		t.Errorf("only %d flags were tried", tried)
	}
	path := filepath.Join(t.TempDir(), "new", "folder", "build.xml")
	code, _, stderr := call(t, map[string]string{"GREENROOM_JUNIT": path}, "build") // fails: there is no manifest
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) > 0 || code == 0 {
		t.Errorf("exit %d, %d files, %v: %s", code, len(list), err, stderr)
	}
	if err := tryOutput(os.DevNull, outputFile); err != nil {
		t.Errorf("a device: %v", err)
	}
}
