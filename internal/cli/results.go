package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline"
)

// resultsKind refuses a table that could not be written before anything is built.
func resultsKind(path string) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".json":
		return nil
	}
	return fault.New(fault.Usage, "name it out/results.csv or out/results.json", "--results %s is neither .csv nor .json", path)
}

// writeResults writes what came of each clip, whole or not at all.
func writeResults(path string, list []pipeline.Result) error {
	var out bytes.Buffer
	if strings.ToLower(filepath.Ext(path)) == ".json" {
		if list == nil {
			list = []pipeline.Result{}
		}
		e := json.NewEncoder(&out)
		e.SetIndent("", "  ")
		if err := e.Encode(list); err != nil {
			return err
		}
	} else {
		w := csv.NewWriter(&out)
		_ = w.Write([]string{"clip", "family", "row", "status", "file", "seconds", "price_usd", "video_id", "error"}) // into memory
		for _, r := range list {
			row := ""
			if r.Row > 0 {
				row = strconv.Itoa(r.Row)
			}
			_ = w.Write([]string{r.Clip, r.Each, row, r.Status, r.File, strconv.FormatFloat(r.Seconds, 'f', -1, 64), strconv.FormatFloat(r.Price, 'f', 2, 64), inert(r.VideoID), inert(oneLine(r.Error))})
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

// inert keeps a provider's words from being a formula in a spreadsheet.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
