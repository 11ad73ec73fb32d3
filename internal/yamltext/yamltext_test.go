package yamltext

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// numbered joins n texts made from their numbers.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// staircase nests by indentation.
func staircase(n int, line string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + line + "\n")
	}
	return b.String()
}

// hostile are texts of about 1 MB, or of the size in the name, that the library takes minutes or gigabytes for.
func hostile() map[string]string {
	r := strings.Repeat
	long := r("k", 500_000)
	return map[string]string{
		"flow mappings":          "clips: " + r("{a: ", 200_000),
		"flow sequences":         "clips: " + r("[", 200_000),
		"flow, mixed":            "clips: " + r("[{a: ", 100_000),
		"closed flow":            "a: " + r("[", 100_000) + r("]", 100_000),
		"dashes":                 r("- ", 200_000),
		"dashes in flow":         "a: [" + r("- ", 200_000) + "x]",
		"dashes with tags":       r("- !!a ", 100_000),
		"dashes with anchors":    r("- &a ", 100_000),
		"question marks":         r("? ", 200_000),
		"question marks in flow": "a: {" + r("? ", 200_000) + "}",
		"dashes and questions":   r("- ? ", 100_000),
		"tags":                   r("!!a ", 200_000) + "x",
		"tags in flow":           "a: [" + r("!!a ", 200_000) + "x]",
		"anchors":                r("&a ", 200_000),
		"indentation":            staircase(1000, "a:"),
		"indented dashes":        staircase(1000, "-"),
		"colons":                 "a" + r(": ", 200_000),
		"keys in a line":         r("a: ", 200_000),
		"empty lines in a text":  "a: |\n" + r("\n", 1_000_000),
		"empty lines, CR LF":     "a: |\n" + r("\r\n", 400_000),
		"empty lines, blanks":    "a: >\n  b\n" + r("  \n", 300_000),
		"keys of a mapping":      numbered(100_000, "k%d: 1\n"),
		"keys of many mappings": "a:\n" + strings.ReplaceAll(r("- X", 9), "X",
			strings.ReplaceAll(numbered(15_000, "~k%d: 1\n"), "~", "  ")),
		"keys without values":      numbered(19_000, "k%d:\n"),
		"flow keys without values": "a: {" + numbered(100_000, "k%d,") + "}",
		"empty flow values":        "a: {" + numbered(100_000, "k%d: ,") + "}",
		"empty items":              "a:\n" + r("-\n", 300_000),
		"empty items, comments":    "a:\n" + r("- # c\n", 150_000),
		"documents":                r("--- x\n", 150_000),
		"ends of documents":        r("...\n---\n", 100_000),
		"a long key":               long + ":\n" + numbered(19_000, "  k%d: 1\n"),
		"a long quoted key":        "\"" + long + "\":\n" + numbered(19_000, "  k%d: 1\n"),
		"long keys below another": staircase(60, r("k", 1000)+":") + strings.ReplaceAll(numbered(5_000, "~k%d: 1\n"), "~",
			r(" ", 60)),
	}
}

func TestHostileYAMLIsRefusedBeforeItIsParsed(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(context.Background(), []byte(text))
			var l *LimitError
			if !errors.As(err, &l) || l.Line < 1 || l.Column < 1 || l.Hint == "" {
				t.Errorf("%.100v", err)
			}
		})
	}
}

// TestLargeYAMLIsRead: large, dull and deep texts that people and programs do write.
func TestLargeYAMLIsRead(t *testing.T) {
	r := strings.Repeat
	for name, text := range map[string]string{
		"clips": "version: 1\nclips:\n" + numbered(5_000,
			"  c%d:\n    avatar: {id: a, scale: 1}\n    script: |\n      One.\n\n      Two: [x], {y}.\n"),
		"inline clips":    "clips:\n" + numbered(15_000, "  c%d: {script: \"Hi {{name}}.\"}\n"),
		"flow clips":      "clips: {" + numbered(15_000, "c%d: {script: Hi},\n") + "}",
		"items":           "a:\n" + r("- {b: c}\n", 50_000),
		"a long text":     "a: |\n" + r("  - x: [y, {z: [[[[\n\n", 40_000),
		"a long line":     "a: \"" + r("[{", 400_000) + "\"\n",
		"comments":        r("# {[\n", 100_000) + "a: b\n",
		"a long comment":  "# " + r("{", 900_000) + "\na: b\n",
		"escapes":         `a: "` + r(`\u0041`, 100_000) + `"`,
		"50 levels":       "a: " + r("[", 50) + r("]", 50),
		"50 indentations": staircase(50, "a:") + r(" ", 50) + "b: c\n",
	} {
		t.Run(name, func(t *testing.T) {
			if len(text) > 1<<20 {
				t.Fatalf("%d bytes", len(text))
			}
			if _, err := Parse(context.Background(), []byte(text)); err != nil {
				t.Errorf("%.200v", err)
			}
		})
	}
}

// TestNestingBesideOthersIsNotCounted: many collections one after another are not deep.
func TestNestingBesideOthersIsNotCounted(t *testing.T) {
	for _, text := range []string{
		"a:\n" + strings.Repeat("- [a, {b: c}, [d]]\n", 200),
		"a: [" + strings.Repeat("{b: [c, d], e: f}, ", 200) + "]",
		"a:\n" + strings.Repeat("  - b: c\n    d:\n      - e\n      - f\n", 200),
		numbered(200, "k%d:\n  a:\n  - b\n  - {c: d}\n"),
		numbered(200, "k%d: !!str x\n"),
		"a: [" + strings.Repeat("b: c, ", 200) + "d]",
		"a: [" + numbered(200, "&x%d y, ") + "d]",
	} {
		if _, err := Parse(context.Background(), []byte(text)); err != nil {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

func TestAnEndedContextEndsParsing(t *testing.T) {
	why := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	// Both channels may be ready, and then either is a right answer: a long text is never ready at once.
	text := "clips:\n" + numbered(15_000, "  c%d: {script: \"Hi.\"}\n")
	if _, err := Parse(ctx, []byte(text)); !errors.Is(err, why) {
		t.Error(err)
	}
}

func TestDecodeIsStrictAndLimited(t *testing.T) {
	var to struct{ A int }
	if err := Decode([]byte("a: 3\n"), &to); err != nil || to.A != 3 {
		t.Error(to, err)
	}
	if err := Decode([]byte("b: 3\n"), &to); err == nil {
		t.Error("an unknown key was accepted")
	}
	var l *LimitError
	if err := Decode([]byte("a: "+strings.Repeat("[", 1000)), &to); !errors.As(err, &l) {
		t.Error(err)
	}
}
