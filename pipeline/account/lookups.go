package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/delivery"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
)

// Account is the provider's side of a project, for look-ups and for files and photos, which cost nothing. It never
// buys: nothing here submits.
type Lookups struct {
	core *Account
	temp string // the folder of state of a sandbox outside of projects; "" otherwise
}

// AccountOptions say which account is opened.
type LookupOptions struct {
	// API replaces the manifest's heygen.api: sandbox, auto, v2 or v3; "" keeps it.
	API string

	// Remark receives one message when the manifest could not be read and what is used instead.
	Remark func(string)
}

// APIs are the values of AccountOptions.API.
var APIs = []string{"sandbox", "auto", "v2", "v3"}

// OpenLookups connects to the account of the manifest, of which only the heygen: section is read: mistakes elsewhere
// do not count. Without a manifest it is HeyGen's own API, with the key from the environment. When the section
// cannot be read and no API is given, it fails: a command must not reach another account than the manifest names.
func OpenLookups(disk project.Options, o Options, with LookupOptions) (*Lookups, error) {
	path, err := filepath.Abs(disk.ManifestPath)
	if err != nil {
		return nil, err
	}
	ctx := disk.Context
	if ctx == nil {
		ctx = context.Background()
	}
	if with.API != "" && !slices.Contains(APIs, with.API) {
		return nil, fault.New(fault.Usage, "use "+strings.Join(APIs, ", "), "--api cannot be %q", with.API)
	}
	h, err := accountOf(ctx, path, with)
	if err != nil {
		return nil, err
	}
	a := &Lookups{}
	state := filepath.Join(filepath.Dir(path), project.StateDir)
	if h.API == "sandbox" && !exists(path) && !exists(state) { // a look-up makes no folder
		if a.temp, err = os.MkdirTemp("", "greenroom-sandbox-"); err != nil {
			return nil, fault.Wrap(fault.Failed, err, "make the folder of temporary files writable", "make a folder for the sandbox")
		}
		state = a.temp
	}
	m := &manifest.Manifest{Path: path, Dir: filepath.Dir(path), HeyGen: h}
	disk.State = state
	on := project.Of(m, disk)
	core, err := Open(on, o)
	if err != nil {
		if a.temp != "" {
			err = errors.Join(err, os.RemoveAll(a.temp))
		}
		return nil, err
	}
	a.core = core
	return a, nil
}

// accountOf returns the heygen: section that is used.
func accountOf(ctx context.Context, path string, with LookupOptions) (manifest.HeyGen, error) {
	h, rest, err := manifest.ReadHeyGen(ctx, path)
	name, without := filepath.Base(path), manifest.HeyGen{API: "auto"}
	switch {
	case err != nil && !exists(path):
		h = without
		if with.API == "" {
			with.remark("there is no %s here; HeyGen's own account is used, with %s as the key", name, defaultKeyRef)
		}
	case err != nil && (with.API == "" || ctx.Err() != nil):
		return h, err
	case err != nil:
		h = without
		with.remark("the heygen: section of %s cannot be read; %s is used, with %s as the key", name, with.API, defaultKeyRef)
	case rest != nil:
		with.remark("%s cannot be read (%s); only its heygen: section is used: api %s", name, firstFault(rest), cmp.Or(with.API, h.API))
	}
	h.API = cmp.Or(with.API, h.API)
	return h, nil
}

// firstFault is the line and the message of the first fault in err, for a sentence.
func firstFault(err error) string {
	all := fault.All(err)
	if len(all) == 0 {
		return ""
	}
	if at := all[0].Place; at != nil {
		return fmt.Sprintf("line %d: %v", at.Line, all[0])
	}
	return all[0].Error()
}

func (o LookupOptions) remark(format string, args ...any) {
	if o.Remark != nil {
		o.Remark(fmt.Sprintf(format, args...))
	}
}

// exists reports that there is something at path, or that this cannot be known.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Close ends an embedded sandbox.
func (a *Lookups) Close() error {
	a.core.disk.Inputs.Save()
	err := a.core.Connection.Close()
	if a.temp != "" {
		err = errors.Join(err, os.RemoveAll(a.temp))
	}
	return err
}

// keepsState makes the project's folder of state, so that what is sent once is known
// the next time. Without a manifest there is no project and nothing is kept.
func (a *Lookups) keepsState() {
	if _, err := os.Stat(a.core.disk.Manifest.Path); err == nil {
		_ = os.MkdirAll(a.core.disk.StateDir(), 0o700) // what is kept there is a cache
	}
}

// ask connects and runs one request in the account's generation.
func ask[T any](ctx context.Context, a *Lookups, doing string, f func(*heygen.Client, heygen.API) (T, error)) (out T, err error) {
	api, err := a.core.Api(ctx)
	if err != nil {
		return out, err
	}
	c, err := a.core.Connect(ctx)
	if err != nil {
		return out, err
	}
	out, err = f(c, api)
	if heygen.Gone(err) {
		return out, a.core.Gone(ctx, err, doing)
	}
	return out, Explain(err, doing)
}

// Quota gives what the account has left.
func (a *Lookups) Quota(ctx context.Context) (heygen.Balance, error) {
	return ask(ctx, a, "read the quota", func(c *heygen.Client, api heygen.API) (heygen.Balance, error) { return c.Credits(ctx, api) })
}

// Templates lists the account's templates, without variables.
func (a *Lookups) Templates(ctx context.Context) ([]heygen.Template, error) {
	return ask(ctx, a, "list the templates", func(c *heygen.Client, api heygen.API) ([]heygen.Template, error) { return c.Templates(ctx, api) })
}

