package remotion

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// bundleFiles are the files beside src that change what a bundle holds.
var bundleFiles = []string{"package.json", "package-lock.json", "tsconfig.json", "remotion.config.ts", "postcss.config.mjs", "tailwind.config.js"}

// bundleKey hashes everything a bundle is made from. The generated clips are in
// it too: components may import them. public/ is not, it is linked in. The
// project's place is, because the link names it.
func bundleKey(project string) (string, error) {
	h := sha256.New()
	field := func(name string, value []byte) { fmt.Fprintf(h, "%s %d:%s\n", name, len(value), value) }
	field("schema", []byte("bundle/1"))
	field("place", []byte(project))
	for _, name := range bundleFiles {
		b, err := os.ReadFile(filepath.Join(project, name))
		if err == nil {
			field(name, b)
		} else if !os.IsNotExist(err) {
			return "", err
		}
	}
	src := filepath.Join(project, "src")
	err := filepath.WalkDir(src, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || strings.HasPrefix(d.Name(), ".") && strings.HasSuffix(d.Name(), ".tmp") {
			return nil
		}
		rel, err := filepath.Rel(project, p)
		if err != nil {
			return err
		}
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		defer f.Close()
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return err
		}
		field(filepath.ToSlash(rel), sum.Sum(nil))
		return nil
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

// entryPoint finds the file that calls registerRoot.
func entryPoint(project string) string {
	for _, name := range []string{"src/index.ts", "src/index.tsx", "src/index.js", "src/index.jsx", "remotion/index.ts", "remotion/index.tsx"} {
		p := filepath.Join(project, filepath.FromSlash(name))
		if st, err := os.Stat(p); err == nil && st.Mode().IsRegular() {
			return p
		}
	}
	return ""
}
