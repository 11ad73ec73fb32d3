package remotion

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
	"greenroom/remotion/site"
	"greenroom/remotion/sources"
)

// Away is what another machine must have to render ranges of a film, besides the project's bundle.
type Away struct {
	Tools  site.Tools
	Values map[string]json.RawMessage // of the project's configuration, without those of this machine
	Input  json.RawMessage            // of the composition
	Public []site.File                // files of the public folder that the film's key is of
}

// Away returns what another machine must have to render ranges of a film as the project is now, or the reason why
// another machine cannot render them.
func (k *Keys) Away(spec RenderSpec) (a Away, reason string, err error) {
	p, err := planFilm(k.at, spec)
	if err != nil {
		return a, "", err
	}
	a.Input = p.input
	a.Values, reason = k.config.portable(spec.Composition != Timeline)
	if reason == "" && pageReads(k.at, k.config, k.r.environ()) {
		reason = "its pages read variables, of .env or named REMOTION_*, and these are not sent to a shared cache"
	}
	if reason != "" {
		return a, reason, nil
	}
	a.Tools, err = toolsOf(k.at.Dir, k.browser, k.files.Sum)
	if err == nil {
		a.Public, err = publicOf(k, spec, p.input)
	}
	return a, "", err
}

// publicOf returns the files of the public folder that are in the key of a film.
func publicOf(k *Keys, spec RenderSpec, input json.RawMessage) (list []site.File, err error) {
	skip := k.notGiven()
	if spec.Composition == Timeline {
		ours, err := k.Timeline()
		if err != nil {
			return nil, err
		}
		if ours != "" {
			names, err := namedIn(input)
			if err != nil {
				return nil, err
			}
			skip = func(name string) bool {
				below, public := strings.CutPrefix(name, "public/")
				return strings.HasPrefix(name, publishDir+"/") && public && !slices.Contains(names, below)
			}
		}
	}
	err = sources.WalkPublic(k.at, func(file, name string) error {
		name = filepath.ToSlash(name)
		if skip(name) {
			return nil
		}
		sum, err := k.files.Sum(file)
		if err != nil || sum == sources.Unreadable { // a browser cannot read it either
			return err
		}
		list = append(list, site.File{Name: strings.TrimPrefix(name, "public/"), Path: file,
			Hash: hex.EncodeToString([]byte(sum))})
		return nil
	})
	if os.IsNotExist(err) {
		err = nil // nothing is published yet
	}
	if err != nil {
		return nil, fault.Wrap(fault.Failed, err, "make the project readable", "read the project's public folder")
	}
	return list, nil
}

// ofThisMachine are settings that name files of this machine. A bundle and its pages do not need them.
var ofThisMachine = []string{"setEntryPoint", "setPublicDir", "setDotEnvLocation", "setBrowserExecutable"}

// portable returns the values that another machine needs to render a film, or the reason why it cannot. own: the film is
// a composition of the project's own.
func (c configuration) portable(own bool) (values map[string]json.RawMessage, reason string) {
	values = map[string]json.RawMessage{}
	for name, v := range c.Values {
		switch {
		case name == "setBinariesDirectory" && string(v) != "null":
			return nil, "Config.setBinariesDirectory names a folder of this machine"
		case name == "overrideFfmpegCommand" && own && string(v) != "null":
			return nil, "Config.overrideFfmpegCommand is a function of this machine"
		case !slices.Contains(ofThisMachine, name) && !strings.HasPrefix(name, "override"), isSize(name):
			values[name] = v
		}
	}
	return values, ""
}

// isSize reports a setting whose name begins like that of a function, and is a number.
func isSize(name string) bool {
	return slices.Contains([]string{"overrideWidth", "overrideHeight", "overrideFps", "overrideDuration"}, name)
}

// toolsOf returns the programs that render ranges with the packages of a folder.
func toolsOf(dir, browser string, sumOf func(path string) (string, error)) (t site.Tools, err error) {
	t = site.Tools{Driver: driverSum(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	for _, name := range []string{"@remotion/renderer", "remotion"} {
		if t.Remotion == "" {
			t.Remotion = sources.Installed(dir, name)
		}
	}
	if browser == "" {
		return t, nil
	}
	h := sources.NewKey()
	for _, program := range programs(browser) {
		sum, err := sumOf(program)
		if err != nil {
			return t, fault.Wrap(fault.Tool, err, browserHint, "read the browser")
		}
		h.Field("browser", sum)
	}
	t.Browser = h.Sum()
	return t, nil
}

// Bench renders ranges of films of other machines with the packages of a folder.
type Bench struct {
	r        Renderer
	dir      string // with node_modules
	cacheDir string
	files    *sources.Hashes // of the browser's programs
}

// NewBench returns what renders ranges of other machines' films with Remotion's packages in a folder. cacheDir is for the
// driver, and safe to delete. It fails if a program or a package is missing; nothing is ever installed.
func NewBench(ctx context.Context, r Renderer, dir, cacheDir string) (*Bench, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if missing := project.FindMissing(dir, renderPackages[0]); missing != nil {
		return nil, fault.New(fault.Tool, "run `npm install "+renderPackages[0]+"@VERSION` there, with the projects' version",
			"find %s in %s", renderPackages[0], dir)
	}
	if err := r.packages(ctx, "", dir, renderPackages[:1], func(Event) {}); err != nil {
		return nil, err // an unsupported version
	}
	if r.Browser == "" {
		return nil, fault.New(fault.Tool, browserHint, "find a browser for Remotion")
	}
	s, err := newSession(ctx, r, cacheDir)
	if err != nil {
		return nil, err
	}
	b := &Bench{r: s.r, dir: dir, cacheDir: cacheDir}
	b.files = sources.OpenHashes(filepath.Join(s.home, "hashes.json"), dir)
	_, err = b.Tools()
	b.files.Save()
	return b, err
}

// Tools returns the programs as they are now: a browser may have been updated.
func (b *Bench) Tools() (site.Tools, error) { return toolsOf(b.dir, b.r.Browser, b.files.Sum) }

// Open returns a session for films of sites. Its node and browser start with the first film and run until Close.
func (b *Bench) Open(ctx context.Context) (*Session, error) {
	s, err := newSession(ctx, b.r, b.cacheDir)
	if err != nil {
		return nil, err
	}
	s.at = project.Layout{Dir: b.dir}
	s.given = s.at
	return s, nil
}

// SiteSpec is a film of a site.
type SiteSpec struct {
	Dir         string // of the site
	Composition string
	Input       json.RawMessage
	Values      map[string]json.RawMessage // see Away
	Ext         string                     // of its file
	CRF         int
	Exact       bool
}

// SiteFilm opens a composition of a site, in a session of a Bench.
func (s *Session) SiteFilm(ctx context.Context, spec SiteSpec, emit func(Event)) (*Film, error) {
	format, ok := filmFormats[spec.Ext]
	if !ok || !bundled(spec.Dir) {
		return nil, fault.New(fault.Failed, "", "open %s: a site without a page, or a film that ends in %q", spec.Dir, spec.Ext)
	}
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	if emit == nil {
		emit = func(Event) {}
	}
	render := RenderSpec{Composition: spec.Composition, CRF: spec.CRF, Exact: spec.Exact, Concurrency: 1}
	p := plan{format: format, input: spec.Input}
	w := newWork(render, p, emit)
	w.bundle, w.given = spec.Dir, spec.Values
	if w.given == nil {
		w.given = map[string]json.RawMessage{}
	}
	if err := s.open(ctx, w); err != nil {
		return nil, err
	}
	return &Film{s: s, w: w, plan: p, spec: render}, nil
}
