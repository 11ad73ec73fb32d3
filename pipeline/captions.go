package pipeline

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"greenroom/heygen"
	"greenroom/internal/excerpt"
	"greenroom/internal/hashkey"
	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/request"
)

// captionsRendition is the sidecar in the shape of @remotion/captions.
const captionsRendition = "captions"

// maxSidecar bounds a caption file, bytes.
const maxSidecar = 4 << 20

// caption is one block on screen, as @remotion/captions has it.
type caption struct {
	Text        string   `json:"text"`
	StartMs     int64    `json:"startMs"`
	EndMs       int64    `json:"endMs"`
	TimestampMs *int64   `json:"timestampMs"`
	Confidence  *float64 `json:"confidence"`
}

var (
	srtTimes = lazyregexp.New(`(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d+):(\d\d):(\d\d)[,.](\d{1,3})`)
	assTimes = lazyregexp.New(`^Dialogue:[^,]*,(\d+):(\d\d):(\d\d)\.(\d\d),(\d+):(\d\d):(\d\d)\.(\d\d),`)
	tags     = lazyregexp.New(`<[^>]*>|\{[^}]*\}`)
)

// parseCaptions reads SRT or ASS, whichever it is. Blocks come in order of time; one
// that ends before it begins is omitted.
func parseCaptions(b []byte) ([]caption, error) {
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("the captions are not UTF-8 text")
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(b), "\ufeff"), "\r\n", "\n")
	if strings.Contains(text, "[Events]") && strings.Contains(text, "[Script Info]") {
		return ordered(parseASS(text)), nil
	}
	var out []caption
	for _, block := range strings.Split(text, "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		for i, l := range lines {
			if m := srtTimes.FindStringSubmatch(l); m != nil {
				out = keep(out, strings.Join(lines[i+1:], " "), millis(m[1:5], 1), millis(m[5:9], 1))
				break
			}
		}
	}
	switch {
	case strings.TrimSpace(text) == "":
		return nil, fmt.Errorf("the caption file is empty")
	case len(out) == 0:
		return nil, fmt.Errorf("the captions are neither SRT nor ASS but %s", excerpt.Of(b))
	}
	return ordered(out), nil
}

func parseASS(text string) (out []caption) {
	for _, l := range strings.Split(text, "\n") {
		m := assTimes.FindStringSubmatch(l)
		parts := strings.SplitN(l, ",", 10)
		if m == nil || len(parts) < 10 {
			continue
		}
		said := strings.NewReplacer(`\N`, " ", `\n`, " ", `\h`, " ").Replace(parts[9])
		out = keep(out, said, millis(m[1:5], 10), millis(m[5:9], 10))
	}
	return out
}

func keep(out []caption, text string, from, to int64) []caption {
	text = strings.Join(strings.Fields(tags.ReplaceAllString(text, "")), " ")
	if text == "" || to <= from {
		return out
	}
	middle := (from + to) / 2
	return append(out, caption{Text: text, StartMs: from, EndMs: to, TimestampMs: &middle})
}

// ordered sorts blocks by the time they begin, and begins all but the first with a space:
// @remotion/captions wants the space with the word that follows it.
func ordered(out []caption) []caption {
	slices.SortStableFunc(out, func(a, b caption) int { return cmp.Compare(a.StartMs, b.StartMs) })
	for i := 1; i < len(out); i++ {
		out[i].Text = " " + out[i].Text
	}
	return out
}

// millis of hours, minutes, seconds and a fraction; unit is the fraction's worth.
func millis(parts []string, unit int64) int64 {
	var v [4]int64
	for i, p := range parts {
		if i == 3 && unit == 1 {
			p = (p + "00")[:3] // "5" is half a second
		}
		v[i], _ = strconv.ParseInt(p, 10, 64)
	}
	return ((v[0]*60+v[1])*60+v[2])*1000 + v[3]*unit
}

// captions brings a take's sidecar into the store, as JSON. That none came is worth
// a word, not an end: HeyGen promises none for own sound.
func (b *build) captions(ctx context.Context, s Step, client *heygen.Client, id string, v heygen.Video) (lockfile.Rendition, bool) {
	warn := func(format string, args ...any) (lockfile.Rendition, bool) {
		b.Send(ctx, event.Event{Clip: s.Clip, Stage: "captions", State: event.Warned, Message: fmt.Sprintf(format, args...)})
		return lockfile.Rendition{}, false
	}
	if !s.clip.Captions {
		return lockfile.Rendition{}, false
	}
	if v.CaptionURL == "" {
		var err error
		if v, err = client.Job(ctx, request.KindOf(b.Account.recordRoute(ctx, s.Route)), id); err != nil {
			return warn("not read: %v", err)
		}
	}
	if v.CaptionURL == "" {
		return warn("HeyGen made none for video %s", id)
	}
	raw, err := b.Account.fetcher().Small(ctx, v.CaptionURL.Reveal(), maxSidecar)
	if err != nil {
		return warn("not read: %v", err)
	}
	list, err := parseCaptions(raw)
	if err != nil {
		return warn("%v", err)
	}
	r, err := b.keepCaptions(s, list)
	if err != nil {
		return warn("not kept: %v", err)
	}
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "captions", State: event.Done, Message: fmt.Sprintf("%d blocks", len(list))})
	return r, true
}

func (b *build) keepCaptions(s Step, list []caption) (lockfile.Rendition, error) {
	j, err := json.Marshal(append([]caption{}, list...))
	if err != nil {
		return lockfile.Rendition{}, err
	}
	tmp := b.Store.TempPath("captions-" + s.Clip + "-" + s.Key[:16] + ".json")
	if err := os.WriteFile(tmp, append(j, '\n'), 0o644); err != nil {
		return lockfile.Rendition{}, err
	}
	hash, size, err := b.Store.Adopt(tmp)
	k := hashkey.New("captions/1")
	k.Field("take", s.Key)
	return lockfile.Rendition{Key: k.Sum(), Hash: string(hash), Bytes: size}, err
}
