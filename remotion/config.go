package remotion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/filecache"
	"greenroom/internal/proc"
	"greenroom/remotion/project"
	"greenroom/remotion/sources"
)

// ConfigFiles are the names of a project's configuration that need not be named in the manifest.
func ConfigFiles() []string { return slices.Clone(project.ConfigFiles) }

// maxConfig is how long a running configuration may report nothing.
const maxConfig = time.Minute

// configuration is the configuration of Remotion's CLI, as the driver reports it.
type configuration struct {
	Inputs  []string                   `json:"inputs"`  // the files that it consists of, absolute
	Env     []string                   `json:"env"`     // the environment variables that it read
	Entry   string                     `json:"entry"`   // setEntryPoint
	Public  string                     `json:"public"`  // setPublicDir
	EnvFile string                     `json:"envFile"` // setDotEnvLocation
	Browser string                     `json:"browser"` // setBrowserExecutable
	Values  map[string]json.RawMessage `json:"values"`  // every setting that was called, with its last value

	file  string // relative to the project; "" when it has none
	stamp string // a hash of all that it depends on; "" when it is not known
}

// configFile is the configuration of a project, relative to it; "" when it has none.
func configFile(l project.Layout) (string, error) {
	if l.Config != "" {
		if st, err := os.Stat(l.Path(l.Config)); err != nil || !st.Mode().IsRegular() {
			return "", fault.New(fault.Usage, "name the file in greenroom.yaml: remotion: {config: remotion.config.ts}",
				"read the project's configuration: there is no file %s", l.Config)
		}
		return l.Config, nil
	}
	for _, name := range project.ConfigFiles {
		if st, err := os.Stat(l.Path(name)); err == nil && st.Mode().IsRegular() {
			return name, nil
		}
	}
	return "", nil
}

// KnownLayout returns the layout with the values of the project's configuration where l has none, without running code
// of the project: it uses the configuration that a render has cached, else the public folder that the file names
// literally. doubt is the reason why the folder may be another one; "" if it is known.
func (r Renderer) KnownLayout(l project.Layout, cacheDir string) (_ project.Layout, doubt string) {
	file, err := configFile(l)
	home, err2 := filepath.Abs(cacheDir)
	if err != nil || err2 != nil || file == "" || l.Public != "" {
		return l, ""
	}
	if c, ok := r.remembered(home, l, file); ok {
		if known, err := c.layout(l); err == nil {
			return known, ""
		}
		return l, "" // the render names the error
	}
	text := project.WithoutComments(sources.Read(l.Path(file)))
	mentions := strings.Count(text, "setPublicDir")
	if mentions == 0 {
		return l, ""
	}
	if literal, calls := project.LiteralSetting(text, "setPublicDir"); literal != "" && calls == 1 && mentions == 1 {
		if known, err := (configuration{file: file, Public: literal}).layout(l); err == nil {
			return known, ""
		}
	}
	return l, file + " names the public folder in a way that only a render can read, and none has yet"
}

// configuration reads the configuration, from the cache where nothing changed.
func (r Renderer) configuration(ctx context.Context, l project.Layout, cacheDir string) (c configuration, err error) {
	c.file, err = configFile(l)
	if err != nil || c.file == "" {
		return c, err
	}
	home, err := filepath.Abs(cacheDir)
	if err != nil {
		return c, err
	}
	l.Dir, err = filepath.Abs(l.Dir)
	if err != nil {
		return c, err
	}
	if known, ok := r.remembered(home, l, c.file); ok {
		return known, nil
	}
	node, err := r.node(ctx)
	if err != nil {
		return c, err
	}
	script, err := writeDriver(home)
	if err != nil {
		return c, err
	}
	d, err := r.start(node, script, l.Dir)
	if err != nil {
		return c, err
	}
	defer d.stop()
	return r.runConfig(ctx, d, home, l, c.file)
}

