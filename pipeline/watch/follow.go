package watch

import (
	"maps"
	"path/filepath"
	"strings"
)

// follow names the files that a run reads. Those outside the project's folder, behind
// links or in a folder that is otherwise ignored are watched, too.
func (f *files) follow(paths []string) {
	inputs := map[string]bool{}
	for _, p := range paths {
		inputs[p] = true
		if real, err := filepath.EvalSymlinks(p); err == nil {
			inputs[real] = true
		}
	}
	f.mu.Lock()
	same := maps.Equal(inputs, f.inputs)
	f.inputs = inputs
	f.mu.Unlock()
	if same {
		return
	}
	select {
	case f.more <- struct{}{}:
	default: // one is waiting already
	}
}

func (f *files) input(path string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inputs[path]
}

// holdsInput reports that a file that a run reads is in a folder or below it.
func (f *files) holdsInput(dir string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for p := range f.inputs {
		if strings.HasPrefix(p, dir+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// addInputs watches the folders of the files that a run reads; those of the tree are
// watched already, and adding them again costs nothing.
func (f *files) addInputs(w source) error {
	f.mu.Lock()
	dirs := map[string]bool{}
	for p := range f.inputs {
		dirs[filepath.Dir(p)] = true
	}
	if f.folder != "" {
		dirs[f.folder] = true
	}
	f.mu.Unlock()
	for d := range dirs {
		if err := w.add(d); err != nil && tooMany(err) {
			return err // a folder that is gone is skipped
		}
	}
	return nil
}
