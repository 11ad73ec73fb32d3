package markup

import (
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"greenroom/internal/lazyregexp"
)

// kind is one kind of marks. The pattern's first group that matches, if it has groups, is the mark.
// needs are parts of which a text with such a mark has at least one: patterns are slow, and most texts
// have none.
type kind struct {
	name    string
	needs   []string
	pattern lazyregexp.Regexp
	is      func(mark string, before, after rune) bool // nil: always
	instead func(mark string) string
}

func has(parts ...string) []string { return parts }

func always(instead string) func(string) string { return func(string) string { return instead } }

// Parts of patterns.
const (
	latin = `\p{Latin}\p{Greek}\p{Cyrillic}`
	host  = `[` + latin + `\d](?:[` + latin + `\d-]*[` + latin + `\d])?`
	path  = `[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]*`
	// domains are endings of addresses that are also written without www: and without a path.
	domains = `(?:com|org|net|edu|gov|io|ai|app|dev|info|biz|xyz|shop|online|store|tech|` +
		`cloud|eu|de|fr|ch|nl|ru|jp|cn|br|` +
		`(?:co|com|org|ac|gov)\.(?:uk|jp|au|nz|br|in|za|kr|mx|tr|cn))`
	picture = `\x{1F000}-\x{1FAFF}\x{2600}-\x{266C}\x{2670}-\x{27BF}\x{231A}\x{231B}\x{23E9}-\x{23F3}` +
		`\x{2B50}\x{2B55}\x{2B1B}\x{2B1C}`
	// stage are directions in parentheses, in ten languages. All other parentheses are prose.
	stage = `(?:(?:long|short|brief|soft|nervous|loud) )?(?:pauses?|beat|laugh(?:s|ing|ter)?|chuckles?|giggles|sighs?|` +
		`smiles?|grins|whispers?|whispering|shouts|gasps|coughs|cries|applause|cheering|clears throat|inhales|exhales|` +
		`breathes|deep breath|takes a (?:deep )?breath|silence|music(?: (?:plays|fades|starts|stops|swells))?|` +
		`sound effect|sfx|fade (?:in|out)|cut to|off[- ]?camera|to camera|voice ?over|wink|nods|` +
		`lacht|lachend|seufzt|flüstert|applaus|musik|rires?|rit|soupire|applaudissements|musique|chuchote|` +
		`risas?|ríe|suspira|aplausos|música|susurra|pausa|ride|risata|sospira|applausi|musica|` +
		`смеется|смеётся|вздыхает|пауза|аплодисменты|музыка|` +
		`笑|笑い|拍手|间|停顿|笑声|掌声|音乐|音楽|간격|웃음|박수|음악)` +
		`(?:[ :=]*\d+(?:[.,]\d+)? ?(?:s|sec|secs|seconds?|ms)?)?`
	srtTime = `(?:\d+:)?\d\d:\d\d[,.]\d{1,3}`
	bracket = `\[\[[^\[\]]{1,200}\]\]|\[[^\[\]]{1,200}\]`
	speaker = `HOST|NARRATOR|SPEAKER|PRESENTER|VOICE-?OVER|V\.?O\.?|ANNOUNCER|ANCHOR|[Ss]peaker \d`
)

