package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// packed makes a release of fixed files in a new folder.
func packed(t *testing.T, built ...platform) *release {
	t.Helper()
	r := &release{source: filepath.Join("..", ".."), work: t.TempDir(), out: t.TempDir(), version: "1.2.3",
		epoch: time.Unix(1_700_000_000, 0).UTC(), built: built}
	docs := map[string][]byte{"README.md": []byte("read me"), "LICENSE": []byte("license"),
		"man/man1/greenroom.1": []byte(".TH")}
	for _, p := range built {
		err := os.MkdirAll(filepath.Dir(r.binary(p)), 0o755)
		for _, name := range []string{"greenroom", "greenroom-live", "greenroom-worker"} {
			err = errors.Join(err, os.WriteFile(r.binaryOf(p, name), []byte("program of "+p.os), 0o755))
		}
		err = errors.Join(err, r.archive(p, docs))
		if err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// TestTheSameBytesTwice: archives and npm packages of two runs, minutes or days apart, are equal.
func TestTheSameBytesTwice(t *testing.T) {
	t.Parallel()
	one, other := platforms[3], platforms[5] // a tar file and a zip file
	sums := func(r *release) string {
		if err := errors.Join(r.npm(t.Context()), r.checksums()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(r.out, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	a := packed(t, one, other)
	first, second := sums(a), sums(packed(t, one, other))
	if first != second {
		t.Errorf("two runs differ:\n%s\n%s", first, second)
	}
	if n := strings.Count(first, "\n"); n != 5 {
		t.Errorf("%d files for two platforms:\n%s", n, first)
	}
	check := exec.Command("sha256sum", "-c", "--quiet", "SHA256SUMS")
	check.Dir = a.out
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestArchives: one top folder, sorted names, the program can be executed, and every file has the time of the release.
func TestArchives(t *testing.T) {
	t.Parallel()
	r := packed(t, platforms...)
	type entry struct {
		name, text string
		mode       int64
		at         time.Time
	}
	read := map[string]func(b []byte) []entry{
		"greenroom-1.2.3-linux-arm64.tar.gz": func(b []byte) (list []entry) {
			z, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			for tr := tar.NewReader(z); ; {
				head, err := tr.Next()
				if errors.Is(err, io.EOF) {
					return list
				}
				if err != nil {
					t.Fatal(err)
				}
				text, _ := io.ReadAll(tr)
				list = append(list, entry{head.Name, string(text), head.Mode, head.ModTime.UTC()})
			}
		},
		"greenroom-1.2.3-windows-amd64.zip": func(b []byte) (list []entry) {
			z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range z.File {
				src, err := f.Open()
				if err != nil {
					t.Fatal(err)
				}
				text, _ := io.ReadAll(src)
				list = append(list, entry{f.Name, string(text), 0, f.Modified.UTC()})
			}
			return list
		},
	}
	for file, entries := range read {
		b, err := os.ReadFile(filepath.Join(r.out, file))
		if err != nil {
			t.Fatal(err)
		}
		top := strings.TrimSuffix(strings.TrimSuffix(file, ".zip"), ".tar.gz") + "/"
		programs := []string{"greenroom", "greenroom-live", "greenroom-worker"}
		if strings.HasSuffix(file, ".zip") {
			for i := range programs {
				programs[i] += ".exe"
			}
		}
		var names []string
		for _, e := range entries(b) {
			name, ok := strings.CutPrefix(e.name, top)
			names = append(names, name)
			if !ok || !e.at.Equal(r.epoch) {
				t.Errorf("%s: %s has the time %s", file, e.name, e.at)
			}
			if slices.Contains(programs, name) && (!strings.HasPrefix(e.text, "program of ") || e.mode != 0o755 && e.mode != 0) {
				t.Errorf("%s: the program has %q and the mode %o", file, e.text, e.mode)
			}
		}
		want := append(append([]string{"LICENSE", "README.md"}, programs...), "man/man1/greenroom.1")
		slices.Sort(want)
		if !slices.Equal(names, want) {
			t.Errorf("%s has %q, want %q", file, names, want)
		}
	}
}

func TestVersionsOfReleases(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "1", "1.2", "latest", "1.2.3; rm", "../1.2.3"} {
		if err := run(t.Context(), bad, filepath.Join(t.TempDir(), "out"), "", false); err == nil ||
			!strings.Contains(err.Error(), "is not like 1.2.3") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := run(t.Context(), "v1.2.3", filepath.Join(t.TempDir(), "out"), "plan9/mips", false); err == nil ||
		!strings.Contains(err.Error(), "no platform") {
		t.Errorf("an unknown platform: %v", err)
	}
}
