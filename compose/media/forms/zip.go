package forms

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"greenroom/compose/marks"
	"greenroom/internal/fault"
)

// zipPictures puts numbered pictures into a ZIP file, uncompressed, as they are compressed already. Equal pictures make
// equal bytes. A source is written into each picture.
func zipPictures(dir, path string, frames int, source marks.Source) (err error) {
	list, err := filepath.Glob(filepath.Join(dir, "*.png")) // sorted
	if err != nil {
		return err
	}
	if len(list) == 0 || frames > 0 && len(list) != frames {
		return fault.New(fault.Media, "run it again", "%d pictures were made instead of %d", len(list), frames)
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := out.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			os.Remove(path)
			err = fmt.Errorf("collect the pictures: %w", err)
		}
	}()
	z := zip.NewWriter(out)
	for _, name := range list {
		if err := addPicture(z, name, source); err != nil {
			return err
		}
		os.Remove(name) // a sequence must not need its space twice
	}
	return z.Close()
}

func addPicture(z *zip.Writer, name string, source marks.Source) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) // that the format knows
	h := &zip.FileHeader{Name: filepath.Base(name), Method: zip.Store, Modified: first}
	w, err := z.CreateHeader(h)
	if err != nil {
		return err
	}
	st, err := f.Stat()
	if err != nil {
		return err
	}
	return marks.Copy(w, f, st.Size(), source)
}
