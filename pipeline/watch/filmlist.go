package watch

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/compose/timeline"
	"greenroom/pipeline"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
)

// States of a film.
const (
	FilmFinished = "finished"     // its file holds it as it is now
	FilmOlder    = "older"        // its file was rendered before the last change
	FilmNew      = "not rendered" // there is no file
	FilmFailed   = "failed"       // it cannot be rendered as it is
)

// Film is a film of the manifest, or a file that `greenroom render` made of another composition.
type Film struct {
	Name    string  `json:"name"`
	State   string  `json:"state"`
	Line    string  `json:"line"` // why, or where its file is
	Width   int     `json:"width"`
	Height  int     `json:"height"`
	Frames  int     `json:"frames"`
	FPSNum  int     `json:"fpsNum"`
	FPSDen  int     `json:"fpsDen"`
	Seconds float64 `json:"seconds"`
	File    string  `json:"file"` // absolute; empty when it is not rendered
	Version string  `json:"version"`
	// Transparent: it may be seen through.
	Transparent bool `json:"transparent"`
	// Still: a frame of it can be drawn although there is no file.
	Still bool `json:"still"`
}

// mostFilms is how many films are listed: a table may make thousands.
const mostFilms = 500

// filmList collects the films of one check.
type filmList struct {
	s     *Session
	p     *pipeline.Project
	ctx   context.Context
	files map[string]records.File
	films []Film
}

func (l *filmList) add(resolved films.Film, err error) {
	if len(l.films) >= mostFilms {
		return
	}
	name, f := resolved.Name.Name, resolved.Timeline
	out := Film{Name: name, State: FilmNew, Line: "`greenroom render " + name + "` renders it"}
	file, have := l.file(name)
	if f != nil {
		out.Width, out.Height, out.Frames, out.FPSNum, out.FPSDen = f.Width, f.Height, f.Frames, f.FPS.Num, f.FPS.Den
		out.Transparent = f.Transparent
		out.Seconds, out.Still, out.Version = f.FPS.Seconds(f.Frames), true, l.stamp(f)
	}
	switch {
	case err != nil:
		out.State, out.Line = FilmFailed, strings.Join(strings.Fields(err.Error()), " ")
	case have && l.p.FilmCurrent(l.ctx, f, file):
		out.State, out.Line = FilmFinished, l.s.relative(file.Path)
	case have:
		out.State, out.Line = FilmOlder, l.s.relative(file.Path)+" was rendered before the last change"
	}
	if have && err == nil {
		out.shows(file)
	}
	l.films = append(l.films, out)
}

// shows sets what is measured of a finished file.
func (f *Film) shows(file records.File) {
	f.File, f.Version = file.Path, strconv.FormatInt(file.Time, 36)
	if file.Frames > 0 && file.FPS > 0 {
		rate := rational(file.FPS)
		f.Width, f.Height, f.Frames, f.FPSNum, f.FPSDen = file.Width, file.Height, file.Frames, rate.Num, rate.Den
		f.Seconds = rate.Seconds(file.Frames)
	}
}

// rational returns the exact rate behind a decimal one: a record keeps 29.97002997 for 30000/1001.
func rational(fps float64) timeline.Rate {
	if n := int(fps + 0.5); fps-float64(n) < 1e-6 && float64(n)-fps < 1e-6 {
		return timeline.Rate{Num: n, Den: 1}
	}
	if n := int(fps*1.001 + 0.5); fps-float64(n)/1.001 < 1e-6 && float64(n)/1.001-fps < 1e-6 {
		return timeline.Rate{Num: n * 1000, Den: 1001}
	}
	return timeline.Rate{Num: int(fps*1000 + 0.5), Den: 1000}
}

// file returns the newest file that is named as the film is, and takes it off the list.
func (l *filmList) file(name string) (newest records.File, ok bool) {
	for path, f := range l.files {
		if f.Name == name {
			delete(l.files, path)
			if !ok || f.Time > newest.Time {
				newest, ok = f, true
			}
		}
	}
	return newest, ok
}

// stamp changes with what a still of the film shows.
func (l *filmList) stamp(f *timeline.Film) string {
	key, err := l.p.FilmRecords().Key(f, "", "still")
	if err != nil {
		return ""
	}
	return key[:16]
}

// rest adds the files of other compositions, those of Remotion's side.
func (l *filmList) rest() {
	var out []Film
	for _, f := range l.files {
		if f.Frames == 0 || len(l.films)+len(out) >= mostFilms {
			continue // a picture
		}
		film := Film{Name: f.Name, State: FilmFinished, Line: l.s.relative(f.Path)}
		film.shows(f)
		film.Transparent = !slices.Contains([]string{".mp4", ".m4v"}, strings.ToLower(filepath.Ext(f.Path)))
		out = append(out, film)
	}
	slices.SortFunc(out, func(a, b Film) int { return strings.Compare(a.Name+a.File, b.Name+b.File) })
	l.films = append(l.films, out...)
}

func (s *Session) relative(path string) string {
	if rel, err := filepath.Rel(s.root, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

// filmFilesStamp changes when a film is rendered, replaced or removed.
func filmFilesStamp(files map[string]records.File) string {
	var out []string
	for path, f := range files {
		out = append(
			out, path+" "+strconv.FormatInt(f.Bytes, 10)+" "+time.Unix(0, f.Time).UTC().Format(time.RFC3339Nano),
		)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
