package render

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"greenroom/compose/media"
	"greenroom/compose/quality"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/internal/filecache"
	"greenroom/internal/hashkey"
)

// Checks are how rendered films are checked.
type Checks struct {
	Limits quality.Limits
	Accept map[string]string // findings that do not fail, each with the reason
}

// Measure measures the file of a film. A film of the user's own Remotion project has no timeline.
func (c Checks) Measure(
	ctx context.Context, t media.Tools, path string, f *timeline.Film,
) (*quality.Meter, []media.Finding, error) {
	m, err := quality.File(ctx, t, path, quality.Subject{Film: f, IsFilm: true}, c.Limits)
	if err != nil {
		return nil, nil, err
	}
	return m, c.Accepted(m.Findings()), nil
}

// Accepted returns findings of which those that the manifest accepts do not fail.
func (c Checks) Accepted(list []media.Finding) []media.Finding {
	for i, found := range list {
		if why, ok := c.Accept[found.Name]; ok && found.Verdict == media.Fail {
			list[i].Verdict, list[i].Advice = media.Warn, "accepted in the manifest: "+why
		}
	}
	return list
}

// check adds the findings about a film's file to its result. Those of an unchanged file are remembered.
func check(ctx context.Context, r *Renderer, name string, f *timeline.Film, res *Result) error {
	if r.Checks == nil || r.Checks.Limits.Level == quality.Off || r.Still >= 0 {
		return nil
	}
	cache, key, err := verdictKey(r, f, res.Path)
	if err != nil {
		return err
	}
	list, known := filecache.LoadEntry[[]media.Finding](cache, key)
	if !known {
		_, list, err = r.Checks.Measure(ctx, r.Tools, res.Path, f)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			r.warn(name, "the film was not checked: "+err.Error())
			return nil
		}
		_ = filecache.SaveEntry(cache, key, list) // it is measured again then
	}
	res.Findings, res.Verdict = list, media.WorstOf(list)
	return nil
}

// verdictKey returns the cache of a file's findings, and the key of what they depend on.
func verdictKey(r *Renderer, f *timeline.Film, path string) (cache, key string, err error) {
	stamp, err := filecache.StampText(path)
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal([]any{r.Checks, f})
	if err != nil {
		return "", "", err
	}
	k := hashkey.New("verdict/1")
	k.Field("file", stamp)
	k.Field("checks", string(b))
	k.Field("program", r.Records.Version)
	k.Field("tool", r.Tools.Version)
	file := hashkey.New("verdict of a file")
	file.Field("path", path)
	return filepath.Join(r.CacheDir, "verdicts", file.Sum()[:24]+".json"), k.Sum(), nil
}

// Failed returns why a rendered film must not be used; nil if no finding fails.
func (res Result) Failed(name string) error {
	var bad []string
	hint := ""
	for _, f := range res.Findings {
		if f.Verdict != media.Fail {
			continue
		}
		place := ""
		if f.Where.To > 0 {
			place = fmt.Sprintf(" from %.4g to %.4g s", f.Where.From, f.Where.To)
		}
		bad = append(bad, fmt.Sprintf("%s: %s%s (limit %s)", f.Name, f.Value, place, f.Limit))
		if hint == "" {
			hint = fmt.Sprintf("%s; checks: {accept: {%s: REASON}} accepts it", f.Advice, f.Name)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	all := strings.Join(bad, "; ")
	return fault.New(fault.Media, hint, "%s failed its checks: %s", filepath.Base(res.Path), all).For(name)
}
