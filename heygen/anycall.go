package heygen

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
)

// Call sends one request to the API and returns the body of its answer, which is JSON. Body is JSON or nil. A request
// under an idempotency key gets a new one with withKey. An error is an *Error; the body of the answer is returned with
// it.
func (c *Client) Call(
	ctx context.Context, method, path string, query url.Values, body []byte, withKey bool,
) ([]byte, error) {
	q := call{
		op: "call " + method + " " + path, method: method, host: c.base, path: path, query: query, body: body,
		timeout: writeTimeout, once: method == http.MethodPost,
	}
	if method == http.MethodGet || method == http.MethodHead {
		q.timeout = readTimeout
	}
	if withKey {
		q.idempotency = "greenroom-" + rand.Text()
	}
	return c.do(ctx, q)
}