// Template reads one with its variables.
func (a *Lookups) Template(ctx context.Context, id string) (heygen.Template, error) {
	return ask(ctx, a, "read template "+id, func(c *heygen.Client, api heygen.API) (heygen.Template, error) { return c.Template(ctx, api, id) })
}

// Languages lists what can be translated into.
func (a *Lookups) Languages(ctx context.Context) ([]string, error) {
	return ask(ctx, a, "list the languages", func(c *heygen.Client, api heygen.API) ([]string, error) { return c.Languages(ctx, api) })
}

// Locales lists the ways voices can speak; v3 names none.
func (a *Lookups) Locales(ctx context.Context) ([]heygen.Locale, error) {
	return ask(ctx, a, "list the locales", func(c *heygen.Client, api heygen.API) ([]heygen.Locale, error) {
		if api == heygen.V3 {
			return nil, nil
		}
		return c.Locales(ctx)
	})
}

// Groups lists the account's avatar groups.
func (a *Lookups) Groups(ctx context.Context) ([]heygen.Group, error) {
	return ask(ctx, a, "list the avatar groups", func(c *heygen.Client, api heygen.API) ([]heygen.Group, error) { return c.Groups(ctx, api) })
}

// Uploads lists the account's files.
func (a *Lookups) Uploads(ctx context.Context) ([]heygen.AssetItem, error) {
	return ask(ctx, a, "list the files", func(c *heygen.Client, api heygen.API) ([]heygen.AssetItem, error) { return c.Assets(ctx, api) })
}

// Upload sends a file, unless its content is there already, and gives its id.
func (a *Lookups) Upload(ctx context.Context, path string) (string, error) {
	a.keepsState()
	u, err := ask(ctx, a, "upload "+filepath.Base(path), func(c *heygen.Client, api heygen.API) (Upload, error) {
		return a.core.Uploaded(ctx, c, api, path)
	})
	return u.ID, err
}

// DeleteUpload removes a file for good.
func (a *Lookups) DeleteUpload(ctx context.Context, id string) error {
	_, err := ask(ctx, a, "delete file "+id, func(c *heygen.Client, api heygen.API) (struct{}, error) {
		return struct{}{}, c.DeleteAsset(ctx, api, id)
	})
	if err == nil {
		a.core.Can.Learn(a.core.AccountID(), func(k *Capability) {
			for h, u := range k.Uploads {
				if u.ID == id {
					delete(k.Uploads, h)
				}
			}
		})
	}
	return err
}

// Photo makes a picture speak and gives the id of its avatar.
func (a *Lookups) Photo(ctx context.Context, path string) (string, error) {
	a.keepsState()
	return ask(ctx, a, "make "+filepath.Base(path)+" speak", func(c *heygen.Client, api heygen.API) (string, error) {
		return a.core.Photo(ctx, c, api, path)
	})
}

// PhotoStatus reads how far a photo avatar is.
func (a *Lookups) PhotoStatus(ctx context.Context, id string) (heygen.Training, error) {
	return ask(ctx, a, "read photo "+id, func(c *heygen.Client, api heygen.API) (heygen.Training, error) { return c.PhotoTraining(ctx, api, id) })
}

// DeletePhoto removes a photo avatar for good.
func (a *Lookups) DeletePhoto(ctx context.Context, id string) error {
	_, err := ask(ctx, a, "delete photo "+id, func(c *heygen.Client, api heygen.API) (struct{}, error) {
		return struct{}{}, c.DeletePhotoAvatar(ctx, api, id)
	})
	if err == nil {
		a.core.Can.Learn(a.core.AccountID(), func(k *Capability) {
			for h, p := range k.Photos {
				if p == id {
					delete(k.Photos, h)
				}
			}
		})
	}
	return err
}

// Preview saves a voice's sample.
func (a *Lookups) Preview(ctx context.Context, voice, out string) error {
	list, _, err := a.Voices(ctx, true) // a remembered list has no links
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(v heygen.VoiceInfo) bool { return v.ID == voice || strings.EqualFold(v.Name, voice) })
	switch {
	case i < 0:
		return fault.New(fault.Usage, "`greenroom voices` lists them", "the account has no voice %q", voice)
	case list[i].PreviewAudio == "":
		return fault.New(fault.Failed, "", "HeyGen has no sample of %s", list[i].Name)
	}
	if _, err := a.core.Connect(ctx); err != nil {
		return err
	}
	link := func(context.Context, bool) (string, error) { return list[i].PreviewAudio.Reveal(), nil }
	verify := func(path string) error {
		if err := media.CompleteSound(path); err != nil {
			return delivery.Fault(err)
		}
		return nil
	}
	res, err := a.core.Fetcher().Fetch(ctx, assets.Download{Dst: out, Link: link, MaxBytes: maxSample, Verify: verify})
	var bad *delivery.Unusable
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad):
		err = fault.Wrap(fault.Media, bad.Err, "run the same command again later", "the sample of %s was downloaded %s and is no sound; %s is not written",
			list[i].Name, delivery.Times(res.Attempts), filepath.Base(out))
	default:
		err = fault.Wrap(fault.KindOf(err), err, "run the same command again", "read the sample of %s", list[i].Name)
	}
	os.Remove(out + ".part") // a sample is small: it is read again from its start
	os.Remove(out + ".part.json")
	return err
}

// maxSample is the size of a voice's sample, bytes.
const maxSample = 32 << 20