// kinds are searched in this order; a later one does not see what an earlier one found.
// docs/guide/manifest.md has a row for each name.
var kinds = []kind{
	{"placeholder", has("<<"), lazyregexp.New(`<<[^<>]{1,60}>>`), nil, insteadOfPlaceholder},
	{"tag", has("<"),
		lazyregexp.New(`<!--[^<>]{0,500}-->|<[#|][^<>]{1,60}[#|]>|</?[A-Za-z][\w:-]*(?:\s[^<>]{0,300})?/?>`),
		nil, insteadOfTag},
	{"placeholder", has("<", "{", "}", "[%"),
		lazyregexp.New(`<[%?!=][^<>]{0,200}>|\{\{\{?[^{}]{0,100}\}?\}\}|[$#]\{[^{}]{0,100}\}|` +
			`\{%[^{}]{0,100}%\}|\{[^{}]{1,60}\}|[{}]|\[%[^%\]]{1,60}%\]`), nil, insteadOfPlaceholder},
	{"placeholder", has("%"), lazyregexp.New(`%[A-Za-z_][\w.-]{0,40}%|%\([A-Za-z_]\w{0,40}\)[sd]|%(?:\d\$)?[sd]`),
		printf, insteadOfPlaceholder},
	{"direction", has("["), lazyregexp.New(bracket), direction, insteadOfDirection},
	{"direction", has("(", "（", "*"),
		lazyregexp.New(`(?i)[(（*]\s*` + stage + `\s*[)）*]`), nil, insteadOfDirection},
	{"address", has("://", "mailto:", "www.", "MAILTO:", "WWW.", "Www.", "Mailto:"),
		lazyregexp.New(`(?i)(?:[a-z][a-z0-9+.-]{1,15}://|mailto:|www\.)[^\s<>"“”«»，。、！？]+`),
		nil, insteadOfAddress},
	{"address", has("@"),
		lazyregexp.New(`[A-Za-z0-9._%+-]+@` + host + `(?:\.` + host + `)+`), nil, insteadOfAddress},
	{"address", has("/"), lazyregexp.New(`(?:` + host + `\.)+[A-Za-z]{2,12}/` + path), webPath, insteadOfAddress},
	{"address", has("."), lazyregexp.New(`(?:` + host + `\.)+` + domains + `(?:[/?#]` + path + `)?`),
		bareDomain, insteadOfAddress},
	{"entity", has("&"), lazyregexp.New(`&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});`),
		entity, insteadOfEntity},
	{"entity", has("%20"), lazyregexp.New(`[^\s%]*[\pL\d]%20[\pL\d]\S*`), nil, always("write the words out")},
	{"Markdown", has("**", "__", "`", "~~", "=="),
		lazyregexp.New("```+\\w*|\\*\\*[^*]{1,200}\\*\\*|__[^_]{1,200}__|`[^`]{1,200}`|~~[^~]{1,200}~~|" +
			"==[^=]{1,200}=="), nil, insteadOfMarkdown},
	{"Markdown", has("*", "_"), lazyregexp.New(`\*[^\s*](?:[^*]{0,200}[^\s*])?\*|_[^\s_](?:[^_]{0,200}[^\s_])?_`),
		alone, insteadOfMarkdown},
	{"Markdown", has("#", "***", ">", "---", "|"),
		lazyregexp.New(`(?:^|\s)(#{2,6}|\*\*\*+)(?:\s|$)|^(#|>|---+)\s|(\|[^|]{1,80}\|)`),
		nil, insteadOfMarkdown},
	{"hashtag", has("#", "＃"), lazyregexp.New(`[#＃][\pL_][\pL\pM\pN_]*`), alone, insteadOfHashtag},
	{"hashtag", has("@"), lazyregexp.New(`@[A-Za-z_][\w.]*\w`), alone, insteadOfHashtag},
	{"emoji", nil, lazyregexp.New(`[0-9#*]\x{FE0F}?\x{20E3}|[` + picture + `][` + picture + `\x{200D}\x{FE0F}]*`),
		nil, insteadOfEmoji},
	{"emoji", has(":)", ":(", ":D", ":P", ":-", ";)", ";(", ";D", ";P", ";-", "<3", ":'("),
		lazyregexp.New(`[:;]-?[)(DP]|<3|:'\(`), alone, insteadOfEmoji},
	{"phonetics", has("/"), lazyregexp.New(`/[^/\s]{0,40}[ɐ-ɓɕ-ɗɘɚɜ-ʯˈˌː][^/]{0,40}/`), nil,
		always("write the word, and how it is spoken under pronunciation: {tomato: toh-mah-toh}")},
	{"label", has(":"), lazyregexp.New(`((?:` + speaker + `)(?: \d+)?:)\s`), alone,
		always("remove it: everything in a script is spoken; several speakers are scenes:")},
	{"label", has("-->"), lazyregexp.New(srtTime + ` --> ` + srtTime + `|-->`), nil,
		always("remove it: a script has no times; captions are made by captions: true")},
	{"sign", has("\\"), lazyregexp.New(`[^\s\\]*\\[A-Za-z"'\\][^\s\\]*`), nil,
		always(`write the character itself, or the words; in double quotes YAML reads \n as a line end`)},
	{"sign", has("•", "▪", "◦", "‣", "►", "▶"),
		lazyregexp.New(`[•▪◦‣►▶]`), nil, always("write sentences: a list is read as one line")},
	{"sign", nil,
		lazyregexp.New(`[\x00-\x08\x0e-\x1f\x7f\x{FFF9}-\x{FFFD}\x{E000}-\x{F8FF}\x{E0000}-\x{E007F}]`), nil,
		always("delete it: it has no sound")},
	{"sign", has("Ã", "â", "Â"), lazyregexp.New(`Ã[\x{80}-\x{BF}]|â€[™œ“”˜¦\x{9d}]|Â[ «»°]`), nil,
		always("save the text again as UTF-8: this is UTF-8 that was read as Windows-1252")},
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// alone reports whether a mark touches no letter: 5*3*2 is not emphasis, and C# is not a hashtag.
func alone(_ string, before, after rune) bool {
	return !letter(before) && !letter(after) && before != '\\'
}

// printf excludes percentages: 50%of, 100 %d'augmentation.
func printf(mark string, before, after rune) bool {
	if unicode.IsDigit(before) {
		return false
	}
	return strings.HasSuffix(mark, "%") || strings.HasPrefix(mark, "%(") ||
		!letter(before) && !letter(after) && after != '\'' && after != '’'
}

// direction excludes what quotations have: [T]he and […].
func direction(mark string, _, after rune) bool {
	in := strings.Trim(mark, "[]")
	if in == "..." || in == "…" {
		return false
	}
	return utf8.RuneCountInString(in) > 1 || !unicode.IsLetter([]rune(in)[0]) || !unicode.IsLetter(after)
}

// webPath excludes and/or, km/h and names of files: the part after the last dot must be a domain's.
func webPath(mark string, before, _ rune) bool {
	name, _, _ := strings.Cut(mark, "/")
	top := name[strings.LastIndexByte(name, '.')+1:]
	return !letter(before) && !strings.ContainsRune("./\\@-_", before) && strings.ToLower(top) == top && !fileEnd(top) &&
		len(name) > len(top)+2
}

// fileEnd reports whether an extension of files is also the end of domains, or resembles one.
func fileEnd(s string) bool {
	return slices.Contains([]string{
		"js", "py", "md", "rs", "sh", "ts", "go", "txt", "csv", "html", "htm", "json", "yaml", "pdf",
	}, s)
}

// bareDomain excludes names of companies, which are spoken as they are written (Booking.com), and files.
func bareDomain(mark string, before, after rune) bool {
	if letter(before) || letter(after) || strings.ContainsRune("./\\@-_", before) || after == '-' || after == '_' {
		return false
	}
	return strings.ContainsAny(mark, "/?#") || strings.ToLower(mark) == mark
}

func entity(mark string, _, _ rune) bool { return html.UnescapeString(mark) != mark }
