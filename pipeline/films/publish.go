package films

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/assets"
	"greenroom/compose/fonts"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/films/resolve"
	"greenroom/pipeline/films/typeset"
	"greenroom/pipeline/manifest"
)

// FilesFolder is the folder, in that of published clips, of the images, videos, sounds and fonts of compositions.
const FilesFolder = "files"

// namedFile is a file that a composition names, with the first place that names it.
type namedFile struct {
	kind  string // of a layer, or kindFont
	place fault.Place
}

const kindFont = "font"

// addNamedFiles adds the files that compositions name, by their path. A file that is an image in one place and a
// video in another is added as what the first place calls it.
func addNamedFiles(out map[string]namedFile, list []manifest.Composition) {
	add := func(path, kind string, at fault.Place) {
		if _, ok := out[path]; !ok && path != "" {
			out[path] = namedFile{kind, at}
		}
	}
	for _, c := range list {
		if b := c.Background; b != nil {
			add(b.Image, manifest.LayerImage, b.Place)
			add(b.Video, manifest.LayerVideo, b.Place)
		}
		layers := c.Layers
		if c.Label != nil {
			layers = append(slices.Clip(layers), *c.Label)
		}
		for _, l := range layers {
			switch l.Kind {
			case manifest.LayerImage, manifest.LayerVideo, manifest.LayerAudio:
				add(l.Of, l.Kind, l.Place)
			case manifest.LayerText, manifest.LayerCaptions:
				for _, f := range l.Style.Fonts {
					add(f.Path, kindFont, f.Place)
				}
			}
		}
	}
}

// publish puts files and the built-in fonts where both renderers read them. paths are the files that any composition
// names, of all rows, not only those of this run: two runs must not sweep each other's files. A file that cannot be
// read is recorded in r.lost, so that only the films that show it fail.
func (r *reader) publish(paths []string) error {
	var list []assets.File
	for _, path := range paths {
		f, err := r.keep(path)
		if err != nil {
			r.lost[path] = err
			continue
		}
		list = append(list, f)
		r.files[path] = f
		r.hashes[r.media(f).Public] = f.Hash
	}
	builtin, err := r.builtinFonts()
	if err != nil {
		return err
	}
	list = append(list, builtin...)
	slices.SortFunc(list, func(a, b assets.File) int { return strings.Compare(a.Name, b.Name) })
	list = slices.Compact(list) // equal names have equal content
	// The folder above must be greenroom's before a file is written in it.
	public := r.src.Public()
	if err := assets.Own(public); err != nil {
		return err
	}
	dir := filepath.Join(public, FilesFolder)
	if _, err := r.store.Publish(dir, list); err != nil {
		return err
	}
	return r.store.Sweep(dir)
}

// media returns where a file of a composition is published.
func (r *reader) media(f assets.File) timeline.Media {
	return timeline.Media{
		File:   filepath.Join(r.src.Public(), FilesFolder, f.Name),
		Public: publicFiles + FilesFolder + "/" + f.Name,
	}
}

// keep imports a file of the user's into the store and returns it with a name that is made of its content.
func (r *reader) keep(path string) (f assets.File, err error) {
	h, err := r.src.Hash(path)
	if err != nil {
		return f, err
	}
	fi, err := os.Stat(path)
	if err != nil {
		return f, err
	}
	hash := assets.Hash(h)
	if !r.store.Has(hash, fi.Size()) {
		hash, _, err = r.store.Import(path) // the hash of what was copied: the file may have changed since
		if err != nil {
			return f, err
		}
	}
	return contentFile(hash, path), nil
}

// contentFile returns a file with a name that is made of its content and the extension of another name.
func contentFile(hash assets.Hash, name string) assets.File {
	return assets.File{Name: string(hash[:16]) + strings.ToLower(filepath.Ext(name)), Hash: hash}
}

// builtinFonts imports greenroom's own fonts and their licence, and adds the facts of the fonts.
func (r *reader) builtinFonts() ([]assets.File, error) {
	license, err := r.adopt([]byte(fonts.License), "inter-license")
	if err != nil {
		return nil, err
	}
	out := []assets.File{{Name: "inter-license.txt", Hash: license}}
	before := ""
	var font resolve.Font
	for weight := 100; weight <= 900; weight++ {
		face := fonts.Inter(weight)
		if face.Name != before {
			hash, err := r.adopt(face.Data, face.Name)
			if err != nil {
				return nil, err
			}
			loaded, err := typeset.Load(face.Data)
			if err != nil {
				return nil, err
			}
			file := contentFile(hash, face.Name)
			out = append(out, file)
			before, font = face.Name, resolve.Font{Media: r.media(file), Face: loaded}
			r.hashes[font.Media.Public] = hash
		}
		r.facts.Fonts[resolve.BuiltinFont(weight)] = font
	}
	return out, nil
}

// adopt puts data into the store.
func (r *reader) adopt(data []byte, name string) (assets.Hash, error) {
	tmp, err := os.CreateTemp(filepath.Dir(r.store.TempPath("x")), name+"-*")
	if err != nil {
		return "", err
	}
	if _, err := tmp.Write(data); err != nil {
		tmp.Close()
		return "", err
	}
	if err := tmp.Close(); err != nil {
		return "", err
	}
	hash, _, err := r.store.Adopt(tmp.Name())
	return hash, err
}
