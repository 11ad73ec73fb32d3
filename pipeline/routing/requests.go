package routing

import (
	"context"
	"os"
	"strings"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/request"
)

// RequestOn makes a clip's request on one route. What the route cannot carry is an error, and the request is complete
// then, too: a take that was bought before counts.
func (rt *Router) RequestOn(ctx context.Context, c manifest.Clip, route string) (request.Request, error) {
	misfit := request.Misfits(c, route, rt.ManifestLine)
	r, err := request.New(ctx, c, route, sources{rt})
	if s, ok := request.IsSpeechError(err); ok {
		err = unspeakable(c, s)
	}
	if r.Speech != nil {
		r.Speech.Row = rt.speechRow(r.Speech.Take)
	}
	if misfit != nil {
		return r, misfit
	}
	return r, err
}

// sources are what a request needs besides its clip.
type sources struct{ rt *Router }

// Hash implements request.Sources.
func (s sources) Hash(path string) (string, error) { return s.rt.disk.Inputs.Hash(path) }

// SequenceRate implements request.Sources.
func (s sources) SequenceRate(c manifest.Clip) string {
	return request.SequenceRate(c, s.rt.disk.Manifest.FPS).String()
}

// TakeKey implements request.Sources.
func (s sources) TakeKey(ctx context.Context, clip string) (string, error) {
	src, err := s.rt.disk.Clips.Named([]string{clip})
	if err != nil {
		return "", err
	}
	e, have := s.rt.disk.Lock.Get(clip)
	from, err := s.rt.Chosen(ctx, src[0], e, have, s.rt.Rows)
	return from.Key, err
}

// ManifestLine is a line of the manifest for a message; empty when it cannot be read.
func (rt *Router) ManifestLine(n int) string {
	b, err := os.ReadFile(rt.disk.Manifest.Path)
	if err != nil {
		return ""
	}
	lines := strings.Split(string(b), "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[n-1], "\r")
}
