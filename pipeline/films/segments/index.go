package segments

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"greenroom/assets"
	"greenroom/internal/atomicfile"
	"greenroom/pipeline/sharedcache"
)

// Folder has the records of pieces, below the project's folder.
const Folder = ".greenroom/render/pieces"

// Record is what is known about an encoded piece.
type Record = sharedcache.Piece

// Index has the records of a project's pieces. They are a cache: a piece without one is encoded again.
type Index struct{ Dir string } // the folder, absolute

func (x Index) file(key string) string { return filepath.Join(x.Dir, key+".json") }

// Get returns the record of a key.
func (x Index) Get(key string) (Record, bool) {
	b, err := os.ReadFile(x.file(key))
	if err != nil {
		return Record{}, false
	}
	return sharedcache.ParsePiece(b, key)
}

// Set writes a record.
func (x Index) Set(r Record) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(x.Dir, 0o700); err != nil {
		return err
	}
	_, err = atomicfile.WriteBytes(x.file(r.Key), 0o600, b)
	return err
}

// Forget removes the record of a key.
func (x Index) Forget(key string) { _ = os.Remove(x.file(key)) } // without its file it is not used either

// Prune removes the records whose file a store does not have.
func (x Index) Prune(has func(assets.Hash) bool) {
	entries, _ := os.ReadDir(x.Dir)
	for _, e := range entries {
		key, ok := strings.CutSuffix(e.Name(), ".json")
		if r, valid := x.Get(key); ok && (!valid || !has(assets.Hash(r.Hash))) {
			x.Forget(key)
		}
	}
}
