package render

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"greenroom/compose/marks"
	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/films"
	"greenroom/remotion"
	"greenroom/remotion/c2pa"
)

// Disclosure is what is written into films and pictures after they are rendered: how they were made.
type Disclosure struct {
	Marks bool     // the digital source type
	Sign  *Signing // nil: no signature
}

// Signing is how films are signed.
type Signing struct {
	Program    c2pa.Program
	Credential *c2pa.Credential
	Version    string // of greenroom
}

// source returns the digital source type of a film that shows these takes; "" without takes, and where films have no
// marks.
func (d Disclosure) source(takes []films.Take) marks.Source {
	if !d.Marks || len(takes) == 0 {
		return ""
	}
	return marks.Composite
}

// keyOf returns the key of a finished film from that of the rendered one. It is the same where nothing is written.
func (d Disclosure) keyOf(key string, takes []films.Take) string {
	source := d.source(takes)
	if source == "" && d.Sign == nil {
		return key
	}
	k := hashkey.New("finished film/1")
	k.Field("film", key)
	k.Field("source", string(source))
	if d.Sign != nil {
		k.Field("signed by", d.Sign.Credential.Fingerprint())
		for _, t := range takes {
			k.Field("take", t.Clip)
		}
	}
	return k.Sum()
}

// labelledKey returns the key of a film that was accepted because it states that it shows a label.
func labelledKey(key, label string) string {
	if label == "" {
		return key
	}
	k := hashkey.New("labelled film/1")
	k.Field("film", key)
	k.Field("label", label)
	return k.Sum()
}

// labelled fails if a composition of the project's own does not state that it shows the label that it must show.
func (j *job) labelled(f remotion.Facts) error {
	switch {
	case j.label == "" || f.Label != nil && *f.Label == j.label:
		return nil
	case f.Label != nil:
		const hint = "run `greenroom build`, which publishes the manifest's label to the project"
		return fault.New(fault.Failed, hint, "the manifest asks for the label %q, but %s shows %q", j.label, j.name, *f.Label)
	}
	const hint = "draw <DisclosureLabel /> in it and wrap its metadata in withDisclosure, both from greenroom's files in " +
		"the project; or pass --allow-unlabelled if it shows the label by other means"
	return fault.New(fault.Failed, hint, "the manifest asks for the label %q, which %s does not state to show: it is a "+
		"composition of the Remotion project", j.label, j.name)
}

// tags returns the options of ffmpeg that mark a film in Matroska, which has its mark from when it is written.
func (d Disclosure) tags(takes []films.Take, path string) []string {
	if !isMatroska(path) {
		return nil
	}
	return marks.Metadata(d.source(takes))
}

func isMatroska(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".webm" || ext == ".mkv"
}

// finish writes into a rendered file how it was made and signs it. It warns where files of a kind have no place for it.
// If it fails the file is removed: it must not pass for a marked or signed one.
func (r *Renderer) finish(ctx context.Context, name, path string, takes []films.Take) error {
	warn := func(text string) { r.warn(name, text) }
	err := r.Disclose.write(ctx, warn, name, path, takes)
	if err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

func (d Disclosure) write(ctx context.Context, warn func(string), name, path string, takes []films.Take) error {
	ext := filepath.Ext(path)
	switch source := d.source(takes); {
	case source == "" || isMatroska(path): // ffmpeg wrote the mark of a Matroska file
	case marks.CanWrite(path):
		if err := marks.Write(path, source); err != nil {
			return fault.Wrap(fault.Failed, err, "run the same command again", "write how the film was made")
		}
	default:
		warn("a " + ext + " file has no place for the mark of how it was made: name the film *.mp4, *.mov or *.webm")
	}
	switch {
	case d.Sign == nil:
		return nil
	case !c2pa.CanSign(path):
		warn("a " + ext + " file is not signed: " + c2pa.Package + " cannot; name the film *.mp4 or *.mov")
		return nil
	}
	return d.Sign.sign(ctx, name, path, takes)
}

// sign signs a file.
func (s *Signing) sign(ctx context.Context, name, path string, takes []films.Take) error {
	claim := c2pa.Claim{Title: name, Generator: s.Version, Source: marks.Composed.URL()}
	for _, t := range takes {
		claim.Source = marks.Composite.URL()
		claim.Parts = append(claim.Parts, c2pa.Part{Name: t.Clip, Hash: t.Hash, Source: t.Source.URL()})
	}
	return s.Program.Sign(ctx, path, s.Credential, claim)
}
