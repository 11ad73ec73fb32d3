package manifest

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/yamldoc"
	"greenroom/pipeline/rows"
)

// Each is a family of clips: one for every row of a table.
type Each struct {
	Name    string
	File    string // the table, absolute
	Columns []string
	Clips   int
	display string // the table as the manifest writes it
	first   int    // of its clips among the manifest's
}

// Row is where a clip of a table comes from.
type Row struct {
	Each   string
	Line   int               // of the table, from 1
	Values map[string]string // of the columns that the props carry
	sum    uint64            // of all its cells, see cells
}

// eachKeys are the keys of a family that its clips do not have.
var eachKeys = []string{"rows", "name", "props"}

// FamilyKeys returns the keys of a family of clips, sorted. All callers share the list.
var FamilyKeys = sync.OnceValue(func() []string {
	keys := slices.AppendSeq(slices.Concat(eachKeys, clipKeys), maps.Keys((&doc{}).shared("", &Clip{})))
	slices.Sort(keys)
	return slices.Compact(keys)
})

// maxRowFaults is how many faulty rows are described; the others are counted.
const maxRowFaults = 20

// maxRows bounds the rows that are read of all tables, also of those that make no clip.
const maxRows = 10 * MaxClips

// rowCursor is the row that is being read.
type rowCursor struct {
	display  string // the table's name as the manifest writes it
	family   string // under each:, while compositions are read
	line     int
	columns  []string
	values   []string
	clip     string          // while compositions are read: the value of {{clip}}
	reported map[string]bool // faults at places of the manifest, reported once for all rows
	bad      int             // rows with a fault
	faulty   bool            // this one
	broken   bool            // a cell is missing: faults that follow from that are not reported
}

func (r *rowCursor) value(column string) (string, bool) {
	if column == clipColumn && r.clip != "" {
		return r.clip, true
	}
	i := slices.Index(r.columns, column)
	if i < 0 {
		return "", false
	}
	return r.values[i], true
}

// isNew reports whether a fault at a place of the manifest is to be reported: it was not for an earlier row, and fewer
// than maxRowFaults rows have one.
func (r *rowCursor) isNew(e *fault.Error) bool {
	key := e.Place.String() + " " + e.Msg
	if r.broken {
		return false
	}
	if r.reported[key] {
		r.broken = true
		return false
	}
	r.reported[key] = true
	if !r.faulty {
		r.faulty = true
		r.bad++
	}
	e.Msg += fmt.Sprintf(" (row %s:%d)", r.display, r.line)
	return r.bad <= maxRowFaults
}

// each reads the families and their tables, and adds a clip for each row.
func (d *doc) each(n ast.Node, base Clip, m *Manifest) {
	taken := map[string]string{}
	for _, c := range m.Clips {
		taken[c.Name] = "clips." + c.Name
	}
	for _, f := range d.Fields(n, "each") {
		d.families = append(d.families, f.Key)
		if d.goodName(f) {
			d.family(f, base, m, taken)
		}
	}
	if n != nil && len(m.Clips) == 0 && d.Count() == 0 {
		d.Fault(n, `write each: {welcome: {rows: people.csv, script: "Hello {{name}}."}}`, "the manifest has no clips")
	}
}

func (d *doc) family(f yamldoc.Field, base Clip, m *Manifest, taken map[string]string) {
	path := "each." + f.Key
	var file, name string
	var rowsAt, nameAt, propsAt ast.Node
	for _, k := range d.Fields(f.Value, path) {
		switch k.Key {
		case "rows":
			rowsAt = k.Value
			d.Text(path+".rows", &file)(k.Value)
		case "name":
			nameAt = k.Value
			d.Text(path+".name", &name)(k.Value)
		case "props":
			propsAt = k.Value
		}
	}
	if rowsAt == nil {
		rowsAt = d.rowsByOtherName(f, path)
		if rowsAt == nil {
			d.Fault(f.Node, "write rows: people.csv", "%s has no rows", path)
			return
		}
		d.Text(path+".rows", &file)(rowsAt) // to report the rest of the family at once
	}
	before := d.Count()
	table := d.input(rowsAt, path+".rows", file)
	if d.Count() > before {
		return
	}
	if !slices.Contains(rows.Kinds(), strings.ToLower(filepath.Ext(file))) {
		other := rows.OtherKind(file)
		d.Fault(rowsAt, other.Hint, "%s.rows: %v", path, other)
		return
	}
	r, err := rows.Open(table, file)
	if err != nil {
		d.addTableFaults(err)
		return
	}
	defer r.Close()
	if nameAt != nil && len(rows.Placeholders(name)) == 0 {
		d.Fault(nameAt, `write name: "{{id}}" with a column that is different in each row`,
			"%s.name names every row the same", path)
		return
	}
	props := d.propColumns(propsAt, path+".props", r.Columns())
	e := Each{Name: f.Key, File: table, Columns: r.Columns(), display: file, first: len(m.Clips)}
	d.row, d.texts = &rowCursor{display: file, columns: r.Columns(), reported: map[string]bool{}}, map[string]string{}
	defer func() { d.row, d.texts = nil, nil }()
	for {
		d.Alive()
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			d.addTableFaults(err)
			return
		}
		d.rows++
		if d.rows > maxRows {
			d.rowFault("split the tables", "more than %d rows in all tables", maxRows)
			return
		}
		d.row.line, d.row.values, d.row.faulty, d.row.broken = row.Line, row.Values, false, false
		if len(m.Clips) >= MaxClips {
			d.rowFault("split the table", "%d clips, at most %d are read", len(m.Clips)+1, MaxClips)
			return
		}
		e.Clips++
		c := base
		c.Place, c.Row = d.At(f.Node), &Row{Each: f.Key, Line: row.Line, Values: map[string]string{}, sum: cells(row)}
		for _, col := range props {
			c.Row.Values[col], _ = d.row.value(col)
		}
		c.Name = d.rowName(f, nameAt, name, e.Clips)
		if c.Name == "" {
			continue
		}
		where := fmt.Sprintf("%s:%d", file, row.Line)
		if first, ok := taken[c.Name]; ok {
			d.rowFault("name rows by a column that is different in each, such as an id", "the name %s is taken by %s",
				c.Name,
				first)
			continue
		}
		taken[c.Name] = where
		d.clip(path, f, &c)
		if n := len(m.Clips); n > e.first && slices.Equal(m.Clips[n-1].Places.Own, c.Places.Own) {
			c.Places.Own = m.Clips[n-1].Places.Own // ten thousand rows are written in one place
		}
		if d.row.faulty { // the manifest is refused: its texts would only take memory
			c.Script, c.Scenes, c.Agent, c.Template = "", nil, nil, nil
		}
		m.Clips = append(m.Clips, c)
	}
	if e.Clips == 0 {
		d.rowFault("add a row below the columns' names", "the table has no rows")
	}
	d.reportMoreRows()
	m.Each = append(m.Each, e)
}

