// Package renditions lists the files of a lockfile entry: what is published under which name, and what must be in the
// store.
package renditions

import (
	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/media/forms"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// Names of renditions in the lockfile.
const (
	WebM   = "webm"
	Poster = "poster"
)

// publishedFile is a rendition under its published name.
type File struct {
	assets.File
	Rendition string
}

// Base are the renditions that every clip has, with the endings of their published files.
var Base = map[string]string{WebM: "webm", Poster: "webp"}

// All lists the names of everything that can be made of a take, in the order in which it is published: the base, forms
// to hand a clip on in, files of its captions.
func All() []string {
	return append(append([]string{WebM, Poster}, forms.All()...), captions.Files()...)
}

// ext is the ending of a rendition's published file.
func ext(name string) string {
	if e := Base[name]; e != "" {
		return e
	}
	if e := forms.Ext(name); e != "" {
		return e
	}
	return captions.Ext(name)
}

// Name is the name of a published file: <clip>.<hash8>.<ext>. The text of a storyboard names its picture, and clips of
// equal content share both, so that this name has no clip.
func Name(clip, rendition string, hash assets.Hash) string {
	if rendition == forms.StoryboardPicture {
		return "storyboard." + string(hash[:8]) + ".webp"
	}
	return clip + "." + string(hash[:8]) + "." + ext(rendition)
}

// Published lists a clip's files.
func Published(e lockfile.Entry) []File {
	var out []File
	for _, name := range All() {
		if r, ok := e.Renditions[name]; ok && len(r.Hash) == 64 {
			f := assets.File{Name: Name(e.Clip, name, assets.Hash(r.Hash)), Hash: assets.Hash(r.Hash)}
			out = append(out, File{f, name})
		}
	}
	if r := e.Captions; r != nil && len(r.Hash) == 64 {
		out = append(out, File{
			assets.File{Name: e.Clip + "." + r.Hash[:8] + ".captions.json", Hash: assets.Hash(r.Hash)}, Captions,
		})
	}
	return out
}

// Object is a file that a clip needs in the store.
type Object struct {
	Clip, What string
	Hash       assets.Hash
	Size       int64
}

// Objects lists an entry's files: the take, then what was made from it.
func Objects(e lockfile.Entry) []Object {
	out := []Object{{e.Clip, "take", assets.Hash(e.Master), e.MasterBytes}}
	for _, f := range Published(e) {
		what := "rendition " + f.Rendition
		if f.Rendition == Captions {
			what = Captions
		}
		out = append(out, Object{e.Clip, what, f.Hash, e.Rendition(f.Rendition).Bytes})
	}
	return out
}

// IsPacked reports footage that ffmpeg cannot read, and whose take is packed from it.
func IsPacked(c manifest.Clip) bool { return len(c.Frames) > 0 || media.IsAnimation(c.File) }

// IsOwnFile reports a take that is a file of the project byte for byte: every machine has it, so the shared cache does
// not keep it. Packed takes differ between versions of ffmpeg.
func IsOwnFile(c manifest.Clip, e lockfile.Entry, o Object) bool {
	return o.What == "take" && e.Route == routes.File && !IsPacked(c)
}

// captionsRendition is the sidecar in the shape of @remotion/captions.
const Captions = "captions"

func HashOf(r lockfile.Rendition) assets.Hash { return assets.Hash(r.Hash) }
