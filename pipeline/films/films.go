// Package films turns the compositions of a manifest into films and renders them:
//
//	manifest.Composition → Film (plain data) → rendered file → record of the file
//
// This package chooses films, reads the clips and files that they show, and resolves them. Package resolve calculates
// a film from these facts without reading anything, package schema has the JSON Schema of a film, package render
// renders films with ffmpeg or Remotion, and package records knows which files are up to date.
//
// It sends no request and buys nothing. It knows a project only as a [Source].
package films

import (
	"context"

	"greenroom/assets"
	"greenroom/compose/marks"
	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
)

// Film is one film of a manifest, ready to be rendered. It is plain data and can be encoded as JSON; the paths of this
// machine in Timeline.Media are then omitted.
type Film struct {
	Name     manifest.FilmName `json:"name"`
	Timeline *timeline.Film    `json:"timeline"`
	// Content is the SHA-256, in hex, of each file that the film shows or plays, by its key in Timeline.Media.
	Content map[string]string `json:"content"`
	// Takes are the clips in the film that AI made, in order of their names.
	Takes []Take `json:"takes,omitempty"`
}

// Take is a clip in a film that AI made.
type Take struct {
	Clip   string       `json:"clip"`
	Hash   string       `json:"hash"` // SHA-256 of the file that is shown, hexadecimal; "" if it is not known
	Source marks.Source `json:"source"`
}

// Options choose films and what they may contain.
type Options struct {
	AllowStandIns bool
	AllowWarnings bool     // also clips whose take has a warning of HeyGen's
	Only          []string // films, compositions, families or patterns such as hello-a*; empty: all
	Shard         project.Shard
	Format        string // "9:16"; empty: all
}

// Source is what this package needs to know about a project.
type Source struct {
	Manifest *manifest.Manifest
	// Public returns the absolute path of the folder in which clips are published.
	Public func() string
	// Open opens the store and reports the warnings of the manifest. It is called once for each pass over films.
	Open func(context.Context) (Store, error)
	// Hash returns the SHA-256 of a file of the user's, in hex.
	Hash  func(path string) (string, error)
	Tools func(context.Context) (media.Tools, error)
	// Clips plans the clips of these names and returns a function that describes one of them.
	Clips func(ctx context.Context, names []string) (func(name string) (Clip, error), error)
}

// Store keeps files by their content and publishes them. *assets.Store implements it.
type Store interface {
	Has(h assets.Hash, size int64) bool
	Import(path string) (assets.Hash, int64, error)
	Adopt(path string) (assets.Hash, int64, error)
	TempPath(name string) string
	Publish(root string, files []assets.File) (assets.Published, error)
	Sweep(root string) error
}

// Clip is what a film can show of a clip.
type Clip struct {
	Script  string
	StandIn bool
	MadeBy  marks.Source // "" for footage of the user's
	Info    lockfile.Info
	// Video and Captions are files in the folder of published clips; empty names where there are none.
	Video, Captions assets.File
	// NotReady is why the clip has no take that is up to date, Warned the warning of its take; nil if there is none.
	NotReady, Warned *fault.Error
}
