package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/event"
	"greenroom/pipeline/units"
)

// networkFlag adds --network-folder, for the commands that may buy.
func networkFlag(fs *pflag.FlagSet) *bool {
	return fs.Bool("network-folder", false,
		"buy although the project is on a network file system; no other machine may build it")
}

// engineFlag adds --engine, for the commands whose steps other machines can run.
func engineFlag(fs *pflag.FlagSet) *string {
	return fs.String("engine", units.Local,
		"run steps on the workers of `ADDRESS`, temporal://HOST:PORT/NAMESPACE, or local")
}

// chooseEngine sets the engine of this call.
func (e *env) chooseEngine(text string) (err error) {
	e.engine, err = units.ParseEngine(text)
	return err
}

// project opens the manifest of this call.
func (e *env) project(sink event.Sink) (*pipeline.Project, error) {
	return pipeline.Open(e.options(sink))
}

// options returns the options that the project is opened with.
func (e *env) options(sink event.Sink) pipeline.Options {
	path := e.manifest
	if path == "" {
		path = pipeline.ManifestName
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(e.Dir, path)
	}
	return pipeline.Options{Context: e.ctx, ManifestPath: path, Sink: e.recordPaid(sink), Now: e.Now, Getenv: e.Getenv,
		LookPath: e.LookPath, Version: e.Version,
		NetworkFolder: e.networkFolder, Cache: e.cache.url, CacheReadOnly: e.cache.readOnly, Engine: e.engine}
}

// fromEnvironment sets flags that were not given from GREENROOM_<FLAG>. It fails if a value is not valid for its flag.
func fromEnvironment(e *env, fs *pflag.FlagSet) (err error) {
	fs.VisitAll(func(f *pflag.Flag) {
		name := variableOf(f.Name)
		if f.Name == "cache" {
			name = "GREENROOM_CACHE_URL" // GREENROOM_CACHE is the folder of this machine's own cache
		}
		if v := e.Getenv(name); v != "" && !f.Changed && err == nil {
			if serr := fs.Set(f.Name, v); serr != nil {
				err = fault.New(fault.Usage, "unset it, or give it another value", "%s: %v", name, serr)
			}
		}
	})
	return err
}

// variableOf returns the variable of the environment that sets a flag.
func variableOf(flag string) string {
	return "GREENROOM_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// path returns p as an absolute path; a relative one starts at the working folder.
func (e *env) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(e.Dir, p)
}
