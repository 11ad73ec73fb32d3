package pipeline

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
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/voice"
)

// Garbage is what the store holds that nothing refers to.
type Garbage struct {
	Files   int   `json:"files"`
	Bytes   int64 `json:"bytes"`
	Takes   int   `json:"takes"` // of the files: earlier takes, see GCOptions
	Kept    int   `json:"kept"`
	Removed bool  `json:"removed"`
}

// GCOptions say what GC may remove.
type GCOptions struct {
	// OldTakes removes masters that are paid for and that no clip uses now. They are kept
	// otherwise: HeyGen may have deleted the video, and a clip may return to its earlier words.
	OldTakes bool
	Remove   bool // else GC only counts
}

// gcAge is how old an unused file must be: a render that runs meanwhile stores a file a
// moment before it publishes it.
const gcAge = time.Hour

// GC counts or removes the stored files that neither the lockfile, the ledger, a stand-in, a
// bought voice, a published file of a film nor the record of a rendered film refers to.
func (p *Project) GC(ctx context.Context, o GCOptions) (g Garbage, err error) {
	if err := p.PeekState(); err != nil || p.Store == nil {
		return g, err
	}
	unlock, err := ledger.LockSubmitter(p.StateDir())
	if err != nil {
		return g, err
	}
	defer unlock()
	if err := p.Lock.Reload(); err != nil {
		return g, err
	}
	used, err := p.usedObjects(ctx)
	if err != nil {
		return g, err
	}
	bought, err := p.boughtMasters(ctx)
	if err != nil {
		return g, err
	}
	films, pieces := p.filmObjects(), p.FilmRecords().PieceHashes()
	var list fault.List
	err = p.Store.Each(func(h assets.Hash, size int64, changed time.Time) error {
		take := bought[h] && !used[h]
		if used[h] || take && !o.OldTakes || films[string(h[:16])] || pieces[string(h)] || p.o.Now().Sub(changed) < gcAge {
			g.Kept++
			return context.Cause(ctx)
		}
		g.Files++
		g.Bytes += size
		if take {
			g.Takes++
		}
		if o.Remove {
			if err := p.Store.Remove(h); err != nil {
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
		p.pieceIndex().Prune(func(h assets.Hash) bool { return p.Store.Condition(h, -1) != assets.Missing })
	}
	return g, err
}

// usedObjects are the files of the lockfile, of stand-ins and of bought voices.
func (p *Project) usedObjects(ctx context.Context) (map[assets.Hash]bool, error) {
	used := map[assets.Hash]bool{}
	add := func(e lockfile.Entry) {
		for _, o := range renditions.Objects(e) {
			used[o.Hash] = true
		}
	}
	p.Lock.Read(func(f *lockfile.File) {
		for _, name := range f.Names() {
			if e, ok := f.Get(name); ok {
				add(e)
			}
		}
	})
	p.previews.EachStandIn(add)
	voices, err := filepath.Glob(p.voices.File("*"))
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
			return nil, fault.Wrap(fault.Failed, err, "repair or remove the file", "read %s", p.Rel(path))
		}
		used[assets.Hash(v.Audio)] = true
	}
	return used, context.Cause(ctx)
}

// boughtMasters are the masters that the ledger knows.
func (p *Project) boughtMasters(ctx context.Context) (map[assets.Hash]bool, error) {
	rows, err := p.Ledger.List(ctx)
	bought := make(map[assets.Hash]bool, len(rows))
	for _, r := range rows {
		bought[assets.Hash(r.MasterHash)] = true
	}
	return bought, err
}

// filmObjects are the files that films show, by the beginning of their hash, which is their
// published name.
func (p *Project) filmObjects() map[string]bool {
	used := map[string]bool{}
	entries, _ := os.ReadDir(p.Path(p.FilesDir()))
	for _, e := range entries {
		if name, _, _ := strings.Cut(e.Name(), "."); len(name) == 16 {
			used[name] = true
		} else if sum, _, err := hashkey.File(filepath.Join(p.Path(p.FilesDir()), e.Name())); err == nil {
			used[hex.EncodeToString(sum[:8])] = true // the font's license has a name of its own
		}
	}
	return used
}
