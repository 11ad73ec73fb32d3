// Package trial writes the project of one clip that `greenroom new` buys without a manifest.
//
// Each sentence has a folder of its own, named by everything that decides what is bought, with a manifest, a
// ledger and a lockfile. The same sentence therefore finds its earlier purchase, and a different one cannot
// disturb it. The folder is not in a cache folder, because it is the record of a purchase.
package trial

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/yamldoc"
)

// The presenter and the size that are used when the user names none. They are those of `greenroom init`, and every
// account has them.
const (
	Avatar = "Daisy-inskirt-20220818"
	Voice  = "1bd001e7e50f421d891986aad5158bc8"
	Size   = "1280x720"
)

// Clip is one clip to make. All members are needed but Key and Budget.
type Clip struct {
	Words         string
	Avatar, Voice string // ids
	Size          string // WIDTHxHEIGHT, pixels
	Take          int    // from 1; another number buys the same clip again
	API           string // sandbox, auto, v2 or v3
	Key           string // a reference as in heygen.key; "" is $HEYGEN_API_KEY
	Budget        *float64
}

// maxName is the longest name of a clip, bytes.
const maxName = 32

// Name returns the clip's name: its first words.
func (c Clip) Name() string {
	var b strings.Builder
	for _, r := range strings.ToLower(c.Words) {
		switch {
		case b.Len() >= maxName:
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case unicode.IsSpace(r) && b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	if name := strings.Trim(b.String(), "-"); len(name) > 2 {
		return "new-" + name
	}
	return "new-clip" // words of another script
}

// Folder is where the clip's project is below the folder state of the user's working folder. Its
// name is not made by package hashkey: folders on disk have this layout.
func (c Clip) Folder(state string) string {
	h := sha256.New()
	for _, s := range []string{c.Words, c.Avatar, c.Voice, c.Size, c.API, strconv.Itoa(c.Take)} {
		fmt.Fprintf(h, "%d %s\n", len(s), s)
	}
	return filepath.Join(state, "new", hex.EncodeToString(h.Sum(nil))[:16])
}

// Write makes the clip's project and returns its manifest's path.
func (c Clip) Write(state string) (string, error) {
	dir := c.Folder(state)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fault.Wrap(
			fault.Failed, err, "run it in a folder that can be written to", "make a folder for the clip",
		)
	}
	path := filepath.Join(dir, "greenroom.yaml")
	ignore := filepath.Join(filepath.Dir(dir), ".gitignore")
	for file, b := range map[string][]byte{path: c.manifest(), ignore: []byte("*\n")} {
		if _, err := atomicfile.WriteBytes(file, 0o600, b); err != nil {
			return "", fault.Wrap(fault.Failed, err, fault.MachineHint(err), "write %s", filepath.Base(file))
		}
	}
	return path, nil
}

func (c Clip) manifest() []byte {
	var b bytes.Buffer
	b.WriteString("# Written by `greenroom new`. The same command finds what was bought here.\nversion: 1\nproject: " +
		"new\n")
	fmt.Fprintf(&b, "size: %s\nheygen:\n  api: %s\n", yamldoc.Quote(c.Size), c.API)
	if c.Key != "" {
		fmt.Fprintf(&b, "  key: %s\n", yamldoc.Quote(c.Key))
	}
	if c.Budget != nil {
		fmt.Fprintf(&b, "  budget: %g\n", *c.Budget)
	}
	b.WriteString("prepare: {crop: false}\n") // no composition places a part of the frame
	fmt.Fprintf(&b, "defaults:\n  avatar: {id: %s}\n  voice: {id: %s}\n", yamldoc.Quote(c.Avatar), yamldoc.Quote(c.Voice))
	fmt.Fprintf(&b, "clips:\n  %s: {take: %d, script: %s}\n", c.Name(), c.Take, yamldoc.Quote(c.Words))
	return b.Bytes()
}
