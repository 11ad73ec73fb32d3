package apicall

import (
	"bytes"
	"context"
	"encoding/json"

	"greenroom/heygen"
	"greenroom/internal/fault"
)

// maxPages is more than any account has; a server that never ends is stopped.
const maxPages = 10_000

// pages reads all pages of a list and returns their items as one array.
func (c call) pages(ctx context.Context, client *heygen.Client) ([]byte, error) {
	all := []json.RawMessage{}
	seen := map[string]bool{}
	for range maxPages {
		answer, err := c.send(ctx, client)
		if err != nil {
			return answer, err
		}
		items, next, ok := pageOf(answer)
		if !ok {
			return answer, fault.New(fault.Usage, "omit --paginate", "the answer of %s is not a list", c.op)
		}
		all = append(all, items...)
		if next == "" || seen[next] {
			return json.Marshal(all)
		}
		seen[next] = true
		c.query.Set("token", next)
	}
	return nil, fault.New(fault.Provider, "limit the list with --field", "%s has more than %d pages", c.op, maxPages)
}

// pageOf returns the items of a page and the token of the next one: v3 has them in data and next_token, v1 and v2 in
// the one list of data and its token.
func pageOf(answer []byte) (items []json.RawMessage, next string, ok bool) {
	var d struct {
		Data json.RawMessage `json:"data"`
		Next string          `json:"next_token"`
		More *bool           `json:"has_more"`
	}
	if json.Unmarshal(answer, &d) != nil {
		return nil, "", false
	}
	if json.Unmarshal(d.Data, &items) == nil && bytes.HasPrefix(bytes.TrimSpace(d.Data), []byte("[")) {
		if d.More != nil && !*d.More {
			return items, "", true
		}
		return items, d.Next, true
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(d.Data, &members) != nil {
		return nil, "", false
	}
	lists := 0
	for name, v := range members {
		var list []json.RawMessage
		switch {
		case name == "token":
			_ = json.Unmarshal(v, &next) // null: there is no next page
		case bytes.HasPrefix(bytes.TrimSpace(v), []byte("[")) && json.Unmarshal(v, &list) == nil:
			items, lists = list, lists+1
		}
	}
	return items, next, lists == 1
}
