package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/account"
)

func quotaCommand() command {
	return command{name: "quota", summary: "say what the account has left", usage: "quota",
		examples: "greenroom quota\ngreenroom quota --api v3 --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				return e.account(*api, func(a *account.Lookups) error {
					q, err := a.Quota(ctx)
					if err != nil {
						return err
					}
					switch {
					case e.json:
						return e.printJSON(quotaReport{q.Known, q.Left, q.Currency, q.Plan})
					case !q.Known && q.Total > 0:
						e.say("HeyGen does not report what this account has left for the API; %.1f credits in all", q.Total)
					case !q.Known:
						e.say("HeyGen does not report what this account has left")
					case q.Currency == "usd":
						fmt.Fprintf(e.Stdout, "%s left\n", pipeline.Dollars(q.Left))
					case q.Total > 0:
						fmt.Fprintf(e.Stdout, "%.1f API credits, %.1f in all\n", q.Left, q.Total)
					default:
						fmt.Fprintf(e.Stdout, "%.1f credits left, plan %s\n", q.Left, oneLine(q.Plan))
					}
					return nil
				})
			}
		}}
}

func videosCommand() command {
	return command{name: "videos", summary: "list the account's videos, newest first", usage: "videos [flags] [title]",
		examples: "greenroom videos --limit 20\ngreenroom videos intro --json\ngreenroom videos --delete 3f9a0c1b2d --yes",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			limit := fs.Int("limit", 50, "at most `N` of them")
			show := fs.String("show", "", "the record of one video, by `ID`")
			drop := fs.String("delete", "", "delete the video `ID` for good")
			yes := fs.BoolP("yes", "y", false, "do not ask before deleting")
			return func(ctx context.Context, e *env, args []string) error {
				if *limit < 1 {
					return fault.New(fault.Usage, "give a number such as --limit 20", "--limit must be at least 1")
				}
				return e.account(*api, func(a *account.Lookups) error {
					switch {
					case *drop != "":
						return e.destroy(*yes, "video", *drop, func() error { return a.DeleteVideo(ctx, *drop) })
					case *show != "":
						return e.showVideo(ctx, a, *show)
					}
					return e.listVideos(ctx, a, strings.Join(args, " "), *limit)
				})
			}
		}}
}

func (e *env) listVideos(ctx context.Context, a *account.Lookups, title string, limit int) error {
	list, remark, err := a.Videos(ctx, title, limit)
	if err != nil {
		return err
	}
	e.remark(oneLine(remark))
	out, rows := []videoRow{}, [][]string{}
	for _, v := range list {
		out = append(out, videoRow{ID: v.ID, API: string(v.API), Title: v.Title, Status: v.Status, Created: v.CreatedAt})
		rows = append(rows, []string{v.ID, v.Title, v.Status, v.CreatedAt.UTC().Format("01-02 15:04"), string(v.API)})
	}
	if e.json {
		return e.printJSON(out)
	}
	e.table(rows, 34, 18, 10, 11, 3)
	e.say("%s", count(len(out), "video"))
	return nil
}

// showVideo prints a record; its links are not: they are keys to the file.
func (e *env) showVideo(ctx context.Context, a *account.Lookups, id string) error {
	v, err := a.Video(ctx, id)
	if err != nil {
		return err
	}
	r := videoRow{ID: v.ID, Title: v.Title, Status: v.RawStatus, Seconds: v.Duration, Created: v.CreatedAt}
	if v.Failure != nil {
		r.Failure = strings.TrimSpace(v.Failure.Code + " " + v.Failure.Message)
	}
	if v.Warning != nil {
		r.Warning = strings.TrimSpace(v.Warning.Code + " " + v.Warning.Message)
	}
	if e.json {
		return e.printJSON(r)
	}
	for _, l := range [][2]string{{"id", r.ID}, {"title", r.Title}, {"status", r.Status}, {"failure", r.Failure}, {"warning", r.Warning}} {
		if l[1] != "" {
			fmt.Fprintf(e.Stdout, "%-8s %s\n", l[0], oneLine(l[1]))
		}
	}
	if r.Seconds > 0 {
		fmt.Fprintf(e.Stdout, "%-8s %.2f s\n", "length", r.Seconds)
	}
	return nil
}

