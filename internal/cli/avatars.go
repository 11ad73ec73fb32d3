package cli

import (
	"context"
	"strings"

	"greenroom/pipeline/account"

	"github.com/spf13/pflag"

	"greenroom/heygen"
)

func avatarsCommand() command {
	return command{name: "avatars", summary: "list the account's avatars and talking photos",
		usage:    "avatars [flags] [text]",
		examples: "greenroom avatars --gender female\ngreenroom avatars --lang es --json\ngreenroom avatars --api sandbox office",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			var gender, lang string
			var refresh bool
			fs.StringVar(&gender, "gender", "", "only `GENDER`: female or male")
			fs.StringVar(&lang, "lang", "", "only those whose default voice speaks `LANGUAGE`")
			groups := fs.Bool("groups", false, "list groups (one person, several looks) instead")
			fs.BoolVar(&refresh, "refresh", false, "read the list from HeyGen again instead of the cached one")
			return func(ctx context.Context, e *env, args []string) error {
				return e.account(*api, func(a *account.Lookups) error {
					if *groups {
						return e.groups(ctx, a)
					}
					all, age, err := a.Avatars(ctx, refresh)
					if err != nil {
						return err
					}
					speaks, err := e.languagesOf(ctx, a, lang)
					if err != nil {
						return err
					}
					text, out := strings.Join(args, " "), []avatarRow{}
					for _, v := range all.Avatars {
						if like(text, v.ID, v.Name) &&
							(lang == "" || like(heygen.LanguageName(lang), speaks[v.DefaultVoiceID])) &&
							(gender == "" || strings.EqualFold(gender, v.Gender)) {
							out = append(out, avatarRow{"avatar", v.ID, v.Name, v.Gender, v.Premium, v.DefaultVoiceID})
						}
					}
					for _, v := range all.TalkingPhotos {
						if like(text, v.ID, v.Name) && gender == "" && lang == "" {
							out = append(out, avatarRow{Type: "talking-photo", ID: v.ID, Name: v.Name})
						}
					}
					if e.json {
						return e.printJSON(out)
					}
					rows := [][]string{}
					for _, r := range out {
						rows = append(rows, []string{r.ID, r.Name, r.Gender, r.Type})
					}
					e.table(rows, 34, 22, 7, 13)
					e.say("%d of %d%s", len(out), len(all.Avatars)+len(all.TalkingPhotos), remembered(age))
					return nil
				})
			}
		}}
}

// languagesOf returns the language of each voice by its id; nil if lang, the value of --lang, is empty.
func (e *env) languagesOf(ctx context.Context, a *account.Lookups, lang string) (map[string]string, error) {
	if lang == "" {
		return nil, nil
	}
	list, _, err := a.Voices(ctx, false)
	out := map[string]string{}
	for _, v := range list {
		out[v.ID] = v.Language
	}
	return out, err
}

func (e *env) groups(ctx context.Context, a *account.Lookups) error {
	list, err := a.Groups(ctx)
	if err != nil {
		return err
	}
	out, rows := []groupRow{}, [][]string{}
	for _, g := range list {
		out = append(out, groupRow{g.ID, g.Name, g.Status, g.Looks})
		rows = append(rows, []string{g.ID, g.Name, count(g.Looks, "look"), g.Status})
	}
	if e.json {
		return e.printJSON(out)
	}
	e.table(rows, 34, 20, 9, 11)
	e.say("%s", count(len(out), "group"))
	return nil
}
