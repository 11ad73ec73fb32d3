package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
)

// soundOptions are the flags of sounds.
type soundOptions struct {
	effects bool
	fit     float64
	limit   int
	save    string
}

func soundsCommand() command {
	return command{name: "sounds", summary: "search HeyGen's library of music and sound effects", usage: "sounds [flags] TEXT",
		examples: "greenroom sounds calm piano\ngreenroom sounds --effects soft whoosh --json\n" +
			"greenroom sounds --limit 3 --save music calm piano",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			var o soundOptions
			fs.BoolVar(&o.effects, "effects", false, "search effects instead of music")
			fs.Float64Var(&o.fit, "min-score", 0.7, "only those that fit so well, `SHARE` from 0 to 1")
			fs.IntVar(&o.limit, "limit", 10, "at most `N` of them, up to 50")
			fs.StringVar(&o.save, "save", "", "download those that are listed into `DIR`")
			return func(ctx context.Context, e *env, args []string) error {
				switch text := strings.TrimSpace(strings.Join(args, " ")); {
				case text == "":
					return fault.New(fault.Usage, "greenroom sounds calm piano", "say what it should sound like")
				case o.limit < 1 || o.limit > heygen.MaxSounds:
					return fault.New(fault.Usage, "use 1 to 50", "--limit %d", o.limit)
				case !(o.fit >= 0 && o.fit <= 1):
					return fault.New(fault.Usage, "use 0 to 1", "--min-score %g", o.fit)
				default:
					return e.account(*api, func(a *account.Lookups) error { return e.sounds(ctx, a, o, text) })
				}
			}
		}}
}

func (e *env) sounds(ctx context.Context, a *account.Lookups, o soundOptions, text string) error {
	q := heygen.SoundQuery{Words: text, Type: heygen.SoundMusic, MinScore: o.fit, Limit: o.limit}
	if o.effects {
		q.Type = heygen.SoundEffects
	}
	list, err := a.Sounds(ctx, q)
	if err != nil {
		return err
	}
	if o.save != "" {
		if err := os.MkdirAll(e.path(o.save), 0o755); err != nil {
			return fault.Wrap(fault.Usage, err, "name a folder", "make %s", oneLine(o.save))
		}
	}
	out, rows := []soundRow{}, [][]string{}
	for _, s := range list {
		row := soundRow{
			ID: s.ID, Name: s.Name, Description: s.Description, Type: s.Type, Seconds: s.Seconds, Score: s.Score, Placement: s.Placement,
			Peak: s.Peak,
		}
		cells := []string{s.ID, s.Name, fmt.Sprintf("%.1f s", s.Seconds), s.Description}
		if o.save != "" {
			path, err := a.SaveSound(ctx, s, e.path(o.save))
			if err != nil {
				return err
			}
			row.File = filepath.Join(o.save, filepath.Base(path))
			cells[3] = row.File
		}
		out, rows = append(out, row), append(rows, cells)
	}
	if e.json {
		return e.printJSON(out)
	}
	e.table(rows, 16, 16, 7)
	e.say("%s", count(len(out), "sound"))
	return nil
}