// runConfig lets a driver read the configuration, which every driver needs before its first film, and caches it.
func (r Renderer) runConfig(ctx context.Context, d *driver, home string, l project.Layout,
	file string) (c configuration, err error) {
	one, err := d.do(ctx, "config", map[string]any{"file": l.Path(file)}, min(r.stall(), maxConfig), func(reply) {})
	var end *ended
	switch {
	case context.Cause(ctx) != nil:
		return c, context.Cause(ctx)
	case errors.Is(err, proc.ErrStalled):
		hint := "look for a loop or a prompt in it; " + configHint
		return c, &configFault{fault.Wrap(fault.Failed, err, hint, "run %s", file)}
	case errors.As(err, &end):
		return c, &configFault{
			fault.Wrap(fault.Failed, end.err, configHint, "run %s: node ended in the middle of it", file),
		}
	case err != nil:
		return c, err
	case one.Error == "packages":
		if missing := MissingForStudio(l.Dir); missing != nil { // the same package reads a configuration
			return c, &configFault{fmt.Errorf("read %s: %w", file, missing.Refusal())}
		}
		return c, &configFault{fault.New(fault.Tool, packagesHint, "read %s: %s", file, firstLine(one.Message))}
	case one.Error == "config":
		return c, &configFault{fault.New(fault.Failed, configHint, "read %s: %s", file, one.Message)}
	case one.Error != "":
		return c, &configFault{driverFault("", one)}
	case one.Config == nil:
		return c, errors.New("the driver did not return the configuration")
	}
	c = *one.Config
	c.file = file
	c.stamp = r.stamp(l, c)
	r.remember(home, l, c)
	return c, nil
}

const configHint = "npx remotion compositions reads the same file and shows more"

// configFault is an error that the user has to correct: no new driver would change it.
type configFault struct{ error }

func (e *configFault) Unwrap() error { return e.error }

// layout returns l with the configuration's values where l has none. It fails for an entry point that does not exist.
func (c configuration) layout(l project.Layout) (project.Layout, error) {
	var err error
	l.Dir, err = filepath.Abs(l.Dir)
	if err != nil {
		return l, err
	}
	inside := func(setting, value string) (string, error) {
		name := filepath.FromSlash(value)
		if filepath.IsAbs(name) {
			name, err = filepath.Rel(l.Dir, name)
			if err != nil {
				return "", err
			}
		}
		name = filepath.Clean(name)
		if !filepath.IsLocal(name) {
			hint := "choose a place in the project, or name one in greenroom.yaml: remotion: {public: FOLDER, entry: FILE}"
			return "", fault.New(
				fault.Failed, hint, "%s: Config.%s(%q) is outside of the project", c.file, setting, value,
			)
		}
		return filepath.ToSlash(name), nil
	}
	if l.Entry == "" && c.Entry != "" {
		l.Entry, err = inside("setEntryPoint", c.Entry)
		if err != nil {
			return l, err
		}
		if st, err := os.Stat(l.Path(l.Entry)); err != nil || !st.Mode().IsRegular() {
			return l, fault.New(fault.Failed, "correct the name; it is relative to the project's folder",
				"%s: Config.setEntryPoint(%q): there is no such file", c.file, c.Entry)
		}
	}
	if l.Public == "" && c.Public != "" {
		l.Public, err = inside("setPublicDir", c.Public)
		if err != nil {
			return l, err
		}
	}
	return l, nil
}

// project returns the layout with the configuration's values and with an entry point. It fails if there is none.
func (c configuration) project(l project.Layout) (project.Layout, error) {
	l, err := c.layout(l)
	if err != nil {
		return l, err
	}
	return findProject(l)
}

// environ is the environment of the driver.
func (r Renderer) environ() []string {
	if r.Env != nil {
		return r.Env
	}
	return proc.Inherited()
}

