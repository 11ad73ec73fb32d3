package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/account"
)

// apiFlag is for the commands that look things up on the account.
func apiFlag(fs *pflag.FlagSet) *string {
	return fs.String("api", "", "use this `API` instead of the manifest's: "+strings.Join(account.APIs, ", "))
}

// account opens the provider's side, api being what --api says, and calls f.
func (e *env) account(api string, f func(*account.Lookups) error) (err error) {
	o := e.options(nil)
	if _, serr := os.Stat(o.ManifestPath); e.manifest != "" && errors.Is(serr, fs.ErrNotExist) {
		return fault.New(fault.Manifest, "correct the path after -f, or leave -f out", "there is no manifest %s", oneLine(e.manifest))
	}
	remark := func(text string) { e.say("%s", oneLine(text)) }
	a, err := pipeline.OpenAccount(o, account.LookupOptions{API: api, Remark: remark})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return f(a)
}

// table prints rows for people: columns as wide as they need, long texts cut so
// that a line fits 80 columns.
func (e *env) table(rows [][]string, widths ...int) {
	w := tabwriter.NewWriter(e.Stdout, 0, 8, 2, ' ', 0)
	for _, r := range rows {
		for i, c := range r {
			c = oneLine(c)
			if i < len(widths) && len([]rune(c)) > widths[i] {
				c = string([]rune(c)[:widths[i]-1]) + "…"
			}
			r[i] = c
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(r, "\t"), "\t"))
	}
	w.Flush()
}

// like reports that any of the texts contains the words, without case.
func like(words string, texts ...string) bool {
	if words == "" {
		return true
	}
	for _, t := range texts {
		if strings.Contains(strings.ToLower(t), strings.ToLower(words)) {
			return true
		}
	}
	return false
}

func avatarsCommand() command {
	return command{name: "avatars", summary: "list the account's avatars and talking photos", usage: "avatars [flags] [text]",
		examples: "greenroom avatars --gender female\ngreenroom avatars --lang es --json\ngreenroom avatars --api sandbox office",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			var gender, lang string
			var refresh bool
			fs.StringVar(&gender, "gender", "", "only `GENDER`: female or male")
			fs.StringVar(&lang, "lang", "", "only those whose default voice speaks `LANGUAGE`")
			groups := fs.Bool("groups", false, "list groups (one person, several looks) instead")
			fs.BoolVar(&refresh, "refresh", false, "ask HeyGen again, whatever is remembered")
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
						if like(text, v.ID, v.Name) && (lang == "" || like(languageName(lang), speaks[v.DefaultVoiceID])) && (gender == "" || strings.EqualFold(gender, v.Gender)) {
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
			fs.BoolVar(&refresh, "refresh", false, "ask HeyGen again, whatever is remembered")
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
						if like(text, v.ID, v.Name) && like(languageName(lang), v.Language) && (gender == "" || strings.EqualFold(gender, v.Gender)) {
							out = append(out, voiceRow{v.ID, v.Name, v.Language, v.Gender, v.SupportPause, v.SupportEmotion, v.SupportLocale})
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

// languageName turns a code into the name HeyGen uses; anything else passes.
func languageName(s string) string {
	names := map[string]string{"ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French",
		"hi": "Hindi", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ru": "Russian",
		"sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese"}
	if n, ok := names[strings.ToLower(s)]; ok {
		return n
	}
	return s
}

// languagesOf gives the language of each voice, where avatars are chosen by it.
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

// remembered says how old a list is that was not asked for now.
func remembered(age time.Duration) string {
	if age <= 0 {
		return ""
	}
	return fmt.Sprintf(", read %s ago; --refresh asks again", max(time.Second, age.Round(time.Second)))
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
