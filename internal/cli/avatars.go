package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/manifest"
)

// maxPreviews is how many pictures one command downloads: a complete catalogue has thousands.
const maxPreviews = 100

// avatarOptions are the flags of avatars.
type avatarOptions struct {
	gender, lang  string
	preview       string
	match         bool
	groups, fresh bool
}

// look is a row with what is needed to read more about it.
type look struct {
	avatarRow
	picture heygen.Link
	avatar  manifest.Avatar
}

func avatarsCommand() command {
	return command{name: "avatars", summary: "list the account's avatars and talking photos",
		usage: "avatars [flags] [text]",
		examples: "greenroom avatars --gender female\ngreenroom avatars --lang es --json\ngreenroom avatars --match office\n" +
			"greenroom avatars --preview pictures office",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			var o avatarOptions
			fs.StringVar(&o.gender, "gender", "", "only `GENDER`: female or male")
			fs.StringVar(&o.lang, "lang", "", "only those whose default voice speaks `LANGUAGE`")
			fs.BoolVar(&o.groups, "groups", false, "list groups (one person, several looks) instead")
			fs.BoolVar(&o.fresh, "refresh", false, "read the list from HeyGen again instead of the cached one")
			fs.BoolVar(&o.match, "match", false, "list engines, default voice, and the routes that each look's clips can use")
			fs.StringVar(&o.preview, "preview", "", "download the preview pictures of those that are listed into `DIR`")
			return func(ctx context.Context, e *env, args []string) error {
				return e.account(*api, func(a *account.Lookups) error {
					if o.groups {
						return e.groups(ctx, a)
					}
					return e.avatars(ctx, a, o, strings.Join(args, " "))
				})
			}
		}}
}

// avatars lists the looks whose id or name is like a text.
func (e *env) avatars(ctx context.Context, a *account.Lookups, o avatarOptions, text string) error {
	all, age, err := a.Avatars(ctx, o.fresh || o.preview != "") // a cached list has no links
	if err != nil {
		return err
	}
	speaks, err := e.languagesOf(ctx, a, o.lang)
	if err != nil {
		return err
	}
	list := looksLike(all, o, text, speaks)
	if o.match {
		for i := range list {
			if list[i].Routes, err = a.LookRoutes(ctx, list[i].avatar); err != nil {
				return err
			}
		}
	}
	if o.preview != "" {
		if err := e.previews(ctx, a, o.preview, list); err != nil {
			return err
		}
	}
	out, rows := []avatarRow{}, [][]string{}
	for _, l := range list {
		out = append(out, l.avatarRow)
		row := []string{l.ID, l.Name, l.Gender, l.Type}
		switch { // a table has room for so much
		case o.match:
			row = []string{l.ID, engineWords(l.Engines), l.Voice, strings.Join(l.Routes, " ")}
		case o.preview != "":
			row = []string{l.ID, l.Name, l.Picture}
		}
		rows = append(rows, row)
	}
	if e.json {
		return e.printJSON(out)
	}
	widths := []int{34, 22, 7, 13}
	if o.match || o.preview != "" {
		widths = []int{34, 22}
	}
	e.table(rows, widths...)
	e.say("%d of %d%s", len(out), len(all.Avatars)+len(all.TalkingPhotos), remembered(age))
	return nil
}

// looksLike returns the looks that a command asks for.
func looksLike(all heygen.Avatars, o avatarOptions, text string, speaks map[string]string) (out []look) {
	for _, v := range all.Avatars {
		if like(text, v.ID, v.Name) && (o.lang == "" || like(heygen.LanguageName(o.lang), speaks[v.DefaultVoiceID])) &&
			(o.gender == "" || strings.EqualFold(o.gender, v.Gender)) {
			row := avatarRow{
				Type: "avatar", ID: v.ID, Name: v.Name, Gender: v.Gender, Premium: v.Premium, Voice: v.DefaultVoiceID, Engines: v.Engines,
			}
			out = append(out, look{row, v.PreviewImage, manifest.Avatar{ID: v.ID}})
		}
	}
	for _, v := range all.TalkingPhotos {
		if like(text, v.ID, v.Name) && o.gender == "" && o.lang == "" {
			row := avatarRow{Type: "talking-photo", ID: v.ID, Name: v.Name, Voice: v.DefaultVoiceID, Engines: v.Engines}
			out = append(out, look{row, v.PreviewImage, manifest.Avatar{ID: v.ID, TalkingPhoto: true}})
		}
	}
	return out
}

// engineWords shortens avatar_iv to iv.
func engineWords(list []string) string {
	return strings.ReplaceAll(strings.Join(list, " "), "avatar_", "")
}

// previews downloads pictures and notes their paths. It refuses a complete catalogue.
func (e *env) previews(ctx context.Context, a *account.Lookups, dir string, list []look) error {
	if len(list) > maxPreviews {
		return fault.New(fault.Usage, "add a part of a name or id, --gender or --lang",
			"%d pictures would be downloaded, and at most %d are", len(list), maxPreviews)
	}
	folder := e.path(dir)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fault.Wrap(fault.Usage, err, "name a folder", "make %s", oneLine(dir))
	}
	for i := range list {
		if list[i].picture == "" {
			e.say("%s has no preview", oneLine(list[i].ID))
			continue
		}
		path, err := a.Picture(ctx, list[i].ID, list[i].picture, folder)
		if err != nil {
			return err
		}
		list[i].Picture = filepath.Join(dir, filepath.Base(path))
	}
	return nil
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
