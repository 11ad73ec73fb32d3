package cli

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

// outputKind is the annotation of a flag that names a file or a folder which the command writes.
const outputKind = "greenroom_output"

const (
	outputFile   = "file"
	outputFolder = "folder"
	outputEither = "file or folder" // a folder where one exists
)

// writes marks flags as outputs: their folder is created, and tested, before the command begins. A build would
// otherwise
// find out after it has spent money that its report cannot be written.
func writes(fs *pflag.FlagSet, kind string, names ...string) {
	for _, name := range names {
		if err := fs.SetAnnotation(name, outputKind, []string{kind}); err != nil {
			panic(err) // the name is a flag of this program
		}
	}
}

// prepareOutputs creates the folder of every output that was named.
func (e *env) prepareOutputs(fs *pflag.FlagSet) (err error) {
	fs.VisitAll(func(f *pflag.Flag) {
		kind := f.Annotations[outputKind]
		if len(kind) == 0 || f.Value.String() == "" || err != nil {
			return
		}
		if werr := tryOutput(e.path(f.Value.String()), kind[0]); werr != nil {
			what := fault.Failed
			if errors.Is(werr, errFolder) {
				what = fault.Usage
			}
			err = fault.Wrap(what, werr, "name a "+kind[0]+" that can be written; nothing was done yet", "--%s %s",
				f.Name,
				f.Value)
		}
	})
	return err
}

var errFolder = errors.New("it is a folder")

// tryOutput creates the folder of an output and a file in it, which it removes again.
func tryOutput(path, kind string) error {
	dir := path
	if kind != outputFolder {
		dir = filepath.Dir(path)
		fi, err := os.Stat(path)
		switch {
		case err == nil && fi.IsDir() && kind == outputEither:
			dir = path
		case err == nil && fi.IsDir():
			return errFolder
		case err == nil && !fi.Mode().IsRegular():
			return nil // a device or a pipe
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".greenroom-*.part")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
