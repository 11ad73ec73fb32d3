package request

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"

	"greenroom/pipeline/routes"
)

//go:embed prices.json
var pricesJSON []byte

// Prices is the dated list of what HeyGen charges. Prices change: the list has its date, and plan prints it.
type Prices struct {
	Date          string             `json:"date"`
	Source        string             `json:"source"`
	USDPerCredit  float64            `json:"usdPerCredit"`
	CreditsPerMin map[string]float64 `json:"creditsPerMinute"`
	StepSeconds   float64            `json:"stepSeconds"`
	V3USD         map[string]float64 `json:"v3USDPerSecond"`
	VideoUSD      map[string]float64 `json:"usdPerVideo"` // whatever its length
	SpeechUSD     float64            `json:"speechUSDPerSecond"`
}

// LoadPrices returns the list that this version contains.
func LoadPrices() Prices {
	var p Prices
	if err := json.Unmarshal(pricesJSON, &p); err != nil {
		panic("prices.json: " + err.Error()) // shipped inside the program and held by a test
	}
	return p
}

// Credits returns what a take of a length costs, in credits: on v3 by the second, before that in steps.
func (r Request) Credits(p Prices, seconds float64) float64 {
	return p.credits(routes.IsV3(r.Route), r.Price, seconds)
}

// USD returns what a take of a length costs, in dollars rounded to cents.
func (r Request) USD(p Prices, seconds float64) float64 {
	return p.usd(routes.IsV3(r.Route), r.Price, seconds)
}

func (p Prices) credits(v3 bool, kind string, seconds float64) float64 {
	flat, ok := p.VideoUSD[kind]
	if ok {
		return flat / p.USDPerCredit
	}
	if v3 {
		return math.Max(1, math.Ceil(seconds)) * p.V3USD[kind] / p.USDPerCredit
	}
	steps := math.Max(1, math.Ceil(seconds/p.StepSeconds))
	return steps * p.StepSeconds / 60 * p.CreditsPerMin[kind]
}

func (p Prices) usd(v3 bool, kind string, seconds float64) float64 {
	return math.Round(p.credits(v3, kind, seconds)*p.USDPerCredit*100) / 100
}

// Speech returns what the sound alone of a length costs, in dollars. It is less than a cent as a rule, so it is rounded
// up to a tenth of one.
func (p Prices) Speech(seconds float64) float64 {
	return math.Ceil(math.Max(1, math.Ceil(seconds))*p.SpeechUSD*1000-1e-6) / 1000
}

// Dollars returns an amount as text: with cents, and with tenths of a cent where there are some.
func Dollars(v float64) string {
	if cents := v * 100; math.Abs(cents-math.Round(cents)) > 0.01 {
		return fmt.Sprintf("$%.3f", v)
	}
	return fmt.Sprintf("$%.2f", v)
}
