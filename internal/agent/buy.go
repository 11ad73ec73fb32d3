package agent

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"greenroom/pipeline/ledger"
)

// offer is a plan whose price the person has to accept.
type offer struct {
	plan  []byte // the file of `greenroom plan -o`
	price float64
	until time.Time
}

const (
	offerLife = 15 * time.Minute
	maxOffers = 16
	consent   = "consent" // the name of the question
)

// planned is what this package reads of a plan.
type planned struct {
	Clips []struct {
		Clip   string  `json:"clip"`
		Action string  `json:"action"`
		Price  float64 `json:"priceUSD"`
		Length bool    `json:"lengthUnknown"`
		Voice  *struct {
			Action string  `json:"action"`
			Price  float64 `json:"priceUSD"`
		} `json:"voice"`
	} `json:"clips"`
	Price   float64 `json:"priceUSD"`
	Sandbox bool    `json:"sandbox"`
}

// build plans, asks the person about what has to be bought, and carries out just that plan. The answer comes with a
// second call, which must name the question; each question is answered once.
func (s *Server) build(ctx context.Context, req *mcp.CallToolRequest, in named) (*mcp.CallToolResult, any, error) {
	if req.Params.RequestState != "" || len(req.Params.InputResponses) > 0 {
		return s.answered(ctx, req)
	}
	args, err := clipArgs(in.Clips)
	if err != nil {
		return nil, nil, err
	}
	file, p, err := s.plan(ctx, args)
	if err != nil {
		return nil, nil, err
	}
	purchases, unknown := p.purchases()
	if len(purchases) == 0 {
		return text(s.carryOut(ctx, file, 0))
	}
	if err := s.mayAsk(req, p, unknown); err != nil {
		return nil, nil, err
	}
	return &mcp.CallToolResult{
		InputRequests: mcp.InputRequestMap{consent: question(purchases, p)}, RequestState: s.remember(file, p.Price),
	}, nil, nil
}

// plan makes the plan of a build: its file and what is read of it.
func (s *Server) plan(ctx context.Context, clips []string) (file []byte, p planned, err error) {
	dir, err := os.MkdirTemp("", "greenroom-plan-")
	if err != nil {
		return nil, p, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "plan.json")
	out, err := s.run(ctx, append([]string{"plan", "-o", path, "--json"}, clips...)...)
	if err != nil {
		return nil, p, err
	}
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		return nil, p, fmt.Errorf("read the plan: %w", err)
	}
	file, err = os.ReadFile(path)
	return file, p, err
}

// purchases lists what a plan buys, for people, and clips whose price has no upper end.
func (p planned) purchases() (list, unknown []string) {
	for _, c := range p.Clips {
		if c.Voice != nil && c.Voice.Action == "buy" {
			list = append(list, fmt.Sprintf("%s (voice), $%.2f", c.Clip, c.Voice.Price))
		}
		if c.Action != "buy" && c.Action != "draft" && c.Action != "settle" {
			continue
		}
		list = append(list, fmt.Sprintf("%s, $%.2f", c.Clip, c.Price))
		if c.Length {
			unknown = append(unknown, c.Clip)
		}
	}
	return list, unknown
}

// mayAsk refuses a purchase that no answer would allow.
func (s *Server) mayAsk(req *mcp.CallToolRequest, p planned, unknown []string) error {
	const terminal = "; a person can run `greenroom build` in a terminal"
	client := req.Session.InitializeParams()
	s.mu.Lock()
	spent := s.spent
	s.mu.Unlock()
	switch {
	case client == nil || client.Capabilities == nil || client.Capabilities.Elicitation == nil:
		return errors.New("nothing was bought: this client cannot ask the person" + terminal)
	case p.Sandbox:
		return nil
	case s.p.MaxSpend == nil:
		return errors.New("nothing was bought: this server was started without --max-spend" + terminal)
	case len(unknown) > 0:
		return fmt.Errorf("nothing was bought: the length of %s is unknown, so no limit can hold%s",
			strings.Join(unknown, ", "), terminal)
	case ledger.Add(spent, p.Price) > *s.p.MaxSpend:
		return fmt.Errorf("nothing was bought: this costs up to $%.2f, and $%.2f of --max-spend %.2f are left", p.Price,
			max(0, *s.p.MaxSpend-spent), *s.p.MaxSpend)
	}
	return nil
}

