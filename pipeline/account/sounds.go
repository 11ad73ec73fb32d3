package account

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/delivery"
)

// Preview downloads the sample of a voice to a file. It fails when the account has no such voice, or HeyGen no sample.
func (a *Lookups) Preview(ctx context.Context, voice, out string) error {
	list, _, err := a.Voices(ctx, true) // a cached list has no links
	if err != nil {
		return err
	}
	i := slices.IndexFunc(
		list, func(v heygen.VoiceInfo) bool { return v.ID == voice || strings.EqualFold(v.Name, voice) },
	)
	switch {
	case i < 0:
		return fault.New(fault.Usage, "`greenroom voices` lists them", "the account has no voice %q", voice)
	case list[i].PreviewAudio == "":
		return fault.New(fault.Failed, "choose another voice, or make a clip with `draft: voice`", "HeyGen has no sample of %s", list[i].Name)
	}
	return a.saveSound(ctx, "the sample of "+list[i].Name, list[i].PreviewAudio, out)
}

// Sounds searches HeyGen's library of music and effects, which v3 alone has; the best ones come first.
func (a *Lookups) Sounds(ctx context.Context, q heygen.SoundQuery) ([]heygen.Sound, error) {
	return call(ctx, a, "search sounds", func(c *heygen.Client, _ heygen.API) ([]heygen.Sound, error) {
		return c.Sounds(ctx, q)
	})
}

// soundFiles are the endings of sounds by their content type.
var soundFiles = map[string]string{
	"audio/wave": ".wav", "audio/mpeg": ".mp3", "audio/aiff": ".aiff", "application/ogg": ".ogg", "video/mp4": ".m4a",
}

// SaveSound downloads a sound into a folder and returns the file's path: the id, and the ending of what it is.
func (a *Lookups) SaveSound(ctx context.Context, s heygen.Sound, dir string) (string, error) {
	if s.File == "" {
		return "", fault.New(fault.Failed, "choose another one", "HeyGen has no file of the sound %s", s.ID)
	}
	whole := filepath.Join(dir, fileName(s.ID)+".download")
	if err := a.saveSound(ctx, "the sound "+s.ID, s.File, whole); err != nil {
		return "", err
	}
	ext, err := soundEnding(whole)
	if err != nil {
		return "", fault.Wrap(fault.Failed, err, fault.ReadHint(err, "run the same command again"), "read the sound %s", s.ID)
	}
	path := strings.TrimSuffix(whole, ".download") + ext
	if err := os.Rename(whole, path); err != nil {
		return "", fault.Wrap(fault.Failed, err, fault.ReadHint(err, "make the folder writable"), "write the sound %s", s.ID)
	}
	return path, nil
}

func soundEnding(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := f.Read(head)
	if err != nil {
		return "", err
	}
	ext, ok := soundFiles[http.DetectContentType(head[:n])]
	if !ok {
		ext = ".mp3" // without an ID3 tag; Verify found complete frames
	}
	return ext, nil
}

// saveSound downloads a sound to a file; what names it in messages.
func (a *Lookups) saveSound(ctx context.Context, what string, from heygen.Link, out string) error {
	if _, err := a.core.Connect(ctx); err != nil {
		return err
	}
	link := func(context.Context, bool) (string, error) { return from.Reveal(), nil }
	verify := func(path string) error {
		if err := media.CompleteSound(path); err != nil {
			return delivery.Fault(err)
		}
		return nil
	}
	res, err := a.core.Fetcher().Fetch(ctx, assets.Download{Dst: out, Link: link, MaxBytes: maxSound, Verify: verify})
	var bad *delivery.Unusable
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad):
		err = fault.Wrap(fault.Media, bad.Err, "run the same command again later",
			"%s was downloaded %s and is not a sound file; %s is not written",
			what, delivery.Times(res.Attempts), filepath.Base(out))
	default:
		err = fault.Wrap(fault.KindOf(err), err, "run the same command again", "read %s", what)
	}
	os.Remove(out + ".part") // a sound is small: it is downloaded again from its start
	os.Remove(out + ".part.json")
	return err
}

// maxSound is the size of a voice's sample or of a sound of the library, bytes.
const maxSound = 32 << 20

// fileName makes a file's name of an id.
func fileName(id string) string {
	return strings.TrimLeft(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:`, r) || r < ' ' {
			return '-'
		}
		return r
	}, id), ".")
}
