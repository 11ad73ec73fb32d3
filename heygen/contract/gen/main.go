// Command gen writes contract.json and table.gen.go from openapi.yaml. Run it by go generate or make gen.
package main

import (
	"log"
	"os"

	"greenroom/heygen/contract/compact"
)

func main() {
	log.SetFlags(0)
	page, err := os.ReadFile("openapi.yaml")
	if err != nil {
		log.Fatal(err)
	}
	document, table, err := compact.Page(page)
	if err != nil {
		log.Fatal(err)
	}
	for name, content := range map[string][]byte{"contract.json": document, "table.gen.go": table} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
