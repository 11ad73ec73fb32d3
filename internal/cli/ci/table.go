package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/pipeline"
)

// resultsKind fails for a file that is neither .csv nor .json.
func resultsKind(path string) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".json":
		return nil
	}
	return fault.New(fault.Usage, "name it out/results.csv or out/results.json", "--results %s is neither .csv nor .json", path)
}

// writeResults writes the result of each clip, atomically.
func writeResults(path string, list []pipeline.Result) error {
	list = slices.Clone(list)
	for i := range list {
		list[i].Error = outside.Text(list[i].Error)
	}
	return writeTable(path, list, []string{"clip", "family", "row", "status", "file", "seconds", "price_usd", "video_id", "error"}, func(r pipeline.Result) []string {
		return []string{r.Clip, r.Each, line(r.Row), r.Status, r.File, strconv.FormatFloat(r.Seconds, 'f', -1, 64), strconv.FormatFloat(r.Price, 'f', 2, 64), inert(r.VideoID), inert(oneLine(r.Error))}
	})
}

// writeFilmResults writes the result of each film, atomically.
func writeFilmResults(path string, list []filmResult) error {
	list = slices.Clone(list)
	for i := range list {
		list[i].Error = outside.Text(list[i].Error)
	}
	return writeTable(path, list, []string{"film", "family", "row", "status", "file", "seconds", "frames", "error"}, func(r filmResult) []string {
		return []string{r.Film, r.Each, line(r.Row), r.Status, inert(r.File), strconv.FormatFloat(r.Seconds, 'f', -1, 64), strconv.Itoa(r.Frames), inert(oneLine(r.Error))}
	})
}

func line(row int) string {
	if row == 0 {
		return ""
	}
	return strconv.Itoa(row)
}

func writeTable[R any](path string, list []R, head []string, cells func(R) []string) error {
	var out bytes.Buffer
	if strings.ToLower(filepath.Ext(path)) == ".json" {
		if list == nil {
			list = []R{}
		}
		e := json.NewEncoder(&out)
		e.SetIndent("", "  ")
		if err := e.Encode(list); err != nil {
			return err
		}
	} else {
		w := csv.NewWriter(&out)
		_ = w.Write(head) // into memory
		for _, r := range list {
			_ = w.Write(cells(r))
		}
		w.Flush()
		if err := w.Error(); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fault.Wrap(fault.Failed, err, "choose a folder that can be written to", "create %s", filepath.Dir(path))
	}
	if _, err := atomicfile.WriteBytes(path, 0o644, out.Bytes()); err != nil {
		return fault.Wrap(fault.Failed, err, "choose a folder that can be written to", "write %s", filepath.Base(path))
	}
	return nil
}

// inert quotes text from a provider that a spreadsheet would run as a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