// rowsByOtherName reports the unknown keys of a family without rows. It returns the value of a key such as csv, whose
// hint is to write rows, or nil.
func (d *doc) rowsByOtherName(f yamldoc.Field, path string) (rows ast.Node) {
	for _, k := range d.Fields(f.Value, path) {
		if slices.Contains(FamilyKeys(), k.Key) {
			continue
		}
		if strings.HasPrefix(d.Unknown(k, path, FamilyKeys()), "write rows: ") && d.IsScalar(k.Value) {
			rows = k.Value
		}
	}
	return rows
}

// reportMoreRows reports the number of faulty rows that were not described.
func (d *doc) reportMoreRows() {
	if more := d.row.bad - maxRowFaults; more > 0 {
		d.Add(fault.New(fault.Manifest, "", "%s: %d more rows have faults", d.row.display, more))
	}
}

// propColumns returns the columns whose values are passed to Remotion: only those that are listed, because a table of
// people has more than a film should contain.
func (d *doc) propColumns(n ast.Node, path string, columns []string) []string {
	if n == nil {
		return nil
	}
	var out []string
	for _, v := range d.Items(n) {
		var name string
		d.Text(path, &name)(v)
		name = rows.Column(name)
		switch {
		case slices.Contains(out, name):
			d.Fault(v, "keep one of them", "%s names %q twice", path, name)
		case !slices.Contains(columns, name):
			d.Fault(v, unknownColumn(name, columns), "%s: there is no column %q", path, name)
		default:
			out = append(out, name)
		}
	}
	return out
}

// rowName returns the name of a row's clip: the family's name, a dash, and the row's own name or number. It returns ""
// after it reported a fault.
func (d *doc) rowName(f yamldoc.Field, n ast.Node, pattern string, number int) string {
	if n == nil {
		return fmt.Sprintf("%s-%d", f.Key, number)
	}
	value := d.fill(n, "each."+f.Key+".name", pattern)
	if value == "" {
		return "" // reported by fill
	}
	slug := rows.Slug(value, MaxName-len(f.Key)-1)
	if slug == "" {
		d.rowFault("name rows by a column of letters a-z and digits", "%q cannot name a clip", value)
		return ""
	}
	return f.Key + "-" + slug
}

// fill replaces the placeholders in a text by the row's values. Outside of rows it returns the text.
func (d *doc) fill(n ast.Node, path, text string) string {
	if d.row == nil {
		return text
	}
	out, err := rows.Fill(text, d.row.value)
	var unknown *rows.UnknownError
	var empty *rows.EmptyError
	var long *rows.LongError
	var broken *rows.BrokenError
	switch {
	case errors.As(err, &broken):
		d.rowFault("correct the formula and save the table again", "%v", err)
		d.row.broken = true
	case errors.As(err, &long):
		d.rowFault("shorten the text or the cells", "%s: %v", path, err)
		d.row.broken = true
	case errors.As(err, &unknown):
		d.Fault(n, unknownColumn(unknown.Column, d.row.columns), "%s: %v in %s", path, err, d.row.display)
		d.row.broken = true
	case errors.As(err, &empty):
		d.rowFault(fmt.Sprintf("fill it, or write {{%s|something else}} in %s", empty.Column, path), "%v", err)
		d.row.broken = true
	}
	return out
}

func unknownColumn(name string, columns []string) string {
	if near := fault.Nearest(name, columns); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	sorted := slices.Clone(columns)
	sort.Strings(sorted)
	const most = 12
	if len(sorted) > most {
		return fmt.Sprintf("there are: %s and %d more", strings.Join(sorted[:most], ", "), len(sorted)-most)
	}
	return "there are: " + strings.Join(sorted, ", ")
}

// rowFault adds a fault at the row.
func (d *doc) rowFault(hint, format string, args ...any) {
	e := fault.New(fault.Manifest, hint, format, args...)
	e.Place = &fault.Place{File: d.row.display, Line: d.row.line, Column: 1}
	if d.row.line == 0 {
		e.Place.Line = 1
	}
	if !d.row.faulty {
		d.row.faulty = true
		d.row.bad++
	}
	if d.row.bad <= maxRowFaults {
		d.Add(e)
	}
}

// addTableFaults adds the faults that the table's reader found.
func (d *doc) addTableFaults(err error) { d.Add(fault.All(err)...) }