// destroy deletes after a yes: on a terminal it asks.
func (e *env) destroy(yes bool, kind, id string, f func() error) error {
	what := kind + " " + id
	if !yes {
		ok, err := e.ask("delete " + what + " for good?")
		if err != nil || !ok {
			return err
		}
	}
	if err := f(); err != nil {
		return err
	}
	return e.deleted(kind, id)
}

// deleted reports what was deleted.
func (e *env) deleted(kind, id string) error {
	if e.json {
		return e.printJSON(deleted{kind, id})
	}
	e.say("deleted %s %s", kind, oneLine(id))
	return nil
}

func templatesCommand() command {
	return command{name: "templates", summary: "list templates, or one template's variables", usage: "templates [flags] [ID]",
		examples: "greenroom templates\ngreenroom templates 7c1f0e7a5d1b4e2c --json\ngreenroom templates --languages --api v3",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			languages := fs.Bool("languages", false, "list what `translate:` can translate into instead")
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) > 1 {
					return noArgs(args[1:])
				}
				return e.account(*api, func(a *account.Lookups) error {
					switch {
					case *languages:
						return e.languages(ctx, a)
					case len(args) == 1:
						return e.template(ctx, a, args[0])
					}
					list, err := a.Templates(ctx)
					if err != nil {
						return err
					}
					out, rows := []templateRow{}, [][]string{}
					for _, t := range list {
						out = append(out, templateRow{t.ID, t.Name})
						rows = append(rows, []string{t.ID, t.Name})
					}
					if e.json {
						return e.printJSON(out)
					}
					e.table(rows, 34, 42)
					e.say("%s", count(len(out), "template"))
					return nil
				})
			}
		}}
}

func (e *env) languages(ctx context.Context, a *account.Lookups) error {
	list, err := a.Languages(ctx)
	if err != nil {
		return err
	}
	if e.json {
		return e.printJSON(list)
	}
	for _, l := range list {
		fmt.Fprintln(e.Stdout, oneLine(l))
	}
	e.say("%s", count(len(list), "language"))
	return nil
}

func (e *env) template(ctx context.Context, a *account.Lookups, id string) error {
	t, err := a.Template(ctx, id)
	if err != nil {
		return err
	}
	out, rows := []variableRow{}, [][]string{}
	for _, v := range t.Variables {
		need := "needed"
		if len(v.Properties) > 0 {
			need = "as designed if left out"
		}
		out = append(out, variableRow{v.Name, v.Type, len(v.Properties) == 0, v.Properties})
		rows = append(rows, []string{v.Name, v.Type, need})
	}
	if e.json {
		return e.printJSON(templateReport{t.ID, t.Name, out})
	}
	e.table(rows, 30, 12, 24)
	e.say("%s: %s", oneLine(t.ID), count(len(out), "variable"))
	return nil
}

func uploadCommand() command {
	return command{name: "upload", summary: "send files to the account, once per content; list and delete them", usage: "upload [flags] [FILE...]",
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

func photoCommand() command {
	return command{name: "photo", summary: "make a picture speak; see how far it is, or delete it", usage: "photo [flags] [FILE...]",
		examples: "greenroom photo footage/me.png\ngreenroom photo --status 3f9a0c1b2d\ngreenroom photo --delete 3f9a0c1b2d --yes",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			status := fs.String("status", "", "say how far the photo avatar `ID` is")
			drop := fs.String("delete", "", "delete the photo avatar `ID` for good")
			yes := fs.BoolP("yes", "y", false, "do not ask before deleting")
			return func(ctx context.Context, e *env, args []string) error {
				return e.account(*api, func(a *account.Lookups) error {
					switch {
					case *drop != "":
						return e.destroy(*yes, "photo", *drop, func() error { return a.DeletePhoto(ctx, *drop) })
					case *status != "":
						t, err := a.PhotoStatus(ctx, *status)
						if err != nil {
							return err
						}
						if e.json {
							return e.printJSON(photoReport{*status, t.Status, t.Message})
						}
						_, err = fmt.Fprintln(e.Stdout, oneLine(strings.TrimSpace(t.Status+" "+t.Message)))
						return err
					case len(args) == 0:
						return fault.New(fault.Usage, "`greenroom avatars` lists talking photos", "name a picture")
					}
					return e.each(args, func(path string) (string, error) { return a.Photo(ctx, path) })
				})
			}
		}}
}
