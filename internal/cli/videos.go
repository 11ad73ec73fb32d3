package cli

import (
	"context"
	"fmt"
	"strings"

	"greenroom/pipeline/account"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
)

func videosCommand() command {
	return command{name: "videos", summary: "list the account's videos, newest first", usage: "videos [flags] [title]",
		examples: "greenroom videos --limit 20\ngreenroom videos intro --json\ngreenroom videos --scenes 3f9a0c1b2d --yaml\ngreenroom videos --delete 3f9a0c1b2d --yes",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			limit := fs.Int("limit", 50, "at most `N` of them")
			show := fs.String("show", "", "print the record of one video, by `ID`")
			scenes := fs.String("scenes", "", "print the scenes of one finished video of v3, by `ID`: words, presenters, voices, backgrounds")
			yaml := fs.Bool("yaml", false, "with --scenes: print a clip of the manifest with these scenes")
			drop := fs.String("delete", "", "delete the video `ID` for good")
			yes := fs.BoolP("yes", "y", false, "do not ask before deleting")
			return func(ctx context.Context, e *env, args []string) error {
				if *limit < 1 {
					return fault.New(fault.Usage, "give a number such as --limit 20", "--limit must be at least 1")
				}
				if *yaml && *scenes == "" {
					return fault.New(fault.Usage, "name a video with --scenes", "--yaml prints the scenes of a video")
				}
				return e.account(*api, func(a *account.Lookups) error {
					switch {
					case *drop != "":
						return e.destroy(*yes, "video", *drop, func() error { return a.DeleteVideo(ctx, *drop) })
					case *show != "":
						return e.showVideo(ctx, a, *show)
					case *scenes != "":
						return e.showScenes(ctx, a, *scenes, *yaml)
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
		out = append(out, videoRow{
			ID: v.ID, API: string(v.API), Title: v.Title, Status: v.Status, Created: v.CreatedAt,
		})
		rows = append(rows, []string{v.ID, v.Title, v.Status, v.CreatedAt.UTC().Format("01-02 15:04"), string(v.API)})
	}
	if e.json {
		return e.printJSON(out)
	}
	e.table(rows, 34, 18, 10, 11, 3)
	e.say("%s", count(len(out), "video"))
	return nil
}

// showVideo prints a record without its links: who has a link can download the file.
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
	for _, l := range [][2]string{{"id", r.ID}, {"title", r.Title}, {"status", r.Status}, {"failure", r.Failure},
		{"warning", r.Warning}} {
		if l[1] != "" {
			fmt.Fprintf(e.Stdout, "%-8s %s\n", l[0], oneLine(l[1]))
		}
	}
	if r.Seconds > 0 {
		fmt.Fprintf(e.Stdout, "%-8s %.2f s\n", "length", r.Seconds)
	}
	return nil
}
