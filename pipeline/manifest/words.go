package manifest

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/regular"
)

// words gives an inline text, or the text of a .md or .txt file, whose ending may be left out.
func (d *doc) words(n ast.Node, path, value string) (text, file string, ok bool) {
	asked := d.written(n, value) // a cell's text is said, never opened
	ext := strings.ToLower(filepath.Ext(asked))
	if strings.ContainsAny(asked, " \n") {
		return value, "", true
	}
	if named := d.withEnding(value); ext == "" && asked == value && named != "" {
		value, ext = named, filepath.Ext(named)
	}
	if ext != ".md" && ext != ".txt" {
		if meansFile(asked) {
			d.fault(n, "save it as .md or .txt; words that are to be spoken as they stand end with a full stop",
				"%s: %s looks like a file, and %s is not a kind of file that is read for its text", path, asked, filepath.Ext(asked))
			return "", "", false
		}
		if asked == value && d.isFile(value) {
			d.fault(n, "save it as .md or .txt; words that are to be spoken as they stand end with a full stop",
				"%s: %s is a file of the project, and not of a kind that is read for its text", path, value)
			return "", "", false
		}
		if strings.ContainsAny(asked, "/\\") && !strings.Contains(asked, "://") && ext == "" && d.row == nil && d.isFolder(filepath.Dir(value)) {
			d.fault(n, "save the words in "+value+".md; words that are to be spoken as they stand end with a full stop",
				"%s: %s does not exist, neither with .md nor with .txt", path, value)
			return "", "", false
		}
		return value, "", true
	}
	before := len(d.faults)
	file = d.input(n, path, value)
	if len(d.faults) > before {
		return "", file, false
	}
	text, ok = d.read(n, path, value, file)
	if ok && d.row != nil {
		text = d.fill(n, path+": "+value, text)
	}
	return text, file, ok
}

// withEnding is the script that a name without its ending means; empty when there is none.
func (d *doc) withEnding(name string) string {
	for _, ext := range []string{".md", ".txt"} {
		if d.isFile(name + ext) {
			return name + ext
		}
	}
	return ""
}

// isFolder reports a folder next to the manifest, other than its own.
func (d *doc) isFolder(name string) bool {
	if name == "." || strings.ContainsRune(name, 0) {
		return false
	}
	fi, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(name)))
	return err == nil && fi.IsDir()
}

var (
	documentEnd = lazyregexp.New(`(?i)\.(mdx|mkd|mdown|markdown|text|rst|adoc|tex|rtf|docx?|odt|pdf|html?|srt|vtt|ya?ml|json|csv|tsv)$`)
	pathEnd     = lazyregexp.New(`^[!-~]*[/\\][!-~]*\.[A-Za-z][A-Za-z0-9]{0,4}$`)
)

// meansFile reports that one word was meant to name a file: the ending is that of a document, or folders come before it.
// Such a word would be bought as speech. Words like "Node.js" and web addresses are words.
func meansFile(word string) bool {
	if strings.Contains(word, "://") {
		return false
	}
	return documentEnd.MatchString(word) || pathEnd.MatchString(word)
}

// isFile reports that a word is the name of a file beside the manifest.
func (d *doc) isFile(word string) bool {
	if word == "" || strings.ContainsRune(word, 0) {
		return false
	}
	fi, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(word)))
	return err == nil && fi.Mode().IsRegular()
}

// read gives a text file; the rows of a table share one look at it.
func (d *doc) read(n ast.Node, path, value, file string) (text string, ok bool) {
	if text, ok := d.texts[file]; ok {
		return text, true
	}
	b, err := regular.Read(file, MaxBytes)
	var large *regular.SizeError
	switch {
	case errors.As(err, &large):
		d.fault(n, "split it", "%s: %s is %d bytes, at most %d are read", path, value, large.Size, large.Max)
	case fault.MachineHint(err) != "":
		d.fault(n, fault.MachineHint(err), "%s: %s cannot be read: %v", path, value, err)
	case err != nil:
		d.fault(n, "make the file readable", "%s: %s cannot be read", path, value)
	case !utf8.Valid(b) || strings.ContainsRune(string(b), 0):
		d.fault(n, "save it as UTF-8 text", "%s: %s is not a text file", path, value)
	default:
		d.sums[file] = sha256.Sum256(b)
		if d.row != nil {
			d.texts[file] = string(b)
		}
		return string(b), true
	}
	return "", false
}
