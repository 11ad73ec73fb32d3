// Package gc removes what nothing refers to: unused files of the store, and unfinished files that killed runs left.
package gc

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"greenroom/assets"
	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/previews"
	"greenroom/pipeline/project"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/voice"
)

// Garbage is what the store holds that nothing refers to.
type Garbage struct {
	Files   int   `json:"files"`
	Bytes   int64 `json:"bytes"`
	Takes   int   `json:"takes"` // of the files: earlier takes, see Options
	Kept    int   `json:"kept"`
	Removed bool  `json:"removed"`
}

// Options say what Collect may remove.
type Options struct {
	// OldTakes removes masters that are paid for and that no clip uses now. They are kept
	// otherwise: HeyGen may have deleted the video, and a clip may return to its earlier words.
	OldTakes bool
	Remove   bool // else Collect only counts
}

// gcAge is how old an unused file must be: a render that runs meanwhile stores a file a
// moment before it publishes it.
const gcAge = time.Hour

// Collector knows what a project refers to.
type Collector struct {
	disk     *project.Project
	voices   *voice.Store
	previews *previews.Previews
	films    records.Store
}

// New returns the collector of a project. films are the records of its rendered films.
func New(disk *project.Project, voices *voice.Store, previews *previews.Previews, films records.Store) *Collector {
	return &Collector{disk, voices, previews, films}
}

// Collect counts or removes the stored files that neither the lockfile, the ledger, a stand-in, a
// bought voice, a published file of a film nor the record of a rendered film refers to.
func (c *Collector) Collect(ctx context.Context, o Options) (g Garbage, err error) {
	if err := c.disk.PeekState(); err != nil || c.disk.Store == nil {
		return g, err
	}
	unlock, err := ledger.LockSubmitter(c.disk.StateDir())
	if err != nil {
		return g, err
	}
	defer unlock()
	if err := c.disk.Lock.Reload(); err != nil {
		return g, err
	}
	used, err := c.usedObjects(ctx)
	if err != nil {
		return g, err
	}
	bought, err := c.boughtMasters(ctx)
	if err != nil {
		return g, err
	}
	films, pieces := c.filmObjects(), c.films.PieceHashes()
	var list fault.List
	err = c.disk.Store.Each(func(h assets.Hash, size int64, changed time.Time) error {
		take := bought[h] && !used[h]
		if used[h] || take && !o.OldTakes || films[string(h[:16])] || pieces[string(h)] || c.disk.Now().Sub(changed) < gcAge {
			g.Kept++
			return context.Cause(ctx)
		}
		g.Files++
		g.Bytes += size
		if take {
			g.Takes++
		}
		if o.Remove {
			if err := c.disk.Store.Remove(h); err != nil {
				list = append(list, fault.Wrap(fault.Failed, err, "make the folder writable and run the same command again", "remove a stored file"))
			}
		}
		return context.Cause(ctx)
	})
	if err == nil {
		err = list.Or()
	}
	g.Removed = o.Remove && err == nil
	if g.Removed {
		segments.Index{Dir: c.disk.Path(segments.Folder)}.Prune(func(h assets.Hash) bool { return c.disk.Store.Condition(h, -1) != assets.Missing })
	}
	return g, err
}

// usedObjects are the files of the lockfile, of stand-ins and of bought voices.
func (c *Collector) usedObjects(ctx context.Context) (map[assets.Hash]bool, error) {
	used := map[assets.Hash]bool{}
	add := func(e lockfile.Entry) {
		for _, o := range renditions.Objects(e) {
			used[o.Hash] = true
		}
	}
	c.disk.Lock.Read(func(f *lockfile.File) {
		for _, name := range f.Names() {
			if e, ok := f.Get(name); ok {
				add(e)
			}
		}
	})
	c.previews.EachStandIn(add)
	voices, err := filepath.Glob(c.voices.File("*"))
	if err != nil {
		return nil, err
	}
	for _, path := range voices {
		var v voice.Voice
		b, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(b, &v)
		}
		if err != nil { // it may name a sound that cannot be bought twice
			return nil, fault.Wrap(fault.Failed, err, "repair or remove the file", "read %s", c.disk.Rel(path))
		}
		used[assets.Hash(v.Audio)] = true
	}
	return used, context.Cause(ctx)
}

// boughtMasters are the masters that the ledger knows.
func (c *Collector) boughtMasters(ctx context.Context) (map[assets.Hash]bool, error) {
	rows, err := c.disk.Ledger.List(ctx)
	bought := make(map[assets.Hash]bool, len(rows))
	for _, r := range rows {
		bought[assets.Hash(r.MasterHash)] = true
	}
	return bought, err
}

// filmObjects are the files that films show, by the beginning of their hash, which is their
// published name.
func (c *Collector) filmObjects() map[string]bool {
	used := map[string]bool{}
	entries, _ := os.ReadDir(c.disk.Path(c.disk.FilesDir()))
	for _, e := range entries {
		if name, _, _ := strings.Cut(e.Name(), "."); len(name) == 16 {
			used[name] = true
		} else if sum, _, err := hashkey.File(filepath.Join(c.disk.Path(c.disk.FilesDir()), e.Name())); err == nil {
			used[hex.EncodeToString(sum[:8])] = true // the font's license has a name of its own
		}
	}
	return used
}
