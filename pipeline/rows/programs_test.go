package rows

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

// people is the table of testdata/programs, see testdata/make.sh.
var people = [][]string{
	{"007", "José Núñez", "Müller; Söhne", `He said "no", twice`},
	{"008", "Zoë", "1,5 & Co.", "one\ntwo"},
	{"009", "Åse", "", "a\tb | c"},
}

// table returns the cells of a file with columns for an id, a name, a company and a quotation.
func table(t *testing.T, path, name string) ([][]string, error) {
	t.Helper()
	r, err := Open(path, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out [][]string
	for {
		row, err := r.Next()
		if err != nil {
			if err.Error() == "EOF" {
				return out, nil
			}
			return nil, err
		}
		var values []string
		for _, c := range []string{"id", "name", "company", "says"} {
			i := slices.Index(r.Columns(), c)
			if i < 0 {
				t.Fatalf("%s: no column %q in %q", name, c, r.Columns())
			}
			values = append(values, row.Values[i])
		}
		out = append(out, values)
	}
}

// TestTablesOfPrograms: a table is the same, whichever program saved it.
func TestTablesOfPrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/programs/*")
	if err != nil || len(files) < 30 {
		t.Fatal(len(files), err)
	}
	for _, f := range files {
		name := filepath.Base(f)
		got, err := table(t, f, name)
		switch refused := strings.HasPrefix(name, "refused-"); {
		case refused && err == nil:
			t.Errorf("%s was read", name)
		case !refused && err != nil:
			t.Errorf("%s: %v", name, err)
		case !refused && !reflect.DeepEqual(got, people):
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestTheHintMakesATableThatIsRead runs the command of the hint.
func TestTheHintMakesATableThatIsRead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"refused-excel-comma.csv", "refused-excel-semicolon.csv", "refused-excel-msdos.csv", "refused-excel-macintosh.csv",
		"refused-libreoffice-1252.csv", "refused-gnumeric-utf16-no-mark.txt",
	} {
		b, err := os.ReadFile(filepath.Join("testdata/programs", name))
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		ours := "it's " + name
		if err := os.WriteFile(filepath.Join(dir, ours), b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = table(t, filepath.Join(dir, ours), ours)
		hint := fault.All(err)[0].Hint
		command, rest, _ := strings.Cut(hint, ", and write rows: ")
		made, _, _ := strings.Cut(rest, " in the manifest")
		sh := exec.CommandContext(t.Context(), "sh", "-c", command)
		sh.Dir = dir
		if out, err := sh.CombinedOutput(); err != nil {
			t.Fatalf("%s: %s: %v: %s", name, command, err, out)
		}
		if got, err := table(t, filepath.Join(dir, made), made); err != nil || !reflect.DeepEqual(got, people) {
			t.Errorf("%s: %s gave %q, %v", name, command, got, err)
		}
	}
}

// TestWorkbooksNameTheMenu of each program, under any name.
func TestWorkbooksNameTheMenu(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"refused-workbook.csv", "refused-workbook-97.csv", "refused-workbook-ods.csv", "refused-gnumeric-html.csv",
	} {
		_, err := Open(filepath.Join("testdata/programs", name), name)
		if hint := fault.All(err)[0].Hint; !strings.Contains(hint, `"CSV UTF-8"`) || !strings.Contains(hint, "Numbers") {
			t.Errorf("%s: %q", name, hint)
		}
	}
	for name, want := range map[string]string{
		"people.xlsx": "CSV UTF-8", "people.ods": "Text CSV", "people.numbers": "Export To",
		"a b.json": `jq -c '.[]' 'a b.json' > 'a b.jsonl'`, "people.doc": ".jsonl",
	} {
		if hint := OtherKind(name).Hint; !strings.Contains(hint, want) {
			t.Errorf("%s: %q", name, hint)
		}
	}
}

// TestColumnsAreComparedAsTheyAreSeen: blanks, line ends, signs without width and normal forms do not count.
func TestColumnsAreComparedAsTheyAreSeen(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"name": "name", " name\u00a0": "name", "First\r\nname": "First name", "first\u00a0 name": "first name",
		"\ufeffid": "id", "Pre\u0301nom": "Prénom", "id\u200b": "id", "": "", " ": "", "Größe": "Größe",
	} {
		if got := Column(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	cols, _, _, err := all(t, ".csv", "\"First\nname\",Pre\u0301nom,id\u00a0\nx,y,z\n")
	if err != nil || !reflect.DeepEqual(cols, []string{"First name", "Prénom", "id"}) {
		t.Errorf("%q, %v", cols, err)
	}
	if got, err := Fill("{{ Pre\u0301nom }}", func(c string) (string, bool) { return c, c == "Prénom" }); err != nil ||
		got != "Prénom" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestErrorsOfASpreadsheetAreNotSpoken: #N/A is what a program saves for a formula without a value.
func TestErrorsOfASpreadsheetAreNotSpoken(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"#N/A", " #REF! ", "#NAME?", "#VALUE!", "#DIV/0!", "#NV", "Err:502"} {
		if got, err := Fill("Hello {{a|you}}", func(string) (string, bool) { return cell, true }); err == nil {
			t.Errorf("%s gave %q", cell, got)
		}
	}
	for _, cell := range []string{"#1", "N/A", "#hash", "error"} {
		if got, err := Fill("{{a}}", func(string) (string, bool) { return cell, true }); err != nil || got != cell {
			t.Errorf("%s gave %q, %v", cell, got, err)
		}
	}
}
