package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// idioms are words of an English that the first version of greenroom had for itself, and what to write instead.
var idioms = []struct{ pattern, instead string }{
	{`gives`, "returns"},
	{`tells|is told|are told|be told|told of|hears|heard`, "reports, receives"},
	{`says|is said|said`, "reports, prints, contains, writes"},
	{`stands|stood|stand (on|there|here|beside|next)`, "is, exists, is up to date"},
	{`lack(s|ed|ing)?`, "is missing"},
	{`anew|once more`, "again"},
	{`whole`, "complete, entire"},
	{`beside`, "next to, with"},
	{`nobody|somebody|before a person`, "the user; passive voice"},
	{`wish(es|ed)?|obey(s|ed)?|heed(s|ed)?`, "request, handle"},
	{`spoil(s|ed|t)?|rotten|not true`, "corrupt"},
	{`believ(e|es|ed|ing)`, "trusted, verified"},
	{`proven|proves?|proved`, "verified"},
	{`mend(s|ed|ing)?`, "fix"},
	{`(take|takes|taken|took|taking) in`, "import"},
	{`hand(s|ed|ing)? over`, "pass, return"},
	{`(leave|leaves|left|leaving) out|lets? go of`, "omit, release"},
	{`look(s|ed|ing)? at`, "read, probe, inspect, poll"},
	{`to see that|sees that`, "make sure that"},
	{`parted`, "split"},
	{`(go|goes|went|gone) without`, "skip"},
	{`settled?|settles|settling`, "resolve, debounce, wait"},
	{`judge[sd]?|judging`, "validate, check"},
	{`noted`, "recorded"},
	{`twins?`, "duplicate"},
	{`sharing`, "shared cache"},
	{`of (ours|our own)`, "our, own, built-in"},
	{`only a memory`, "cache"},
	{`in force`, "active"},
	{`be had`, "is available"},
	{`(is|are|was|were) asked`, "name who asks whom"},
	{`so many (seconds|bytes|frames|times|files|lines)|after so long`, "a placeholder, or N"},
	{`(draw|draws|drawn|drew) (a |the |every |each |all )?(film|films|stand-ins?)|films? (is|are) drawn`, "render"},
	{`(crowd|clerk|desk|looker|herald)s?`, "a name that says what it is"},
	{`cannot be told|can be told`, "cannot determine"},
}

// unusual matches every idiom; its groups have no meaning.
var unusual = func() []*regexp.Regexp {
	var list []*regexp.Regexp
	for _, x := range idioms {
		list = append(list, regexp.MustCompile(`(?i)\b(`+x.pattern+`)\b`))
	}
	return list
}()

// anyIdiom is one expression for all, which is quicker than one after the other.
var anyIdiom = func() *regexp.Regexp {
	var all []string
	for _, x := range idioms {
		all = append(all, x.pattern)
	}
	return regexp.MustCompile(`(?i)\b(` + strings.Join(all, "|") + `)\b|\b(is|are) no `)
}()

var (
	// isNo is "TEXT is no X" for "invalid X"; "there is no X" and comparisons are plain English.
	isNo  = regexp.MustCompile(`(?i)(\w+)\W+(is|are) no (\w+)`)
	right = regexp.MustCompile(`(?i)\b(there) (is|are) no\b|\b(is|are) no (longer|more|less|better|worse)\b` +
		`|whole (numbers?|seconds?|frames?|pixels?|milliseconds?|minutes?|dollars?)|once more than`)
)

// exact matches text that must stay as it is.
var exact = regexp.MustCompile(strings.Join([]string{
	`--whole\b|^"?whole"?$`,    // a flag
	"`settle`|settle \\+hello", // an action of the plan in JSON and in tables
	`\.greenroom/heard`,        // the folder of a file that watch writes to receive an event
	`He said "no", twice`,      // a cell of tables that other programs wrote
}, "|"))

// idiomsIn returns the idioms in a line of text with what to write instead.
func idiomsIn(line string) (found []string) {
	line = right.ReplaceAllString(exact.ReplaceAllString(line, ""), "")
	if !anyIdiom.MatchString(line) {
		return nil
	}
	for i, re := range unusual {
		for _, m := range re.FindAllString(line, -1) {
			found = append(found, fmt.Sprintf("%q: write %s", m, idioms[i].instead))
		}
	}
	for _, m := range isNo.FindAllString(line, -1) {
		found = append(found, fmt.Sprintf("%q: write is not a, or invalid", m))
	}
	return found
}

// textOf returns the lines of a file that people read: comments and strings of Go, and every line of another file.
func textOf(t *testing.T, s source) map[int]string {
	t.Helper()
	text := map[int]string{}
	add := func(from int, block string) {
		for i, line := range strings.Split(block, "\n") {
			text[from+i] += line + " "
		}
	}
	if path.Ext(s.path) != ".go" {
		add(1, s.text)
		return text
	}
	set, f := parse(t, s)
	for _, group := range f.Comments {
		for _, c := range group.List {
			add(set.Position(c.Pos()).Line, c.Text)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if x, ok := n.(*ast.BasicLit); ok && x.Kind == token.STRING && strings.Contains(x.Value, " ") {
			add(set.Position(x.Pos()).Line, x.Value)
		}
		return true
	})
	return text
}

// listing are the files that list the idioms.
var listing = []string{"internal/house/words_test.go", "internal/house/count_test.go", "docs/words.md"}

func TestPlainWords(t *testing.T) {
	for _, s := range sources(t, ".go", ".md", ".txtar", ".ts", ".tsx", ".js", ".mjs", ".html", ".css") {
		if slices.Contains(listing, s.path) {
			continue
		}
		text := textOf(t, s)
		for _, n := range slices.Sorted(maps.Keys(text)) {
			for _, f := range idiomsIn(text[n]) {
				t.Errorf("%s:%d: %s", s.path, n, f)
			}
		}
	}
}

func TestPlainWordsFindsIdioms(t *testing.T) {
	for line, want := range map[string][]string{
		"// F gives the whole file.":            {`"gives": write returns`, `"whole": write complete, entire`},
		"// There is no file, in whole frames.": nil,
		"// the file is no picture":             {`"file is no picture": write is not a, or invalid`},
		"// settles what is left":               {`"settles": write resolve, debounce, wait`},
	} {
		wantFindings(t, idiomsIn(line), want...)
	}
	s := source{"a.go", "package a\n\n// F waits.\nfunc F() string {\n\treturn \"nobody knows\"\n}\n"}
	if got := textOf(t, s); len(got) != 2 || !slices.Equal(idiomsIn(got[5]), []string{`"nobody": write the user; passive voice`}) {
		t.Errorf("text %v", got)
	}
}
