package heygen

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// API is a generation of HeyGen's API: the same things under other paths, members
// and envelopes. v1 and v2 are one generation.
type API string

// Generations. HeyGen announced the end of V2 for 2026-10-31.
const (
	V2 API = "v2"
	V3 API = "v3"
)

// read gets a path and decodes its data member.
func (c *Client) read(ctx context.Context, op, path string, q url.Values, out any) error {
	b, err := c.get(ctx, op, path, q)
	if err != nil {
		return err
	}
	return decode(op, b, out)
}

// post sends JSON once and decodes the answer's data member.
func (c *Client) post(ctx context.Context, op, path string, body, out any) error {
	return c.write(ctx, op, http.MethodPost, path, nil, body, out)
}

// write sends a change, with a query and a JSON body where they are not empty. Only a POST is never
// repeated: a repeated PUT, PATCH or DELETE has no further effect.
func (c *Client) write(ctx context.Context, op, method, path string, q url.Values, body, out any) error {
	k := call{op: op, method: method, path: path, query: q, once: method == http.MethodPost}
	return c.change(ctx, k, body, out)
}

// create sends a POST under an idempotency key of its own, so that a repeat within the call makes nothing twice: it is
// repeated as a read is. It is for what v3 documents a key for and what costs nothing; a purchase has the key of its
// row.
func (c *Client) create(ctx context.Context, op, path string, body, out any) error {
	return c.change(ctx, call{op: op, method: http.MethodPost, path: path, idempotency: rand.Text()}, body, out)
}

// change sends body as JSON, unless it is nil, to the path of a call and decodes the answer's data
// member into out, unless that is nil.
func (c *Client) change(ctx context.Context, q call, body, out any) error {
	q.host, q.timeout = c.base, writeTimeout
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		q.body = raw
	}
	b, err := c.do(ctx, q)
	if err != nil || out == nil {
		return err
	}
	return decode(q.op, b, out)
}

// pages reads a v3 list to its end, or until limit items are there (0: all). The
// paging members are next to data; an empty token ends the list, whatever has_more is.
func pages[T any](ctx context.Context, c *Client, op, path string, q url.Values, size, limit int) ([]T, error) {
	if q == nil {
		q = url.Values{}
	}
	q.Set("limit", strconv.Itoa(size))
	var out []T
	for range maxPages {
		b, err := c.get(ctx, op, path, q)
		if err != nil {
			return nil, err
		}
		var page struct {
			Data strictList[T] `json:"data"`
			Next flexWord      `json:"next_token"`
		}
		if err := json.Unmarshal(b, &page); err != nil {
			return nil, &Error{Op: op, Err: errShape}
		}
		out = append(out, page.Data...)
		if limit > 0 && len(out) >= limit {
			return out[:limit], nil
		}
		if page.Next == "" || string(page.Next) == q.Get("token") || len(page.Data) == 0 {
			return out, nil
		}
		q.Set("token", string(page.Next))
	}
	return out, nil
}

// query makes url.Values of the members that are not empty.
func query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}
