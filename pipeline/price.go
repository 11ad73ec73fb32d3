package pipeline

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

//go:embed prices.json
var pricesJSON []byte

// prices is the dated table of what HeyGen charges. Prices move: the table
// carries its date and plan prints it.
type prices struct {
	Date          string             `json:"date"`
	Source        string             `json:"source"`
	USDPerCredit  float64            `json:"usdPerCredit"`
	CreditsPerMin map[string]float64 `json:"creditsPerMinute"`
	StepSeconds   float64            `json:"stepSeconds"`
	V3USD         map[string]float64 `json:"v3USDPerSecond"`
	SpeechUSD     float64            `json:"speechUSDPerSecond"`
}

func loadPrices() prices {
	var p prices
	if err := json.Unmarshal(pricesJSON, &p); err != nil {
		panic("prices.json: " + err.Error()) // shipped inside the program and held by a test
	}
	return p
}

// credits a job of so many seconds costs, billed in steps.
func (p prices) credits(kind string, seconds float64) float64 {
	if v3, ok := strings.CutPrefix(kind, "v3-"); ok {
		return math.Max(1, math.Ceil(seconds)) * p.V3USD[v3] / p.USDPerCredit
	}
	steps := math.Max(1, math.Ceil(seconds/p.StepSeconds))
	return steps * p.StepSeconds / 60 * p.CreditsPerMin[kind]
}

// usd a job of so many seconds costs.
func (p prices) usd(kind string, seconds float64) float64 {
	return math.Round(p.credits(kind, seconds)*p.USDPerCredit*100) / 100
}

// speech is what a voice alone of so many seconds costs: less than a cent as a rule, so
// it is rounded up to a tenth of one.
func (p prices) speech(seconds float64) float64 {
	return math.Ceil(math.Max(1, math.Ceil(seconds))*p.SpeechUSD*1000-1e-6) / 1000
}

// Dollars prints money the way people read it: cents, and tenths of a cent where there
// are some.
func Dollars(v float64) string {
	if cents := v * 100; math.Abs(cents-math.Round(cents)) > 0.01 {
		return fmt.Sprintf("$%.3f", v)
	}
	return fmt.Sprintf("$%.2f", v)
}
