package rows

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func all(t *testing.T, kind, text string) (columns []string, values [][]string, lines []int, err error) {
	t.Helper()
	r, err := newReader(strings.NewReader(text), kind, "people"+kind)
	if err != nil {
		return nil, nil, nil, err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Columns(), values, lines, nil
		}
		if err != nil {
			return r.Columns(), values, lines, err
		}
		values, lines = append(values, row.Values), append(lines, row.Line)
	}
}

func TestTables(t *testing.T) {
	wide := "c0"
	for i := 1; i < 200; i++ {
		wide += fmt.Sprintf(",c%d", i)
	}
	for _, c := range []struct {
		name, kind, text string
		columns          int
		rows             [][]string
		lines            []int
	}{
		{"byte order mark", ".csv", "\xef\xbb\xbfname,city\r\nAda,London\r\n", 2, [][]string{{"Ada", "London"}}, []int{2}},
		{"quotes, commas and line ends in cells", ".csv", "name,words\n\"Lovelace, Ada\",\"one \"\"two\"\"\nthree\"\nBo,x\n",
			2, [][]string{{"Lovelace, Ada", "one \"two\"\nthree"}, {"Bo", "x"}}, []int{2, 4}},
		{"tabs", ".tsv", "name\tcity\nAda\tNew York, NY\n", 2, [][]string{{"Ada", "New York, NY"}}, []int{2}},
		{"no rows", ".csv", "name,city\n", 2, nil, nil},
		{"200 columns", ".csv", wide + "\n" + strings.Repeat("v,", 199) + "v\n", 200,
			[][]string{strings.Split(strings.Repeat("v,", 199)+"v", ",")}, []int{2}},
		{"a formula is text", ".csv", "name\n=HYPERLINK(1)\n", 1, [][]string{{"=HYPERLINK(1)"}}, []int{2}},
		{"CR alone", ".csv", "a,b\r1,\"x\ry\"\r2,z\r", 2, [][]string{{"1", "x\ny"}, {"2", "z"}}, []int{2, 4}},
		{"empty columns and rows", ".csv", "a,b,,\n1,2,,\n,,,\n \u00a0,,,\n3,,,\n4,5\n", 2,
			[][]string{{"1", "2"}, {"3", ""}, {"4", "5"}}, []int{2, 5, 6}},
		{"sep=", ".csv", "SEP=|\r\na|b\r\n1|2\r\n", 2, [][]string{{"1", "2"}}, []int{3}},
		{"sep= in quotes, tabs", ".csv", "\"sep=\t\"\na\tb\n1\t2\n", 2, [][]string{{"1", "2"}}, []int{3}},
		{"a column named sep", ".csv", "separator,b\n1,2\n", 2, [][]string{{"1", "2"}}, []int{2}},
		{"commas in semicolons", ".csv", "id;price, net;city\n007;1,5;Bonn\n", 3, [][]string{{"007", "1,5", "Bonn"}},
			[]int{2}},
		{"a separator in quotes", ".csv", "\"a;b;c\",d\n1,2\n", 2, [][]string{{"1", "2"}}, []int{2}},
		{"commas in a .tsv with tabs", ".tsv", "a\tb,c,d\n1\t2\n", 2, [][]string{{"1", "2"}}, []int{2}},
		{"semicolons in a .tsv", ".tsv", "a;b\n1;2\n", 2, [][]string{{"1", "2"}}, []int{2}},
		{"one column", ".csv", "script\n\"Hello, you; two\"\n", 1, [][]string{{"Hello, you; two"}}, []int{2}},
		{"two marks", ".csv", "\ufeff\ufeff\"a\",b\n1,2\n", 2, [][]string{{"1", "2"}}, []int{2}},
		{"JSON lines", ".jsonl", "{\"name\":\"Ada\",\"age\":36}\n\n{\"name\":\"Bo\"}\n{\"age\":1.50,\"name\":null}\n", 2,
			[][]string{{"36", "Ada"}, {"", "Bo"}, {"1.50", ""}}, []int{1, 3, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cols, got, lines, err := all(t, c.kind, c.text)
			if err != nil || len(cols) != c.columns || !reflect.DeepEqual(got, c.rows) || !reflect.DeepEqual(lines, c.lines) {
				t.Errorf("columns %d, rows %q, lines %v, %v", len(cols), got, lines, err)
			}
		})
	}
}