// stamp hashes what a configuration depends on: with another stamp its values may differ.
func (r Renderer) stamp(l project.Layout, c configuration) string {
	h := sources.NewKey()
	h.Field("schema", "configuration/1")
	h.Field("driver", driverSum())
	h.Field("file", c.file)
	h.Field("package @remotion/cli", sources.Installed(l.Dir, "@remotion/cli"))
	for _, name := range []string{"tsconfig.json", "package.json", ".env", ".env.local"} {
		h.Field(name, withoutKeys(l.Path(name)))
	}
	for _, file := range c.Inputs {
		name := file
		if rel, err := filepath.Rel(l.Dir, file); err == nil {
			name = filepath.ToSlash(rel)
		}
		sum, err := sources.Sum(file)
		if err != nil {
			sum = "unreadable" // then the stamp differs
		}
		h.Field(name, sum)
	}
	h.Environment(c.Env, r.environ())
	return h.Sum()
}

// withoutKeys returns the text of a file of variables without those that only greenroom reads; "" for a file that
// cannot be read, which the driver reports.
func withoutKeys(file string) string {
	b, _ := os.ReadFile(file)
	var out strings.Builder
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(strings.TrimPrefix(strings.TrimSpace(line), "export "), "HEYGEN_") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// hashPage hashes the variables that a page reads: those named REMOTION_*, and the .env file.
func hashPage(k sources.Key, l project.Layout, c configuration, environ []string) {
	k.Environment(pageNames(environ), environ)
	if text := pageFile(l, c); text != "" {
		k.Field("env", text)
	}
}

// pageReads reports whether a page gets variables.
func pageReads(l project.Layout, c configuration, environ []string) bool {
	return len(pageNames(environ)) > 0 || strings.Contains(pageFile(l, c), "=")
}

// pageNames returns the names of the environment's variables that a page gets, sorted.
func pageNames(environ []string) (names []string) {
	for _, v := range environ {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "REMOTION_") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// pageFile returns the text of the .env file that a page gets variables of; "" without one.
func pageFile(l project.Layout, c configuration) string {
	files := []string{l.Path(".env"), l.Path(".env.local")}
	if c.EnvFile != "" {
		files = []string{filepath.FromSlash(c.EnvFile)}
		if !filepath.IsAbs(files[0]) {
			files[0] = l.Path(path.Clean(filepath.ToSlash(c.EnvFile)))
		}
	}
	for _, file := range files {
		if _, err := os.Stat(file); err == nil {
			return withoutKeys(file)
		}
	}
	return ""
}

// browser is the program to draw with.
func (r Renderer) browser(l project.Layout, c configuration) string {
	switch {
	case r.Browser != "":
		return r.Browser
	case c.Browser == "":
		return r.FoundBrowser
	case strings.ContainsAny(c.Browser, `/\`) && !filepath.IsAbs(c.Browser):
		return l.Path(filepath.ToSlash(c.Browser))
	}
	return c.Browser
}

// ConfigMemory is what was read of projects' configurations, in the cache.
const ConfigMemory = "config.json"

// stamped is a configuration with the stamp that it had.
type stamped struct {
	Stamp  string        `json:"stamp"`
	Config configuration `json:"config"`
}

// remembered returns the cached configuration, if nothing that it depends on has changed.
func (r Renderer) remembered(home string, l project.Layout, file string) (configuration, bool) {
	was, ok := filecache.LoadEntry[stamped](filepath.Join(home, ConfigMemory), sources.Place(home, l)+" "+file)
	if !ok {
		return configuration{}, false
	}
	c := was.Config
	c.file = file
	for i, input := range c.Inputs {
		if !filepath.IsAbs(input) {
			c.Inputs[i] = l.Path(input)
		}
	}
	c.stamp = r.stamp(l, c)
	return c, c.stamp == was.Stamp
}

func (r Renderer) remember(home string, l project.Layout, c configuration) {
	kept := c
	kept.Inputs = nil
	for _, input := range c.Inputs {
		if rel, err := filepath.Rel(l.Dir, input); err == nil {
			input = filepath.ToSlash(rel)
		}
		kept.Inputs = append(kept.Inputs, input)
	}
	sources.SaveEntry(home, ConfigMemory, sources.Place(home, l)+" "+c.file, stamped{c.stamp, kept})
}
