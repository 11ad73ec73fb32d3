package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline/account"
)

func fetchCommand() command {
	return command{name: "fetch", summary: "download an existing video of the account", usage: "fetch ID [flags]",
		examples: "greenroom fetch 3f9a0c1b2d\n" +
			"greenroom fetch 3f9a0c1b2d -o footage/old.mp4 --force\n" +
			"greenroom fetch 3f9a0c1b2d --captions --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			out := fs.StringP("output", "o", "",
				"write to `FILE`, or into a folder (default: the ID with the video's own extension)")
			force := fs.Bool("force", false, "replace files that exist")
			captions := fs.Bool("captions", false, "save the video's captions next to it, .srt or .ass")
			writes(fs, outputEither, "output")
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) != 1 || args[0] == "" {
					return fault.New(fault.Usage, "`greenroom videos` lists them", "name one video")
				}
				id := args[0]
				if strings.ContainsAny(id, `/\`) || strings.HasPrefix(id, ".") {
					return fault.New(
						fault.Usage, "`greenroom videos` lists them", "%q is not the id of a video", oneLine(id),
					)
				}
				name := *out
				if fi, err := os.Stat(e.path(name)); name == "" || err == nil && fi.IsDir() {
					name = filepath.Join(name, id)
				}
				return e.account(*api, func(a *account.Lookups) error {
					f, err := a.Fetch(ctx, account.FetchOptions{
						ID: id, Out: e.path(name), Force: *force, Captions: *captions,
					})
					if err != nil {
						return err
					}
					return e.fetched(id, name, f)
				})
			}
		}}
}

// fetched reports a downloaded video. name is the file as the user named it, perhaps without an ending.
func (e *env) fetched(id, name string, f account.Fetched) error {
	shown := func(path string) string {
		if path == "" || filepath.IsAbs(name) {
			return path
		}
		if rel, err := filepath.Rel(e.Dir, path); err == nil {
			return rel
		}
		return path
	}
	file, captions := shown(f.File), shown(f.Captions)
	if ext := strings.ToLower(filepath.Ext(file)); ext != f.Ending {
		e.say("%s is %s by its content; some programs trust the file extension", oneLine(file),
			strings.TrimPrefix(f.Ending, "."))
	}
	if e.json {
		return e.printJSON(fetchedFile{id, file, f.Bytes, captions})
	}
	e.say("%s: %.1f MB; `greenroom check %s` checks it", oneLine(file), float64(f.Bytes)/1e6, oneLine(file))
	if captions != "" {
		e.say("%s: the captions", oneLine(captions))
	}
	return nil
}