func TestFaultsOfTables(t *testing.T) {
	for _, c := range []struct{ name, kind, text, want string }{
		{"empty file", ".csv", "", "people.csv:1:1: the file is empty"},
		{"UTF-16 without a mark", ".csv", "a\x00,\x00b\x00\n\x00",
			"people.csv:1:1: the file is UTF-16LE without a byte order mark"},
		{"UTF-16 that is cut", ".csv", "\xff\xfea\x00\n\x00b", "has the sign \ufffd"},
		{"UTF-32", ".csv", "\xff\xfe\x00\x00a\x00\x00\x00", "UTF-32"},
		{"a lost letter", ".csv", "a\nJos\ufffd\n", "a letter was lost"},
		{"a separator of two kinds", ".csv", "id;name,first\n", "as many commas as semicolons"},
		{"two kinds, tabs", ".txt", "id\tname,first\n", "as many commas as tabs"},
		{"a line sep= without one", ".csv", "sep=\nid\n", "people.csv:1:1: the first line names no separator"},
		{"a line sep= saved again", ".csv", "sep=;,,\nid,name,x\n", "the first line names no separator"},
		{"a line sep= above another table", ".csv", "sep=;\nid,name\n",
			"people.csv:2:1: the line sep=; is above a line with commas"},
		{"a fault below sep=", ".csv", "sep=;\nid;name\n1;2\n3\n", "people.csv:4:1: the row has 1 cells"},
		{"a quote below sep=", ".csv", "sep=;\nid;name\nx\"y;2\n", "people.csv:3:2: a quote is out of place"},
		{"full-width commas", ".csv", "id，name\n1，李\n", "people.csv:1:3: the first line has no separator but '，'"},
		{"rows of another separator", ".csv", "id,name\n1;x\n", "people.csv:2:1: the row has 1 cells"},
		{"a cell below no name", ".csv", "a,b,,\n1,2,,x\n", "people.csv:2:1: the row has 4 cells"},
		{"JSON in a .csv", ".csv", "{\"a\":1}\n", "the file is JSON"},
		{"short row", ".csv", "a,b\n1,2\n3\n", "people.csv:3:1: the row has 1 cells, the first line names 2 columns"},
		{"long row", ".tsv", "a\tb\n1\t2\t3\n", "people.tsv:2:1: the row has 3 cells"},
		{"stray quote", ".csv", "a,b\nx\"y,2\n", "people.csv:2:2: a quote is out of place"},
		{"open quote", ".csv", "a,b\n\"x,2\n", "a quote is out of place"},
		{"two columns of one name", ".csv", "a,b, a\n", `people.csv:1:1: column "a" exists twice`},
		{"a column without a name", ".csv", "a,,c\n", "column 2 has no name"},
		{"a name that is a placeholder", ".csv", "a,{{b}}\n", "cannot be named"},
		{"too many columns", ".csv", strings.Repeat("x", 1) + columns(1001) + "\n", "1002 columns"},
		{"Latin-1", ".csv", "a\nJos\xe9\n",
			`people.csv:2:4: column "a" is not UTF-8 text: "Jos\xe9" is "José" in WINDOWS-1252, "JosÚ" in IBM850`},
		{"zero byte", ".csv", "a\nx\x00y\n", "is not text"},
		{"a huge cell", ".csv", "a\n" + strings.Repeat("x", MaxCell+1) + "\n", "at most 65536"},
		{"no object", ".jsonl", "[1]\n", "people.jsonl:1:1: the line is not a JSON object"},
		{"two objects", ".jsonl", "{\"a\":1} {\"a\":2}\n", "the line continues after the object"},
		{"a list in a cell", ".jsonl", "{\"a\":[1]}\n", `"a" is a list or an object`},
		{"a member that comes later", ".jsonl", "{\"a\":1}\n{\"b\":2}\n",
			`people.jsonl:2:1: "b" is not in the first object`},
		{"an endless line", ".jsonl", "{\"a\":\"" + strings.Repeat("x", maxLine) + "\"}", "longer than"},
		{"a sheet", ".xlsx", "PK", "not a table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, _, err := all(t, c.kind, c.text)
			if err == nil {
				t.Fatal("no fault")
			}
			text := err.Error()
			if p, ok := placeOf(err); ok {
				text = p + ": " + text
			}
			if !strings.Contains(text, c.want) {
				t.Errorf("%q, want %q", text, c.want)
			}
		})
	}
}

func TestFill(t *testing.T) {
	value := func(c string) (string, bool) {
		v, ok := map[string]string{"name": "Ada", "first name": "A", "empty": " ", "trick": "{{name}}"}[c]
		return v, ok
	}
	for text, want := range map[string]string{
		"Hello {{name}}, hello {{ name }}.": "Hello Ada, hello Ada.",
		"{{first name}}":                    "A",
		"{{empty|there}}":                   "there",
		"{{empty|}}":                        "",
		"{{trick}}":                         "{{name}}", // a cell is not read again
		"no places, { one }":                "no places, { one }",
	} {
		if got, err := Fill(text, value); err != nil || got != want {
			t.Errorf("%q gave %q, %v", text, got, err)
		}
	}
	var unknown *UnknownError
	if _, err := Fill("{{nmae}}", value); !errors.As(err, &unknown) || unknown.Column != "nmae" {
		t.Errorf("unknown: %v", err)
	}
	var empty *EmptyError
	if _, err := Fill("{{empty}}", value); !errors.As(err, &empty) {
		t.Errorf("empty: %v", err)
	}
	if got := Placeholders("{{a}} {{b|x}} {{ a }}"); !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Errorf("placeholders: %q", got)
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"Ada Lovelace": "ada-lovelace", "Żółć & José": "zo-c-jose", "../../etc/passwd": "etc-passwd", "=1+1": "1-1",
		"李明": "", "--": "", "a": "a", strings.Repeat("ab ", 40): "ab-ab-ab-a",
	} {
		if got := Slug(in, 10); got != want && len(want) <= 10 || len(got) > 10 {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
}

// TestMemoryDoesNotGrow reads a hundred thousand rows and measures the heap.
func TestMemoryDoesNotGrow(t *testing.T) {
	in, out := io.Pipe()
	go func() {
		fmt.Fprintln(out, "id,text")
		for i := range 100_000 {
			fmt.Fprintf(out, "%d,%s\n", i, strings.Repeat("x", 500))
		}
		out.Close()
	}()
	r, err := newReader(in, ".csv", "people.csv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		if _, err := r.Next(); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			break
		}
		n++
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	if n != 100_000 || m.HeapAlloc > 16<<20 {
		t.Errorf("%d rows, %d bytes of heap after 50 MB", n, m.HeapAlloc)
	}
}
