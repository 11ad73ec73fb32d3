package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/heygen"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/delivery"
	"greenroom/pipeline/event"
)

// VideoItem is a video of the account's lists, with the generation of the API that lists it.
type VideoItem struct {
	heygen.VideoItem
	API heygen.API // v2 for those of v1 and v2
}

// Videos returns the newest videos of both generations whose titles contain a text, at most limit, newest first.
// It fails when the list of the account's own generation cannot be read; remark explains why the other one is
// missing, and is "" when it was read or has ended.
func (a *Lookups) Videos(ctx context.Context, title string, limit int) (out []VideoItem, remark string, err error) {
	out, err = call(ctx, a, "list the videos", func(c *heygen.Client, api heygen.API) ([]VideoItem, error) {
		own, err := listVideos(ctx, c, api, title, limit)
		if err != nil {
			return nil, err
		}
		next := heygen.V3
		if api == heygen.V3 {
			next = heygen.V2
		}
		others, err := listVideos(ctx, c, next, title, limit)
		switch {
		case context.Cause(ctx) != nil:
			return nil, context.Cause(ctx)
		case err != nil && !heygen.MaybeGone(err):
			remark = fmt.Sprintf("the videos of %s are not listed: %v", next, err)
		}
		known := map[string]bool{}
		for _, v := range own {
			known[v.ID] = true
		}
		for _, v := range others {
			if !known[v.ID] { // one API may list what the other made
				own = append(own, v)
			}
		}
		slices.SortStableFunc(own, func(x, y VideoItem) int { return y.CreatedAt.Compare(x.CreatedAt) })
		return own[:min(limit, len(own))], nil
	})
	return out, remark, err
}

