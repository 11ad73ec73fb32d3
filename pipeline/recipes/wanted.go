package recipes

import (
	"context"
	"maps"
	"slices"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/media/forms"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/renditions"
	formstage "greenroom/pipeline/stage/forms"
	"greenroom/pipeline/stage/prepare"
	"greenroom/pipeline/stage/words"
)

// wanted lists what is made of a clip's take. Files of captions need captions, which HeyGen does not make of every
// take.
func wanted(c manifest.Clip, e lockfile.Entry) []string {
	out := append([]string{renditions.WebM, renditions.Poster}, forms.Complete(c.Prepare.Forms)...)
	if e.Captions != nil {
		out = append(out, c.Prepare.CaptionFiles...)
	}
	return out
}

// unwanted returns why a lockfile entry must be written again although all is there; empty when it has nothing else.
func unwanted(c manifest.Clip, e lockfile.Entry) string {
	list := wanted(c, e)
	for _, name := range slices.Sorted(maps.Keys(e.Renditions)) {
		if !slices.Contains(list, name) {
			return "the manifest asks for no " + name
		}
	}
	return ""
}

// staleWords reports that the captions that are made of the clip's sound are missing, or those of other words.
func staleWords(c manifest.Clip, e lockfile.Entry) bool {
	text := c.CaptionWords()
	return text != "" && (e.Captions == nil || e.Captions.Key != words.Key(e.Master, text, words.Language(c.Voice.Locale)))
}

// keys returns the function from the name of a rendition to its key, and to those that are valid as well.
func (rc *Recipes) keys(c manifest.Clip, e lockfile.Entry, t media.Tools) func(name string) []string {
	spec := rc.Recipe(c, e.Route, Wanted(c, e.Info))
	return func(name string) []string {
		switch {
		case captions.Ext(name) != "":
			return []string{CaptionsKey(name, e)}
		case forms.Ext(name) != "":
			return []string{formstage.Key(name, e.Master, spec, c.Prepare.Backdrop, ChapterKey(c, e), t)}
		case name == renditions.Poster:
			return []string{prepare.Key(name, e.Master, spec, t), prepare.EarlierPosterKey(e.Master, spec, t)}
		}
		return []string{prepare.Key(name, e.Master, spec, t)}
	}
}

// ChapterKey returns what the chapters of a clip's sound are made from; "" without captions, which have their times, and
// where a clip has no parts.
func ChapterKey(c manifest.Clip, e lockfile.Entry) string {
	parts, _ := c.Chapters()
	if len(parts) == 0 || e.Captions == nil {
		return ""
	}
	return "1 " + e.Captions.Hash + " " + asJSON(parts)
}

// CaptionsKey is the key of a file of captions.
func CaptionsKey(name string, e lockfile.Entry) string {
	k := hashkey.New("rendition/1")
	k.Field("name", name)
	k.Field("version", captions.Version)
	k.Field("captions", e.Captions.Hash)
	return k.Sum()
}

// stale returns why a rendition must be made; empty when it is up to date and in the store.
func (rc *Recipes) stale(e lockfile.Entry, name string, keys []string) string {
	r, ok := e.Renditions[name]
	switch {
	case !ok:
		return "no " + name + " yet"
	case !slices.Contains(keys, r.Key):
		return "the way clips are prepared changed"
	}
	switch rc.disk.Store.Condition(assets.Hash(r.Hash), r.Bytes) {
	case assets.Missing:
		return "the " + name + " is missing from the store"
	case assets.Damaged:
		return "damaged: the stored " + name + " was changed"
	}
	return ""
}

// Work is what is to be made of a take.
type Work struct {
	Base     bool     // the WebM and the poster
	Forms    []string // names of package forms
	Captions []string // names of package captions
	Words    bool     // captions, measured in the sound
	Keep     []string // what is up to date
}

// Any reports that something is to be made.
func (w Work) Any() bool { return w.Base || w.Words || len(w.Forms) > 0 || len(w.Captions) > 0 }

// Work compares a lockfile entry, whose take is in the store, with what the manifest asks for.
func (rc *Recipes) Work(ctx context.Context, c manifest.Clip, e lockfile.Entry) (Work, error) {
	t, err := rc.disk.Tools.Find(ctx)
	if err != nil {
		return Work{}, err
	}
	w := Work{Words: staleWords(c, e)}
	keys := rc.keys(c, e, t)
	for _, name := range wanted(c, e) {
		switch {
		case rc.stale(e, name, keys(name)) == "":
			w.Keep = append(w.Keep, name)
		case captions.Ext(name) != "":
			w.Captions = append(w.Captions, name)
		case forms.Ext(name) != "":
			w.Forms = append(w.Forms, name)
		default:
			w.Base = true
		}
	}
	return w, nil
}
