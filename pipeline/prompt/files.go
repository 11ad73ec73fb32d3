package prompt

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CheckFiles checks that the files a prompt names, relative to dir, exist and are images, videos, sound or PDF, which
// the agent accepts whatever their names are.
func CheckFiles(p *Prompt, dir string) {
	for i, name := range p.Files {
		p.checkFile(p.fileAt[i], name, dir)
	}
	p.sort()
}

func (p *Prompt) checkFile(at place, name, dir string) {
	if strings.Contains(name, "://") {
		p.find(at, Error, "files", "download it, and name the file", "%s is an address", show(name))
		return
	}
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	head, err := opening(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.find(at, Error, "files", "names are relative to the prompt", "there is no file %s", show(name))
	case err != nil:
		p.find(at, Error, "files", "name a file that can be read", "%s cannot be read", show(name))
	case len(head) == 0:
		p.find(at, Error, "files", "save it again", "%s is empty", show(name))
	case Kind(head) == "":
		p.find(at, Error, "files", "name images, films, sound or PDF", "%s is none of image, video, audio and PDF",
			show(name))
	}
}

var errNoFile = errors.New("not a regular file")

// opening reads the first bytes of a regular file; opening a pipe would wait forever.
func opening(path string) ([]byte, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() {
		return nil, errNoFile
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

// signatures are the first bytes of the files that the agent accepts.
var signatures = []struct {
	kind, mark string
	at         int
}{
	{"image", "\x89PNG\r\n\x1a\n", 0}, {"image", "\xff\xd8\xff", 0}, {"image", "GIF87a", 0}, {"image", "GIF89a", 0},
	{"image", "WEBP", 8},
	{"video", "\x1a\x45\xdf\xa3", 0}, {"video", "AVI ", 8}, {"audio", "WAVE", 8}, {"audio", "ID3", 0},
	{"audio", "OggS", 0}, {"audio", "fLaC", 0},
	{"audio", "ftypM4A", 4}, {"image", "ftypavif", 4}, {"image", "ftyphei", 4}, {"video", "ftyp", 4},
	{"video", "moov", 4}, {"pdf", "%PDF-", 0},
}

// Kind returns image, video, audio or pdf by a file's first bytes; "" for any other file.
func Kind(head []byte) string {
	for _, s := range signatures {
		if len(head) >= s.at && bytes.HasPrefix(head[s.at:], []byte(s.mark)) {
			if s.at == 8 && !bytes.HasPrefix(head, []byte("RIFF")) {
				continue
			}
			return s.kind
		}
	}
	if len(head) > 1 && head[0] == 0xff { // sound without a tag; FF FE is a text in UTF-16
		mpeg := head[1]&0xe0 == 0xe0 && (head[1]&0x06 == 0x02 || head[1]&0x06 == 0x04)
		if adts := head[1]&0xf6 == 0xf0; mpeg || adts {
			return "audio"
		}
	}
	return ""
}
