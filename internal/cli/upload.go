package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"greenroom/pipeline/account"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

func uploadCommand() command {
	return command{name: "upload", summary: "send files to the account, once per content; list and delete them",
		usage:    "upload [flags] [FILE...]",
		examples: "greenroom upload footage/logo.png\ngreenroom upload --list\ngreenroom upload --delete 3f9a0c1b2d --yes",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			list := fs.Bool("list", false, "list the account's files")
			drop := fs.String("delete", "", "delete the file `ID` for good")
			yes := fs.BoolP("yes", "y", false, "do not ask before deleting")
			return func(ctx context.Context, e *env, args []string) error {
				return e.account(*api, func(a *account.Lookups) error {
					switch {
					case *drop != "":
						return e.destroy(*yes, "file", *drop, func() error { return a.DeleteUpload(ctx, *drop) })
					case *list:
						return e.listUploads(ctx, a)
					case len(args) == 0:
						return fault.New(fault.Usage, "name files, or use --list", "nothing to upload")
					}
					return e.each(args, func(path string) (string, error) { return a.Upload(ctx, path) })
				})
			}
		}}
}

// each runs f over files; one that fails does not stop the others.
func (e *env) each(files []string, f func(path string) (string, error)) error {
	out := []sentFile{}
	var errs []error
	for _, name := range files {
		fi, err := os.Stat(e.path(name))
		if err != nil || fi.IsDir() {
			errs = append(errs, fault.New(fault.Usage, "name a file that exists", "there is no file %s", oneLine(name)))
			continue
		}
		id, err := f(e.path(name))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", filepath.Base(name), err))
			continue
		}
		out = append(out, sentFile{name, id})
		if !e.json {
			fmt.Fprintf(e.Stdout, "%s  %s\n", oneLine(id), oneLine(name))
		}
	}
	if e.json {
		errs = append(errs, e.printJSON(out))
	}
	return errors.Join(errs...)
}

func (e *env) listUploads(ctx context.Context, a *account.Lookups) error {
	list, err := a.Uploads(ctx)
	if err != nil {
		return err
	}
	out, rows := []fileRow{}, [][]string{}
	for _, f := range list {
		out = append(out, fileRow{f.ID, f.Name, f.Type, f.CreatedAt})
		rows = append(rows, []string{f.ID, f.Name, f.Type, f.CreatedAt.UTC().Format("01-02 15:04")})
	}
	if e.json {
		return e.printJSON(out)
	}
	e.table(rows, 34, 22, 7, 11)
	e.say("%s", count(len(out), "file"))
	return nil
}
