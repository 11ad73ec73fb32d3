package manifest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/media/sequence"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/regular"
)

// textOrFile returns an inline text, or the text of a .md or .txt file; the extension may be omitted. ok is false
// after a fault.
func (d *doc) textOrFile(n ast.Node, path, value string) (text, file string, ok bool) {
	written := d.written(n, value) // a text that comes from a cell is never opened as a file
	ext := strings.ToLower(filepath.Ext(written))
	if strings.ContainsAny(written, " \n") {
		return value, "", true
	}
	if named := d.withEnding(value); ext == "" && written == value && named != "" {
		value, ext = named, filepath.Ext(named)
	}
	if ext != ".md" && ext != ".txt" {
		if meansFile(written) {
			d.Fault(n, "save it as .md or .txt; words that are to be spoken end with a full stop",
				"%s: %s looks like a file, and %s is not a kind of file that is read for its text", path, written,
				filepath.Ext(written))
			return "", "", false
		}
		if written == value && d.isFile(value) {
			d.Fault(n, "save it as .md or .txt; words that are to be spoken end with a full stop",
				"%s: %s is a file of the project, and not of a kind that is read for its text", path, value)
			return "", "", false
		}
		if strings.ContainsAny(written, "/\\") && !strings.Contains(written, "://") && ext == "" && d.row == nil &&
			d.isFolder(filepath.Dir(value)) {
			d.Fault(n, "save the words in "+value+".md; words that are to be spoken end with a full stop",
				"%s: %s does not exist, neither with .md nor with .txt", path, value)
			return "", "", false
		}
		return value, "", true
	}
	before := d.Count()
	file = d.input(n, path, value)
	if d.Count() > before {
		return "", file, false
	}
	text, ok = d.read(n, path, value, file)
	if ok && d.row != nil {
		text = d.fill(n, path+": "+value, text)
	}
	return text, file, ok
}

// withEnding returns the name of the script that a name without its extension means; empty when there is none.
func (d *doc) withEnding(name string) string {
	for _, ext := range []string{".md", ".txt"} {
		if d.isFile(name + ext) {
			return name + ext
		}
	}
	return ""
}

// isFolder reports whether a name is that of a folder in the manifest's folder, other than that folder.
func (d *doc) isFolder(name string) bool {
	if name == "." || strings.ContainsRune(name, 0) {
		return false
	}
	fi, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(name)))
	return err == nil && fi.IsDir()
}

var (
	documentEnd = lazyregexp.New(`(?i)\.(mdx|mkd|mdown|markdown|text|rst|adoc|tex|rtf|docx?|odt|pdf|html?|` +
		`srt|vtt|ya?ml|json|csv|tsv)$`)
	pathEnd = lazyregexp.New(`^[!-~]*[/\\][!-~]*\.[A-Za-z][A-Za-z0-9]{0,4}$`)
)

// meansFile reports whether one word was meant to name a file: its extension is that of a document, or folders are
// before it. Such a word would be bought as speech. Words like "Node.js" and web addresses are words.
func meansFile(word string) bool {
	if strings.Contains(word, "://") {
		return false
	}
	return documentEnd.MatchString(word) || pathEnd.MatchString(word)
}

// isFile reports whether a word is the name of a file in the manifest's folder.
func (d *doc) isFile(word string) bool {
	if word == "" || strings.ContainsRune(word, 0) {
		return false
	}
	fi, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(word)))
	return err == nil && fi.Mode().IsRegular()
}

// read returns the text of a file. The rows of a table share one reading.
func (d *doc) read(n ast.Node, path, value, file string) (text string, ok bool) {
	if text, ok := d.texts[file]; ok {
		return text, true
	}
	b, err := regular.Read(file, MaxBytes)
	var large *regular.SizeError
	switch {
	case errors.As(err, &large):
		d.Fault(n, "split it", "%s: %s is %d bytes, at most %d are read", path, value, large.Size, large.Max)
	case fault.MachineHint(err) != "":
		d.Fault(n, fault.MachineHint(err), "%s: %s cannot be read: %v", path, value, err)
	case err != nil:
		d.Fault(n, "make the file readable", "%s: %s cannot be read", path, value)
	case !utf8.Valid(b) || strings.ContainsRune(string(b), 0):
		d.Fault(n, "save it as UTF-8 text", "%s: %s is not a text file", path, value)
	default:
		if d.row != nil {
			d.texts[file] = string(b)
		}
		return string(b), true
	}
	return "", false
}

