package house

import (
	"regexp"
	"strings"
	"testing"
)

// counted are the idioms whose frequency docs/words.md compares with an earlier version. The patterns are wider than
// those of TestPlainWords, so that correct uses count as well: the looks of avatars, or shapes that are drawn.
var counted = []struct{ name, pattern string }{
	{"gives", `gives?`},
	{"tells", `tells?|told|telling`},
	{"hears, says", `hears?|heard|says?|said`},
	{"stands", `stands?|stood|standing`},
	{"lacks", `lack(s|ed|ing)?`},
	{"anew, once more", `anew|once more`},
	{"whole", `whole`},
	{"beside", `beside`},
	{"behind", `behind`},
	{"nobody, somebody", `nobody|somebody|a person`},
	{"wish, obey, heed", `wish(es|ed)?|obey(s|ed)?|heeds?`},
	{"spoiled, not true", `spoil(ed|s|t)|rotten|not true|is true`},
	{"believed", `believ(ed|es|e)`},
	{"proven", `proven|proves?|proved`},
	{"leave out, let go", `(leaves?|left) out|lets? go`},
	{"look", `look(s|ed|ing)?`},
	{"part, parted", `part(s|ed)`},
	{"settle", `settl(e|es|ed)`},
	{"note", `not(ed|es)`},
	{"draw", `draws?|drawn|drew`},
	{"twin, sharing", `twins?|sharing`},
	{"is no X", `(is|are) no`},
	{"is asked", `(is|are|was|were) asked`},
}

// terms are words with an idiom in them that are right.
var terms = regexp.MustCompile(`(?i)\bstand-ins?\b|\blook-ups?\b|\bthere (is|are) no\b|\b(is|are) no (longer|more|less)\b`)

// TestIdiomCount logs how often idioms are in the comments of Go files, for the table in docs/words.md.
func TestIdiomCount(t *testing.T) {
	var comments []string
	lines := 0
	for _, s := range sources(t, ".go") {
		if s.dir() == "internal/house" {
			continue
		}
		_, f := parse(t, s)
		for _, group := range f.Comments {
			for _, c := range group.List {
				comments = append(comments, c.Text)
				lines += strings.Count(c.Text, "\n") + 1
			}
		}
	}
	t.Logf("%d comment lines", lines)
	all, total := terms.ReplaceAllString(strings.Join(comments, "\n"), ""), 0
	for _, x := range counted {
		n := len(regexp.MustCompile(`(?i)\b(`+x.pattern+`)\b`).FindAllString(all, -1))
		total += n
		t.Logf("%-18s %4d, %6.2f per 1,000", x.name, n, float64(n)*1000/float64(lines))
	}
	t.Logf("%-18s %4d, %6.2f per 1,000", "all", total, float64(total)*1000/float64(lines))
}
