// Command gen writes the generated part of the companion: the schema of the
// props from the Go types, then TypeScript types and a zod schema from that by
// the npm tools of remotion/companion. Run it by go generate or make gen.
package main

import (
	"log"
	"os"
	"os/exec"
	"path/filepath"

	"greenroom/remotion"
)

func main() {
	log.SetFlags(0)
	dir := filepath.Join("companion", "src", "greenroom")
	if err := os.WriteFile(filepath.Join(dir, "props.schema.json"), remotion.Schema(), 0o644); err != nil {
		log.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join("gen", "props.mjs"), "companion", filepath.Join(dir, "props.schema.json"),
		filepath.Join(dir, "props.gen.ts"))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		log.Fatal(err)
	}
}
