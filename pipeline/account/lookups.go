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

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/project"
)

// Lookups are the requests that cost nothing: lists, records, files and photos. It never buys.
//
// size: one method for each look-up command.
type Lookups struct {
	core *Account
	temp string // the folder of state of a sandbox outside of projects; "" otherwise
}

// LookupOptions choose the account that is opened.
type LookupOptions struct {
	// API replaces the manifest's heygen.api: sandbox, auto, v2 or v3; "" keeps it.
	API string

	// Remark receives one message when the manifest could not be read and what is used instead.
	Remark func(string)
}

// APIs are the values of LookupOptions.API.
var APIs = []string{"sandbox", "auto", "v2", "v3"}

// OpenLookups returns the account of the manifest, of which only the heygen: section is read: mistakes elsewhere
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
	h, err := accountOf(ctx, path, with, o.Getenv)
	if err != nil {
		return nil, err
	}
	a := &Lookups{}
	state := filepath.Join(filepath.Dir(path), project.StateDir)
	if h.API == "sandbox" && !exists(path) && !exists(state) { // a look-up makes no folder
		if a.temp, err = os.MkdirTemp("", "greenroom-sandbox-"); err != nil {
			return nil, fault.Wrap(
				fault.Failed, err, "make the folder of temporary files writable", "make a folder for the sandbox",
			)
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

// accountOf returns the heygen: section that is used: the manifest's, or a default with a remark.
func accountOf(
	ctx context.Context, path string, with LookupOptions, getenv func(string) string,
) (manifest.HeyGen, error) {
	key, _ := Place("", getenv)
	h, rest, err := manifest.ReadHeyGen(ctx, path)
	name, without := filepath.Base(path), manifest.HeyGen{API: "auto"}
	switch {
	case err != nil && !exists(path):
		h = without
		if with.API == "" {
			with.remark("there is no %s here; HeyGen's own account is used, with %s as the key", name, key)
		}
	case err != nil && (with.API == "" || ctx.Err() != nil):
		return h, err
	case err != nil:
		h = without
		with.remark(
			"the heygen: section of %s cannot be read; %s is used, with %s as the key", name, with.API, key,
		)
	case rest != nil:
		with.remark(
			"%s cannot be read (%s); only its heygen: section is used: api %s", name, firstFault(rest),
			cmp.Or(with.API, h.API),
		)
	}
	h.API = cmp.Or(with.API, h.API)
	return h, nil
}

// firstFault returns the line and the message of the first fault in err.
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

// exists reports whether there is something at path, also when this cannot be known.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Close saves the cache of inputs and ends an embedded sandbox.
func (a *Lookups) Close() error {
	a.core.disk.Inputs.Save()
	err := a.core.Connection.Close()
	if a.temp != "" {
		err = errors.Join(err, os.RemoveAll(a.temp))
	}
	return err
}

// makeState makes the project's folder of state, so that an upload is recorded and not sent again. Without a
// manifest there is no project and nothing is recorded.
func (a *Lookups) makeState() {
	if _, err := os.Stat(a.core.disk.Manifest.Path); err == nil {
		_ = os.MkdirAll(a.core.disk.StateDir(), 0o700) // it is a cache
	}
}

// call connects and calls f with the account's client and generation. Its error has a hint.
func call[T any](
	ctx context.Context, a *Lookups, doing string, f func(*heygen.Client, heygen.API) (T, error),
) (out T, err error) {
	api, err := a.core.API(ctx)
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

// Quota returns the balance of the account.
func (a *Lookups) Quota(ctx context.Context) (heygen.Balance, error) {
	return call(
		ctx, a, "read the quota",
		func(c *heygen.Client, api heygen.API) (heygen.Balance, error) { return c.Credits(ctx, api) },
	)
}

// Templates lists the account's templates, without variables.
func (a *Lookups) Templates(ctx context.Context) ([]heygen.Template, error) {
	return call(
		ctx, a, "list the templates",
		func(c *heygen.Client, api heygen.API) ([]heygen.Template, error) { return c.Templates(ctx, api) },
	)
}

// Template returns a template with its variables.
func (a *Lookups) Template(ctx context.Context, id string) (heygen.Template, error) {
	return call(
		ctx, a, "read template "+id,
		func(c *heygen.Client, api heygen.API) (heygen.Template, error) { return c.Template(ctx, api, id) },
	)
}

// Languages lists the languages of translations.
func (a *Lookups) Languages(ctx context.Context) ([]string, error) {
	return call(
		ctx, a, "list the languages",
		func(c *heygen.Client, api heygen.API) ([]string, error) { return c.Languages(ctx, api) },
	)
}

// Locales lists the locales of voices; v3 has no list.
func (a *Lookups) Locales(ctx context.Context) ([]heygen.Locale, error) {
	return call(ctx, a, "list the locales", func(c *heygen.Client, api heygen.API) ([]heygen.Locale, error) {
		if api == heygen.V3 {
			return nil, nil
		}
		return c.Locales(ctx)
	})
}

// Groups lists the account's avatar groups.
func (a *Lookups) Groups(ctx context.Context) ([]heygen.Group, error) {
	return call(
		ctx, a, "list the avatar groups",
		func(c *heygen.Client, api heygen.API) ([]heygen.Group, error) { return c.Groups(ctx, api) },
	)
}

// Uploads lists the account's files.
func (a *Lookups) Uploads(ctx context.Context) ([]heygen.AssetItem, error) {
	return call(
		ctx, a, "list the files",
		func(c *heygen.Client, api heygen.API) ([]heygen.AssetItem, error) { return c.Assets(ctx, api) },
	)
}

// Upload sends a file, unless the account has its content already, and returns its id.
func (a *Lookups) Upload(ctx context.Context, path string) (string, error) {
	a.makeState()
	u, err := call(ctx, a, "upload "+filepath.Base(path), func(c *heygen.Client, api heygen.API) (Upload, error) {
		return a.core.Uploaded(ctx, c, api, path)
	})
	return u.ID, err
}

// DeleteUpload deletes a file from the account. It cannot be restored.
func (a *Lookups) DeleteUpload(ctx context.Context, id string) error {
	_, err := call(ctx, a, "delete file "+id, func(c *heygen.Client, api heygen.API) (struct{}, error) {
		return struct{}{}, c.DeleteAsset(ctx, api, id)
	})
	if err == nil {
		a.core.Can.Record(a.core.AccountID(), func(k *Capability) {
			for h, u := range k.Uploads {
				if u.ID == id {
					delete(k.Uploads, h)
				}
			}
		})
	}
	return err
}

// Photo makes an avatar of a picture and returns its id.
func (a *Lookups) Photo(ctx context.Context, path string) (string, error) {
	a.makeState()
	return call(ctx, a, "make "+filepath.Base(path)+" speak", func(c *heygen.Client, api heygen.API) (string, error) {
		return a.core.Photo(ctx, c, api, path)
	})
}

// PhotoStatus returns the progress of a photo avatar.
func (a *Lookups) PhotoStatus(ctx context.Context, id string) (heygen.Training, error) {
	return call(
		ctx, a, "read photo "+id,
		func(c *heygen.Client, api heygen.API) (heygen.Training, error) { return c.PhotoTraining(ctx, api, id) },
	)
}

// DeletePhoto deletes a photo avatar from the account. It cannot be restored.
func (a *Lookups) DeletePhoto(ctx context.Context, id string) error {
	_, err := call(ctx, a, "delete photo "+id, func(c *heygen.Client, api heygen.API) (struct{}, error) {
		return struct{}{}, c.DeletePhotoAvatar(ctx, api, id)
	})
	if err == nil {
		a.core.Can.Record(a.core.AccountID(), func(k *Capability) {
			for h, p := range k.Photos {
				if p == id {
					delete(k.Photos, h)
				}
			}
		})
	}
	return err
}

// Client returns the connection to the account.
func (a *Lookups) Client(ctx context.Context) (*heygen.Client, error) { return a.core.Connect(ctx) }

// Sandboxed reports whether the sandbox answers and nothing costs money.
func (a *Lookups) Sandboxed() bool { return a.core.Sandboxed() }
