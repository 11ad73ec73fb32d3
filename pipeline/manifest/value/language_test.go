package value

import (
	"strings"
	"testing"
)

func TestLanguagesByCodeAndName(t *testing.T) {
	for in, want := range map[string]string{
		"es": "Spanish", "ES": "Spanish", "spanish": "Spanish", " Spanish ": "Spanish", "pt-BR": "Portuguese (Brazil)",
		"pt_br":   "Portuguese (Brazil)",
		"zh-Hans": "Chinese (Simplified)", "zh-CN": "Chinese (China)", "yue": "Chinese (Hong Kong)", "fil": "Filipino",
		"no":    "Norwegian",
		"en-GB": "English (UK)", "Spanish (Mexico)": "Spanish (Mexico)", "Klingon": "Klingon", "xx": "xx",
		"es-QQ": "Spanish",
	} {
		if got := LanguageName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestLanguagesOfAnAccount: the list is of the kind that HeyGen returns.
func TestLanguagesOfAnAccount(t *testing.T) {
	listed := []string{"English", "English (UK)", "Spanish (Spain)", "Spanish (Mexico)", "Portuguese (Brazil)", "German",
		"Chinese (Mandarin, Simplified)", "Chinese (Taiwanese Mandarin, Traditional)", "Chinese (Cantonese, Traditional)"}
	for in, want := range map[string]string{
		"en": "English", "en-GB": "English (UK)", "en-US": "English, English (UK)?", "de-AT": "German",
		"pt": "Portuguese (Brazil)", "pt-PT": "Portuguese (Brazil)",
		"es": "Spanish (Spain), Spanish (Mexico)?", "es-MX": "Spanish (Mexico)", "es_mx": "Spanish (Mexico)",
		"GERMAN": "German",
		"zh-CN":  "Chinese (Mandarin, Simplified)", "zh-Hans": "Chinese (Mandarin, Simplified)",
		"yue":   "Chinese (Cantonese, Traditional)",
		"zh-HK": "Chinese (Cantonese, Traditional)", "Klingon": "?", "spanish (mexico)": "Spanish (Mexico)",
	} {
		got, choices := FindLanguage(in, listed)
		if got == "" {
			got = strings.Join(choices, ", ") + "?"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
