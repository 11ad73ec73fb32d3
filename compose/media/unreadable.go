package media

import (
	"errors"
	"io"

	"greenroom/internal/fault"
)

// unreadable explains why a file could not be probed. A failure of this machine, such as no more file
// descriptors, has nothing to do with the file.
func unreadable(err error, path, hint string) error {
	if machine := fault.MachineHint(err); machine != "" {
		return fault.Wrap(fault.Failed, err, machine, "read %s", path)
	}
	return fault.Wrap(fault.Media, err, hint, "read %s", path)
}

// errorReader keeps the first error of a read other than the file's end: a disk that fails must not
// look like a damaged file, which would be downloaded again.
type errorReader struct {
	r   io.ReaderAt
	err error
}

func (n *errorReader) ReadAt(b []byte, at int64) (int, error) {
	k, err := n.r.ReadAt(b, at)
	if err != nil && n.err == nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		n.err = err
	}
	return k, err
}
