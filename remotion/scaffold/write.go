package scaffold

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

// marker is the file whose presence shows that the source folder is greenroom's own. It is written after the others
// there, so that it is never in an incomplete folder.
const marker = "props.schema.json"

// Write puts the companion into Layout.Dir. A Remotion project (package.json that depends on remotion) only gets
// the source folder, the published folder and the ignore lines. Files of the user's that are in the way are a fault
// that lists them. What is already there is never changed, except that ignore lines are added, and after an error the
// folder is as it was. The result lists what was written, relative to Dir.
func Write(o Options) (written []string, err error) {
	existing, err := IsRemotion(o.Layout.Dir)
	if err != nil {
		return nil, err
	}
	all, err := files(o, existing)
	if err != nil {
		return nil, err
	}
	mine, err := own(o.Layout)
	if err != nil {
		return nil, err
	}
	recordName := o.Layout.SourceDir() + "/" + Record
	all[recordName], err = encodeRecord(o.Version, mine, nil)
	if err != nil {
		return nil, err
	}
	names, err := missing(o.Layout, all)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, o.Layout.SourceDir()+"/"+marker) { // files of an earlier version, whose record this is not
		names = slices.DeleteFunc(names, func(n string) bool { return n == recordName })
	}
	ignore, changed, err := ignoreFile(o.Layout)
	if err != nil {
		return nil, err
	}
	u := undo{dir: o.Layout.Dir}
	defer func() {
		if err != nil {
			u.run()
			written = nil
		}
	}()
	if err := u.mkroot(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := u.write(name, all[name]); err != nil {
			return nil, err
		}
	}
	if err := u.mkdir(o.Layout.Published()); err != nil {
		return nil, err
	}
	written = names
	for _, name := range userFiles(o) {
		if err := u.write(name, o.Files[name]); err != nil {
			return nil, err
		}
		written = append(written, name)
	}
	if changed { // last, and complete or not at all: undo need not know the old lines
		if err := ignore.write(); err != nil {
			return nil, err
		}
		written = append(written, ".gitignore")
	}
	return written, nil
}

// userFiles are the first files that are not there, the manifest last: it is what makes a project of greenroom's.
func userFiles(o Options) (names []string) {
	for name := range o.Files {
		if _, err := os.Lstat(o.Layout.Path(name)); err != nil {
			names = append(names, name)
		}
	}
	sort.Slice(names, func(i, j int) bool {
		if a, b := path.Ext(names[i]) == ".yaml", path.Ext(names[j]) == ".yaml"; a != b {
			return b
		}
		return names[i] < names[j]
	})
	return names
}

// missing lists the files to write, package.json last: it is what makes a folder a Remotion project, so an
// interrupted scaffold is completed by the next one. Files that are there and differ are in the way, unless the marker
// shows that an earlier Write put them there and the user, or a build, changed them since.
func missing(l project.Layout, files map[string][]byte) (names []string, err error) {
	source := l.SourceDir()
	_, err = os.Stat(l.Path(source + "/" + marker))
	scaffolded := err == nil
	var inTheWay []string
	for name, want := range files {
		if parent := fileAsFolder(l.Dir, path.Dir(name)); parent != "" {
			inTheWay = append(inTheWay, parent)
			continue
		}
		st, err := os.Lstat(l.Path(name))
		switch {
		case os.IsNotExist(err):
			names = append(names, name)
			continue
		case err != nil:
			return nil, fault.Wrap(fault.Failed, err, "make the folder readable", "read %s", name)
		case !st.IsDir() && path.Dir(name) == source && (scaffolded || path.Base(name) == Record):
			continue
		}
		if have, err := os.ReadFile(l.Path(name)); err != nil || !bytes.Equal(have, want) {
			inTheWay = append(inTheWay, name)
		}
	}
	if parent := fileAsFolder(l.Dir, l.Published()); parent != "" {
		inTheWay = append(inTheWay, parent)
	}
	sort.Strings(inTheWay)
	inTheWay = slices.Compact(inTheWay)
	if len(inTheWay) > 0 {
		return nil, refuse(inTheWay)
	}
	last := map[string]int{source + "/" + marker: 1, "package.json": 2}
	sort.Slice(names, func(i, j int) bool {
		if a, b := last[names[i]], last[names[j]]; a != b {
			return a < b
		}
		return names[i] < names[j]
	})
	return names, nil
}

// refuse is the error for files of the user's in the places of others.
func refuse(names []string) error {
	hint := "choose an empty folder, or move these files away"
	if slices.Contains(names, "package.json") {
		hint = "add Remotion to this package first: npm install --save-exact remotion@" + project.Pinned + " @remotion/cli@" +
			project.Pinned + "; or choose an empty folder"
	}
	return fault.New(fault.Usage, hint, "refuse to overwrite: %s", strings.Join(names, ", "))
}

// fileAsFolder names the first part of folder that exists and is not a folder.
func fileAsFolder(dir, folder string) string {
	at := ""
	for _, part := range strings.Split(folder, "/") {
		at = path.Join(at, part)
		if st, err := os.Stat(filepath.Join(dir, filepath.FromSlash(at))); err == nil && !st.IsDir() {
			return at
		}
	}
	return ""
}

// IsRemotion reports whether package.json in dir depends on Remotion: a user's project, or one that an earlier Write
// finished.
func IsRemotion(dir string) (bool, error) {
	if st, err := os.Stat(filepath.Join(dir, "package.json")); os.IsNotExist(err) {
		return false, nil
	} else if err == nil && st.IsDir() {
		return false, fault.New(fault.Failed, "move the folder away", "read package.json: it is a folder")
	}
	for _, name := range []string{"remotion", "@remotion/cli"} {
		v, err := project.Declared(dir, name)
		if err != nil {
			return false, fault.Wrap(fault.Usage, err, "correct package.json first", "read package.json")
		}
		if v != "" {
			return true, nil
		}
	}
	return false, nil
}
