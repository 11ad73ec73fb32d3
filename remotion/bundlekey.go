package remotion

import (
	"os"
	"runtime"

	"greenroom/remotion/project"
)

// staticKey hashes what is known of a bundle's inputs before it is made; bundleInputs are the others. The generated
// clips are in it: components may import clips.gen.ts. The public folder is not, it is linked in; its place and the
// project's are, because the link names them.
func staticKey(at project.Layout, c configuration) (string, error) {
	k := newKeyer()
	k.Field("schema", "bundle/4")
	k.Field("place", at.Dir)
	k.Field("public folder", at.PublicDir())
	k.Field("configuration", c.stamp)
	if err := k.sources(at); err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" { // Remotion copies there instead of linking
		if err := walkPublic(at, k.fileAs); err != nil && !os.IsNotExist(err) {
			return "", err
		}
	}
	return k.Sum(), nil
}
