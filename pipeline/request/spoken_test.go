package request

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestSpokenInManyScripts(t *testing.T) {
	t.Parallel()
	as := map[string]string{
		"SQL": "sequel", "SQL Server": "sequel server", "C++": "see plus plus", "é": "eh", "Москва": "Moskva",
		"東京": "とうきょう", "서울": "Seo-ul", "א": "alef", "५": "five", "a.b": "a dot b",
	}
	for script, want := range map[string]string{
		"":                                   "",
		"Nothing here.":                      "Nothing here.",
		"SQL":                                "sequel",
		"SQL, MySQL and SQL Server.":         "sequel, MySQL and sequel server.",
		"SQL SQL SQL":                        "sequel sequel sequel",
		"SQL2 and SQL_2":                     "SQL2 and sequel_2", // a digit continues a word, an underscore does not
		"sql":                                "sql",
		"(SQL)":                              "(sequel)",
		"C++ and C++.":                       "see plus plus and see plus plus.",
		"a.b, not axb":                       "a dot b, not axb",
		"café é É":                           "café eh É",
		"Москва, Москвы":                     "Moskva, Москвы",
		"東京 と 東京都":                           "とうきょう と 東京都", // no space, no end of a word
		"「東京」":                               "「とうきょう」",
		"서울 서울역":                             "Seo-ul 서울역",
		"א, אב":                              "alef, אב",
		"५ १५":                               "five १५",
		`SQL <break time="1s"/> SQL`:         `sequel <break time="1s"/> sequel`,
		"<SQL>SQL</SQL>":                     "<SQL>sequel</SQL>",
		"SQL\nSQL Server\n":                  "sequel\nsequel server\n",
		"1 < 2 and SQL":                      "1 < 2 and sequel",
		"SQL\u00a0Server is SQL\u200bServer": "sequel\u00a0Server is sequel\u200bServer",
	} {
		if got := Spoken(script, as); got != want {
			t.Errorf("%q: %q, want %q", script, got, want)
		}
	}
}

// TestSpokenIsNotReadAgain: what replaces a word is not replaced itself.
func TestSpokenIsNotReadAgain(t *testing.T) {
	t.Parallel()
	as := map[string]string{"one": "two", "two": "one", "$1": "${2}"}
	if got := Spoken("one two $1 one", as); got != "two one ${2} two" {
		t.Error(got)
	}
}

// TestSpokenLeavesTheRest: without the words nothing changes, and the same words always return the same text.
func TestSpokenLeavesTheRest(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	parts := []string{"SQL", "Server", " ", ".", "<b>", "é", "東京", "x", "\n", "<", ">", "SQL Server"}
	as := map[string]string{"SQL": "sequel", "SQL Server": "server", "東京": "Tokyo"}
	for range 500 {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		script := b.String()
		if got := Spoken(script, map[string]string{"absent": "here"}); got != script {
			t.Fatalf("seed %d: %q became %q", seed, script, got)
		}
		if a, b := Spoken(script, as), Spoken(script, as); a != b {
			t.Fatalf("seed %d: %q is %q and %q", seed, script, a, b)
		}
		if got := Spoken(script, nil); got != script {
			t.Fatalf("seed %d: %q became %q", seed, script, got)
		}
	}
}
