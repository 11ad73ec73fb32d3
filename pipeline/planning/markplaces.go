package planning

import (
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/regular"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/rows"
)

// maxScriptFile bounds what is read of a file to find a mark in it, bytes.
const maxScriptFile = 4 << 20

// markPlaces finds where a mark is written. Files are read when the first mark is found, once each.
type markPlaces struct {
	manifest *manifest.Manifest
	lines    map[string][]string // of files, by path
	table    *rows.Reader        // open at a row
	file     string              // of the table
	row      rows.Row
}

// find returns the place of a mark: in the script's file, in a cell of the clip's row with the name of
// its column, or in the manifest from the clip on. The clip's own place is the last resort.
func (m *markPlaces) find(c manifest.Clip, file, mark string) (at fault.Place, column string) {
	path, from := file, 1
	if file == "" {
		path, from = m.manifest.Path, c.Place.Line
	}
	if c.Row != nil {
		if at, column, ok := m.cell(*c.Row, mark); ok {
			return at, column
		}
	}
	if at, ok := placeIn(m.read(path), from, mark); ok {
		at.File = m.display(path)
		return at, ""
	}
	return c.Place, ""
}

// display names a file below the manifest's folder.
func (m *markPlaces) display(path string) string {
	dir := filepath.Dir(m.manifest.Path)
	if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.Base(path)
}

func (m *markPlaces) read(path string) []string {
	if lines, ok := m.lines[path]; ok {
		return lines
	}
	text, _ := regular.Read(path, maxScriptFile) // it was read before; if it cannot be, the clip's place is named
	if m.lines == nil {
		m.lines = map[string][]string{}
	}
	m.lines[path] = strings.Split(string(text), "\n")
	return m.lines[path]
}

// cell looks for a mark in the cells of a row. Rows come in order, so that a table is read about once.
func (m *markPlaces) cell(r manifest.Row, mark string) (fault.Place, string, bool) {
	i := slices.IndexFunc(m.manifest.Each, func(e manifest.Each) bool { return e.Name == r.Each })
	if i < 0 {
		return fault.Place{}, "", false
	}
	file := m.manifest.Each[i].File
	if m.table == nil || m.file != file || m.row.Line > r.Line {
		m.close()
		table, err := rows.Open(file, file)
		if err != nil {
			return fault.Place{}, "", false
		}
		m.table, m.file, m.row = table, file, rows.Row{}
	}
	for m.row.Line < r.Line {
		row, err := m.table.Next()
		if err != nil {
			m.close()
			return fault.Place{}, "", false
		}
		m.row = row
	}
	if m.row.Line != r.Line {
		return fault.Place{}, "", false
	}
	at := fault.Place{File: m.display(file), Line: r.Line, Column: 1}
	for k, cell := range m.row.Values {
		if strings.Contains(strings.Join(strings.Fields(cell), " "), mark) {
			return at, m.table.Columns()[k], true
		}
	}
	return at, "", false
}

func (m *markPlaces) close() {
	if m.table != nil {
		m.table.Close()
		m.table = nil
	}
}
