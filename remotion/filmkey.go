package remotion

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/filecache"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/proc"
	"greenroom/remotion/project"
	"greenroom/remotion/segment"
	"greenroom/remotion/sources"
)

// Timeline is the composition that renders films of the manifest.
const Timeline = "Timeline"

// publishDir is greenroom's own folder in public/. Its films, pictures and fonts have
// names of their content, by which their users' input names them.
const publishDir = "public/greenroom"

// Keys computes the keys of a project's films, without Node, a browser or a bundle: two films with one key are the same
// film. A key covers what the project contains, but not what a component requests elsewhere (the network, the clock,
// the machine's fonts).
//
// Sources are read every time, public/ and the browser only if a size or a time changed. What films have in common is
// computed for the first that needs it and kept until Forget.
type Keys struct {
	at      project.Layout
	config  configuration
	home    string // the cache
	r       Renderer
	browser string
	files   *sources.Hashes
	seen    bool              // ours is computed
	all     string            // of everything that a composition may show; "" before it is needed
	ours    string            // of what Timeline may show besides its input; "" where Timeline is not the companion's, unchanged
	parts   map[string]string // of what segments may show, by the files that they name
}

// unknownStamp is the stamp of a configuration that cannot be read because the packages are not installed. No film has
// it.
const unknownStamp = "unknown"

// Keys opens the project. It starts Node only for a configuration of the project's that changed. Its owner calls Save
// at the end.
func (r Renderer) Keys(ctx context.Context, s SessionSpec) (*Keys, error) {
	k := &Keys{r: r}
	var err error
	k.home, err = filepath.Abs(s.CacheDir)
	if err != nil {
		return nil, err
	}
	s.Layout, err = givenProject(s.Layout)
	if err != nil {
		return nil, err
	}
	if Installed(s.Layout.Dir) {
		k.config, err = r.configuration(ctx, s.Layout, k.home)
	} else {
		k.config.file, err = configFile(s.Layout)
		if err == nil && k.config.file != "" {
			k.config.stamp = unknownStamp
		}
	}
	if err != nil {
		return nil, err
	}
	k.at, err = k.config.project(s.Layout)
	if err != nil && k.config.stamp != unknownStamp {
		return nil, err
	}
	if browser := r.browser(k.at, k.config); browser != "" {
		k.browser, err = proc.Find(browser, "", exec.LookPath)
		if err != nil {
			return nil, fault.Wrap(fault.Tool, err, browserHint, "find the browser")
		}
	}
	k.files = sources.OpenHashes(filepath.Join(k.home, "hashes.json"), k.at.Dir)
	return k, nil
}

// Save caches what was read for the next run.
func (k *Keys) Save() { k.files.Save() }

// Forget makes the next key read the project again.
func (k *Keys) Forget() { k.seen, k.all, k.ours, k.parts = false, "", "", nil }

// everything is the hash of what compositions of the project are made of.
func (k *Keys) everything() (string, error) {
	if k.all == "" {
		var err error
		k.all, err = k.hash(nil, k.notGiven())
		if err != nil {
			return "", err
		}
	}
	return k.all, nil
}

// notGiven returns a function that reports published files which compositions do not find in clips.gen.json.
func (k *Keys) notGiven() func(name string) bool {
	given := k.published()
	return func(name string) bool { return byContent.MatchString(name) && !given[name] }
}

// Timeline returns the hash of what Timeline is made of besides its input: an additional clip changes no film that does
// not show it. It is "" where Timeline is not the companion's, unchanged.
func (k *Keys) Timeline() (string, error) {
	if !k.seen && k.oursAlone() {
		var err error
		k.ours, err = k.hash(k.generated, func(name string) bool { return strings.HasPrefix(name, publishDir+"/") })
		if err != nil {
			return "", err
		}
	}
	k.seen = true
	return k.ours, nil
}

// hash is of packages, browser, and the sources and public files that are not skipped.
func (k *Keys) hash(skipSource, skipPublic func(name string) bool) (string, error) {
	h := sources.NewKey()
	h.Skip = skipSource
	err := k.common(h)
	if err == nil {
		err = h.Sources(k.at, driverSum())
		sources.Recall(k.home, k.at).Hash(h, k.at, k.r.environ())
	}
	if err == nil {
		h.SumOf, h.Skip = k.files.Sum, skipPublic
		err = sources.WalkPublic(k.at, h.FileAs)
		if os.IsNotExist(err) {
			err = nil // nothing is published yet
		}
	}
	if err != nil {
		return "", fault.Wrap(fault.Failed, err, "make the project readable", "read the project")
	}
	return h.Sum(), nil
}

// byContent matches the published files: <clip>.<hash>.<extension>, files/<hash>.<extension>. A film's input has the
// names of those that it shows; the others, such as old ones, belong to no film.
var byContent = lazyregexp.New(
	`^public/greenroom/([^/]+\.[0-9a-f]{8}\.[a-z.]+|files/[0-9a-f]{16}\.[a-z0-9]+|files/inter-license\.txt|(files/)?\.greenroom-owned\.json|published\.[0-9a-f]+)$`,
)

