package manifest

import (
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/markup"
)

// script reads an inline text or a text file.
func (d *doc) script(n ast.Node, path, value string, c *Clip) {
	text, file, ok := d.textOrFile(n, path, value)
	c.ScriptFile = file
	if !ok {
		return
	}
	if strings.ToLower(filepath.Ext(file)) == ".md" {
		text = speakable(text)
	}
	text = strings.Join(strings.Fields(text), " ")
	before := d.Count()
	for _, tag := range markup.BadBreaks(text) {
		d.Fault(n, "write "+tag.Instead, "%s: %s is not a break HeyGen understands", path, tag.Text)
	}
	if m := markup.TightBreak(text); m != "" && d.Count() == before {
		d.Fault(n, "put a space before and after the tag", "%s: a break tag touches a word: %s", path, m)
	}
	switch size := utf8.RuneCountInString(text); {
	case strings.TrimSpace(markup.WithoutBreaks(text)) == "":
		d.Fault(n, "write the words to speak", "%s is empty", path)
	case size > MaxScript:
		d.Fault(n, "split it into two clips", "%s has %d characters, HeyGen takes %d", path, size, MaxScript)
	}
	c.Script = text
}

var (
	mdFront   = lazyregexp.New(`(?s)\A\s*---[ \t]*\r?\n.*?\n---[ \t]*(\r?\n|\z)`)
	mdImage   = lazyregexp.New(`!\[[^\]]*\]\([^)]*\)`)
	mdComment = lazyregexp.New(`(?s)<!--.*?-->`)
	mdHead    = lazyregexp.New(`(?m)^\s{0,3}#{1,6}\s.*$`)
	mdMark    = lazyregexp.New("(?m)^\\s*([-*+]|\\d+\\.|>)\\s+|[*_`]{1,3}")
	mdLink    = lazyregexp.New(`\[([^\]]*)\]\([^)]*\)`)
)

// speakable returns the words of a Markdown text that are to be spoken: without front matter, headings, comments,
// pictures, link targets and emphasis marks.
func speakable(s string) string {
	s = mdFront.ReplaceAllString(s, " ")
	s = mdImage.ReplaceAllString(s, " ")
	s = mdComment.ReplaceAllString(s, " ")
	s = mdHead.ReplaceAllString(s, " ")
	s = mdLink.ReplaceAllString(s, "$1")
	return mdMark.ReplaceAllString(s, "")
}
