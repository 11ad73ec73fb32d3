package credential

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"greenroom/heygen/transport"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/internal/outside"
	"greenroom/remotion/c2pa"
)

// authorityTime is the time for one attempt; repeats is how often it is repeated. Asking again has no effect.
const (
	authorityTime = 30 * time.Second
	repeats       = 3
)

// temporary reports that a later attempt may succeed.
func temporary(res *http.Response, err error) bool {
	if err != nil {
		return !netutil.Lasting(err)
	}
	return res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500
}

// wire is Go's own transport, with errors that have the status of a proxy.
var wire = func() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.OnProxyConnectResponse = netutil.TunnelAnswer
	return t
}()

// bare returns an address without what may be secret in it.
func bare(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return netutil.WithoutQuery(u)
}

// ask sends a request of RFC 3161 to a time stamping authority and returns its answer. The address may have a secret
// in its query: errors do not have it.
func ask(ctx context.Context, address string, request []byte) ([]byte, error) {
	var t http.RoundTripper = &transport.Limits{Next: wire, Success: 2 * c2pa.MaxToken, Failures: 4 << 10}
	t = &transport.Retry{Next: t, Times: repeats, Temporary: temporary, Now: time.Now, Sleep: netutil.Sleep}
	client := &http.Client{Transport: t}
	ctx = transport.With(ctx, transport.Call{Name: "timestamp", Timeout: authorityTime, Repeat: true})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	name := bare(address)
	const hint = "run the same command again, or name another authority"
	res, err := client.Do(req)
	if err != nil {
		return nil, fault.Wrap(fault.Failed, netutil.WithoutURL(err), cmp.Or(netutil.Advice(err), hint), "ask the time stamping authority %s", name)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	switch {
	case res.StatusCode != http.StatusOK:
		return nil, fault.New(fault.Failed, hint, "the time stamping authority %s answered %s", name, outside.Clean(res.Status))
	case err != nil:
		return nil, fault.Wrap(fault.Failed, err, hint, "read the answer of the time stamping authority %s", name)
	}
	return answer, nil
}
