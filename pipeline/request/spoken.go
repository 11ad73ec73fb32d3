package request

import (
	"regexp"
	"sort"
	"strings"
)

// Spoken returns a script with words replaced by how they are pronounced; tags are left as they are. The
// longest words go first, so that "SQL Server" wins over "SQL".
func Spoken(script string, as map[string]string) string {
	if len(as) == 0 {
		return script
	}
	words := make([]string, 0, len(as))
	for w := range as {
		words = append(words, w)
	}
	sort.Slice(words, func(i, j int) bool {
		if len(words[i]) != len(words[j]) {
			return len(words[i]) > len(words[j])
		}
		return words[i] < words[j]
	})
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	re := regexp.MustCompile(`<[^>]*>|(^|[^\pL\pN])(` + strings.Join(words, "|") + `)($|[^\pL\pN])`)
	// A word may end where the next begins: search again from there.
	out, rest := strings.Builder{}, script
	for rest != "" {
		m := re.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		if m[4] < 0 { // a tag
			out.WriteString(rest[:m[1]])
			rest = rest[m[1]:]
			continue
		}
		out.WriteString(rest[:m[4]])
		out.WriteString(as[rest[m[4]:m[5]]])
		rest = rest[m[5]:]
	}
	out.WriteString(rest)
	return out.String()
}
