package remotion

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"runtime"
)

// bundleKey hashes everything a bundle is made from. The generated clips are in
// it: components may import clips.gen.ts. public/ is not, it is linked in; the
// project's place is, because the link names it.
func bundleKey(project, entry string) (string, error) {
	k := keyer{Hash: sha256.New()}
	k.field("schema", "bundle/3")
	k.field("place", project)
	if err := k.sources(project, entry); err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" { // Remotion copies there instead of linking
		if err := walk(project, "public", nil, func(name string) error { return k.file(project, name) }); err != nil && !os.IsNotExist(err) {
			return "", err
		}
	}
	return hex.EncodeToString(k.Sum(nil))[:16], nil
}
