package manifest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/yamldoc"
	"greenroom/pipeline/rows"
)

// clipColumn is the placeholder for the row's own clip in a composition.
const clipColumn = "clip"

// RowComposition is a composition with each: a film for every row of a family, in each of its formats. It is read
// again for every row, so that only one row's films are in memory; see Rows.
type RowComposition struct {
	Name, Each string
	Formats    []string // as written, "9:16"; one empty one without formats
	Place      fault.Place

	field yamldoc.Field
	at    ast.Node // of each:
}

// FilmName is a film that the manifest describes, before it is read.
type FilmName struct {
	Name         string // "tour-9x16", "hello-ada-9x16"
	Base, Format string // "hello", "9:16"
	Each, Clip   string // of a row's film: its family and the row's own clip
	Line         int    // of the table
}

// FilmName returns the film's entry in FilmNames.
func (c Composition) FilmName() FilmName {
	n := FilmName{Name: c.Name, Base: c.Base, Format: c.Format}
	if c.Row != nil {
		n.Each, n.Clip, n.Line = c.Each, c.Clip, c.Row.Line
	}
	return n
}

// RowFilms are the films of one row.
type RowFilms struct {
	Clip Clip
	// View is the manifest as this row sees it: Compositions ends with Films, so that what they nest is this row's.
	View  *Manifest
	Films []Composition
	// Err is a fault that the row did not have when the manifest was read, such as a file that was removed.
	Err error
}

// RowComposition returns the composition with rows of a name.
func (m *Manifest) RowComposition(name string) (RowComposition, bool) {
	for _, c := range m.RowCompositions {
		if c.Name == name {
			return c, true
		}
	}
	return RowComposition{}, false
}

// Table returns a family's table as it is written in the manifest.
func (m *Manifest) Table(each string) string {
	for _, e := range m.Each {
		if e.Name == each {
			return e.display
		}
	}
	return ""
}

// rowFilm returns the name of a row's film: that of the composition, the part of the clip's name after the family's,
// and the format.
func rowFilm(c RowComposition, clip, format string) string {
	name := c.Name + strings.TrimPrefix(clip, c.Each)
	if format != "" {
		name += "-" + strings.ReplaceAll(format, ":", "x")
	}
	return name
}

// FilmNames returns the names of all films: the manifest's own, then those of the rows of each family. It reads no
// files.
func (m *Manifest) FilmNames() iter.Seq[FilmName] {
	return func(yield func(FilmName) bool) {
		for _, c := range m.Compositions {
			if !yield(c.FilmName()) {
				return
			}
		}
		for _, e := range m.Each {
			if !m.rowNames(e, yield) {
				return
			}
		}
	}
}

func (m *Manifest) rowNames(e Each, yield func(FilmName) bool) bool {
	for i := e.first; i < len(m.Clips) && m.Clips[i].Row != nil && m.Clips[i].Row.Each == e.Name; i++ {
		clip := &m.Clips[i]
		for _, c := range m.RowCompositions {
			if c.Each != e.Name {
				continue
			}
			for _, format := range c.Formats {
				if !yield(FilmName{rowFilm(c, clip.Name, format), c.Name, format, e.Name, clip.Name, clip.Row.Line}) {
					return false
				}
			}
		}
	}
	return true
}

