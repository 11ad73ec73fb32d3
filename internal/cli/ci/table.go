package ci

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
)

// CheckTable fails for a file that WriteTable has no format for.
func CheckTable(path string) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".json":
		return nil
	}
	return fault.New(fault.Usage, "name it out/results.csv or out/results.json",
		"--results %s is neither .csv nor .json",
		path)
}

// WriteTable writes rows to a file, atomically: a .json file has the rows as they are encoded, a .csv file has the head
// and the cells of each row. It fails where the file cannot be written.
func WriteTable[R any](path string, rows []R, head []string, cells func(R) []string) error {
	var out bytes.Buffer
	var err error
	if strings.ToLower(filepath.Ext(path)) == ".json" {
		err = writeJSON(&out, rows)
	} else {
		err = writeCSV(&out, rows, head, cells)
	}
	if err != nil {
		return err
	}
	const hint = "choose a folder that can be written to"
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fault.Wrap(fault.Failed, err, hint, "create %s", filepath.Dir(path))
	}
	if _, err := atomicfile.WriteBytes(path, 0o644, out.Bytes()); err != nil {
		return fault.Wrap(fault.Failed, err, hint, "write %s", filepath.Base(path))
	}
	return nil
}

func writeJSON[R any](w io.Writer, rows []R) error {
	if rows == nil {
		rows = []R{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(rows)
}

func writeCSV[R any](w io.Writer, rows []R, head []string, cells func(R) []string) error {
	c := csv.NewWriter(w)
	if err := c.Write(head); err != nil {
		return err
	}
	for _, r := range rows {
		if err := c.Write(cells(r)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// Inert quotes text from a provider that a spreadsheet would run as a formula.
func Inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
