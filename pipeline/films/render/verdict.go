package render

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
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
	// Always checks films too of which a part was encoded before. To check a film is to decode all of it: a row of which
	// 5 of 30 s differ costs a fifth of the film without it.
	Always bool
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

// check adds the findings about a film's file to its result. Those of an unchanged file are remembered. A film of which
// a part was encoded before, and checked then, has none unless it is always checked.
func check(ctx context.Context, r *Renderer, name string, f *timeline.Film, res *Result) error {
	if r.Checks == nil || r.Checks.Limits.Level == quality.Off || r.Still >= 0 {
		return nil
	}
	cache, key, err := verdictKey(r, f, res.Path)
	if err != nil {
		return err
	}
	last, _ := filecache.Load[verdict](cache)
	list, known := last.Findings, last.Key == key
	switch {
	case known && (len(list) > 0 || !r.Checks.Always):
	case res.Reused > 0 && !r.Checks.Always:
		list = nil
		remember(cache, key, list) // so that it is not checked when it is up to date
	default:
		_, list, err = r.Checks.Measure(ctx, r.Tools, res.Path, f)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			r.warn(name, "the film was not checked: "+err.Error())
			return nil
		}
		remember(cache, key, list)
	}
	if len(list) > 0 {
		res.Findings, res.Verdict = list, media.WorstOf(list)
	}
	return nil
}

// verdict is the record of a film's file; none, of a file that was not checked.
type verdict struct {
	Key      string          `json:"key"`
	Findings []media.Finding `json:"findings"`
}

// remember records the findings of a film. A film without a record is measured again.
func remember(cache, key string, list []media.Finding) {
	if os.MkdirAll(filepath.Dir(cache), 0o700) == nil {
		_ = filecache.Save(cache, verdict{key, list})
	}
}

// verdictKey returns the cache of a file's findings, and the key of what they depend on.
func verdictKey(r *Renderer, f *timeline.Film, path string) (cache, key string, err error) {
	stamp, err := filecache.StampText(path)
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal([]any{r.Checks.Limits, r.Checks.Accept, f})
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
