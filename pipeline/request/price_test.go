package request

import (
	"math"
	"testing"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
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

// TestPricesAtTheEdges: v3 bills by the second and the earlier API in steps; nothing is free.
func TestPricesAtTheEdges(t *testing.T) {
	t.Parallel()
	p := Prices{
		USDPerCredit: 0.5, StepSeconds: 30, SpeechUSD: 0.001,
		CreditsPerMin: map[string]float64{"avatar": 2, "translate": 6}, V3USD: map[string]float64{"avatar": 0.1, "translate": 0.05},
	}
	for _, x := range []struct {
		route, price       string
		seconds            float64
		wantUSD, wantCount float64
	}{
		{routes.V2Key, "avatar", 0, 0.5, 1},
		{routes.V2Key, "avatar", 0.001, 0.5, 1},
		{routes.V2Key, "avatar", 30, 0.5, 1},
		{routes.V2Key, "avatar", 30.0001, 1, 2},
		{routes.V2Key, "avatar", 60, 1, 2},
		{routes.V1WebM, "avatar", 90.5, 2, 4},
		{routes.V2Translate, "translate", 29, 1.5, 3},
		{routes.V2Translate, "translate", 31, 3, 6},
		{routes.V3WebM, "avatar", 0, 0.1, 0.2},
		{routes.V3WebM, "avatar", 1, 0.1, 0.2},
		{routes.V3WebM, "avatar", 1.01, 0.2, 0.4},
		{routes.V3Key, "avatar", 59.5, 6, 12},
		{routes.V3Translate, "translate", 10, 0.5, 1},
		{routes.V3Studio, "avatar", 1800, 180, 360},
	} {
		r := Request{Canonical: Canonical{Route: x.route}, Price: x.price}
		usd, credits := r.USD(p, x.seconds), r.Credits(p, x.seconds)
		if math.Abs(usd-x.wantUSD) > 1e-9 || math.Abs(credits-x.wantCount) > 1e-9 {
			t.Errorf("%g s on %s cost $%g, %g credits; want $%g, %g", x.seconds, x.route, usd, credits, x.wantUSD, x.wantCount)
		}
	}
	for seconds, want := range map[float64]float64{0: 0.001, 0.5: 0.001, 1: 0.001, 1.5: 0.002, 10: 0.01, 10.2: 0.011} {
		if got := p.Speech(seconds); math.Abs(got-want) > 1e-9 {
			t.Errorf("%g s of speech cost %g, want %g", seconds, got, want)
		}
	}
}

// TestEveryPaidRouteHasAPrice: the list has a price above zero for the kind of each clip, in both generations.
func TestEveryPaidRouteHasAPrice(t *testing.T) {
	t.Parallel()
	p := LoadPrices()
	for _, x := range bodyCases {
		r := newRequest(t, x.clip, x.route)
		if !r.Paid() || r.USD(p, 10) <= 0 || r.Credits(p, 10) <= 0 {
			t.Errorf("%s: 10 s cost $%g", x.name, r.USD(p, 10))
		}
		if long := r.USD(p, 600); (long <= r.USD(p, 10)) != (x.route == routes.V3Cinematic) { // one price for any length
			t.Errorf("%s: 600 s cost $%g", x.name, long)
		}
	}
	photo := with(func(c *manifest.Clip) { c.Avatar.TalkingPhoto = true })
	for _, route := range routes.Names {
		for _, c := range []manifest.Clip{spokenClip(), photo} {
			got := priceOf(c, route)
			listed := p.CreditsPerMin[got]
			if routes.IsV3(route) {
				listed = max(p.V3USD[got], p.VideoUSD[got])
			}
			if routes.Paid(route) && listed <= 0 || !routes.Paid(route) && got != "" {
				t.Errorf("%s is priced as %q", route, got)
			}
		}
	}
	if got := priceOf(photo, routes.V2Key); got != "photo" {
		t.Errorf("a talking photo is priced as %s", got)
	}
	if got := priceOf(photo, routes.V1Agent); got != "agent" {
		t.Errorf("an agent that shows a photo is priced as %s", got)
	}
}

func TestDollars(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{
		0: "$0.00", 0.001: "$0.001", 0.01: "$0.01", 0.0101: "$0.010", 0.999: "$0.999", 1.999999: "$2.00", 100: "$100.00",
	} {
		if got := Dollars(v); got != want {
			t.Errorf("%g is %s, want %s", v, got, want)
		}
	}
}