// generated reports the modules that a build writes, by their names in the project.
func (k *Keys) generated(name string) bool {
	source := k.at.SourceDir()
	return name == source+"/clips.gen.ts" || name == source+"/clips.gen.json"
}

// published are the files of the clips that compositions find in clips.gen.json, by their names in the project.
func (k *Keys) published() map[string]bool {
	b, err := os.ReadFile(k.at.Path(k.at.SourceDir() + "/clips.gen.json"))
	if err != nil {
		return nil // before the first build
	}
	p, err := DecodeProps(b)
	if err != nil {
		return nil // its bytes are in the key all the same
	}
	out := map[string]bool{}
	for _, c := range p.Clips {
		out["public/"+c.Src], out["public/"+c.Poster] = true, true
		if c.Captions != nil {
			out["public/"+*c.Captions] = true
		}
	}
	return out
}

// Film returns a film's key. It fails for what Render refuses at once. The number of tabs is not in the key.
func (k *Keys) Film(spec RenderSpec) (string, error) {
	p, err := planFilm(k.at, spec)
	if err != nil {
		return "", err
	}
	h := sources.NewKey()
	h.SumOf = k.files.Sum
	of := ""
	if spec.Composition == Timeline {
		of, err = k.Timeline()
		if err != nil {
			return "", err
		}
	}
	if of != "" {
		err = k.shown(h, p.input)
	} else {
		of, err = k.everything()
	}
	if err != nil {
		return "", err
	}
	h.Field("project", of)
	h.Field("composition", spec.Composition)
	h.Field("input", string(p.input))
	h.Field("format", p.format.name)
	h.Field("encoding", fmt.Sprintln(quality(spec.CRF), spec.Exact, spec.ChunkFrames))
	return h.Sum(), nil
}

// Content returns the SHA-256 of a published file in hexadecimal digits, by its path below public/; "" for a missing
// one, which the render reports.
func (k *Keys) Content(public string) string {
	sum, err := k.files.Sum(k.at.Path(path.Join(k.at.PublicDir(), public)))
	if err != nil {
		return ""
	}
	return hex.EncodeToString([]byte(sum))
}

// Segment returns the key of a segment of a composition of the project's own: the hash of what it may show and of its
// place in the film.
func (k *Keys) Segment(spec RenderSpec, f Facts, list []segment.Segment, i int) (string, error) {
	p, err := planFilm(k.at, spec)
	if err != nil {
		return "", err
	}
	s := list[i]
	of := fmt.Sprintf("%q %q", s.Files, s.Ignore)
	if k.parts[of] == "" {
		unused := func(name string) bool { return !s.Uses(list, name) }
		notGiven := k.notGiven()
		all, err := k.hash(unused, func(name string) bool { return unused(name) || notGiven(name) })
		if err != nil {
			return "", err
		}
		if k.parts == nil {
			k.parts = map[string]string{}
		}
		k.parts[of] = all
	}
	f.Segments = nil
	facts, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	h := sources.NewKey()
	h.Field("schema", "remotion segment/1")
	h.Field("project", k.parts[of])
	h.Field("composition", spec.Composition)
	h.Field("facts", string(facts))
	h.Field("frames", fmt.Sprintln(s.From, s.To))
	if s.Inputs != nil {
		h.Field("inputs", string(s.Inputs))
	} else {
		h.Field("input", string(p.input))
	}
	h.Field("encoding", fmt.Sprintln(p.format.name, quality(spec.CRF), spec.Exact))
	return h.Sum(), nil
}

// factsMemory is a small file in the cache that may be deleted at any time.
const factsMemory = "facts.json"

// rememberedFacts are the facts of a composition when its film had a key.
type rememberedFacts struct {
	Key   string `json:"key"`
	Facts Facts  `json:"facts"`
}

// Recall returns the facts that Remember kept for a composition, if its film has the same key.
func (k *Keys) Recall(composition, key string) (Facts, bool) {
	m, ok := filecache.LoadEntry[rememberedFacts](filepath.Join(k.home, factsMemory), k.factsOf(composition))
	return m.Facts, ok && m.Key == key
}

// Remember keeps the facts of a composition for the next run.
func (k *Keys) Remember(composition, key string, f Facts) {
	sources.SaveEntry(k.home, factsMemory, k.factsOf(composition), rememberedFacts{key, f})
}

func (k *Keys) factsOf(composition string) string {
	return sources.Place(k.home, k.at) + " " + composition
}

// shown hashes the files that a film of the manifest names.
func (k *Keys) shown(h sources.Key, input json.RawMessage) error {
	names, err := namedIn(input)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := h.FileAs(k.at.Path(path.Join(k.at.PublicDir(), name)), path.Join("public", name)); err != nil && !os.IsNotExist(err) { // the render names what is missing
			return err
		}
	}
	return nil
}

// namedIn returns the files below the public folder that the input of a film of the manifest names.
func namedIn(input json.RawMessage) (names []string, err error) {
	var in struct {
		Film struct {
			Media map[string]struct{ Public string }
		}
	}
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, err
	}
	for _, m := range in.Film.Media {
		if m.Public != "" {
			names = append(names, m.Public)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
