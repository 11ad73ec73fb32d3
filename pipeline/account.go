package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"greenroom/heygen"
	"greenroom/pipeline/manifest"
)

// Account is the provider's side of a project, for looking things up. It never
// spends: nothing here submits.
type Account struct{ p *Project }

// OpenAccount connects to the account of the manifest in force. Without a manifest
// it is HeyGen's own, with the key from the environment.
func OpenAccount(o Options) (*Account, error) {
	p, err := Open(o)
	if err == nil {
		return &Account{p}, nil
	}
	path, abs := filepath.Abs(o.ManifestPath)
	if _, serr := os.Stat(path); abs != nil || !errors.Is(serr, fs.ErrNotExist) {
		return nil, err // it is there, and wrong
	}
	dir := filepath.Dir(path)
	m := &manifest.Manifest{Path: path, Dir: dir, HeyGen: manifest.HeyGen{API: "v2"}}
	return &Account{&Project{Manifest: m, o: o, dir: dir, state: filepath.Join(dir, StateDir), report: newReporter(o.Sink, o.Now), inputs: &inputs{}, can: openCapabilities(filepath.Join(dir, StateDir))}}, nil
}

// Close ends an embedded sandbox.
func (a *Account) Close() error { return a.p.Close() }

// Avatars gives the catalogue of looks and talking photos.
func (a *Account) Avatars(ctx context.Context) (heygen.Avatars, error) {
	c, err := a.p.connect(ctx)
	if err != nil {
		return heygen.Avatars{}, err
	}
	out, err := c.Avatars(ctx, heygen.V2)
	return out, explain(err, "list the avatars")
}

// Voices gives the catalogue of voices.
func (a *Account) Voices(ctx context.Context) ([]heygen.VoiceInfo, error) {
	c, err := a.p.connect(ctx)
	if err != nil {
		return nil, err
	}
	out, err := c.Voices(ctx, heygen.V2)
	return out, explain(err, "list the voices")
}

// Quota gives what the account has left, in credits.
func (a *Account) Quota(ctx context.Context) (heygen.Quota, error) {
	c, err := a.p.connect(ctx)
	if err != nil {
		return heygen.Quota{}, err
	}
	out, err := c.Quota(ctx)
	return out, explain(err, "read the quota")
}

// Videos gives the newest videos whose titles contain a text, at most limit.
func (a *Account) Videos(ctx context.Context, title string, limit int) ([]heygen.VideoItem, error) {
	c, err := a.p.connect(ctx)
	if err != nil {
		return nil, err
	}
	var out []heygen.VideoItem
	for o := (heygen.ListOptions{Title: title, Limit: min(100, limit)}); ; {
		page, err := c.ListVideos(ctx, o)
		if err != nil {
			return nil, explain(err, "list the videos")
		}
		out = append(out, page.Videos...)
		if o.Token = page.Token; o.Token == "" || len(page.Videos) == 0 || len(out) >= limit {
			return out[:min(limit, len(out))], nil
		}
	}
}
