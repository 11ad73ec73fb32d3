package apicall

import "greenroom/heygen/contract"

// Description is an operation for people who write a request: what it takes and what it answers, as JSON Schemas.
type Description struct {
	Method    string                    `json:"method"`
	Path      string                    `json:"path"`
	Summary   string                    `json:"summary"`
	Certainty string                    `json:"certainty"` // how it is known: documented, seen-in-client, inferred, july-2026
	Free      bool                      `json:"free"`      // it costs nothing; the others are refused
	Query     map[string]map[string]any `json:"query"`     // schemas of the members of the query
	Body      map[string]any            `json:"body"`      // null: the operation has no JSON body
	Answer    map[string]any            `json:"answer"`
}

// Describe returns the description of the operation that a method and a path lead to.
func Describe(method, path string) (Description, error) {
	op, _, _, err := Find(method, path)
	if err != nil {
		return Description{}, err
	}
	d := Description{
		Method: op.Method, Path: op.Path, Summary: op.Summary(), Certainty: op.Certainty, Free: isFree(op),
		Query: map[string]map[string]any{}, Body: contract.Complete(op.Body()), Answer: contract.Complete(op.Answer()),
	}
	for _, p := range op.Query() {
		d.Query[p.Name] = contract.Complete(p.Schema)
	}
	return d, nil
}
