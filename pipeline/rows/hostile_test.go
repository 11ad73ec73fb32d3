package rows

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// endless repeats a text without an end and counts what was read.
type endless struct {
	head, text string
	read       int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		at := e.read
		from := e.text
		if at < len(e.head) {
			from = e.head[at:]
		}
		k := copy(p[n:], from)
		n, e.read = n+k, e.read+k
	}
	return n, nil
}

// TestLimitsAreCheckedWhileReading: these were read to their end, or compared each column with all before it.
func TestLimitsAreCheckedWhileReading(t *testing.T) {
	for _, c := range []struct{ name, kind, head, text, want string }{
		{"a cell without an end", ".csv", "a,b\n1,", "xxxxxxxx", "people.csv:2:1: the row is longer than 4194304 bytes"},
		{"a quote without an end", ".csv", "a,b\n1,2\n3,\"", "x\n", "people.csv:3:1: the row is longer than"},
		{"a header without an end", ".csv", "", "name,", "people.csv:1:1: the row is longer than"},
		{"columns without an end", ".tsv", "a\tb\n", "\t", "people.tsv:2:1: the row is longer than"},
		{"empty lines without an end", ".csv", "a,b\n1,2\n", "\n", "people.csv:3:1: the row is longer than"},
		{"zero bytes", ".csv", "a,b\n", "\x00", "people.csv:2:1: the row is longer than"},
		{"a quoted header", ".csv", "\"", "x\n", "people.csv:1:1: the row is longer than"},
		{"a line without an end", ".jsonl", "{\"a\":\"", "x", "people.jsonl:1:1: the line is longer than"},
		{"a deep line", ".jsonl", "{\"a\":", "[", "people.jsonl:1:1: the line is longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &endless{head: c.head, text: c.text}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := newReader(in, c.kind, "people"+c.kind)
			for err == nil {
				_, err = r.Next()
			}
			runtime.ReadMemStats(&after)
			text := err.Error()
			if p, ok := placeOf(err); ok {
				text = p + ": " + text
			}
			if !strings.Contains(text, c.want) {
				t.Errorf("%q, want %q", text, c.want)
			}
			if in.read > MaxRow+1<<20 {
				t.Errorf("%d bytes were read", in.read)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 1<<30 {
				t.Errorf("%d MB were allocated", used>>20)
			}
		})
	}
}

// TestManyColumnsAreCountedFirst: 60,000 columns took 8 s, a million more than 105 s.
func TestManyColumnsAreCountedFirst(t *testing.T) {
	for _, n := range []int{1001, 20_000, 60_000, 500_000} {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "c%d,", i)
		}
		_, _, _, err := all(t, ".csv", b.String()+"z\n")
		if want := fmt.Sprintf("%d columns, at most 1000 are read", n+1); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		_, _, _, err = all(t, ".csv", strings.Repeat(",", n)+"\n")
		if err == nil || !strings.Contains(err.Error(), "at most 1000") {
			t.Errorf("%d columns without a name: %v", n, err)
		}
	}
}

func TestDeepJSONIsNoRow(t *testing.T) {
	for _, text := range []string{
		"{\"a\":" + strings.Repeat("[", 500_000) + "\n",
		strings.Repeat("{\"a\":", 150_000) + "\n",
		"{\"a\":" + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "}\n",
	} {
		if _, _, _, err := all(t, ".jsonl", text); err == nil {
			t.Errorf("%.20q was read", text)
		}
	}
}

func TestALongRowWithinTheLimitIsRead(t *testing.T) {
	row := strings.Repeat(strings.Repeat("x", 60<<10)+",", 49) + "y\n"
	var head []string
	for i := range 50 {
		head = append(head, fmt.Sprint("c", i))
	}
	r, err := newReader(strings.NewReader(strings.Join(head, ",")+"\n"+row+row+row), ".csv", "people.csv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d rows", n)
	}
}

func TestALargeTableIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte("a,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Fatal("a file with a hole: ", err)
	}
	if _, err := Open(path, "people.csv"); err == nil || !strings.Contains(err.Error(), "at most 268435456 are read") {
		t.Error(err)
	}
}

// TestCellsCannotMultiplyAText: 200,000 placeholders and a cell of 64 KB made 13 GB.
func TestCellsCannotMultiplyAText(t *testing.T) {
	cell := strings.Repeat("x", MaxCell)
	var long *LongError
	if _, err := Fill(strings.Repeat("{{a}}", 200_000),
		func(string) (string, bool) { return cell, true }); !errors.As(err, &long) {
		t.Error(err)
	}
}
