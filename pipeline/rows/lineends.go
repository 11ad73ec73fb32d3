package rows

import (
	"bufio"
	"bytes"
)

// endsInCR reports whether the first line outside of quotes ends with only a CR.
func endsInCR(head []byte) bool {
	quoted := false
	for i, c := range head {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\n':
			return false
		case c == '\r':
			return !bytes.HasPrefix(bytes.TrimLeft(head[i:], "\r"), []byte("\n"))
		}
	}
	return false
}

// lineEnds replaces CR LF and CR CR LF by LF, and also a single CR where all is set.
type lineEnds struct {
	in  *bufio.Reader
	all bool
}

func (l *lineEnds) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if n > 0 && l.in.Buffered() == 0 {
			break
		}
		if _, err := l.in.Peek(1); err != nil {
			return n, err
		}
		chunk, _ := l.in.Peek(min(l.in.Buffered(), len(p)-n))
		cr := bytes.IndexByte(chunk, '\r')
		if cr != 0 {
			if cr > 0 {
				chunk = chunk[:cr]
			}
			n += copy(p[n:], chunk)
			l.in.Discard(len(chunk))
			continue
		}
		l.in.Discard(1)
		next, _ := l.in.Peek(2)
		switch {
		case bytes.HasPrefix(next, []byte("\n")), bytes.Equal(next, []byte("\r\n")):
			continue
		case l.all:
			p[n] = '\n'
		default:
			p[n] = '\r'
		}
		n++
	}
	return n, nil
}
