package value

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"greenroom/internal/lazyregexp"
)

// languageNames are the English names of ISO 639-1 codes, and of a few of three letters, as HeyGen's lists spell them.
// golang.org/x/text/language/display has them all and adds 2.4 MB to the program.
const languageNames = `af Afrikaans|am Amharic|ar Arabic|az Azerbaijani|be Belarusian|bg Bulgarian|bn Bengali|
bs Bosnian|ca Catalan|cs Czech|cy Welsh|da Danish|de German|el Greek|en English|es Spanish|et Estonian|eu Basque|
fa Persian|fi Finnish|fil Filipino|fr French|ga Irish|gl Galician|gu Gujarati|he Hebrew|hi Hindi|hr Croatian|
hu Hungarian|hy Armenian|id Indonesian|is Icelandic|it Italian|ja Japanese|jv Javanese|ka Georgian|kk Kazakh|km Khmer|
kn Kannada|ko Korean|lo Lao|lt Lithuanian|lv Latvian|mk Macedonian|ml Malayalam|mn Mongolian|mr Marathi|ms Malay|
mt Maltese|my Burmese|nb Norwegian|ne Nepali|nl Dutch|nn Norwegian|no Norwegian|pa Punjabi|pl Polish|ps Pashto|
pt Portuguese|ro Romanian|ru Russian|si Sinhala|sk Slovak|sl Slovenian|so Somali|sq Albanian|sr Serbian|su Sundanese|
sv Swedish|sw Swahili|ta Tamil|te Telugu|th Thai|tl Filipino|tr Turkish|uk Ukrainian|ur Urdu|uz Uzbek|vi Vietnamese|
yue Chinese|zh Chinese|zu Zulu`

// regionNames are what is in brackets after a language: the country's name, and other words for the same.
const regionNames = `AE United Arab Emirates|AR Argentina|AT Austria|AU Australia|BE Belgium|BR Brazil|CA Canada|
CH Switzerland|CL Chile|CN China;Mainland;Simplified|CO Colombia|DE Germany|EG Egypt|ES Spain|FR France|
GB UK;United Kingdom;British|HANS Simplified|HANT Traditional|HK Hong Kong;Cantonese|IE Ireland|IN India|IT Italy|
MX Mexico|NG Nigeria|NL Netherlands|NZ New Zealand|PE Peru|PH Philippines|PK Pakistan|PT Portugal|SA Saudi Arabia|
SG Singapore|TW Taiwan;Taiwanese;Traditional|US United States;American|ZA South Africa`

var (
	languageOf = sync.OnceValue(func() map[string]string { return parseNames(languageNames) })
	regionOf   = sync.OnceValue(func() map[string]string { return parseNames(regionNames) })
)

func parseNames(table string) map[string]string {
	out := map[string]string{}
	for entry := range strings.SplitSeq(strings.ReplaceAll(table, "\n", ""), "|") {
		code, name, _ := strings.Cut(entry, " ")
		out[code] = name
	}
	return out
}

// languageCode is a code of ISO 639 or BCP 47: es, pt-BR, zh_Hans.
var languageCode = lazyregexp.New(`^([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?$`)

// LanguageName returns the name of a language: that of a code ("es" is Spanish, "pt-BR" is Portuguese (Brazil)), a
// known name in its usual spelling, and any other text as it is. It needs no account, so that es and Spanish are the
// same request.
func LanguageName(s string) string {
	s = strings.TrimSpace(s)
	for _, name := range languageOf() {
		if strings.EqualFold(name, s) {
			return name
		}
	}
	m := languageCode.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	name, ok := languageOf()[strings.ToLower(m[1])]
	if !ok {
		return s
	}
	region := strings.ToUpper(m[3])
	if region == "" {
		region = strings.ToUpper(m[2])
	}
	if strings.EqualFold(m[1], "yue") && region == "" {
		region = "HK"
	}
	if words, ok := regionOf()[region]; ok {
		first, _, _ := strings.Cut(words, ";")
		return name + " (" + first + ")"
	}
	return name
}

// FindLanguage finds a language among those that an account lists. Without a match the choices are the listed
// languages that differ from it in their region alone; with several, none is chosen.
func FindLanguage(wanted string, listed []string) (match string, choices []string) {
	name := LanguageName(wanted)
	for _, l := range listed {
		if strings.EqualFold(l, name) || strings.EqualFold(l, strings.TrimSpace(wanted)) {
			return l, nil
		}
	}
	base, region := splitLanguage(name)
	for _, l := range listed {
		if b, _ := splitLanguage(l); strings.EqualFold(b, base) {
			choices = append(choices, l)
		}
	}
	if region != "" {
		choices = inRegion(choices, region)
	}
	if len(choices) == 1 {
		return choices[0], nil
	}
	return "", choices
}

// inRegion leaves the languages of a region, or all when none names it.
func inRegion(listed []string, region string) []string {
	words := []string{region}
	for _, code := range slices.Sorted(maps.Keys(regionOf())) {
		if list := strings.Split(regionOf()[code], ";"); list[0] == region {
			words = list
		}
	}
	var out []string
	for _, l := range listed {
		_, r := splitLanguage(l)
		if slices.ContainsFunc(words,
			func(w string) bool { return strings.Contains(strings.ToLower(r), strings.ToLower(w)) }) {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		return listed
	}
	return out
}

// splitLanguage splits Portuguese (Brazil) into the language and what is in brackets.
func splitLanguage(name string) (base, region string) {
	base, rest, _ := strings.Cut(name, "(")
	return strings.TrimSpace(base), strings.TrimSuffix(strings.TrimSpace(rest), ")")
}