// input returns the absolute path of a file that a value names. A value that does not name a file is a fault.
func (d *doc) input(n ast.Node, path, value string) string {
	p := value
	if !filepath.IsAbs(p) {
		p = filepath.Join(d.dir, filepath.FromSlash(value))
	}
	if d.row != nil && d.written(n, value) != value && !d.inside(p) {
		d.rowFault("name a file below the manifest's folder", "%s: %q leads out of the project", path, value)
		return p
	}
	fi, err := os.Stat(p)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist) && fault.MachineHint(err) != "":
		d.Fault(n, fault.MachineHint(err), "%s: %s: %v", path, value, err)
	case err != nil:
		d.Fault(n, missingHint(value), "%s: %s does not exist", path, value)
	case fi.IsDir():
		d.Fault(n, "name a file inside it", "%s: %s is a folder, not a file", path, value)
	case !fi.Mode().IsRegular():
		d.Fault(n, "save it as a file", "%s: %s is not a regular file", path, value)
	}
	return p
}

// missingHint returns what to do about a file that does not exist.
func missingHint(value string) string {
	if strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://") {
		return "download it and write its path; `greenroom live record URL -o footage/live.mkv` records a live session"
	}
	const relative = "paths are relative to the manifest"
	if strings.EqualFold(filepath.Ext(value), ".mkv") {
		return relative + "; `greenroom live record URL -o " + value + "` records a live session into it"
	}
	return relative
}

// file reads the name of a file into its absolute path.
func (d *doc) file(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		d.Text(path, to)(n)
		*to = d.input(n, path, *to)
	}
}

// isPicture reports whether a file has the extension of a photo that HeyGen accepts.
func isPicture(file string) bool {
	ext := strings.ToLower(filepath.Ext(file))
	return ext == ".png" || ext == ".jpg" || ext == ".jpeg"
}

// written returns a text as it is in the manifest, before a row's values were filled in.
func (d *doc) written(n ast.Node, value string) string {
	if d.row == nil {
		return value
	}
	switch v := d.Plain(n).(type) {
	case *ast.StringNode:
		return v.Value
	case *ast.LiteralNode:
		return v.Value.Value
	}
	return value
}

// inside reports whether a path that contains a row's text is in the project, also after links are resolved.
func (d *doc) inside(path string) bool {
	rel, err := filepath.Rel(d.dir, path)
	if err != nil || !filepath.IsLocal(rel) {
		return false
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return true // it does not exist: the caller reports that
	}
	root, err := filepath.EvalSymlinks(d.dir)
	if err != nil {
		return false
	}
	rel, err = filepath.Rel(root, real)
	return err == nil && filepath.IsLocal(rel)
}

// footage reads a clip's file: a video, or the pictures of a folder or a pattern such as footage/frame-%04d.png.
func (d *doc) footage(n ast.Node, path, value string, c *Clip) {
	p := value
	if !filepath.IsAbs(p) {
		p = filepath.Join(d.dir, filepath.FromSlash(value))
	}
	fi, err := os.Stat(p)
	isFolder := err == nil && fi.IsDir()
	if !isFolder && (err == nil || !sequence.IsPattern(p)) {
		c.File = d.input(n, path, value)
		return
	}
	c.File = p
	if d.row != nil && d.written(n, value) != value && !d.inside(p) {
		d.rowFault("name files below the manifest's folder", "%s: %q leads out of the project", path, value)
		return
	}
	c.Frames, err = sequence.Find(p)
	if err != nil {
		d.Fault(
			n, "number the pictures without gaps, as in frame-0001.png, frame-0002.png", "%s: %s: %v", path, value, err,
		)
	}
}
