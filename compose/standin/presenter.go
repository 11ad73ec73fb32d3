package standin

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"sync"
)

//go:embed svg/*.svg
var drawings embed.FS

// Drawings identifies the drawn people: what was kept of others is not theirs.
var Drawings = sync.OnceValue(func() string {
	sum := sha256.New()
	for _, name := range presenters {
		b, err := drawings.ReadFile("svg/" + name + ".svg")
		if err != nil {
			panic(err) // it is embedded
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(b), b)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
})

// presenters are the drawn people, in the order that names are spread over.
var presenters = []string{"scarf", "glasses", "curls"}

// Layers of a presenter, back to front, by what moves them.
var (
	bodyLayers  = []string{"body", "neck", "accessory-low"}
	eyeStates   = []string{"eyes-open", "eyes-half", "eyes-shut"}
	mouthShapes = []string{"rest", "mbp", "ih", "ee", "eh", "aa", "oh", "oo", "fv", "l"}
)

// presenter is one person, rasterised for one size.
type presenter struct{ layers map[string]*layer }

// parsed keeps every drawing read once.
var parsed = sync.OnceValues(func() (map[string]*drawing, error) {
	out := map[string]*drawing{}
	for _, name := range presenters {
		b, err := drawings.ReadFile("svg/" + name + ".svg")
		if err != nil {
			return nil, err
		}
		out[name], err = parseSVG(b)
		if err != nil {
			return nil, fmt.Errorf("presenter %s: %w", name, err)
		}
	}
	return out, nil
})

// recent keeps the last rasterised presenters: a project's clips mostly share one
// person and one size, and a set of layers at 1080p takes 10 MB.
var recent struct {
	sync.Mutex
	keys []string
	made map[string]*presenter
}

const keepRecent = 4

// present rasterises a person at k pixels a unit.
func present(name string, k float64) (*presenter, error) {
	key := fmt.Sprintf("%s %.6f", name, k)
	recent.Lock()
	defer recent.Unlock()
	if p := recent.made[key]; p != nil {
		return p, nil
	}
	all, err := parsed()
	if err != nil {
		return nil, err
	}
	d := all[name]
	p := &presenter{map[string]*layer{}}
	for id := range d.layers {
		p.layers[id], err = d.layer(id, k)
		if err != nil {
			return nil, fmt.Errorf("presenter %s: %w", name, err)
		}
	}
	if recent.made == nil {
		recent.made = map[string]*presenter{}
	}
	recent.made[key] = p
	recent.keys = append(recent.keys, key)
	if len(recent.keys) > keepRecent {
		delete(recent.made, recent.keys[0])
		recent.keys = recent.keys[1:]
	}
	return p, nil
}
