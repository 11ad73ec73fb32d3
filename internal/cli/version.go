package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"
)

func versionCommand() command {
	return command{name: "version", summary: "print the version", usage: "version",
		examples: "greenroom version\ngreenroom version --json",
		bind: func(*pflag.FlagSet) runFunc {
			return func(_ context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				b := builtFrom(debug.ReadBuildInfo())
				b.Version, b.Go, b.OS, b.Arch = e.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH
				if e.json {
					return e.printJSON(versionReport{e.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH})
				}
				_, err := fmt.Fprintf(
					e.Stdout, "greenroom %s (%s%s %s/%s)\n", b.Version, b.source(), b.Go, b.OS, b.Arch,
				)
				return err
			}
		}}
}

// buildFacts is what the program knows about its build.
type buildFacts struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`   // of the source; empty where the build did not record it
	Time     string `json:"time,omitempty"`     // of the commit, RFC 3339
	Modified bool   `json:"modified,omitempty"` // the source had changes that were not committed
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// builtFrom returns what the go command recorded about the source.
func builtFrom(info *debug.BuildInfo, ok bool) (b buildFacts) {
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// source is the commit for a line of text, with a comma after it.
func (b buildFacts) source() string {
	if b.Commit == "" {
		return ""
	}
	text := "commit " + b.Commit[:min(12, len(b.Commit))]
	if b.Modified {
		text += " with changes"
	}
	return text + ", "
}
