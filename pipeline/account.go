package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
)

// Account is the provider's side of a project, for looking things up and for files
// and photos, which cost nothing. It never buys: nothing here submits.
type Account struct{ p *Project }

// OpenAccount connects to the account of the manifest in force. Without a manifest
// it is HeyGen's own, with the key from the environment.
func OpenAccount(o Options) (*Account, error) {
	p, err := Open(o)
	if err == nil {
		return &Account{p}, nil
	}
	path, abs := filepath.Abs(o.ManifestPath)
	if _, serr := os.Stat(path); abs != nil || !errors.Is(serr, fs.ErrNotExist) {
		return nil, err // it is there, and wrong
	}
	dir := filepath.Dir(path)
	state := filepath.Join(dir, StateDir)
	m := &manifest.Manifest{Path: path, Dir: dir, HeyGen: manifest.HeyGen{API: "auto"}}
	return &Account{&Project{Manifest: m, o: o, dir: dir, state: state, report: newReporter(o.Sink, o.Now), inputs: openInputs(state), can: openCapabilities(state), standIns: openStandIns(state), provider: &provider{}}}, nil
}

// Close ends an embedded sandbox.
func (a *Account) Close() error {
	a.p.inputs.save()
	return a.p.provider.close()
}

// keepsState makes the project's folder of state, so that what is sent once is known
// the next time. Without a manifest there is no project and nothing is kept.
func (a *Account) keepsState() {
	if _, err := os.Stat(a.p.Manifest.Path); err == nil {
		_ = os.MkdirAll(a.p.state, 0o700) // what is kept there is a cache
	}
}

// ask connects and runs one request in the account's generation.
func ask[T any](ctx context.Context, a *Account, doing string, f func(*heygen.Client, heygen.API) (T, error)) (out T, err error) {
	api, err := a.p.api(ctx)
	if err != nil {
		return out, err
	}
	c, err := a.p.connect(ctx)
	if err != nil {
		return out, err
	}
	out, err = f(c, api)
	if heygen.Gone(err) {
		return out, a.p.gone(ctx, err, doing)
	}
	return out, explain(err, doing)
}

// Quota gives what the account has left.
func (a *Account) Quota(ctx context.Context) (heygen.Balance, error) {
	return ask(ctx, a, "read the quota", func(c *heygen.Client, api heygen.API) (heygen.Balance, error) { return c.Credits(ctx, api) })
}

// Templates lists the account's templates, without variables.
func (a *Account) Templates(ctx context.Context) ([]heygen.Template, error) {
	return ask(ctx, a, "list the templates", func(c *heygen.Client, api heygen.API) ([]heygen.Template, error) { return c.Templates(ctx, api) })
}

// Template reads one with its variables.
func (a *Account) Template(ctx context.Context, id string) (heygen.Template, error) {
	return ask(ctx, a, "read template "+id, func(c *heygen.Client, api heygen.API) (heygen.Template, error) { return c.Template(ctx, api, id) })
}

// Languages lists what can be translated into.
func (a *Account) Languages(ctx context.Context) ([]string, error) {
	return ask(ctx, a, "list the languages", func(c *heygen.Client, api heygen.API) ([]string, error) { return c.Languages(ctx, api) })
}

// Locales lists the ways voices can speak; v3 names none.
func (a *Account) Locales(ctx context.Context) ([]heygen.Locale, error) {
	return ask(ctx, a, "list the locales", func(c *heygen.Client, api heygen.API) ([]heygen.Locale, error) {
		if api == heygen.V3 {
			return nil, nil
		}
		return c.Locales(ctx)
	})
}

// Groups lists the account's avatar groups.
func (a *Account) Groups(ctx context.Context) ([]heygen.Group, error) {
	return ask(ctx, a, "list the avatar groups", func(c *heygen.Client, api heygen.API) ([]heygen.Group, error) { return c.Groups(ctx, api) })
}

