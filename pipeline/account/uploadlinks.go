package account

import (
	"bytes"
	"encoding/json"
	"net/url"
	"sync"

	"greenroom/internal/outside"
)

// UploadLinks holds the addresses of uploads that are signed, by upload id. v2 names the
// file of a translation by its address; one that is signed opens the file to its reader, so
// it stays in memory: neither account.json nor the ledger has it. Both hold a placeholder,
// which is replaced when the request is sent.
type UploadLinks struct {
	mu   sync.Mutex
	byID map[string]string
}

const linkPlaceholder = "greenroom-upload:"

// signed reports an address that must not be stored.
func signed(address string) bool { return address != outside.URL(address) }

// Keep remembers an address for this process and returns what may be stored for it.
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

// Usable reports that an address can be sent: it is unsigned, or known to this process.
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

// bareAddress is an API address for printing and storing: without password and query.
func bareAddress(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return outside.URL(base)
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