// question asks the person about the price.
func question(purchases []string, p planned) *mcp.ElicitParams {
	const shown = 20
	more := ""
	if len(purchases) > shown {
		more = fmt.Sprintf("\nand %d more", len(purchases)-shown)
		purchases = purchases[:shown]
	}
	price := fmt.Sprintf("up to $%.2f", p.Price)
	if p.Sandbox {
		price = "nothing (the sandbox)"
	}
	return &mcp.ElicitParams{
		Message: fmt.Sprintf("greenroom: buy clips of HeyGen for %s?\n%s%s", price, strings.Join(purchases, "\n"), more),
		RequestedSchema: &jsonschema.Schema{
			Type: "object", Required: []string{"buy"},
			Properties: map[string]*jsonschema.Schema{"buy": {Type: "boolean", Title: "Buy for " + price}},
		},
	}
}

// remember keeps a plan until its question is answered, and returns the question's name, which cannot be guessed.
func (s *Server) remember(file []byte, price float64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for name, o := range s.offers {
		if now.After(o.until) || len(s.offers) >= maxOffers {
			delete(s.offers, name)
		}
	}
	name := rand.Text()
	s.offers[name] = offer{file, price, now.Add(offerLife)}
	return name
}

// answered carries a plan out whose price the person accepted.
func (s *Server) answered(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, any, error) {
	s.mu.Lock()
	o, ok := s.offers[req.Params.RequestState]
	delete(s.offers, req.Params.RequestState)
	s.mu.Unlock()
	if !ok || time.Now().After(o.until) {
		return nil, nil, errors.New("nothing was bought: no such question is open; call build again")
	}
	answer, _ := req.Params.InputResponses[consent].(*mcp.ElicitResult)
	if answer == nil || answer.Action != "accept" || answer.Content["buy"] != true {
		return nil, nil, errors.New("nothing was bought: the person did not agree")
	}
	return text(s.carryOut(ctx, o.plan, o.price))
}

// carryOut builds a plan, and spends at most its price and what is left of the server's limit.
func (s *Server) carryOut(ctx context.Context, plan []byte, price float64) (string, error) {
	if !s.reserve(price) {
		return "", errors.New("nothing was bought: --max-spend is used up")
	}
	dir, err := os.MkdirTemp("", "greenroom-plan-")
	if err != nil {
		s.give(price)
		return "", err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "plan.json")
	if err := os.WriteFile(path, plan, 0o600); err != nil {
		s.give(price)
		return "", err
	}
	out, err := s.run(ctx, "build", path, "--json", "--max-spend", strconv.FormatFloat(price, 'f', -1, 64))
	var sum struct {
		Spent float64 `json:"spentUSD"`
	}
	if json.Unmarshal([]byte(out), &sum) == nil && sum.Spent <= price { // else all of the price stays counted
		s.give(price - sum.Spent)
	}
	return out, err
}

// reserve counts a price as spent until the build has ended: two builds must not share what is left of the limit. It
// reports whether that is enough.
func (s *Server) reserve(usd float64) bool {
	if s.p.MaxSpend == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := ledger.Add(s.spent, usd)
	if sum > *s.p.MaxSpend {
		return false
	}
	s.spent = sum
	return true
}

// give returns what was reserved and not spent.
func (s *Server) give(usd float64) {
	if s.p.MaxSpend == nil {
		return
	}
	s.mu.Lock()
	s.spent = ledger.Add(s.spent, -usd)
	s.mu.Unlock()
}
