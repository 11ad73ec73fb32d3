package cli

import (
	"context"
	"strings"

	"greenroom/pipeline/account"

	"github.com/spf13/pflag"

	"greenroom/heygen"
	"greenroom/internal/fault"
)

func voicesCommand() command {
	return command{name: "voices", summary: "list the account's voices", usage: "voices [flags] [text]",
		examples: "greenroom voices --lang French\ngreenroom voices --lang en --gender male --json\ngreenroom voices --preview Sara -o sara.wav",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			var lang, gender, preview, out string
			var refresh bool
			fs.StringVar(&lang, "lang", "", "only `LANGUAGE`: a name as HeyGen writes it, or a two-letter code")
			fs.StringVar(&gender, "gender", "", "only `GENDER`: female or male")
			fs.StringVar(&preview, "preview", "", "save the sample of `VOICE`, a name or id")
			fs.StringVarP(&out, "output", "o", "", "the sample's `FILE`")
			writes(fs, outputFile, "output")
			locales := fs.Bool("locales", false, "list the locales voices can speak instead")
			fs.BoolVar(&refresh, "refresh", false, "read the list from HeyGen again instead of the cached one")
			return func(ctx context.Context, e *env, args []string) error {
				if (preview == "") != (out == "") {
					return fault.New(fault.Usage, "write --preview VOICE -o FILE", "--preview and --output go together")
				}
				return e.account(*api, func(a *account.Lookups) error {
					switch {
					case *locales:
						return e.locales(ctx, a)
					case preview != "":
						if err := a.Preview(ctx, preview, e.path(out)); err != nil || !e.json {
							return err
						}
						return e.printJSON(savedFile{out})
					}
					all, age, err := a.Voices(ctx, refresh)
					if err != nil {
						return err
					}
					text, out := strings.Join(args, " "), []voiceRow{}
					for _, v := range all {
						if like(text, v.ID, v.Name) && like(heygen.LanguageName(lang), v.Language) &&
							(gender == "" || strings.EqualFold(gender, v.Gender)) {
							out = append(out, voiceRow{v.ID, v.Name, v.Language, v.Gender, v.SupportPause,
								v.SupportEmotion,
								v.SupportLocale})
						}
					}
					if e.json {
						return e.printJSON(out)
					}
					rows := [][]string{}
					for _, r := range out {
						rows = append(rows, []string{r.ID, r.Name, r.Language, r.Gender})
					}
					e.table(rows, 34, 20, 14, 7)
					e.say("%d of %d%s", len(out), len(all), remembered(age))
					return nil
				})
			}
		}}
}

func (e *env) locales(ctx context.Context, a *account.Lookups) error {
	list, err := a.Locales(ctx)
	if err != nil {
		return err
	}
	out, rows := []localeRow{}, [][]string{}
	for _, l := range list {
		out = append(out, localeRow{l.Value, l.Label, l.Language})
		rows = append(rows, []string{l.Value, l.Label, l.Language})
	}
	if e.json {
		return e.printJSON(out)
	}
	e.table(rows, 12, 40, 20)
	e.say("%s", count(len(out), "locale"))
	return nil
}
