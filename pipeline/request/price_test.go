package request

import (
	"math"
	"testing"
)

func TestPrices(t *testing.T) {
	t.Parallel()
	p := LoadPrices()
	if p.Date == "" || p.Source == "" || p.USDPerCredit <= 0 || p.StepSeconds <= 0 {
		t.Fatalf("%+v", p)
	}
	for seconds, steps := range map[float64]float64{0: 1, 1: 1, 29.9: 1, 30: 1, 30.1: 2, 60: 2, 61: 3} {
		for _, kind := range []string{"avatar", "photo"} {
			want := math.Round(steps*p.StepSeconds/60*p.CreditsPerMin[kind]*p.USDPerCredit*100) / 100
			if got := p.usd(false, kind, seconds); got != want || got <= 0 {
				t.Errorf("%s, %g s: %g, want %g", kind, seconds, got, want)
			}
		}
	}
	// A voice costs less than a cent; it is rounded up to a tenth of one, never to nothing.
	for seconds, want := range map[float64]float64{0: 0.001, 1: 0.001, 5: 0.004, 60: 0.041, 300: 0.201} {
		if got := p.Speech(seconds); math.Abs(got-want) > 1e-9 {
			t.Errorf("%g s of speech cost %g, want %g", seconds, got, want)
		}
	}
	for v, want := range map[float64]string{0.4: "$0.40", 12: "$12.00", 0.004: "$0.004", 0.1 + 0.2: "$0.30", 1.984: "$1.984"} {
		if got := Dollars(v); got != want {
			t.Errorf("%g is %s, want %s", v, got, want)
		}
	}
}
