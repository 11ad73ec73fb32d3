package exchange

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// node is an element of XML. Attributes keep their order, so that the same project has the same bytes.
type node struct {
	name  string
	attrs []string // name, value, name, value
	text  string
	kids  []*node
}

// el returns an element; attrs are names and values in turn. An attribute without a value is omitted.
func el(name string, attrs ...string) *node { return &node{name: name, attrs: attrs} }

// add appends elements and returns the one that they were added to.
func (n *node) add(kids ...*node) *node {
	n.kids = append(n.kids, kids...)
	return n
}

// words sets the text of an element.
func (n *node) words(text string) *node {
	n.text = text
	return n
}

// document returns a complete file.
func (n *node) document(doctype string) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(doctype)
	n.write(&b, 0)
	return b.Bytes()
}

func (n *node) write(b *bytes.Buffer, depth int) {
	indent := strings.Repeat("  ", depth)
	b.WriteString(indent + "<" + n.name)
	for i := 0; i+1 < len(n.attrs); i += 2 {
		if n.attrs[i+1] == "" {
			continue
		}
		b.WriteString(" " + n.attrs[i] + `="`)
		_ = xml.EscapeText(b, []byte(n.attrs[i+1])) // a buffer does not fail
		b.WriteByte('"')
	}
	switch {
	case n.text != "":
		b.WriteByte('>')
		_ = xml.EscapeText(b, []byte(n.text))
		b.WriteString("</" + n.name + ">\n")
	case len(n.kids) == 0:
		b.WriteString("/>\n")
	default:
		b.WriteString(">\n")
		for _, k := range n.kids {
			k.write(b, depth+1)
		}
		b.WriteString(indent + "</" + n.name + ">\n")
	}
}
