// Package words is the step that makes captions of a clip's own words: their times are measured in the delivered sound.
package words

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"greenroom/assets"
	"greenroom/compose/align"
	"greenroom/compose/media"
	"greenroom/internal/capacity"
	"greenroom/internal/espeak"
	"greenroom/internal/fault"
	"greenroom/internal/hashkey"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/stage"
)

// longest is how much of a sound is read, seconds.
const longest = 3600

// version is raised when the same sound and words get other times.
const version = "words/2"

// In is a prepared clip of the store and its words.
type In struct {
	Clip     string `json:"clip"`
	TakeKey  string `json:"takeKey"` // names temporary files
	Master   string `json:"master"`  // SHA-256, hexadecimal
	WebM     string `json:"webm"`    // SHA-256 of the prepared file
	Text     string `json:"text"`
	Language string `json:"language"` // of espeak-ng
}

// Run measures the words and puts the captions into the store, in the shape of @remotion/captions. A sound that hardly
// holds the words is an event; a clip without sound is a fault of kind Media.
func Run(ctx context.Context, env stage.Env, in In) (lockfile.Rendition, error) {
	t, err := env.Tools(ctx)
	if err != nil {
		return lockfile.Rendition{}, err
	}
	list, err := measure(ctx, env, t, in)
	if err != nil {
		return lockfile.Rendition{}, err
	}
	j, err := json.Marshal(list)
	if err != nil {
		return lockfile.Rendition{}, err
	}
	hash, size, err := env.Store.AdoptBytes("words-"+in.Clip+"-"+in.TakeKey[:16]+".json", append(j, '\n'))
	return lockfile.Rendition{Key: Key(in.Master, in.Text, in.Language), Hash: string(hash), Bytes: size}, err
}

func measure(ctx context.Context, env stage.Env, t media.Tools, in In) ([]captions.Caption, error) {
	release, err := env.Capacity.Use(ctx, capacity.Decoding(0, 0))
	if err != nil {
		return nil, err
	}
	defer release()
	const leaveOut = "remove captions from prepare, or name the words that are spoken"
	sound, err := media.Mono(ctx, t, env.Store.Path(assets.Hash(in.WebM)), align.Rate, longest)
	if err != nil {
		return nil, err
	}
	r, err := align.Align(ctx, in.Text, in.Language, sound)
	switch {
	case errors.Is(err, espeak.ErrVoice):
		return nil, fault.New(fault.Manifest, "`espeak-ng --voices` lists the languages; set voice.locale or language",
			"espeak-ng does not speak %q, which the captions need", in.Language).For(in.Clip)
	case errors.Is(err, align.ErrSilent):
		return nil, fault.New(fault.Media, leaveOut, "no speech to make captions of").For(in.Clip)
	case err != nil:
		return nil, fmt.Errorf("measure the words: %w", err)
	}
	if r.Unlike() {
		env.Send(ctx, event.Event{Clip: in.Clip, Stage: "captions", State: event.Warned,
			Message: "the sound hardly holds these words: their captions may be at wrong times"})
	}
	list := []captions.Caption{}
	for _, w := range r.Words {
		list = captions.Add(list, w.Text, ms(w.From), ms(w.To))
	}
	return captions.Ordered(list), nil
}

func ms(seconds float64) int64 { return int64(math.Round(seconds * 1000)) }

// Key is the key of measured captions.
func Key(master, text, language string) string {
	k := hashkey.New(version)
	k.Field("master", master)
	k.Field("text", text)
	k.Field("language", language)
	return k.Sum()
}

// Language is espeak-ng's name of a locale such as en-US or zh-CN. Of most languages espeak-ng has one voice.
func Language(locale string) string {
	l := strings.ToLower(strings.ReplaceAll(locale, "_", "-"))
	base, region, _ := strings.Cut(l, "-")
	switch {
	case l == "":
		return "en-us"
	case l == "en-gb", l == "en-us", l == "pt-br", l == "es-419", l == "fr-be", l == "fr-ch":
		return l
	case base == "en":
		return "en-us"
	case base == "fr":
		return "fr-fr"
	case base == "zh" && region == "hk", base == "yue":
		return "yue"
	case base == "zh":
		return "cmn"
	case base == "no":
		return "nb"
	}
	return base
}

// Missing returns why words cannot be measured here; nil when they can.
func Missing() error {
	if _, err := espeak.Version(); err != nil {
		return fault.Wrap(fault.Tool, err, "apt-get install espeak-ng (macOS: brew install espeak-ng)",
			"captions that are made here need libespeak-ng")
	}
	return nil
}
