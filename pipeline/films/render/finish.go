package render

import (
	"path/filepath"
	"strings"

	"greenroom/compose/marks"
	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/films"
)

// Disclosure is what is written into films and pictures after they are rendered: how they were made.
type Disclosure struct {
	Marks bool // the digital source type
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
	if source == "" {
		return key
	}
	k := hashkey.New("finished film/1")
	k.Field("film", key)
	k.Field("source", string(source))
	return k.Sum()
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

// finish writes into a rendered file how it was made, and emits a warning where that is not possible. Until it is
// recorded, the film is not up to date.
func (d Disclosure) finish(path string, takes []films.Take, warn func(string)) error {
	source := d.source(takes)
	if source == "" {
		return nil
	}
	switch {
	case marks.CanWrite(path):
		if err := marks.Write(path, source); err != nil {
			return fault.Wrap(fault.Failed, err, "run the same command again", "write how the film was made")
		}
	case !isMatroska(path):
		warn("a " + filepath.Ext(path) + " file has no place for the mark of how it was made: " +
			"name the film *.mp4, *.mov or *.webm")
	}
	return nil
}
