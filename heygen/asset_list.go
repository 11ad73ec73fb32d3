package heygen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// AssetItem is a line of the account's files.
type AssetItem struct {
	ID, Name, Type string
	CreatedAt      time.Time
}

type wireAsset struct {
	ID       flexWord `json:"id"`
	Name     flexWord `json:"name"`
	Type     flexWord `json:"type"`
	FileType flexWord `json:"file_type"`
	Created  flexTime `json:"created_ts"`
	Uploaded flexTime `json:"uploaded_at"`
}

func (d wireAsset) item() AssetItem {
	t := d.Created.Time
	if t.IsZero() {
		t = d.Uploaded.Time
	}
	return AssetItem{string(d.ID), string(d.Name), first(string(d.Type), string(d.FileType)), t}
}

// Assets lists the account's files. v3 wants the account's user name with it.
func (c *Client) Assets(ctx context.Context, api API) ([]AssetItem, error) {
	const op = "list assets"
	var out []AssetItem
	if api == V3 {
		me, err := c.Me(ctx)
		if err != nil {
			return nil, err
		}
		list, err := pages[wireAsset](ctx, c, op, "/v3/assets", query("username", me.Username), 100, 0)
		for _, a := range list {
			out = append(out, a.item())
		}
		return out, err
	}
	token := ""
	for range maxPages {
		var d struct {
			Assets flexList[wireAsset] `json:"assets"`
			Token  flexWord            `json:"token"`
		}
		if err := c.read(ctx, op, "/v1/asset/list", query("limit", "100", "token", token), &d); err != nil {
			return out, err
		}
		for _, a := range d.Assets {
			out = append(out, a.item())
		}
		if token = string(d.Token); token == "" || len(d.Assets) == 0 {
			break
		}
	}
	return out, nil
}

// DeleteAsset removes a file for good. On v1 that is a POST.
func (c *Client) DeleteAsset(ctx context.Context, api API, id string) error {
	if api == V3 {
		return c.write(ctx, "delete asset", http.MethodDelete, "/v3/assets/"+url.PathEscape(id), nil, nil, nil)
	}
	return c.post(ctx, "delete asset", "/v1/asset/"+url.PathEscape(id)+"/delete", nil, nil)
}

// UploadDirect stores a file that is too large for one request: HeyGen names a place,
// the bytes go there without the key, and HeyGen is told (v3). sum is the SHA-256 in
// hex.
func (c *Client) UploadDirect(ctx context.Context, name, contentType string, r io.ReadSeeker, size int64, sum string) (Asset, error) {
	const op = "upload directly"
	var d struct {
		ID      flexWord            `json:"asset_id"`
		URL     Link                `json:"upload_url"`
		Headers map[string]flexWord `json:"upload_headers"`
		Max     flexNumber          `json:"max_bytes"`
	}
	err := c.post(ctx, op, "/v3/assets/direct-uploads", map[string]any{"filename": name, "content_type": contentType, "size_bytes": size, "checksum_sha256": sum}, &d)
	if err != nil {
		return Asset{}, err
	}
	if d.Max > 0 && float64(size) > float64(d.Max) {
		return Asset{}, fmt.Errorf("heygen %s: %d bytes, at most %.0f are taken", op, size, float64(d.Max))
	}
	if err := c.put(ctx, op, d.URL, d.Headers, r, size); err != nil {
		return Asset{}, err
	}
	var done struct {
		ID  flexWord `json:"asset_id"`
		URL flexWord `json:"url"`
	}
	err = c.post(ctx, op, "/v3/assets/"+url.PathEscape(string(d.ID))+"/complete", map[string]string{"checksum_sha256": sum}, &done)
	return Asset{ID: first(string(done.ID), string(d.ID)), Name: name, URL: Link(done.URL)}, err
}

// put sends bytes to signed storage: exactly the headers that were named, no key.
func (c *Client) put(ctx context.Context, op string, to Link, headers map[string]flexWord, r io.Reader, size int64) error {
	fail := &Error{Op: op, Method: http.MethodPut}
	u, err := url.Parse(to.Reveal())
	if err == nil {
		err = c.safeHost(u.Scheme + "://" + u.Host)
	}
	if err != nil {
		fail.Err = errors.New("the storage address is not a safe web address")
		return fail
	}
	ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, u.String(), r)
	if err != nil {
		fail.Err = errors.New("the request cannot be built")
		return fail
	}
	req.ContentLength, req.GetBody = size, nil
	for k, v := range headers {
		if k != "" && http.CanonicalHeaderKey(k) != "X-Api-Key" && http.CanonicalHeaderKey(k) != "Content-Length" {
			req.Header.Set(k, string(v))
		}
	}
	res, err := c.http.Do(req)
	if err != nil {
		fail.Err = bare(err)
		return fail
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBody)) // only for the message
	if res.StatusCode/100 != 2 {
		fail.Status, fail.Body = res.StatusCode, quote(b)
		return fail
	}
	return nil
}

// Upload stores a file whichever way its size needs and gives its id.
func (c *Client) Upload(ctx context.Context, api API, name, contentType string, b []byte, sum string) (Asset, error) {
	switch {
	case api != V3:
		return c.UploadAsset(ctx, contentType, bytes.NewReader(b), int64(len(b)))
	case len(b) > maxMultipart:
		return c.UploadDirect(ctx, name, contentType, bytes.NewReader(b), int64(len(b)), sum)
	}
	return c.UploadAssetV3(ctx, contentType, bytes.NewReader(b), int64(len(b)))
}

// User is the account.
type User struct {
	Username, Email string
	Billing         string // wallet, subscription, usage_based; empty when not told
	Balance         float64
	Currency        string // usd, credits
	HasBalance      bool
	Plan            string // free, starter, creator, pro…; empty when not told
}

// Me reads the account (v3): a cheap check of the key.
func (c *Client) Me(ctx context.Context) (User, error) {
	var d struct {
		Username flexWord `json:"username"`
		Email    flexWord `json:"email"`
		Billing  flexWord `json:"billing_type"`
		Wallet   *struct {
			Balance  flexWord `json:"remaining_balance"`
			Currency flexWord `json:"currency"`
		} `json:"wallet"`
		Subscription *struct {
			Plan    flexWord `json:"plan"`
			Credits struct {
				Premium struct {
					Remaining flexWord `json:"remaining"`
				} `json:"premium_credits"`
			} `json:"credits"`
		} `json:"subscription"`
		Usage *struct {
			Remaining flexWord `json:"remaining_credits"`
		} `json:"usage_based"`
	}
	if err := c.read(ctx, "read account", "/v3/users/me", nil, &d); err != nil {
		return User{}, err
	}
	u := User{Username: string(d.Username), Email: string(d.Email), Billing: string(d.Billing)}
	take := func(v flexWord, currency string) {
		if f, err := strconv.ParseFloat(string(v), 64); err == nil && !u.HasBalance {
			u.Balance, u.Currency, u.HasBalance = f, currency, true
		}
	}
	if d.Wallet != nil {
		take(d.Wallet.Balance, first(string(d.Wallet.Currency), "usd"))
	}
	if d.Subscription != nil {
		u.Plan = string(d.Subscription.Plan)
		take(d.Subscription.Credits.Premium.Remaining, "credits")
	}
	if d.Usage != nil {
		take(d.Usage.Remaining, "credits")
	}
	return u, nil
}
