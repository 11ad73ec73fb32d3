package pace

import (
	"math"
	"strings"
	"testing"
)

func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s: %.2f s, want %.2f s", name, got, want)
	}
}

// TestAScriptWithoutSpacesIsNotOneWord: 4,140 characters of Chinese were 0.4 seconds.
func TestAScriptWithoutSpacesIsNotOneWord(t *testing.T) {
	for name, c := range map[string]struct {
		text      string
		low, high float64 // seconds that people take
	}{
		"4,140 characters of Chinese": {strings.Repeat("我们今天要为大家介绍全新的产品和它的所有功能点", 180), 4140.0 / 5, 4140.0 / 4},
		"Japanese without a space":    {strings.Repeat("あたらしいせいひんをしょうかいします", 20), 45, 60},
		"Thai without a space":        {strings.Repeat("ยินดีต้อนรับสู่งานเปิดตัวผลิตภัณฑ์ใหม่", 10), 40, 60},
		"Lao without a space":         {strings.Repeat("ຍິນດີຕ້ອນຮັບສູ່ງານເປີດໂຕຜະລິດຕະພັນໃໝ່", 10), 40, 60},
		"Khmer without a space":       {strings.Repeat("សូមស្វាគមន៍មកកាន់ការបង្ហាញផលិតផលថ្មី", 10), 25, 45},
		"Korean":                      {strings.Repeat("환영합니다 ", 50), 45, 60},
	} {
		got := Estimate(c.text, Options{})
		if got.Low > c.high || got.High < c.high || got.Likely < c.low*0.8 || got.Likely > c.high*1.2 {
			t.Errorf("%s: %+v, people take %.0f to %.0f s", name, got, c.low, c.high)
		}
	}
}

func TestNumbersAreAsLongAsTheyAreReadAloud(t *testing.T) {
	for short, long := range map[string]string{
		"7":           "1,234,567",
		"10":          "$12,345.67",
		"one":         "+1 555-0134-777",
		"May":         "2026-11-28",
		"3.14":        "3.14159265",
		"12":          "123456789012345",
		"١":           "١٢٣٤٥٦٧",
		"1.0":         "192.168.100.200",
		"half past":   "12:30:45.123",
		"50":          "50%",
		"word":        "supercalifragilistic",
		"e":           "e-mail",
		"Hello":       "hello@example.com",
		"see":         "https://example.com/a/b?c=d",
		"home page":   "www.example.com",
		"a":           "HTML",
		"Rindfleisch": "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
	} {
		a, b := Estimate(short, Options{}), Estimate(long, Options{})
		if b.Likely < 1.5*a.Likely {
			t.Errorf("%q takes %.2f s, %q %.2f s", short, a.Likely, long, b.Likely)
		}
	}
	near(t, "one million two hundred thirty-four thousand five hundred sixty-seven",
		Estimate("1,234,567", Options{Locale: "en-US"}).Likely, 4.9, 0.6)
	near(t, "one million two hundred thirty-four thousand five hundred sixty-seven",
		Estimate("1.234.567", Options{Locale: "de-DE"}).Likely, 5.9, 0.8)
	spaced, joined := Estimate("80 000 units", Options{Locale: "fr"}), Estimate("80000 units", Options{Locale: "fr"})
	near(t, "80 000", spaced.Likely, joined.Likely, 1e-9)
	near(t, "1990", Estimate("1990", Options{Locale: "en"}).Likely, 1.7, 0.5)
}

// TestBreaksCountAsWritten: speed does not shorten them, and they have no range.
func TestBreaksCountAsWritten(t *testing.T) {
	plain := Estimate("Hello there.", Options{Speed: 2})
	got := Estimate(`Hello <break time="1.5s"/> there. <break time="2s" />`, Options{Speed: 2})
	near(t, "low", got.Low-plain.Low, 3.5, 1e-9)
	near(t, "likely", got.Likely-plain.Likely, 3.5, 1e-9)
	near(t, "high", got.High-plain.High, 3.5, 1e-9)
	near(t, "speed", Estimate("Hello there.", Options{Speed: 1}).Likely, 2*plain.Likely, 1e-9)
	if got := Estimate("", Options{}); got != (Length{}) {
		t.Errorf("nothing takes %+v", got)
	}
}

// TestTheSameTextInOtherBytesIsAsLong: composed or not, full width or not.
func TestTheSameTextInOtherBytesIsAsLong(t *testing.T) {
	for a, b := range map[string]string{
		"Élégante café": "E\u0301le\u0301gante cafe\u0301", "환영": "\u1112\u116A\u11AB\u110B\u1167\u11BC",
		"ABC 123 go": "ＡＢＣ １２３ go", "プロジェクト": "ﾌﾟﾛｼﾞｪｸﾄ", "a b": "a\u00a0 b",
	} {
		if x, y := Estimate(a, Options{}), Estimate(b, Options{}); x != y {
			t.Errorf("%q takes %+v, %q %+v", a, x, b, y)
		}
	}
}

// TestWhatMayBeReadWidensTheRange: an emoji is silent, or read by its name.
func TestWhatMayBeReadWidensTheRange(t *testing.T) {
	plain, emoji := Estimate("Hello", Options{}), Estimate("Hello 🎉👍🏽❤️", Options{})
	if emoji.Low != plain.Low || emoji.Likely != plain.Likely || emoji.High < plain.High+2 {
		t.Errorf("%+v, with emoji %+v", plain, emoji)
	}
	if a, b := Estimate("Selam dunya", Options{Locale: "tr"}),
		Estimate("Selam dunya", Options{Locale: "zz"}); b.High/b.Likely <= a.High/a.Likely {
		t.Errorf("an unknown language has the range of a known one: %+v, %+v", b, a)
	}
}

// TestMixedScriptsAddUp: each part at the pace of its own script.
func TestMixedScriptsAddUp(t *testing.T) {
	o := Options{Locale: "ja-JP"}
	all := Estimate("新製品のDashboardを見る", o).Likely
	parts := Estimate("新製品の", o).Likely + Estimate("Dashboard", o).Likely + Estimate("を見る", o).Likely
	near(t, "mixed", all, parts, 1e-9)
}

// TestHostileTextEndsInABoundedNumber: no text makes a length that is not a number.
func TestHostileTextEndsInABoundedNumber(t *testing.T) {
	for _, s := range []string{
		"\xff\xfe", strings.Repeat("9", 100000), strings.Repeat("1,", 50000), "٠", "a@", "://", "@.", ".", "e\u0301\u0301",
		`<break time="9999999999999999999999s"/>`, `<break time="...s"/>`, strings.Repeat("\u0301", 1000), "🇩🇪", "\u200d",
	} {
		got := Estimate(s, Options{Locale: "%%", Speed: math.Inf(1)})
		if !(got.Low >= 0) || got.Likely < got.Low || got.High < got.Likely || math.IsInf(got.High, 0) {
			t.Errorf("%.20q: %+v", s, got)
		}
	}
}

func FuzzEstimate(f *testing.F) {
	for _, c := range corpus {
		f.Add(c.text, c.locale)
	}
	f.Fuzz(func(t *testing.T, text, locale string) {
		got := Estimate(text, Options{Locale: locale})
		if !(got.Low >= 0) || got.Likely < got.Low || got.High < got.Likely || math.IsInf(got.High, 0) {
			t.Errorf("%+v", got)
		}
	})
}

func BenchmarkEstimate(b *testing.B) {
	text := strings.Repeat(corpus[0].text+" ", 25)[:5000]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Estimate(text, Options{Locale: "en-US"})
	}
}
