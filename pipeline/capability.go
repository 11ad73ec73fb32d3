package pipeline

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

// capabilities are what an account was seen to be able to do. The file is only a
// memory: without it HeyGen is asked again. It holds no key and no link.
type capabilities struct {
	path  string
	saver *saver.Saver
	mu    sync.Mutex
	file  map[string]*capability // by API address and where the key comes from
}

// capability is one account's.
type capability struct {
	Account string               `json:"account"` // a short hash of the key: another key, another account
	API     heygen.API           `json:"api,omitempty"`
	Asked   time.Time            `json:"asked,omitzero"`
	V2Ended time.Time            `json:"v2Ended,omitzero"`  // when a request found v1 or v2 gone and v3 answering
	NoWebM  map[string]time.Time `json:"noWebM,omitempty"`  // looks that cannot be matted to WebM
	Uploads map[string]upload    `json:"uploads,omitempty"` // by generation and content hash
	Photos  map[string]string    `json:"photos,omitempty"`  // ids of photo avatars, the same way
	Users   map[string]string    `json:"users,omitempty"`   // accounts, by the hash of a key
	Waits   map[string][]float64 `json:"waits,omitempty"`   // seconds from request to video, by route
}

// upload is a file the account holds.
type upload struct {
	ID  string `json:"id"`
	URL string `json:"url,omitempty"` // v1 names uploads by address where v3 takes ids
}

const capabilityFile = "account.json"

func openCapabilities(state string) *capabilities {
	c := &capabilities{path: filepath.Join(state, capabilityFile), file: map[string]*capability{}}
	c.saver = saver.New(c.write)
	if b, err := os.ReadFile(c.path); err == nil && json.Unmarshal(b, &c.file) != nil {
		c.file = map[string]*capability{} // spoiled: ask again
	}
	if c.forgetSignedLinks() {
		_ = c.write()
	}
	return c
}

// of reads with f; the answer may be a new, empty capability.
func (c *capabilities) of(id string, f func(*capability)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.file[id]
	if k == nil {
		k = &capability{}
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
		k.Uploads = map[string]upload{}
	}
	f(k)
}

// each reads every account that was used.
func (c *capabilities) each(f func(id string, k *capability)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, k := range c.file {
		f(id, k)
	}
}

// learn changes the memory and writes it where a project has state: looking at an
// account makes no folder.
func (c *capabilities) learn(id string, f func(*capability)) {
	c.of(id, f)
	_ = c.write()
}

// note changes the memory by something that is learnt with every clip; it is written now
// and then, and when the build ends.
func (c *capabilities) note(id string, f func(*capability)) {
	c.of(id, f)
	_ = c.saver.Changed()
}

// write never fails: it is only a memory.
func (c *capabilities) write() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := json.MarshalIndent(c.file, "", " ")
	if _, serr := os.Stat(filepath.Dir(c.path)); err == nil && serr == nil {
		_, _ = atomicfile.WriteBytes(c.path, 0o600, b)
	}
	return nil
}

// accountID is where requests go and where the key comes from: known without
// resolving the key.
func (a *accountCore) accountID() string {
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

// recognise forgets what was learnt when the key is another one now.
func (a *accountCore) recognise(key heygen.Secret) {
	short := origin.OfKey(key.Reveal())
	a.provider.account = short
	changed := false
	a.can.of(a.accountID(), func(k *capability) { changed = k.Account != short })
	if changed {
		a.can.learn(a.accountID(), func(k *capability) { *k = capability{Account: short, Users: k.Users} })
	}
}
