package remotion

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"runtime"

	"greenroom/remotion/project"
)

// bundleKey hashes everything a bundle is made from. The generated clips are in
// it: components may import clips.gen.ts. public/ is not, it is linked in; the
// project's place is, because the link names it.
func bundleKey(at project.Layout) (string, error) {
	k := keyer{Hash: sha256.New()}
	k.field("schema", "bundle/3")
	k.field("place", at.Dir)
	if err := k.sources(at); err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" { // Remotion copies there instead of linking
		if err := walkPublic(at, k.fileAs); err != nil && !os.IsNotExist(err) {
			return "", err
		}
	}
	return hex.EncodeToString(k.Sum(nil))[:16], nil
}
