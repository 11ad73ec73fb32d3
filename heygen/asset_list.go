package heygen

import (
	"context"
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
		token = string(d.Token)
		if token == "" || len(d.Assets) == 0 {
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

// User is the account.
type User struct {
	Username, Email string
	Billing         string // wallet, subscription, usage_based; empty when unknown
	Balance         float64
	Currency        string // usd, credits
	HasBalance      bool
	Plan            string // free, starter, creator, pro…; empty when unknown
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
