// Package render renders films into files, with ffmpeg (package compose/native) or Remotion, and records each file. A
// film whose file is up to date is not rendered again.
package render

import (
	"context"
	"path/filepath"
	"time"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/segments"
	"greenroom/remotion"
	"greenroom/remotion/project"
)

// stageRender is the stage of events about one film.
const stageRender = "render"

// Project is where films are rendered.
type Project struct {
	Dir      string // absolute; films are written to its folder out
	CacheDir string // of bundles and unfinished files; may be deleted
	// Layout returns where the Remotion project keeps its files.
	Layout  func() project.Layout
	Records records.Store
	// Pieces returns what renders films piece by piece, with the project's store; nil renders each film in one run.
	Pieces func(context.Context) (*segments.Maker, error)
}

// Settings choose how films are rendered.
type Settings struct {
	ByRemotion  bool    // the manifest's films too; otherwise ffmpeg renders them
	Out         string  // absolute; empty: out/NAME.EXT in the project's folder
	Preset      string  // how ffmpeg encodes; empty: by the file's extension
	CRF         int     // 0: that of the preset or of the Remotion project
	Concurrency int     // browser tabs
	Still       int     // the one frame to render, with Remotion; negative: the complete film
	Whole       bool    // render each film in one run, and keep no pieces
	Force       bool    // render films that are up to date, and bundle the Remotion project again
	Checks      *Checks // nil: films are not checked
	Disclose    Disclosure
}

// Renderer renders the films of one run. It keeps one Remotion session; Close ends it.
type Renderer struct {
	Project
	Settings
	Tools    media.Tools
	Remotion remotion.Renderer
	Emit     func(event.Event)
	Now      func() time.Time

	session   *remotion.Session // nil before the first film that needs it
	keys      *remotion.Keys    // nil before the first film of Remotion's
	maker     *segments.Maker   // nil before the first film that is rendered piece by piece
	rendering rendering
}

// Result describes the file of a film.
type Result struct {
	Path         string  `json:"path"`
	Renderer     string  `json:"renderer"`
	Frames       int     `json:"frames"`
	Width        int     `json:"width"`
	Height       int     `json:"height"`
	FPS          float64 `json:"fps,omitempty"`
	Seconds      float64 `json:"seconds,omitempty"`     // length of the film
	Took         float64 `json:"tookSeconds,omitempty"` // how long rendering took
	Encoded      float64 `json:"encodedSeconds"`        // of the film that were encoded in this run
	Reused       float64 `json:"reusedSeconds"`         // of the film that were encoded before
	BundleReused bool    `json:"bundleReused"`
	UpToDate     bool    `json:"upToDate,omitempty"` // the file was not rendered in this run
	// Verdict is the worst of Findings, which are about how the film looks and sounds.
	Verdict  media.Verdict   `json:"verdict,omitempty"`
	Findings []media.Finding `json:"findings,omitempty"`
}

// Film renders a film of the manifest, or one frame of it.
func (r *Renderer) Film(ctx context.Context, f films.Film) (Result, error) {
	for _, w := range f.Timeline.Warnings {
		r.warn(f.Timeline.Name, w)
	}
	var res Result
	var err error
	if r.ByRemotion || r.Still >= 0 {
		res, err = r.timeline(ctx, f)
	} else {
		res, err = r.native(ctx, f)
	}
	if err == nil {
		err = check(ctx, r, f.Timeline.Name, f.Timeline, &res)
	}
	if err == nil || ctx.Err() != nil {
		return res, err
	}
	return res, fault.AtClip(err, f.Timeline.Name).Or()
}

// Close saves what is known about the Remotion project and waits until Node and the browser have ended.
func (r *Renderer) Close() {
	r.rendering.close()
	if r.keys != nil {
		r.keys.Save()
	}
	if r.session != nil {
		_ = r.session.Close() // every film is complete
	}
}

// path returns the file of a film.
func (r *Renderer) path(name, ext string) string {
	if r.Out != "" {
		return r.Out
	}
	return filepath.Join(r.Dir, "out", name+ext)
}

// extension is the usual one of a film's file.
func extension(f *timeline.Film) string {
	if f.Transparent {
		return ".webm"
	}
	return ".mp4"
}

func resultOf(path, renderer string, o records.Output) Result {
	res := Result{
		Path: path, Renderer: renderer, Frames: o.Frames, Width: o.Width, Height: o.Height, FPS: o.FPS, Took: o.Seconds,
	}
	if o.FPS > 0 {
		res.Seconds = float64(o.Frames) / o.FPS
	}
	return res
}

// upToDate returns the result of a film whose file has the key already. It reports false if the film has to be
// rendered.
func (r *Renderer) upToDate(path, renderer, key string) (Result, bool) {
	rec, ok := r.Records.UpToDate(path, key)
	if !ok || r.Force {
		return Result{}, false
	}
	res := resultOf(path, renderer, rec.Output)
	res.Took, res.UpToDate = 0, true
	return res, true
}

// record records the file of a film. Without a record the film is rendered again the next time.
func (r *Renderer) record(name, path, key string, o records.Output, pieces ...string) {
	if err := r.Records.Save(path, key, o, pieces...); err != nil {
		r.notRecorded(name, err.Error())
	}
}

func (r *Renderer) notRecorded(name, reason string) {
	r.warn(name, "it will be rendered again the next time: "+reason)
}

func (r *Renderer) warn(name, text string) {
	r.Emit(event.Event{Clip: name, Stage: stageRender, State: event.Warned, Message: text, Time: r.Now()})
}