// Uploads lists the account's files.
func (a *Account) Uploads(ctx context.Context) ([]heygen.AssetItem, error) {
	return ask(ctx, a, "list the files", func(c *heygen.Client, api heygen.API) ([]heygen.AssetItem, error) { return c.Assets(ctx, api) })
}

// Upload sends a file, unless its content is there already, and gives its id.
func (a *Account) Upload(ctx context.Context, path string) (string, error) {
	a.keepsState()
	u, err := ask(ctx, a, "upload "+filepath.Base(path), func(c *heygen.Client, api heygen.API) (upload, error) {
		return a.p.uploaded(ctx, c, api, path)
	})
	return u.ID, err
}

// DeleteUpload removes a file for good.
func (a *Account) DeleteUpload(ctx context.Context, id string) error {
	_, err := ask(ctx, a, "delete file "+id, func(c *heygen.Client, api heygen.API) (struct{}, error) {
		return struct{}{}, c.DeleteAsset(ctx, api, id)
	})
	if err == nil {
		a.p.can.learn(a.p.accountID(), func(k *capability) {
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
func (a *Account) Photo(ctx context.Context, path string) (string, error) {
	a.keepsState()
	return ask(ctx, a, "make "+filepath.Base(path)+" speak", func(c *heygen.Client, api heygen.API) (string, error) {
		return a.p.photo(ctx, c, api, path)
	})
}

// PhotoStatus reads how far a photo avatar is.
func (a *Account) PhotoStatus(ctx context.Context, id string) (heygen.Training, error) {
	return ask(ctx, a, "read photo "+id, func(c *heygen.Client, api heygen.API) (heygen.Training, error) { return c.PhotoTraining(ctx, api, id) })
}

// DeletePhoto removes a photo avatar for good.
func (a *Account) DeletePhoto(ctx context.Context, id string) error {
	_, err := ask(ctx, a, "delete photo "+id, func(c *heygen.Client, api heygen.API) (struct{}, error) {
		return struct{}{}, c.DeletePhotoAvatar(ctx, api, id)
	})
	if err == nil {
		a.p.can.learn(a.p.accountID(), func(k *capability) {
			for h, p := range k.Photos {
				if p == id {
					delete(k.Photos, h)
				}
			}
		})
	}
	return err
}

// Videos gives the newest videos whose titles contain a text, at most limit.
func (a *Account) Videos(ctx context.Context, title string, limit int) ([]heygen.VideoItem, error) {
	return ask(ctx, a, "list the videos", func(c *heygen.Client, api heygen.API) ([]heygen.VideoItem, error) {
		if api == heygen.V3 {
			return c.VideosV3(ctx, title, limit)
		}
		var out []heygen.VideoItem
		for o := (heygen.ListOptions{Title: title, Limit: min(100, limit)}); ; {
			page, err := c.ListVideos(ctx, o)
			if err != nil {
				return nil, err
			}
			out = append(out, page.Videos...)
			if o.Token = page.Token; o.Token == "" || len(page.Videos) == 0 || len(out) >= limit {
				return out[:min(limit, len(out))], nil
			}
		}
	})
}

// Video reads one video where its generation keeps it.
func (a *Account) Video(ctx context.Context, id string) (heygen.Video, error) {
	return ask(ctx, a, "read video "+id, func(c *heygen.Client, api heygen.API) (heygen.Video, error) {
		v, err := anyVideo(ctx, c, api, id)
		if heygen.NotFound(err) {
			if ended := endedInstead(ctx, c, err); ended != nil {
				return v, ended
			}
		}
		return v, err
	})
}

// anyVideo asks the account's own generation first; a job of the other is kept there.
func anyVideo(ctx context.Context, c *heygen.Client, api heygen.API, id string) (heygen.Video, error) {
	kinds := []heygen.Kind{heygen.KindVideoV2, heygen.KindVideoV3}
	if api == heygen.V3 {
		slices.Reverse(kinds)
	}
	v, err := c.Job(ctx, kinds[0], id)
	if heygen.NotFound(err) {
		if other, oerr := c.Job(ctx, kinds[1], id); oerr == nil {
			return other, nil
		}
	}
	return v, err
}

// DeleteVideo removes a video for good.
func (a *Account) DeleteVideo(ctx context.Context, id string) error {
	_, err := ask(ctx, a, "delete video "+id, func(c *heygen.Client, api heygen.API) (struct{}, error) {
		if api == heygen.V3 {
			return struct{}{}, c.DeleteVideoV3(ctx, id)
		}
		return struct{}{}, c.DeleteVideo(ctx, id)
	})
	return err
}

// Fetch downloads a video of the account to a file, checked like every take. A
// download that was cut is gone on with.
func (a *Account) Fetch(ctx context.Context, id, out string) (int64, error) {
	if _, err := os.Stat(out); err == nil {
		return 0, fault.New(fault.Usage, "remove it, or name another with -o", "%s is there already", out)
	}
	link := func(ctx context.Context, _ bool) (string, error) {
		v, err := a.Video(ctx, id)
		switch {
		case err != nil:
			return "", err
		case v.State == heygen.StateFailed:
			return "", fault.New(fault.Provider, "", "video %s failed at HeyGen", id)
		case v.URL == "":
			return "", fault.New(fault.Wait, "run the same command again later", "video %s is %q and has no file yet", id, v.RawStatus)
		}
		return v.URL.Reveal(), nil
	}
	if _, err := link(ctx, false); err != nil { // also connects, before hosts are judged
		return 0, err
	}
	verify := func(path string) error {
		if err := media.Complete(path); err != nil {
			return masterFault(err)
		}
		t, err := a.p.tools(ctx)
		if fault.KindOf(err) == fault.Tool {
			return nil // a machine without ffmpeg may still fetch
		}
		if err == nil {
			err = media.Decodes(ctx, t, path)
		}
		if err != nil {
			return masterFault(err)
		}
		return nil
	}
	res, err := a.p.fetcher().Fetch(ctx, assets.Download{Dst: out, Link: link, Verify: verify, Progress: func(done, total int64) {
		a.p.send(ctx, Event{Clip: id, Stage: "fetch", State: Progress, Done: done, Total: total})
	}})
	var bad *notMaster
	if errors.As(err, &bad) {
		err = fault.Wrap(fault.Media, bad.error, "run the same command again later; if this repeats, open the video on HeyGen's site",
			"video %s was downloaded %s and is no video; %s is not written", id, times(res.Attempts), filepath.Base(out))
	}
	return res.Bytes, err
}

// Preview saves a voice's sample.
func (a *Account) Preview(ctx context.Context, voice, out string) error {
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
	if _, err := a.p.connect(ctx); err != nil {
		return err
	}
	link := func(context.Context, bool) (string, error) { return list[i].PreviewAudio.Reveal(), nil }
	verify := func(path string) error {
		if err := media.CompleteSound(path); err != nil {
			return masterFault(err)
		}
		return nil
	}
	res, err := a.p.fetcher().Fetch(ctx, assets.Download{Dst: out, Link: link, MaxBytes: maxSample, Verify: verify})
	var bad *notMaster
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad):
		err = fault.Wrap(fault.Media, bad.error, "run the same command again later", "the sample of %s was downloaded %s and is no sound; %s is not written",
			list[i].Name, times(res.Attempts), filepath.Base(out))
	default:
		err = fault.Wrap(fault.KindOf(err), err, "run the same command again", "read the sample of %s", list[i].Name)
	}
	os.Remove(out + ".part") // a sample is small: it is read again from its start
	os.Remove(out + ".part.json")
	return err
}

// maxSample is the size of a voice's sample, bytes.
const maxSample = 32 << 20
