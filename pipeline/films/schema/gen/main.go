// Command gen writes the companion's timeline.gen.ts: TypeScript types and a zod schema
// of timeline.Film, made by npm tools of .ci, and look.gen.ts, the
// figures of compose/look. Run it by go generate or make gen.
package main

import (
	"log"
	"os"
	"os/exec"
	"path/filepath"

	"greenroom/compose/look"
	"greenroom/pipeline/films/schema"
)

func main() {
	log.SetFlags(0)
	dir, err := os.MkdirTemp("", "film-schema-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "film.schema.json")
	if err := os.WriteFile(file, schema.Schema(), 0o644); err != nil {
		log.Fatal(err)
	}
	remotion := filepath.Join("..", "..", "..", "remotion")
	figures := filepath.Join(remotion, "companion", "src", "compositions", "look.gen.ts")
	if err := os.WriteFile(figures, look.TypeScript(), 0o644); err != nil {
		log.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(remotion, "gen", "props.mjs"), filepath.Join(remotion, "companion"), file,
		filepath.Join(remotion, "companion", "src", "greenroom", "timeline.gen.ts"), "Film", "compose/timeline")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		log.Fatal(err)
	}
}
