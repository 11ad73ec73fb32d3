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

// Capabilities are what is known of the accounts that a project has used. The file is a cache: without it
// the facts are requested from HeyGen again. It contains no key and no link.
type Capabilities struct {
	path  string
	saver *saver.Saver
	mu    sync.Mutex
	file  map[string]*Capability // by the id of an account
}

// Capability is what is known of one account.
type Capability struct {
	Account string                       `json:"account"` // a short hash of the key: another key, another account
	API     heygen.API                   `json:"api,omitempty"`
	Asked   time.Time                    `json:"asked,omitzero"`
	V2Ended time.Time                    `json:"v2Ended,omitzero"`  // when v1 and v2 were found to have ended, and v3 answered
	NoWebM  map[string]time.Time         `json:"noWebM,omitempty"`  // looks that cannot be matted to WebM
	Uploads map[string]Upload            `json:"uploads,omitempty"` // by generation and content hash
	Parts   map[string]heygen.PartUpload `json:"parts,omitempty"`   // uploads of v3 that were begun, by content hash
	Photos  map[string]string            `json:"photos,omitempty"`  // ids of photo avatars, the same way
	Users   map[string]string            `json:"users,omitempty"`   // accounts, by the hash of a key
	Waits   map[string][]float64         `json:"waits,omitempty"`   // seconds from request to video, by route
}

// Upload is a file of the account.
type Upload struct {
	ID  string `json:"id"`
	URL string `json:"url,omitempty"` // v1 names uploads by their address, v3 by their id
}

// CapabilityFile is the name of the file in the folder of state.
const CapabilityFile = "account.json"

// OpenCapabilities reads the file in the folder of state. A file that is missing or corrupt is empty.
func OpenCapabilities(state string) *Capabilities {
	c := &Capabilities{path: filepath.Join(state, CapabilityFile), file: map[string]*Capability{}}
	c.saver = saver.New(c.write)
	if b, err := os.ReadFile(c.path); err == nil && json.Unmarshal(b, &c.file) != nil {
		c.file = map[string]*Capability{} // corrupt: the facts are requested again
	}
	if c.forgetSignedLinks() {
		_ = c.write()
	}
	return c
}

// Read calls f with what is known of an account, which is empty for a new one. f must not keep it.
func (c *Capabilities) Read(id string, f func(*Capability)) {
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
	if k.Parts == nil {
		k.Parts = map[string]heygen.PartUpload{}
	}
	f(k)
}

// each calls f with every account that was used.
func (c *Capabilities) each(f func(id string, k *Capability)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, k := range c.file {
		f(id, k)
	}
}

// Record changes what is known of an account and writes the file, if the project has a folder of state:
// a look-up makes none.
func (c *Capabilities) Record(id string, f func(*Capability)) {
	c.Read(id, f)
	_ = c.write()
}

// RecordLater changes what is known of an account, for facts that come with every clip: the file is written
// at intervals, and when the build ends.
func (c *Capabilities) RecordLater(id string, f func(*Capability)) {
	c.Read(id, f)
	_ = c.saver.Changed()
}

// write saves the file. It returns no error, because the file is a cache.
func (c *Capabilities) write() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := json.MarshalIndent(c.file, "", " ")
	if _, serr := os.Stat(filepath.Dir(c.path)); err == nil && serr == nil {
		_, _ = atomicfile.WriteBytes(c.path, 0o600, b)
	}
	return nil
}

// AccountID returns the address of the API and the reference of the key, which identify an account without
// reading the key.
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
	ref, token := Place(a.disk.Manifest.HeyGen.Key, a.o.Getenv)
	if token {
		ref = bearerMark + ref
	}
	return base + " " + ref
}

// ForgetOtherKey drops what is known of the account when its key has changed.
func (a *Account) ForgetOtherKey(key heygen.Secret) {
	short := origin.OfKey(key.Reveal())
	a.Connection.account = short
	changed := false
	a.Can.Read(a.AccountID(), func(k *Capability) { changed = k.Account != short })
	if changed {
		a.Can.Record(a.AccountID(), func(k *Capability) { *k = Capability{Account: short, Users: k.Users} })
	}
}

// Flush writes what is not written yet.
func (c *Capabilities) Flush() error { return c.saver.Flush() }
