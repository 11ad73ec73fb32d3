package assets

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestAPublishedFileDoesNotShareItsInodeWhereBlocksCanBeShared: a tool that writes into it
// does not reach the store. Elsewhere it is a hard link that may not be written to, and the
// store notices. TMPDIR on Btrfs or XFS tries the first.
func TestAPublishedFileDoesNotShareItsInodeWhereBlocksCanBeShared(t *testing.T) {
	s, h, root, published := stored(t, "0123456789")
	shares := same(t, published, s.Path(h))
	if shares != s.noClone.Load() {
		t.Errorf("shares an inode: %v, cannot clone: %v", shares, s.noClone.Load())
	}
	if fi, err := os.Stat(published); err != nil || shares && fi.Mode().Perm() != 0o444 {
		t.Errorf("a hard link can be written to: %v %v", fi.Mode(), err)
	}
	flip(t, published)
	if got := s.Has(h, 10); got == shares {
		t.Errorf("stored file intact %v, shares an inode %v", got, shares)
	}
	if shares {
		return
	}
	if p, err := s.Publish(root, []File{{"c1.webm", h}}); err != nil || p.Added != 1 {
		t.Errorf("%+v %v", p, err)
	}
	if b, err := os.ReadFile(published); err != nil || !bytes.Equal(b, []byte("0123456789")) {
		t.Errorf("%q %v", b, err)
	}
	if left := glob(t, filepath.Join(root, ".*tmp*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
