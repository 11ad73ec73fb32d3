package allow

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
)

func none(string) string { return "" }

// clone is a project with two programs, and a home folder of its own.
func clone(t *testing.T) string {
	t.Helper()
	home, dir := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	write(t, dir, "key.sh", "#!/bin/sh\necho key\n")
	write(t, dir, "tools/lib/key.py", "print('key')\n")
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, line string) *Command {
	t.Helper()
	c, err := Read(dir, "heygen.key", line)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAConsentIsForOneFolderOneCommandAndItsFiles(t *testing.T) {
	dir := clone(t)
	for _, line := range []string{"./key.sh", "./tools/../key.sh", "sh key.sh", "sh -c ./key.sh", "env A=key.sh sh",
		"sh tools", "sh @tools/lib/key.py", "echo key"} {
		c := read(t, dir, line)
		if c.Allowed(none) {
			t.Errorf("%s is allowed from the beginning", line)
		}
		if err := Set(time.Unix(0, 0), c); err != nil {
			t.Fatal(err)
		}
		if !read(t, dir, line).Allowed(none) || !read(t, dir, "  "+line+" ").Allowed(none) {
			t.Errorf("%s is not allowed after consent", line)
		}
		if read(t, dir, line+" x").Allowed(none) {
			t.Errorf("%s with another argument is allowed", line)
		}
		if line != "echo key" {
			if len(c.Files) == 0 {
				t.Fatalf("%s: no file is part of the consent", line)
			}
			if c.Dir != c.Project {
				t.Errorf("%s runs in %s", line, c.Dir)
			}
			name := c.Files[0].Path
			before, _ := os.ReadFile(filepath.Join(dir, name))
			write(t, dir, name, "echo other")
			if read(t, dir, line).Allowed(none) {
				t.Errorf("%s is allowed with another %s", line, name)
			}
			write(t, dir, name, string(before))
		} else if home, _ := os.UserHomeDir(); c.Dir != home || len(c.Files) != 0 {
			t.Errorf("%s runs in %s with %v", line, c.Dir, c.Files)
		}
		other := t.TempDir()
		write(t, other, "key.sh", "#!/bin/sh\necho key\n")
		write(t, other, "tools/lib/key.py", "print('key')\n")
		if read(t, other, line).Allowed(none) {
			t.Errorf("%s is allowed in another folder", line)
		}
	}
}

func TestAProgramThatIsALinkOrOnThePathCountsAsTheProjects(t *testing.T) {
	dir, outside := clone(t), t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "key.sh"), filepath.Join(outside, "getkey")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", outside+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, line := range []string{"getkey", filepath.Join(outside, "getkey")} {
		if c := read(t, dir, line); len(c.Files) != 1 || c.Files[0].Path != "key.sh" {
			t.Errorf("%s: files %v", line, c.Files)
		}
	}
}

func TestAFileThatAppearsLaterNeedsConsent(t *testing.T) {
	dir := clone(t)
	if err := Set(time.Now(), read(t, dir, "sh later.sh")); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "later.sh", "echo stolen")
	if read(t, dir, "sh later.sh").Allowed(none) {
		t.Error("a file that did not exist at consent is run")
	}
}

func TestACommandThatNamesTheWholeProjectIsRefused(t *testing.T) {
	dir := clone(t)
	for i := range maxFiles {
		write(t, dir, filepath.Join("many", strings.Repeat("x", i%200+1)+string(rune('a'+i/200))), "")
	}
	var f *fault.Error
	if _, err := Read(dir, "heygen.key", "make -C . key"); !errors.As(err, &f) || f.Kind != fault.Auth {
		t.Errorf("got %v", err)
	}
	if _, err := Read(dir, "heygen.key", "no-such-program"); !errors.As(err, &f) || f.Kind != fault.Auth {
		t.Errorf("got %v", err)
	}
}

func TestTheEnvironmentAllowsExactlyItsCommand(t *testing.T) {
	dir := clone(t)
	allows := func(line string) func(string) string {
		return func(name string) string {
			if name == EnvAllow {
				return line
			}
			return ""
		}
	}
	if c := read(t, dir, "./key.sh a"); !c.Allowed(allows("./key.sh  a")) || c.Allowed(allows("1")) ||
		c.Allowed(allows("./key.sh")) {
		t.Error("the environment does not allow exactly its command")
	}
}

func TestARevokedConsentIsGoneAndRecordsArePrivate(t *testing.T) {
	dir := clone(t)
	for range 2 {
		if err := Set(time.Now(), read(t, dir, "./key.sh")); err != nil {
			t.Fatal(err)
		}
	}
	list, err := List()
	if err != nil || len(list) != 1 || list[0].Line != "./key.sh" {
		t.Fatalf("%v %v", list, err)
	}
	where, _ := folder()
	for path, want := range map[string]os.FileMode{where: 0o700, filepath.Join(where, list[0].id()+".json"): 0o600} {
		if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, fi.Mode(), err)
		}
	}
	if n, err := Revoke(dir); n != 1 || err != nil || read(t, dir, "./key.sh").Allowed(none) {
		t.Errorf("revoked %d: %v", n, err)
	}
	if n, err := Revoke(dir); n != 0 || err != nil {
		t.Errorf("revoked %d: %v", n, err)
	}
}