// listVideos reads the list of one generation, newest first, at most limit.
func listVideos(ctx context.Context, c *heygen.Client, api heygen.API, title string, limit int) ([]VideoItem, error) {
	var list []heygen.VideoItem
	var err error
	if api == heygen.V3 {
		list, err = c.VideosV3(ctx, title, limit)
	}
	for o := (heygen.ListOptions{Title: title, Limit: min(100, limit)}); api != heygen.V3; {
		page, perr := c.ListVideos(ctx, o)
		list, err = append(list, page.Videos...), perr
		last := o.Token
		if o.Token = page.Token; err != nil || o.Token == "" || o.Token == last || len(page.Videos) == 0 ||
			len(list) >= limit {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	out := make([]VideoItem, 0, len(list))
	for _, v := range list[:min(limit, len(list))] {
		out = append(out, VideoItem{v, api})
	}
	return out, nil
}

// Video reads one video where its generation keeps it.
func (a *Lookups) Video(ctx context.Context, id string) (heygen.Video, error) {
	return call(ctx, a, "read video "+id, func(c *heygen.Client, api heygen.API) (heygen.Video, error) {
		v, err := AnyVideo(ctx, c, api, id)
		if heygen.NotFound(err) {
			if ended := EndedInstead(ctx, c, err); ended != nil {
				return v, ended
			}
		}
		return v, err
	})
}

// Scenes reads what a video of v3 is made of. Videos of v1 and v2, and translations, have no scenes there.
func (a *Lookups) Scenes(ctx context.Context, id string) (heygen.VideoScenes, error) {
	return call(ctx, a, "read the scenes of video "+id, func(c *heygen.Client, _ heygen.API) (heygen.VideoScenes, error) {
		v, err := c.Scenes(ctx, id)
		if heygen.NotFound(err) {
			err = fault.Wrap(fault.Provider, err,
				"`greenroom videos --show "+id+"` shows whether the account has it; translations and videos of v1 and v2 have no scenes",
				"v3 has no scenes of video %s", id)
		}
		return v, err
	})
}

// AnyVideo returns a video. It reads the account's own generation first, and then the other one, which keeps its own
// jobs.
func AnyVideo(ctx context.Context, c *heygen.Client, api heygen.API, id string) (heygen.Video, error) {
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

// DeleteVideo deletes a video from the generation that keeps it. It cannot be restored.
func (a *Lookups) DeleteVideo(ctx context.Context, id string) error {
	_, err := call(ctx, a, "delete video "+id, func(c *heygen.Client, api heygen.API) (struct{}, error) {
		remove := []func(context.Context, string) error{c.DeleteVideo, c.DeleteVideoV3}
		if api == heygen.V3 {
			slices.Reverse(remove)
		}
		err := remove[0](ctx, id)
		if heygen.NotFound(err) && remove[1](ctx, id) == nil {
			err = nil
		}
		return struct{}{}, err
	})
	return err
}

// FetchOptions are the video to download and its file.
type FetchOptions struct {
	ID string

	// Out is the file, absolute. Without an extension it gets the one of the video's content.
	Out string

	// Force replaces files that exist.
	Force bool

	// Captions also saves the video's captions, as HeyGen delivers them (SRT or ASS), next to it.
	Captions bool
}

// Fetched is what Fetch wrote.
type Fetched struct {
	File     string // absolute
	Ending   string // the usual extension for the video's content, such as .webm
	Bytes    int64
	Captions string // absolute; "" when none were requested
}

// videoExtensions are the file extensions that Fetch may add.
var videoExtensions = []string{".mp4", ".webm", ".mov", ".mkv"}

// Fetch downloads a video of the account, checked like every take. An interrupted download is continued.
func (a *Lookups) Fetch(ctx context.Context, o FetchOptions) (Fetched, error) {
	named := filepath.Ext(o.Out) != ""
	if err := o.checkFree(named); err != nil {
		return Fetched{}, err
	}
	v, err := a.finished(ctx, o.ID) // also connects, before hosts are checked
	if err != nil {
		return Fetched{}, err
	}
	if o.Captions && v.CaptionURL == "" {
		const hint = "omit --captions, or set captions: true in the clip and build it"
		return Fetched{}, fault.New(fault.Failed, hint, "HeyGen made no captions for video %s", o.ID)
	}
	out := o.Out
	if !named {
		out += ".video" // until its content is known
	}
	res, err := a.core.Fetcher().Fetch(ctx, assets.Download{
		Dst: out, Verify: a.verifyVideo(ctx),
		Link: func(ctx context.Context, _ bool) (string, error) {
			v, err := a.finished(ctx, o.ID)
			return v.URL.Reveal(), err
		},
		Progress: func(done, total int64) {
			a.core.disk.Send(ctx, event.Event{
				Clip: o.ID, Stage: "fetch", State: event.Progress, Done: done, Total: total,
			})
		},
	})
	var bad *delivery.Unusable
	if errors.As(err, &bad) {
		err = fault.Wrap(fault.Media, bad.Err,
			"run the same command again later; if this repeats, open the video on HeyGen's site",
			"video %s was downloaded %s and is not a video; %s is not written", o.ID, delivery.Times(res.Attempts), filepath.Base(o.Out))
	}
	if err != nil {
		return Fetched{}, err
	}
	f := Fetched{File: out, Bytes: res.Bytes}
	if f.Ending, err = media.Extension(out); err != nil {
		return f, delivery.Fault(err)
	}
	if !named {
		f.File = o.Out + f.Ending
		if err := atomicfile.Commit(out, f.File); err != nil {
			return f, fault.Wrap(fault.Failed, err, fault.MachineHint(err), "name the downloaded file")
		}
	}
	if o.Captions {
		f.Captions, err = a.saveCaptions(ctx, v, strings.TrimSuffix(f.File, filepath.Ext(f.File)))
	}
	return f, err
}

// checkFree fails when Fetch would replace a file without Force.
func (o FetchOptions) checkFree(named bool) error {
	list := []string{o.Out}
	if !named {
		list = nil
		for _, ext := range videoExtensions {
			list = append(list, o.Out+ext)
		}
	}
	if o.Captions {
		stem := strings.TrimSuffix(o.Out, filepath.Ext(o.Out))
		list = append(list, stem+".srt", stem+".ass")
	}
	for _, path := range list {
		fi, err := os.Stat(path)
		switch {
		case err != nil:
		case fi.IsDir():
			return fault.New(fault.Usage, "name a file in it with -o", "%s is a folder", filepath.Base(path))
		case !o.Force:
			return fault.New(
				fault.Usage, "replace it with --force, or name another file with -o", "%s already exists",
				filepath.Base(path),
			)
		}
	}
	return nil
}

// finished returns a video. It fails when the video has no file.
func (a *Lookups) finished(ctx context.Context, id string) (heygen.Video, error) {
	v, err := a.Video(ctx, id)
	switch {
	case err != nil:
		return v, err
	case v.State == heygen.StateFailed:
		return v, fault.New(
			fault.Provider, "`greenroom videos --show "+id+"` shows the reason", "video %s failed at HeyGen", id,
		)
	case v.URL == "":
		return v, fault.New(
			fault.Wait, "run the same command again later", "video %s is %q and has no file yet", id, v.RawStatus,
		)
	}
	return v, nil
}

// verifyVideo returns a check of a downloaded file, which is the one for takes. Without ffmpeg it does not decode.
func (a *Lookups) verifyVideo(ctx context.Context) func(path string) error {
	return func(path string) error {
		if err := media.Complete(path); err != nil {
			return delivery.Fault(err)
		}
		t, err := a.core.disk.Tools.Find(ctx)
		if fault.KindOf(err) == fault.Tool {
			return nil
		}
		if err == nil {
			err = media.Decodes(ctx, t, path)
		}
		if err != nil {
			return delivery.Fault(err)
		}
		return nil
	}
}

// saveCaptions writes a video's captions as HeyGen delivers them and returns the file: stem.srt or stem.ass.
func (a *Lookups) saveCaptions(ctx context.Context, v heygen.Video, stem string) (string, error) {
	const again = "run the same command again with --force"
	raw, err := a.core.Fetcher().Small(ctx, v.CaptionURL.Reveal(), captions.MaxSidecar)
	if err == nil {
		_, err = captions.Parse(raw)
	}
	if err != nil {
		return "", fault.Wrap(
			fault.KindOf(err), err, again, "download the captions of video %s; the video itself is saved", v.ID,
		)
	}
	out := stem + ".srt"
	if bytes.Contains(raw, []byte("[Script Info]")) {
		out = stem + ".ass"
	}
	if _, err := atomicfile.WriteBytes(out, 0o644, raw); err != nil {
		return "", fault.Wrap(fault.Failed, err, fault.MachineHint(err), "write %s", filepath.Base(out))
	}
	return out, nil
}
