package netfs

import (
	"os"
	"testing"
)

// TestLocalFolders: ordinary folders, and folders that do not exist, are local.
func TestLocalFolders(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{dir, dir + "/none", "/proc"} {
		if n := Name(d); n != "" {
			t.Errorf("%s is on %s", d, n)
		}
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
}
