package yamltext

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

// level is a collection that is open: a flow collection by its bracket, a block
// collection by its column.
type level struct {
	flow   bool
	mapped bool // a flow mapping
	column int
	keys   int
	path   int  // bytes of the keys that lead to it
	last   int  // bytes of its last key
	part   bool // a flow mapping's entry has begun
	colon  bool // and has its colon
}

// checker walks the tokens once.
type checker struct {
	open    []level
	squares int
	paths   int
	empty   int
	docs    int
	chain   int // openers in a row, such as `- - ? !a &b`
	first   int // column of the first token of the line
	line    int
}

// check refuses tokens that the parser would need too much time or memory for. It counts rather too
// much than too little: where it cannot know, a token opens a level.
func check(tokens token.Tokens) error {
	c := &checker{}
	for i, t := range tokens {
		if t.Type == token.CommentType {
			continue
		}
		if err := c.token(t, before(tokens, i), after(tokens, i)); err != nil {
			return err
		}
	}
	return nil
}

func before(tokens token.Tokens, i int) *token.Token {
	for i--; i >= 0; i-- {
		if tokens[i].Type != token.CommentType {
			return tokens[i]
		}
	}
	return nil
}

// after returns the next token that is not a comment. Comments in a row would make
// that a second walk for each of them, so it looks a few tokens ahead only.
func after(tokens token.Tokens, i int) *token.Token {
	for j := i + 1; j < len(tokens) && j < i+8; j++ {
		if tokens[j].Type != token.CommentType {
			return tokens[j]
		}
	}
	return nil
}

func (c *checker) token(t, prev, next *token.Token) error {
	if t.Position.Line != c.line {
		c.line, c.first = t.Position.Line, t.Position.Column
	}
	switch t.Type {
	case token.SequenceEntryType, token.MappingKeyType, token.TagType, token.AnchorType, token.AliasType:
		c.chain++
	default:
		if prev == nil || prev.Type != token.AnchorType && prev.Type != token.AliasType {
			c.chain = 0
		}
	}
	switch t.Type {
	case token.DocumentHeaderType, token.DocumentEndType:
		c.open = c.open[:0]
		c.docs++
		if c.docs > MaxDocs {
			return limit(t, "keep one document", "more than %d documents", MaxDocs)
		}
	case token.SequenceStartType, token.MappingStartType:
		c.push(level{flow: true, mapped: t.Type == token.MappingStartType, column: t.Position.Column})
	case token.SequenceEndType, token.MappingEndType:
		c.close()
	case token.CollectEntryType:
		c.entry()
	case token.SequenceEntryType, token.MappingKeyType:
		c.block(t.Position.Column)
		c.nothing(t, next)
	case token.MappingValueType:
		if err := c.key(t, prev, next); err != nil {
			return err
		}
	default:
		if n := len(c.open); n > 0 && c.open[n-1].mapped {
			c.open[n-1].part = true
		}
	}
	return c.beyond(t)
}

// beyond compares what was counted with the limits.
func (c *checker) beyond(t *token.Token) error {
	const flat = "write it with fewer levels"
	if n := len(c.open); n > 0 {
		c.paths += c.open[n-1].path
	}
	switch {
	case len(c.open) > MaxDepth, c.chain > MaxDepth:
		return limit(t, flat, "more than %d levels of nesting", MaxDepth)
	case c.empty > MaxEmpty:
		return limit(t, "write the values, or remove the keys", "more than %d empty values", MaxEmpty)
	case c.squares > maxSquares:
		return limit(t, "split the file", "too many keys: the large mappings have more than %d together", MaxKeys)
	case c.paths > maxPaths:
		return limit(t, "shorten the keys", "too many long keys below each other")
	}
	return nil
}

func limit(t *token.Token, hint, format string, args ...any) error {
	return &LimitError{t.Position.Line, t.Position.Column, fmt.Sprintf(format, args...), hint}
}

// push opens a level below the last key of the one that is open.
func (c *checker) push(l level) {
	if n := len(c.open); n > 0 {
		l.path = c.open[n-1].path + c.open[n-1].last + len(".[00000]")
	}
	c.open = append(c.open, l)
}

// entry ends an entry of a flow collection. One of a mapping without a colon has no value.
func (c *checker) entry() {
	c.unblock()
	n := len(c.open)
	if n == 0 {
		return
	}
	l := &c.open[n-1]
	if l.mapped && l.part && !l.colon {
		c.empty++
	}
	l.part, l.colon = false, false
}

// close ends a flow collection.
func (c *checker) close() {
	c.entry()
	if n := len(c.open); n > 0 {
		c.open = c.open[:n-1]
	}
}

// unblock ends block levels that are inside of a flow collection, which YAML does not have and
// the parser tries to read.
func (c *checker) unblock() {
	for n := len(c.open); n > 0 && !c.open[n-1].flow && c.flow(); n-- {
		c.open = c.open[:n-1]
	}
}

func (c *checker) flow() bool {
	for _, l := range c.open {
		if l.flow {
			return true
		}
	}
	return false
}

// block opens the block level of a column, after it closed the deeper ones.
func (c *checker) block(column int) *level {
	n := len(c.open)
	for n > 0 && !c.open[n-1].flow && c.open[n-1].column > column {
		n--
	}
	c.open = c.open[:n]
	if n == 0 || c.open[n-1].flow || c.open[n-1].column < column {
		c.push(level{column: column})
	}
	return &c.open[len(c.open)-1]
}

// key counts the key that ends with the colon t.
func (c *checker) key(t, prev, next *token.Token) error {
	at, length := t.Position.Column, 0
	if prev != nil && prev.Position.Line == t.Position.Line {
		at, length = prev.Position.Column, len(prev.Value)
	}
	if length > MaxKey {
		return limit(prev, "shorten it", "a key of %d bytes, at most %d are read", length, MaxKey)
	}
	n := len(c.open)
	var l *level
	if n > 0 && c.open[n-1].mapped {
		l = &c.open[n-1]
		l.part, l.colon = true, true
	} else {
		l = c.block(at)
		// The library parses the rest of a block mapping from each of its keys.
		l.keys++
		c.squares += 2*l.keys - 1
	}
	l.last = length
	if l.keys > MaxKeys {
		return limit(t, "split the file", "more than %d keys in one mapping", MaxKeys)
	}
	c.nothing(t, next)
	return nil
}

// nothing counts t as an empty value when next is not its value.
func (c *checker) nothing(t, next *token.Token) {
	switch {
	case next == nil, next.Type == token.CollectEntryType, next.Type == token.MappingEndType,
		next.Type == token.SequenceEndType, next.Position.Line > t.Position.Line && next.Position.Column <= c.first:
		c.empty++
	}
}
