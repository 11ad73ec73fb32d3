package account

import (
	"bytes"
	"encoding/json"
	"net/url"
	"sync"

	"greenroom/internal/netutil"
	"greenroom/internal/outside"
)

// UploadLinks holds the signed addresses of uploads, by upload id. v2 names the file of a translation by its address.
// Whoever has a signed address can read the file, so it stays in memory: account.json and the ledger contain a
// placeholder, which is replaced when the request is sent.
type UploadLinks struct {
	mu   sync.Mutex
	byID map[string]string
}

const linkPlaceholder = "greenroom-upload:"

// signed reports whether an address must not be stored.
func signed(address string) bool { return address != outside.URL(address) }

// Keep holds an address for this process and returns what may be stored in its place.
func (l *UploadLinks) Keep(id, address string) (stored string) {
	if !signed(address) {
		return address
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byID == nil {
		l.byID = map[string]string{}
	}
	l.byID[id] = address
	return linkPlaceholder + id
}

// Usable reports whether the address of an upload can be sent: it is unsigned, or this process holds it.
func (l *UploadLinks) Usable(u Upload) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return u.URL != "" && (u.URL != linkPlaceholder+u.ID || l.byID[u.ID] != "")
}

// Reveal returns a request body with the addresses in place of their placeholders.
func (l *UploadLinks) Reveal(body []byte) []byte {
	if !bytes.Contains(body, []byte(linkPlaceholder)) {
		return body
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, address := range l.byID {
		was, err1 := json.Marshal(linkPlaceholder + id)
		is, err2 := json.Marshal(address)
		if err1 == nil && err2 == nil {
			body = bytes.ReplaceAll(body, was, is)
		}
	}
	return body
}

// forgetSignedLinks removes signed addresses that earlier versions stored.
func (c *Capabilities) forgetSignedLinks() (changed bool) {
	for _, account := range c.file {
		if account == nil {
			continue
		}
		for name, u := range account.Uploads {
			if u.URL != "" && signed(u.URL) {
				u.URL = ""
				account.Uploads[name] = u
				changed = true
			}
		}
	}
	return changed
}

// bareAddress returns an API address without password and query, for printing and storing.
func bareAddress(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return outside.URL(base)
	}
	return netutil.WithoutQuery(u)
}
