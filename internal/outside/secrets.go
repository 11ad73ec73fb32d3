package outside

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// minSecret is the shortest text that is taken for a secret, in bytes: shorter ones occur
// in words. HeyGen's keys have more than 40.
const minSecret = 6

// boundedSecret is the length below which a secret counts only as a separate word.
const boundedSecret = 16

// known are the secrets of this process. There is one list: a secret that one part of the
// program knows must not be printed by another.
var known registry

type registry struct {
	mu   sync.RWMutex
	list []secret
}

// secret is what is searched for.
type secret struct {
	plain   string
	cores   []string              // parts of its base64 and hex forms that do not depend on neighbours
	escaped func() *regexp.Regexp // any mixture of URL, JSON and HTML escapes
	hints   []string              // what escaped forms have in them
	bounded *regexp.Regexp        // of a short secret: as a separate word; nil: anywhere
}

// Know adds secrets that Redact removes from now on. Texts too short to be a secret, and
// the word for the sandbox's key, are ignored.
func Know(secrets ...string) {
	for _, s := range secrets {
		s = strings.TrimSpace(s)
		if len(s) >= minSecret && s != "sandbox" {
			known.add(s)
		}
	}
}

// Holds reports that a value is a known secret or has one in it. Short ones count as the
// complete value only: a folder of PATH may have the same name.
func Holds(value string) bool {
	known.mu.RLock()
	defer known.mu.RUnlock()
	for _, s := range known.list {
		if value == s.plain || s.bounded == nil && s.redact(value) != value {
			return true
		}
	}
	return false
}

// HideKnown removes known secrets, but not links, from an answer's bytes. JSON stays JSON.
func HideKnown(b []byte) []byte {
	s := string(b)
	if hidden := known.redact(s); hidden != s {
		return []byte(hidden)
	}
	return b
}

func (r *registry) add(plain string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.list {
		if s.plain == plain {
			return
		}
	}
	r.list = append(r.list, newSecret(plain))
}

func (r *registry) redact(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, one := range r.list {
		s = one.redact(s)
	}
	return s
}

func newSecret(plain string) secret {
	form := escapedForm(plain)
	if len(plain) >= boundedSecret {
		form = `(?i)` + form // programs on the way may change the case
	}
	compile := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(form) })
	s := secret{plain: plain, hints: hintsOf(plain), escaped: compile}
	if len(plain) < boundedSecret {
		s.bounded = regexp.MustCompile(`(^|[^\p{L}\p{N}])` + regexp.QuoteMeta(plain) + `($|[^\p{L}\p{N}])`)
	}
	s.cores = append(s.cores, hex.EncodeToString([]byte(plain)))
	s.cores = append(s.cores, strings.ToUpper(s.cores[0]))
	for pad := range 3 {
		// A base64 character carries 6 bits: those at the ends mix with what is next to it.
		in := append(make([]byte, pad), plain...)
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString(in)
			from, to := (pad*8+5)/6, len(in)*8/6
			if core := text[from:to]; len(core) >= minSecret {
				s.cores = append(s.cores, core)
			}
		}
	}
	return s
}

// escapedForm matches the text with each character plain or in one of its escapes; URL
// escapes may be nested.
func escapedForm(plain string) string {
	var b strings.Builder
	for _, c := range []byte(plain) {
		more := ""
		switch c {
		case '/', '"', '\\':
			more = `|\\` + regexp.QuoteMeta(string(rune(c)))
		case ' ':
			more = `|\+`
		case '&':
			more = `|&amp;`
		}
		fmt.Fprintf(&b, `(?:%s|%%(?:25)*(?i:%02x)|\\+u00(?i:%02x)|\\x(?i:%02x)|&#0*%d;|&#(?i:x0*%x);%s)`,
			regexp.QuoteMeta(string([]byte{c})), c, c, c, c, c, more)
	}
	return b.String()
}

func (s secret) redact(text string) string {
	if strings.Contains(text, s.plain) {
		if s.bounded == nil {
			text = strings.ReplaceAll(text, s.plain, Redacted)
		} else {
			for range 2 { // neighbours share the character between them
				text = s.bounded.ReplaceAllString(text, "${1}"+Redacted+"${2}")
			}
		}
	}
	for _, core := range s.cores {
		if strings.Contains(text, core) {
			text = cutAround(text, core)
		}
	}
	if s.escapedIn(text) {
		text = s.escaped().ReplaceAllStringFunc(text, func(found string) string {
			if found == s.plain { // decided above
				return found
			}
			return Redacted
		})
	}
	return text
}

// escapedIn reports that an escaped form may be in text. It is cheap: answers of several
// megabytes are searched. Escapes change special characters, so that the longest word of
// the secret stays; else its beginning is escaped as well.
func (s secret) escapedIn(text string) bool {
	return slices.ContainsFunc(s.hints, func(hint string) bool { return strings.Contains(text, hint) })
}

// hintsOf are what some escaped form of the secret has in it.
func hintsOf(plain string) []string {
	word := ""
	for _, w := range strings.FieldsFunc(plain, func(r rune) bool {
		return !unicode.IsLetter(r) &&
			!unicode.IsDigit(r)
	}) {
		if len(w) > len(word) {
			word = w
		}
	}
	list := []string{}
	if word != plain && len(word) >= 3 {
		list = append(list, word, strings.ToLower(word), strings.ToUpper(word))
	}
	for _, form := range []string{
		"%%%02x", "%%%02X", `\u%04x`, `\u%04X`, "&#%d;", "&#x%x;", "&#x%X;", `\x%02x`, "%%25%02x", "%%25%02X",
	} {
		list = append(list, fmt.Sprintf(form, plain[0])+fmt.Sprintf(form, plain[1]))
		list = append(list, fmt.Sprintf(form, plain[len(plain)-2])+fmt.Sprintf(form, plain[len(plain)-1]))
	}
	return list
}

// cutAround replaces the base64 or hex word around each core.
func cutAround(text, core string) string {
	part := func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("+/-_=", r))
	}
	notPart := func(r rune) bool { return !part(r) }
	var b strings.Builder
	for {
		i := strings.Index(text, core)
		if i < 0 {
			return b.String() + text
		}
		from := strings.LastIndexFunc(text[:i], notPart) + 1
		to := len(text)
		if n := strings.IndexFunc(text[i:], notPart); n >= 0 {
			to = i + n
		}
		b.WriteString(text[:from])
		b.WriteString(Redacted)
		text = text[to:]
	}
}
