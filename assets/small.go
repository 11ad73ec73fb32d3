package assets

import (
	"context"
	"errors"
	"fmt"
	"greenroom/internal/netutil"
	"io"
	"net/http"
	"time"
)

// smallTimeout bounds the read of a small file: no part of it is worth keeping.
const smallTimeout = time.Minute

// Small reads a file of at most max bytes into memory, from allowed hosts only. It is
// for sidecars; media goes through Fetch.
func (f *Fetcher) Small(ctx context.Context, target string, max int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, smallTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, errors.New("the link is not a web address")
	}
	if err := f.allowed(req.URL); err != nil {
		return nil, err
	}
	res, err := f.client().Do(req)
	if err != nil {
		return nil, netutil.WithoutURL(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %s", res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, max+1))
	switch {
	case err != nil:
		return nil, netutil.WithoutURL(err)
	case int64(len(b)) > max:
		return nil, fmt.Errorf("the file is larger than %d bytes", max)
	}
	return b, nil
}
