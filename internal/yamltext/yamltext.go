// Package yamltext parses YAML that others wrote with the YAML library, within limits.
//
// The library needs time and memory that grow with the square of nesting, of the keys of one
// block mapping, of empty values, of documents and of empty lines: 100 KB of "{a: " took 9 s
// and 0.9 GB. The tokens of the library's own scanner are checked against limits before
// its parser sees them, so that quotes, comments and block text need no second scanner here.
package yamltext

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// Limits of one text. The deepest manifest and lockfile have about 12 levels.
const (
	MaxDepth = 64     // levels of nesting
	MaxKeys  = 20_000 // of one mapping: as many as a manifest has clips
	MaxEmpty = 10_000 // empty values in all
	MaxDocs  = 100    // separators of documents
	MaxBlank = 500    // empty lines in a row

	// MaxKey is the length of a key, bytes. YAML 1.2 has the same limit for keys without `?`.
	MaxKey = 1024
	// maxSquares bounds the sum of the squares of the mappings' sizes: one mapping of MaxKeys and
	// some more. The library's time grows with it: about 3 s at the limit.
	maxSquares = MaxKeys * MaxKeys * 5 / 4
	// maxPaths bounds the memory for the paths that the library stores with each node, bytes.
	maxPaths = 128 << 20
)

// LimitError is a text that is beyond a limit.
type LimitError struct {
	Line, Column int // from 1
	Msg, Hint    string
}

func (e *LimitError) Error() string { return fmt.Sprintf("[%d:%d] %s", e.Line, e.Column, e.Msg) }

// panicked is what the library did with a text that it cannot handle.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("it cannot be read as YAML: %v", p.value) }

// Parse parses a text. The error is a *LimitError, an error of the YAML library, or the cause of ctx when
// it ends first: then the library goes on in the background until it is done.
func Parse(ctx context.Context, b []byte) (*ast.File, error) {
	if err := blankLines(b); err != nil {
		return nil, err
	}
	type result struct {
		file *ast.File
		err  error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if v := recover(); v != nil {
				r = result{nil, &panicked{v}}
			}
			done <- r
		}()
		tokens := lexer.Tokenize(string(b))
		if err := check(tokens); err != nil {
			r.err = err
			return
		}
		r.file, r.err = parser.Parse(tokens, 0)
	}()
	select {
	case r := <-done:
		return r.file, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Decode parses one document into a Go value, strictly: unknown keys are errors. An empty text is io.EOF.
func Decode(b []byte, to any) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v}
		}
	}()
	f, err := Parse(context.Background(), b)
	if err != nil {
		return err
	}
	for _, d := range f.Docs {
		if d.Body != nil {
			return yaml.NewDecoder(bytes.NewReader(nil), yaml.Strict()).DecodeFromNode(d.Body, to)
		}
	}
	return io.EOF
}

// blankLines refuses long runs of empty lines: the scanner drops those at the end of a block text one by
// one, and copies the text for each.
func blankLines(b []byte) error {
	run := 0
	line := 0
	for l := range bytes.Lines(b) {
		line++
		if len(bytes.TrimSpace(l)) > 0 {
			run = 0
			continue
		}
		run++
		if run > MaxBlank {
			return &LimitError{
				line, 1, fmt.Sprintf("more than %d empty lines in a row", MaxBlank), "remove the empty lines",
			}
		}
	}
	return nil
}
