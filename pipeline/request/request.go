package request

import (
	"context"
	"errors"
	"strings"

	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// Request is what greenroom would send for a clip, and its key.
type Request struct {
	Canonical
	Key    string          // SHA-256 of the canonical value, hexadecimal
	Inputs lockfile.Inputs // a short hash of each member, to report which of them changed
	Price  string          // the line of the price list
	Speech *Speech         // the sound that is bought first; nil when the video speaks by itself

	// old is the value that earlier versions made the key from; nil when it is the same, as for most of the 10,000
	// requests that a plan may hold.
	old *Canonical
}

// New makes the request for a clip on a route. An error of type [*SpeechError] is something that the voice
// draft cannot do; other errors are files that cannot be read. [Misfits] returns what the route cannot carry.
func New(ctx context.Context, c manifest.Clip, route string, src Sources) (Request, error) {
	r := Request{Price: priceOf(c, route)}
	written, err := canonicalOf(ctx, c, route, src)
	r.Canonical, _ = written.sent()
	if old, differs := written.earlier(); differs {
		r.old = &old
	}
	if err == nil && r.Draft {
		r.Speech, err = newSpeech(r.Canonical)
	}
	if err != nil {
		return r, err
	}
	r.setKey(r.Canonical)
	return r, nil
}

func (r *Request) setKey(c Canonical) {
	k := takeKey(c)
	r.Key, r.Inputs = k.Sum(), lockfile.MakeInputs(k.Fields()...)
}

// Earlier returns the request with the key that earlier versions gave it, and whether there was another one. Takes
// under that key are up to date.
func (r Request) Earlier() (Request, bool) {
	if r.old == nil {
		return r, false
	}
	r.setKey(*r.old)
	return r, true
}

// Paid reports a request that spends money.
func (r Request) Paid() bool { return routes.Paid(r.Route) }

// ChangedSince returns the names of the members that are not what they were, with commas.
func (r Request) ChangedSince(old lockfile.Inputs) string {
	var names []string
	for k, v := range r.Inputs.All() {
		if old.Get(k) != v {
			names = append(names, k)
		}
	}
	return strings.Join(names, ", ")
}

// WithSound returns the request driven by a sound instead of words, whose key stays: a voice draft that was bought.
func (r Request) WithSound(path string) Request {
	scene := r.Scenes[0]
	scene.Text = ""
	r.Sound, r.Scenes, r.Frame.Captions = Content{Path: path}, []Scene{scene}, false
	return r
}

// WithSource returns the request of a translation with the file of the take that it translates.
func (r Request) WithSource(path string) Request {
	r.Translate.File = Content{Path: path}
	return r
}

// priceOf returns the line of the price list for a clip on a route; empty when nothing is bought.
func priceOf(c manifest.Clip, route string) string {
	price := routes.PriceOf(route)
	switch {
	case price == "avatar" && c.Avatar.TalkingPhoto:
		return "photo"
	case price == "lipsync" && c.Lipsync != nil && c.Lipsync.Precise:
		return "lipsyncPrecise"
	case price == "instant" && c.Instant != nil && (c.Instant.Resolution == "1080p" || c.Instant.Resolution == "2k"):
		return "instantLarge"
	}
	return price
}

// IsSpeechError returns what a voice draft cannot do, from an error of New.
func IsSpeechError(err error) (*SpeechError, bool) {
	var s *SpeechError
	ok := errors.As(err, &s)
	return s, ok
}
