package pipeline

import (
	"fmt"

	"greenroom/internal/fault"
)

// PublishedClip is a clip's prepared file in public/greenroom.
type PublishedClip struct {
	Clip, Path  string
	Transparent bool
	Poster      string // the picture's path; "" without one
	Facts       string // size and length, for people
	Warning     string // what HeyGen warned of with its take
	Again       string // the advice for a damaged file
	Line        int    // where the clip stands in the manifest
}

// Published lists the prepared files of the named clips; none names all.
func (p *Project) Published(names []string) ([]PublishedClip, error) {
	clips, err := p.clips(names)
	if err != nil {
		return nil, err
	}
	if err := p.peekState(); err != nil {
		return nil, err
	}
	var out []PublishedClip
	var list fault.List
	for _, c := range clips {
		e, ok := p.entry(c.Name)
		files := publishedFiles(e)
		if !ok || len(files) == 0 {
			list = append(list, fault.New(fault.Failed, "run `greenroom build` first", "nothing is published yet").For(c.Name))
			continue
		}
		pc := PublishedClip{Clip: c.Name, Path: p.path(PublicDir + "/" + files[0].Name), Transparent: e.Info.Transparent, Warning: e.Warning, Line: c.Place.Line}
		if err := p.publishedIntact(c.Name, e); err != nil {
			list = append(list, err)
			continue
		}
		if pc.Again = downloadAgain(c.Name); e.Route == routeFile {
			pc.Again = "replace " + p.rel(c.File)
		}
		pc.Facts = fmt.Sprintf("%dx%d, %d frames, %.2f s", e.Info.OutWidth, e.Info.OutHeight, e.Info.Frames, e.Info.Duration)
		for _, f := range files {
			if f.rendition == posterRendition {
				pc.Poster = p.path(PublicDir + "/" + f.Name)
			}
		}
		out = append(out, pc)
	}
	return out, list.Or()
}
