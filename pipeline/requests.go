package pipeline

import (
	"context"
	"os"
	"strings"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/request"
)

// requestOn makes a clip's request on one route. What the route cannot carry is an error, and the request is complete
// then, too: a take that was bought before counts.
func (p *Project) requestOn(ctx context.Context, c manifest.Clip, route string) (request.Request, error) {
	misfit := request.Misfits(c, route, p.manifestLine)
	r, err := request.New(ctx, c, route, sources{p})
	if s, ok := request.IsSpeechError(err); ok {
		err = unspeakable(c, s)
	}
	if r.Speech != nil {
		r.Speech.Row = p.speechRow(r.Speech.Take)
	}
	if misfit != nil {
		return r, misfit
	}
	return r, err
}

// sources are what a request needs besides its clip.
type sources struct{ p *Project }

// Hash implements request.Sources.
func (s sources) Hash(path string) (string, error) { return s.p.Inputs.Hash(path) }

// SequenceRate implements request.Sources.
func (s sources) SequenceRate(c manifest.Clip) string {
	return request.SequenceRate(c, s.p.Manifest.FPS).String()
}

// TakeKey implements request.Sources.
func (s sources) TakeKey(ctx context.Context, clip string) (string, error) {
	src, err := s.p.Clips.Named([]string{clip})
	if err != nil {
		return "", err
	}
	e, have := s.p.Lock.Get(clip)
	from, err := s.p.chosen(ctx, src[0], e, have, s.p.rows)
	return from.Key, err
}

// manifestLine is a line of the manifest for a message; empty when it cannot be read.
func (p *Project) manifestLine(n int) string {
	b, err := os.ReadFile(p.Manifest.Path)
	if err != nil {
		return ""
	}
	lines := strings.Split(string(b), "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[n-1], "\r")
}

// Dollars returns an amount as text, see [request.Dollars].
func Dollars(v float64) string { return request.Dollars(v) }
