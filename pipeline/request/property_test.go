package request

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// exception is a change after which HeyGen would get the same request and the take key differs all the same.
type exception struct {
	member string // as in changes
	holds  func(c *manifest.Clip, route string) bool
	why    string
}

// exceptions are all of them. There is none of the other kind: what HeyGen gets never changes without the key.
var exceptions = []exception{
	{"take", everywhere, "the number is there to buy the same again"},
	{"captions", v2Translation, "v2 is not asked for captions, and a take without them cannot be given any later: " +
		"they are read when it is downloaded"},
	{"captions.burned-in", ofTemplate, "a request of a template has one member for captions, and its video two files: the take is one of them"},
	{"key-color", keyedTranslation, "what is translated is on that color: another one means another film as a rule; " +
		"the lockfiles of all keyed translations have it in their keys"},
}

func everywhere(*manifest.Clip, string) bool { return true }

func v2Translation(_ *manifest.Clip, route string) bool {
	return route == routes.V2Translate || route == routes.V2TranslateKey
}

func ofTemplate(_ *manifest.Clip, route string) bool {
	return route == routes.V2Template || route == routes.V3Template
}

func keyedTranslation(_ *manifest.Clip, route string) bool {
	return route == routes.V2TranslateKey || route == routes.V3TranslateKey
}

// TestTheKeyIsTheRequest makes random clips on every route, changes one member of each, and compares: HeyGen gets the
// same exactly if the take key is the same. A key that misses a difference would take one clip for another; a key with
// a difference that HeyGen does not see would buy the same clip twice.
func TestTheKeyIsTheRequest(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := clips{rand.New(rand.NewPCG(seed, 0))}
	m := newMemory()
	used := make([]bool, len(exceptions))
	compared := map[string]int{}
	names := changeNames()
	for _, route := range routes.Names {
		for range 1200 {
			a := r.on(t, route)
			for range r.IntN(4) { // other members that are not at their defaults
				changed := a
				if changes[names[r.IntN(len(names))]](r, &changed) && valid(changed, route) {
					a = changed
				}
			}
			name := names[r.IntN(len(names))]
			b := a
			if !changes[name](r, &b) || !valid(a, route) || !valid(b, route) {
				continue
			}
			before, errA := requestOf(t, m, a, route)
			after, errB := requestOf(t, m, b, route)
			if errA != nil || errB != nil {
				continue // HeyGen would refuse one of them
			}
			compared[route]++
			if (before.sent == after.sent) == (before.key == after.key) {
				continue
			}
			i := slices.IndexFunc(exceptions, func(e exception) bool { return e.member == name && e.holds(&b, route) })
			if i < 0 || before.sent != after.sent {
				t.Errorf("seed %d: %s on %s: same request %v, same key %v\n%+v\n%+v\n%s\n%s", seed, name, route,
					before.sent == after.sent, before.key == after.key, a, b, before.sent, after.sent)
				continue
			}
			used[i] = true
		}
		if compared[route] < 100 {
			t.Errorf("seed %d: only %d pairs of clips were compared on %s", seed, compared[route], route)
		}
	}
	for i, e := range exceptions {
		if !used[i] {
			t.Errorf("seed %d: the exception for %s (%s) is not needed", seed, e.member, e.why)
		}
	}
}

// valid reports a clip that the manifest and its route accept.
func valid(c manifest.Clip, route string) bool {
	webm := c.Route == routes.V1WebM && c.Avatar.Style == "circle"
	wrong := c.Source == manifest.SourceAvatar && routes.IsOpaque(route) == c.Transparent
	noFile := func(int) string { return "" }
	return !webm && !wrong && Misfits(c, route, noFile) == nil
}

// made is what a clip's request sends, and its take key.
type made struct{ sent, key string }

func requestOf(t *testing.T, m memory, c manifest.Clip, route string) (made, error) {
	t.Helper()
	r, err := New(t.Context(), c, route, m)
	if err != nil {
		return made{}, err
	}
	if !r.Paid() { // nothing is sent: the take is these bytes, or that video
		return made{strings.Join([]string{r.Footage.File.Hash, r.Footage.Frames, r.VideoID}, " "), r.Key}, nil
	}
	sent, err := m.sent(t, r)
	return made{sent, r.Key}, err
}
