package request

import (
	"fmt"

	"greenroom/heygen"
	"greenroom/pipeline/routes"
)

// Materials are what a body contains besides the clip: ids that the account gave to files, and what it lists.
type Materials struct {
	Uploads  map[string]Upload         // by path
	Photos   map[string]string         // ids of pictures that speak, by path
	Engines  map[string]*heygen.Engine // of v3 looks, by id
	Template heygen.Template           // the one of the request
	Language string                    // as the account names it; empty: as the manifest does
	Folder   string                    // of the account, in which the video lies; empty: its root
}

// Upload is a file on the account.
type Upload struct{ ID, URL string }

// Use is how a body names a file.
type Use int

const (
	ByID      Use = iota // the id of its upload
	ByAddress            // the address of its upload, which v2's translations need
	AsSpeaker            // the id of the avatar that is made of a picture
)

// FileUse is a file that must be on the account before the body can be made.
type FileUse struct {
	Path string
	Use  Use
}

// Files lists the files that the body names, each once, in the order in which they are sent.
func (c Canonical) Files() (out []FileUse) {
	seen := map[FileUse]bool{}
	add := func(f Content, use Use) {
		u := FileUse{f.Path, use}
		if f.Path != "" && !seen[u] {
			seen[u] = true
			out = append(out, u)
		}
	}
	add(c.Sound, ByID)
	for _, s := range c.Scenes {
		add(s.Avatar.Photo, AsSpeaker)
	}
	if routes.HasBackground(c.Route) {
		add(c.Frame.Image, ByID)
		add(c.Frame.Video, ByID)
	}
	for _, f := range c.Agent.Files {
		add(f, ByID)
	}
	for _, v := range c.Template.Variables {
		add(v.File, ByID)
	}
	use := ByID
	if c.Route == routes.V2Translate || c.Route == routes.V2TranslateKey {
		use = ByAddress
	}
	add(c.Translate.File, use)
	add(c.Translate.Text, ByID)
	add(c.Lipsync.Video, ByID)
	add(c.Instant.Image, ByID)
	for _, f := range c.Cinematic.References {
		add(f, ByID)
	}
	if c.Route == routes.V3Cutout {
		add(c.Footage.File, ByID)
	}
	return out
}

// upload returns a file's upload; no path, no upload. A file without one is a mistake of the caller.
func (m Materials) upload(f Content) (Upload, error) {
	if f.Path == "" {
		return Upload{}, nil
	}
	u, ok := m.Uploads[f.Path]
	if !ok {
		return u, fmt.Errorf("%s is not uploaded", f.Path)
	}
	return u, nil
}

// speaker returns the id of who speaks.
func (m Materials) speaker(a Avatar) (string, error) {
	if a.Photo.Path == "" {
		return a.ID, nil
	}
	id, ok := m.Photos[a.Photo.Path]
	if !ok {
		return "", fmt.Errorf("%s is not made a speaker", a.Photo.Path)
	}
	return id, nil
}
