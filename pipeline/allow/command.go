// Package allow holds the user's consent to the programs that a project names.
//
// A manifest comes with a cloned repository, so a program in it (`heygen.key: cmd:...`)
// runs only after the user allowed it once, as direnv does. The consent is for one
// project folder, one command line and the content of the project's files that the command
// line names; when any of them changes, it must be given again. It is recorded outside of
// the project, where a repository cannot write.
//
// What a program reads without naming it in its command line is not part of the consent,
// for example a file that a script sources. So that programs such as make or npm cannot
// find the project by their working folder, a command that names no file of the project
// runs in the user's home folder.
package allow

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/internal/regular"
)

// Limits of what a command line may name inside the project.
const (
	maxFiles = 1000
	maxBytes = 256 << 20
)

// Command is a program that a manifest names.
type Command struct {
	Project string   `json:"project"` // absolute, without symbolic links
	Line    string   `json:"command"` // as in the manifest, without "cmd:"
	Files   []File   `json:"files"`   // of the project, in the order of the command line
	Argv    []string `json:"-"`
	Dir     string   `json:"-"` // where it runs

	key string // of the manifest that names it
}

// File is a file inside the project that the command line names.
type File struct {
	Path   string `json:"path"`   // relative to the project, with slashes
	SHA256 string `json:"sha256"` // hexadecimal
}

// Read prepares a command line of the manifest in dir, which its key has, such as heygen.key: it finds the program and
// hashes the project's files. It starts nothing. The error is a fault of kind Auth when the program
// does not exist, or when the line names too many files to check.
func Read(dir, key, line string) (*Command, error) {
	argv := strings.Fields(line)
	if len(argv) == 0 {
		const hint = "write a program and its arguments, such as cmd:PROGRAM ARGUMENTS"
		return nil, fault.New(fault.Auth, hint, "%s names no program", key)
	}
	project, err := filepath.EvalSymlinks(dir)
	if err == nil {
		project, err = filepath.Abs(project)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Auth, err, "", "find the project folder")
	}
	c := &Command{Project: project, Line: strings.Join(argv, " "), Argv: argv, key: key}
	c.Argv[0], err = program(project, argv[0])
	if err != nil {
		return nil, fault.Wrap(fault.Auth, err, "install it, or correct "+key, "find the program of %s", key)
	}
	budget := &budget{files: maxFiles, bytes: maxBytes}
	for i, word := range c.Argv {
		for _, name := range pieces(word, i == 0) {
			if err := c.include(name, budget); err != nil {
				hint := "name files in " + key + ", not folders, or use a program outside of the project"
				return nil, fault.Wrap(fault.Auth, err, hint, "check what %s names", key)
			}
		}
	}
	c.Dir = project
	if len(c.Files) == 0 {
		c.Dir, err = os.UserHomeDir()
		if err != nil {
			c.Dir = os.TempDir()
		}
	}
	return c, nil
}

// program returns the absolute path of a command line's first word.
func program(project, name string) (string, error) {
	if strings.ContainsRune(name, '/') || strings.ContainsRune(name, filepath.Separator) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(project, name)
		}
		return exec.LookPath(name)
	}
	path, err := exec.LookPath(name) // refuses the working folder
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// pieces returns the parts of a word that may name a file: --file=./x, @x, KEY=VALUE:./x.
func pieces(word string, all bool) []string {
	if all {
		return []string{word}
	}
	split := func(r rune) bool { return strings.ContainsRune("=:,;@", r) }
	return append([]string{word}, strings.FieldsFunc(word, split)...)
}

type budget struct {
	files int
	bytes int64
}

// include hashes a file, or every file of a folder, when it is inside the project.
func (c *Command) include(name string, left *budget) error {
	if !filepath.IsAbs(name) {
		name = filepath.Join(c.Project, name)
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil // not a file: a word like any other
	}
	if !c.inside(name) && !c.inside(real) {
		return nil
	}
	return filepath.WalkDir(real, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return c.add(path, left)
	})
}

func (c *Command) inside(path string) bool {
	rel, err := filepath.Rel(c.Project, path)
	return err == nil && filepath.IsLocal(rel)
}

func (c *Command) add(path string, left *budget) error {
	fi, err := os.Stat(path)
	if err != nil || !fi.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", filepath.Base(path))
	}
	left.files--
	left.bytes -= fi.Size()
	if left.files < 0 || left.bytes < 0 {
		return errors.New("the command names a folder with too many files")
	}
	f, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum, _, err := hashkey.Content(f)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(c.Project, path)
	if err != nil {
		rel = path
	}
	one := File{Path: filepath.ToSlash(rel), SHA256: hex.EncodeToString(sum[:])}
	for _, have := range c.Files {
		if have == one {
			return nil
		}
	}
	c.Files = append(c.Files, one)
	return nil
}

// id returns the name of the consent: after any change it is another one. Its layout is not that of package hashkey:
// stored consents have it.
func (c *Command) id() string {
	h := sha256.New()
	fmt.Fprintf(h, "greenroom allow 1\n%q\n%q\n", c.Project, c.Line)
	for _, f := range c.Files {
		fmt.Fprintf(h, "%q %s\n", f.Path, f.SHA256)
	}
	return hex.EncodeToString(h.Sum(nil))
}
