package account

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"greenroom/heygen"
	"greenroom/internal/atomicfile"
	"greenroom/internal/saver"
	"greenroom/pipeline/origin"
)

// Capabilities are what an account was seen to be able to do. The file is only a
// memory: without it HeyGen is asked again. It holds no key and no link.
type Capabilities struct {
	path  string
	saver *saver.Saver
	mu    sync.Mutex
	file  map[string]*Capability // by API address and where the key comes from
}

// Capability is one account's.
type Capability struct {
	Account string               `json:"account"` // a short hash of the key: another key, another account
	API     heygen.API           `json:"api,omitempty"`
	Asked   time.Time            `json:"asked,omitzero"`
	V2Ended time.Time            `json:"v2Ended,omitzero"`  // when a request found v1 or v2 gone and v3 answering
	NoWebM  map[string]time.Time `json:"noWebM,omitempty"`  // looks that cannot be matted to WebM
	Uploads map[string]Upload    `json:"uploads,omitempty"` // by generation and content hash
	Photos  map[string]string    `json:"photos,omitempty"`  // ids of photo avatars, the same way
	Users   map[string]string    `json:"users,omitempty"`   // accounts, by the hash of a key
	Waits   map[string][]float64 `json:"waits,omitempty"`   // seconds from request to video, by route
}

// Upload is a file the account holds.
type Upload struct {
	ID  string `json:"id"`
	URL string `json:"url,omitempty"` // v1 names uploads by address where v3 takes ids
}

const CapabilityFile = "account.json"

func OpenCapabilities(state string) *Capabilities {
	c := &Capabilities{path: filepath.Join(state, CapabilityFile), file: map[string]*Capability{}}
	c.saver = saver.New(c.write)
	if b, err := os.ReadFile(c.path); err == nil && json.Unmarshal(b, &c.file) != nil {
		c.file = map[string]*Capability{} // spoiled: ask again
	}
	if c.forgetSignedLinks() {
		_ = c.write()
	}
	return c
}

// Of reads with f; the answer may be a new, empty capability.
func (c *Capabilities) Of(id string, f func(*Capability)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.file[id]
	if k == nil {
		k = &Capability{}
		c.file[id] = k
	}
	for _, m := range []*map[string]string{&k.Photos, &k.Users} {
		if *m == nil {
			*m = map[string]string{}
		}
	}
	if k.NoWebM == nil {
		k.NoWebM = map[string]time.Time{}
	}
	if k.Uploads == nil {
		k.Uploads = map[string]Upload{}
	}
	f(k)
}

// each reads every account that was used.
func (c *Capabilities) each(f func(id string, k *Capability)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, k := range c.file {
		f(id, k)
	}
}

// Learn changes the memory and writes it where a project has state: looking at an
// account makes no folder.
func (c *Capabilities) Learn(id string, f func(*Capability)) {
	c.Of(id, f)
	_ = c.write()
}

// Note changes the memory by something that is learnt with every clip; it is written now
// and then, and when the build ends.
func (c *Capabilities) Note(id string, f func(*Capability)) {
	c.Of(id, f)
	_ = c.saver.Changed()
}

// write never fails: it is only a memory.
func (c *Capabilities) write() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := json.MarshalIndent(c.file, "", " ")
	if _, serr := os.Stat(filepath.Dir(c.path)); err == nil && serr == nil {
		_, _ = atomicfile.WriteBytes(c.path, 0o600, b)
	}
	return nil
}

// AccountID is where requests go and where the key comes from: known without
// resolving the key.
func (a *Account) AccountID() string {
	base := a.apiBase()
	switch {
	case base == "" && a.Sandboxed():
		base = embeddedSandbox
	case base == "":
		base = heygen.DefaultBaseURL
	default:
		base = bareAddress(base) // it is stored
	}
	ref := a.disk.Manifest.HeyGen.Key
	if ref == "" {
		ref = defaultKeyRef
	}
	return base + " " + ref
}

// Recognise forgets what was learnt when the key is another one now.
func (a *Account) Recognise(key heygen.Secret) {
	short := origin.OfKey(key.Reveal())
	a.Connection.account = short
	changed := false
	a.Can.Of(a.AccountID(), func(k *Capability) { changed = k.Account != short })
	if changed {
		a.Can.Learn(a.AccountID(), func(k *Capability) { *k = Capability{Account: short, Users: k.Users} })
	}
}

// Flush writes what is not written yet.
func (c *Capabilities) Flush() error { return c.saver.Flush() }
