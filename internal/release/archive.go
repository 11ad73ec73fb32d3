package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// archive writes a platform's archive: a zip file for Windows, a packed tar file for the others. Names are sorted, and
// times and owners are the same on every machine.
func (r *release) archive(p platform, docs map[string][]byte) (err error) {
	top := fmt.Sprintf("greenroom-%s-%s-%s", r.version, p.os, p.arch)
	files := maps.Clone(docs)
	executable := []string{}
	for _, c := range programs {
		binary, err := os.ReadFile(r.binaryOf(p, c.name))
		if err != nil {
			return err
		}
		files[p.file(c.name)] = binary
		executable = append(executable, p.file(c.name))
	}
	ending, write := ".tar.gz", r.writeTar
	if p.os == "windows" {
		ending, write = ".zip", r.writeZip
	}
	f, err := os.Create(filepath.Join(r.out, top+ending))
	if err != nil {
		return err
	}
	if err := write(f, top, files, executable); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func (r *release) writeTar(w io.Writer, top string, files map[string][]byte, executable []string) error {
	packed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(packed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		mode := int64(0o644)
		if slices.Contains(executable, name) {
			mode = 0o755
		}
		head := &tar.Header{Name: top + "/" + name, Mode: mode, Size: int64(len(files[name])), ModTime: r.epoch,
			Format: tar.FormatUSTAR}
		if err := t.WriteHeader(head); err != nil {
			return err
		}
		if _, err := t.Write(files[name]); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return packed.Close()
}

func (r *release) writeZip(w io.Writer, top string, files map[string][]byte, _ []string) error {
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: top + "/" + name, Method: zip.Deflate, Modified: r.epoch})
		if err != nil {
			return err
		}
		if _, err := f.Write(files[name]); err != nil {
			return err
		}
	}
	return z.Close()
}