// Rows reads the compositions of rows, one row at a time in the order of FilmNames, and calls visit for each row whose
// clip is wanted; nil means all. It fails with the first error of visit, and when a table has changed since the
// manifest was read.
func (m *Manifest) Rows(want func(clip string) bool, visit func(RowFilms) error) error {
	if m.source == nil {
		return nil
	}
	for _, e := range m.Each {
		d := m.source.fork()
		err := d.rowFilms(m, e, want, func(r RowFilms) error {
			d.Reset() // each row has all of its faults
			d.row.reported, d.row.bad = map[string]bool{}, 0
			return visit(r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rowFilms reads a family's compositions for each of its rows. visit receives the faults of each row.
func (d *doc) rowFilms(m *Manifest, e Each, want func(clip string) bool, visit func(RowFilms) error) (err error) {
	var list []RowComposition
	for _, c := range m.RowCompositions {
		if c.Each == e.Name {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil
	}
	table, err := rows.Open(e.File, e.display)
	if err != nil {
		return err
	}
	defer table.Close()
	d.row = &rowCursor{display: e.display, family: e.Name, columns: table.Columns(), reported: map[string]bool{}}
	defer func() { d.row = nil }()
	changed := fault.New(fault.Failed, "run the same command again", "%s changed while its films were read", e.display)
	if !slices.Equal(table.Columns(), e.Columns) {
		return changed
	}
	for i := e.first; i < len(m.Clips) && m.Clips[i].Row != nil && m.Clips[i].Row.Each == e.Name; {
		row, err := table.Next()
		switch {
		case errors.Is(err, io.EOF):
			return changed
		case err != nil:
			return errors.Join(changed, err)
		}
		clip := m.Clips[i]
		if row.Line < clip.Row.Line {
			continue // a row whose clip has a fault
		}
		if row.Line != clip.Row.Line || cells(row) != clip.Row.sum {
			return changed
		}
		i++
		if want != nil && !want(clip.Name) {
			continue
		}
		d.row.line, d.row.values, d.row.clip, d.row.faulty = row.Line, row.Values, clip.Name, false
		if err := visit(d.filmsOfRow(m, clip, list)); err != nil {
			return err
		}
	}
	return nil
}

// filmsOfRow reads the films of the cursor's row.
func (d *doc) filmsOfRow(m *Manifest, clip Clip, list []RowComposition) RowFilms {
	view := *m
	r := RowFilms{Clip: clip, View: &view}
	before := d.Count()
	for _, c := range list {
		d.row.broken = false
		for _, f := range d.composition(c.field, m) {
			f.Name, f.Each, f.Clip, f.Row = rowFilm(c, clip.Name, f.Format), c.Each, clip.Name, clip.Row
			r.Films = append(r.Films, f)
		}
	}
	view.Compositions = append(m.Compositions[:len(m.Compositions):len(m.Compositions)], r.Films...)
	r.Err = d.Since(before).Or()
	return r
}

// cells returns a checksum of a row, to detect that the table changed.
func cells(r rows.Row) uint64 {
	h := fnv.New64a()
	var size [4]byte
	for _, v := range r.Values {
		binary.LittleEndian.PutUint32(size[:], uint32(len(v)))
		h.Write(size[:])
		io.WriteString(h, v)
	}
	return h.Sum64()
}

// eachOf returns the value of a composition's each:, or nil.
func eachOf(f yamldoc.Field) ast.Node {
	pairs, _ := yamldoc.Pairs(f.Value)
	for _, v := range pairs {
		if yamldoc.KeyOf(v) == "each" {
			return v.Value
		}
	}
	return nil
}

// rowComposition stores a composition with each:. It is read when its rows are.
func (d *doc) rowComposition(f yamldoc.Field, at ast.Node, m *Manifest) {
	path := "compositions." + f.Key
	c := RowComposition{Name: f.Key, Place: d.At(f.Node), Formats: []string{""}, field: f, at: at}
	each, ok := d.ReadText(at, path+".each")
	if !ok {
		return
	}
	c.Each = each
	known := false
	for _, name := range d.families {
		known = known || name == c.Each
	}
	if !known {
		hint := "name a family under each:"
		if near := fault.Nearest(c.Each, d.families); near != "" {
			hint = "did you mean " + near + "?"
		}
		d.Fault(at, hint, "%s.each: no family %q", path, c.Each)
		return
	}
	for _, k := range d.Fields(f.Value, path) {
		if k.Key != "formats" {
			continue
		}
		c.Formats = nil
		for _, v := range d.Formats(k.Value, path+".formats") {
			c.Formats = append(c.Formats, v.Name)
		}
	}
	m.RowCompositions = append(m.RowCompositions, c)
}

// checkRows reads the films of every row once, so that their faults are found before anything is made.
func (d *doc) checkRows(m *Manifest, names map[string]string, refs *references) {
	for _, c := range m.RowCompositions {
		lower := strings.ToLower(c.Name)
		if first, ok := names[lower]; ok {
			d.Fault(c.field.Node, "rename one of them", "%s is the name of a film of %s", c.Name, first)
		}
		names[lower] = "composition " + c.Name
	}
	films := 0
	for _, c := range m.RowCompositions {
		for _, e := range m.Each {
			if e.Name == c.Each {
				films += e.Clips * len(c.Formats)
			}
		}
		if films > MaxFilms {
			d.Fault(
				c.at, "split the table", "%d films of rows with those of %s, at most %d are read", films, c.Name,
				MaxFilms,
			)
			return
		}
	}
	for _, e := range m.Each {
		if !d.clipIsFree(m, e) {
			continue
		}
		var cursor *rowCursor
		err := d.rowFilms(m, e, nil, func(r RowFilms) error {
			cursor = d.row
			for _, f := range r.Films {
				lower := strings.ToLower(f.Name)
				if first, ok := names[lower]; ok {
					d.rowFault("rename a composition, or name the rows by another column", "the film %s is taken by %s",
						f.Name,
						first)
				}
				names[lower] = fmt.Sprintf("%s:%d", e.display, r.Clip.Row.Line)
				d.row.broken = false
				d.references(r.View, f, refs)
			}
			return nil
		})
		if err != nil {
			d.addTableFaults(err)
		}
		if cursor != nil {
			d.row = cursor
			d.reportMoreRows()
			d.row = nil
		}
	}
}

// clipIsFree reports whether {{clip}} has one meaning: no column of the table has that name.
func (d *doc) clipIsFree(m *Manifest, e Each) bool {
	for _, c := range m.RowCompositions {
		if c.Each != e.Name {
			continue
		}
		for _, column := range e.Columns {
			if column == clipColumn {
				d.Fault(c.at, "rename the column",
					"compositions.%s: {{clip}} is the row's own clip, and %s has a column of that name", c.Name, e.display)
				return false
			}
		}
	}
	return true
}

// reportOtherRows reports a composition that nests one with rows, when it has other rows or none.
func (d *doc) reportOtherRows(c Composition, r Reference, inner RowComposition) {
	if c.Each == "" {
		d.FaultAt(r.Place.Line, r.Place.Column, "give "+c.Base+" each: "+inner.Each+" too",
			"%s is one film, and %s a film for every row of %s", c.Base, inner.Name, inner.Each)
		return
	}
	d.FaultAt(r.Place.Line, r.Place.Column, "nest a composition of the same rows, or one without each:",
		"%s is made for the rows of %s, and %s for those of %s", c.Base, c.Each, inner.Name, inner.Each)
}
