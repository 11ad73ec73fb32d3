package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline"
)

// account opens the provider's side and looks one thing up.
func (e *env) account(f func(*pipeline.Account) error) error {
	a, err := pipeline.OpenAccount(e.options(nil))
	if err != nil {
		return err
	}
	defer a.Close()
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
		examples: "greenroom avatars --gender female\ngreenroom avatars office --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			var gender string
			fs.StringVar(&gender, "gender", "", "only `GENDER`: female or male")
			return func(ctx context.Context, e *env, args []string) error {
				type row struct {
					Type    string `json:"type"`
					ID      string `json:"id"`
					Name    string `json:"name"`
					Gender  string `json:"gender,omitempty"`
					Premium bool   `json:"premium"`
					Voice   string `json:"defaultVoice,omitempty"`
				}
				return e.account(func(a *pipeline.Account) error {
					all, err := a.Avatars(ctx)
					if err != nil {
						return err
					}
					text, out := strings.Join(args, " "), []row{}
					for _, v := range all.Avatars {
						if like(text, v.ID, v.Name) && (gender == "" || strings.EqualFold(gender, v.Gender)) {
							out = append(out, row{"avatar", v.ID, v.Name, v.Gender, v.Premium, v.DefaultVoiceID})
						}
					}
					for _, v := range all.TalkingPhotos {
						if like(text, v.ID, v.Name) && gender == "" {
							out = append(out, row{Type: "talking-photo", ID: v.ID, Name: v.Name})
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
					e.say("%d of %d", len(out), len(all.Avatars)+len(all.TalkingPhotos))
					return nil
				})
			}
		}}
}

func voicesCommand() command {
	return command{name: "voices", summary: "list the account's voices", usage: "voices [flags] [text]",
		examples: "greenroom voices --lang French\ngreenroom voices --lang en --gender male --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			var lang, gender string
			fs.StringVar(&lang, "lang", "", "only `LANGUAGE`: a name as HeyGen writes it, or a two-letter code")
			fs.StringVar(&gender, "gender", "", "only `GENDER`: female or male")
			return func(ctx context.Context, e *env, args []string) error {
				type row struct {
					ID       string `json:"id"`
					Name     string `json:"name"`
					Language string `json:"language"`
					Gender   string `json:"gender"`
					Pauses   bool   `json:"pauses"`
					Emotions bool   `json:"emotions"`
					Locales  bool   `json:"locales"`
				}
				return e.account(func(a *pipeline.Account) error {
					all, err := a.Voices(ctx)
					if err != nil {
						return err
					}
					text, out := strings.Join(args, " "), []row{}
					for _, v := range all {
						if like(text, v.ID, v.Name) && like(languageName(lang), v.Language) && (gender == "" || strings.EqualFold(gender, v.Gender)) {
							out = append(out, row{v.ID, v.Name, v.Language, v.Gender, v.SupportPause, v.SupportEmotion, v.SupportLocale})
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
					e.say("%d of %d", len(out), len(all))
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

func quotaCommand() command {
	return command{name: "quota", summary: "say what the account has left", usage: "quota",
		examples: "greenroom quota\ngreenroom quota --json",
		bind: func(*pflag.FlagSet) runFunc {
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				return e.account(func(a *pipeline.Account) error {
					q, err := a.Quota(ctx)
					if err != nil {
						return err
					}
					if e.json {
						return e.printJSON(map[string]float64{"apiCredits": q.API, "totalCredits": q.Total})
					}
					fmt.Fprintf(e.Stdout, "%.1f API credits, %.1f in all\n", q.API, q.Total)
					return nil
				})
			}
		}}
}

func videosCommand() command {
	return command{name: "videos", summary: "list the account's videos, newest first", usage: "videos [flags] [title]",
		examples: "greenroom videos --limit 20\ngreenroom videos intro --json",
		bind: func(fs *pflag.FlagSet) runFunc {
			limit := fs.Int("limit", 50, "at most `N` of them")
			return func(ctx context.Context, e *env, args []string) error {
				if *limit < 1 {
					return fault.New(fault.Usage, "give a number such as --limit 20", "--limit must be at least 1")
				}
				type row struct {
					ID      string    `json:"id"`
					Title   string    `json:"title"`
					Status  string    `json:"status"`
					Created time.Time `json:"created"`
				}
				return e.account(func(a *pipeline.Account) error {
					list, err := a.Videos(ctx, strings.Join(args, " "), *limit)
					if err != nil {
						return err
					}
					out, rows := []row{}, [][]string{}
					for _, v := range list {
						out = append(out, row{v.ID, v.Title, v.Status, v.CreatedAt})
						rows = append(rows, []string{v.ID, v.Title, v.Status, v.CreatedAt.UTC().Format("01-02 15:04")})
					}
					if e.json {
						return e.printJSON(out)
					}
					e.table(rows, 34, 20, 11, 11)
					e.say("%s", count(len(out), "video"))
					return nil
				})
			}
		}}
}
