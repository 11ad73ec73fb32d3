package ledger

import (
	"math"
	"time"

	"greenroom/internal/outside"
)

// RunSpending is one run's part.
type RunSpending struct {
	Run       string     `json:"run"`
	Began     time.Time  `json:"began,omitzero"` // when its first request was sent
	Bought    int        `json:"bought"`
	Failed    int        `json:"failed"`
	Open      int        `json:"open"`
	Price     float64    `json:"priceUSD"` // at most, of what was bought
	Purchases []Purchase `json:"purchases"`
}

// Purchase is one submission.
type Purchase struct {
	Clip    string  `json:"clip"`
	Route   string  `json:"route"`
	State   string  `json:"state"`
	VideoID string  `json:"videoId,omitempty"`
	Price   float64 `json:"priceUSD"`
	Reason  string  `json:"reason,omitempty"`
}

// Spending is what the ledger knows of money: for people who look after it.
type Spending struct {
	Runs  []RunSpending `json:"runs"`
	Total float64       `json:"totalUSD"` // at most
	Open  int           `json:"open"`     // requests whose result is unknown
}

// SpendingOf adds up rows by run, oldest first.
func SpendingOf(rows []Row) Spending {
	out := Spending{Runs: []RunSpending{}}
	index := map[string]int{}
	for _, r := range rows {
		if r.State == Intended {
			continue // refused, or never sent: it cost nothing
		}
		i, ok := index[r.RunID]
		if !ok {
			i = len(out.Runs)
			index[r.RunID] = i
			out.Runs = append(out.Runs, RunSpending{Run: r.RunID, Began: r.FirstSent})
		}
		run := &out.Runs[i]
		switch r.State {
		case Submitted, Completed:
			run.Bought++
			run.Price = Add(run.Price, r.Price)
			out.Total = Add(out.Total, r.Price)
		case Failed:
			run.Failed++
		default:
			run.Open++
			out.Open++
			run.Price = Add(run.Price, r.Price)
			out.Total = Add(out.Total, r.Price)
		}
		run.Purchases = append(run.Purchases, Purchase{r.Clip, r.Route, string(r.State), r.VideoID, r.Price, outside.Clean(r.Reason)})
	}
	return out
}

// Add returns the sum of two prices in dollars, to a millionth: 0.99 three times is 2.97, not 2.9699999999999998.
func Add(a, b float64) float64 {
	const parts = 1e6
	return math.Round((a+b)*parts) / parts
}
