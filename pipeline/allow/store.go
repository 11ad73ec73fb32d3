package allow

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// EnvAllow allows a command where there is no home folder to record it in, as in CI. Its
// value is the command line itself, so that another one in the manifest is not allowed; several are lines.
const EnvAllow = "GREENROOM_ALLOW_KEY_COMMAND"

// Record is one consent.
type Record struct {
	Command
	At time.Time `json:"at"`
}

// folder returns the folder of the consents: one file each, named by its id.
func folder() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		hint := "set HOME, or export " + EnvAllow + "='<the command line>'"
		return "", fault.Wrap(fault.Auth, err, hint, "find the folder for consents")
	}
	return filepath.Join(dir, "greenroom", "allowed"), nil
}

// Allowed reports whether the user allowed exactly this command with these files.
func (c *Command) Allowed(getenv func(string) string) bool {
	for line := range strings.Lines(getenv(EnvAllow)) {
		if strings.Join(strings.Fields(line), " ") == c.Line {
			return true
		}
	}
	dir, err := folder()
	if err != nil {
		return false
	}
	fi, err := os.Lstat(filepath.Join(dir, c.id()+".json"))
	return err == nil && fi.Mode().IsRegular()
}

// Consent returns the error of a command that is not allowed.
func (c *Command) Consent() error {
	return fault.New(fault.Auth, "read the command and the files it names, then run `greenroom allow`",
		"%s runs a program that is not allowed in this project: %s", c.key, c.Line)
}

// Set records the consent to the commands of a project and drops its earlier ones.
func Set(now time.Time, commands ...*Command) error {
	dir, err := folder()
	if err != nil {
		return err
	}
	for i, c := range commands {
		if i == 0 {
			if _, err := Revoke(c.Project); err != nil {
				return err
			}
		}
		if err := c.record(dir, now); err != nil {
			hint := "make " + dir + " writable, or export " + EnvAllow + "='<the command line>'"
			return fault.Wrap(fault.Failed, err, hint, "record the consent")
		}
	}
	return nil
}

func (c *Command) record(dir string, now time.Time) error {
	b, err := json.MarshalIndent(Record{*c, now.UTC()}, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	_, err = atomicfile.WriteBytes(filepath.Join(dir, c.id()+".json"), 0o600, append(b, '\n'))
	return err
}

// List returns all consents of this user, by project.
func List() ([]Record, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	list := []Record{}
	for _, name := range names {
		var r Record
		if b, err := os.ReadFile(name); err == nil && json.Unmarshal(b, &r) == nil &&
			r.id()+".json" == filepath.Base(name) {
			list = append(list, r)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Project < list[j].Project })
	return list, nil
}

// Revoke removes the consents of one project folder and returns how many there were.
func Revoke(project string) (n int, err error) {
	if real, err := filepath.EvalSymlinks(project); err == nil {
		project = real
	}
	dir, err := folder()
	if err != nil {
		return 0, err
	}
	list, err := List()
	if err != nil {
		return 0, err
	}
	for _, r := range list {
		if r.Project != project {
			continue
		}
		if err := os.Remove(filepath.Join(dir, r.id()+".json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, fault.Wrap(fault.Failed, err, "make "+dir+" writable", "remove a consent")
		}
		n++
	}
	return n, nil
}
