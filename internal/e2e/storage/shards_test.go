//go:build unix

package storage

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// sceneFilms is a project of films of four scenes of 6 s, of which all films share three.
func sceneFilms(films int) string {
	text := "version: 1\nproject: t\nsize: 320x180\ndefaults: {avatar: {id: a}, voice: {id: v}}\n" +
		"clips: {hello: {script: Hello.}}\ncompositions:\n"
	for i := range films {
		text += fmt.Sprintf(`  film%d:
    length: 24s
    background: "#203040"
    layers:
      - {text: First, style: title, at: 0s, for: 6s}
      - {text: Second, style: title, at: 6s, for: 6s}
      - {text: Number %d, style: title, at: 12s, for: 6s}
      - {text: Last, style: title, at: 18s, for: 6s}
`, i, i)
	}
	return text
}

var encodedSeconds = regexp.MustCompile(`"encodedSeconds": ([0-9.]+)`)

// TestShardsEncodeEachPieceOnce renders films that share pieces in two processes at the same time, each with a folder
// of its own: no piece is encoded by both.
func TestShardsEncodeEachPieceOnce(t *testing.T) {
	const films = 4
	cache := "file://" + filepath.Join(t.TempDir(), "cache")
	var runs []*exec.Cmd
	var outs []*bytes.Buffer
	for i := range 2 {
		dir := t.TempDir()
		e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), sceneFilms(films))
		c := exec.Command("greenroom", "render", "--all", "--shard", fmt.Sprintf("%d/2", i+1), "--json", "--cache", cache)
		c.Dir, c.Env = dir, append(os.Environ(), "NO_COLOR=1")
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		runs, outs = append(runs, c), append(outs, &out)
	}
	total := 0.0
	for i, c := range runs {
		if err := c.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, outs[i])
		}
		mine := 0.0
		for _, m := range encodedSeconds.FindAllSubmatch(outs[i].Bytes(), -1) {
			s, err := strconv.ParseFloat(string(m[1]), 64)
			if err != nil {
				t.Fatal(err)
			}
			mine += s
		}
		t.Logf("shard %d/2 encoded %.0f s", i+1, mine)
		if mine == 0 {
			t.Errorf("shard %d/2 encoded nothing:\n%s", i+1, outs[i])
		}
		total += mine
	}
	if want := 18.0 + 6*films; total != want {
		t.Errorf("%.0f s were encoded, the different pieces have %.0f s", total, want)
	}
}
