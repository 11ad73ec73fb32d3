// Package voice is the step that downloads the sound of a voice draft into the store.
package voice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/standin"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/delivery"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/voice"
)

// maxSound is the size of a sound file, bytes: HeyGen accepts 50 MB of audio.
const maxSound = 64 << 20

// In is a sound that is paid for. Its voice contains a link that is a secret.
type In struct {
	Clip   string        `json:"clip"`
	Row    string        `json:"row"` // key of the ledger row, which names the record
	Voice  voice.Voice   `json:"voice"`
	Within time.Duration `json:"within"` // how long the download may take; 0: no limit
}

// Source is what the step uses on this machine.
type Source struct {
	Fetcher *assets.Fetcher
	Maker   *standin.Maker
	Voices  *voice.Store
}

// Part returns the name of a sound's unfinished download in the store.
func Part(row string) string { return "voice-" + row[:32] }

// Step returns the step that brings a sound into the store, as WAV or MP3, which HeyGen accepts as uploads, and saves
// its record. A file that is not the sound is a fault of kind Media; nothing is stored then.
func Step(src Source) stage.Func[In, voice.Voice] {
	return func(ctx context.Context, env stage.Env, in In) (voice.Voice, error) {
		dst := env.Store.ResumePath(Part(in.Row))
		wav := env.Store.TempPath(Part(in.Row) + ".wav")
		defer os.Remove(wav)
		seconds := 0.0
		res, err := src.Fetcher.Fetch(ctx, assets.Download{
			Dst: dst, Link: linkOf(in), MaxBytes: maxSound, Locked: true, Within: in.Within,
			Verify: func(path string) (err error) {
				seconds, err = decode(ctx, src.Maker, path, wav, in.Voice.Seconds)
				return err
			},
		})
		if err != nil {
			return in.Voice, unusable(err, in, res.Attempts)
		}
		defer os.Remove(dst) // gone already when it was adopted
		file := wav
		if isUpload(dst) {
			file = dst
		}
		hash, size, err := env.Store.Adopt(file)
		if err != nil {
			return in.Voice, err
		}
		v := voice.Voice{
			ID: in.Voice.ID, Seconds: seconds, Audio: string(hash), Bytes: size, Words: voice.ValidWords(in.Voice.Words, seconds),
		}
		if err := src.Voices.Save(in.Row, v); err != nil {
			const hint = "free some space, or make the folder writable, and run the same command again"
			return v, fault.Wrap(fault.Failed, err, hint, "keep the voice")
		}
		message := fmt.Sprintf("%.2f s, %d words", v.Seconds, len(v.Words))
		if len(v.Words) == 0 {
			message = fmt.Sprintf("%.2f s; HeyGen gave no word times, so there are no captions", v.Seconds)
		}
		env.Send(ctx, event.Event{Clip: in.Clip, Stage: "voice", State: event.Done, Message: message})
		return v, nil
	}
}

// linkOf returns the link of a sound. An expired one cannot be renewed: HeyGen has no list of sounds.
func linkOf(in In) assets.Link {
	return func(_ context.Context, expired bool) (string, error) {
		if expired {
			hint := fmt.Sprintf("run the same command again; if it stays so, `greenroom resolve %s --not-paid` "+
				"lets the voice be bought again", in.Clip)
			return "", fault.New(fault.Provider, hint, "HeyGen's link to a voice that is paid for does not open")
		}
		return in.Voice.Link, nil
	}
}

// unusable explains a file that is not the sound.
func unusable(err error, in In, attempts int) error {
	var bad *delivery.Unusable
	if !errors.As(err, &bad) {
		return err
	}
	hint := fmt.Sprintf("run `greenroom build %s` again: the voice is paid for, and nothing is bought", in.Clip)
	return fault.Wrap(fault.Media, bad.Err, hint,
		"the voice was downloaded %s and is not a sound file; it is not stored", delivery.Times(attempts)).For(in.Clip)
}

// decode decodes a bought sound into a WAV file and returns its length in seconds. It fails with a delivery.Unusable
// for another kind of file, a cut one, or one that is shorter than announced. MP3 does not contain its length, so that
// only the announced one shows a cut.
func decode(ctx context.Context, m *standin.Maker, path, wav string, announced float64) (float64, error) {
	if err := media.CompleteSound(path); err != nil {
		return 0, delivery.Fault(err)
	}
	seconds, err := m.WAV(ctx, path, wav)
	switch {
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case errors.Is(err, syscall.ENOSPC):
		return 0, err
	case err != nil:
		return 0, delivery.Fault(err)
	case seconds <= 0:
		return 0, &delivery.Unusable{Err: errors.New("no sound in it")}
	case seconds < announced*0.75-0.5:
		return 0, &delivery.Unusable{Err: fmt.Errorf("cut: %.2f s of %.2f s of sound", seconds, announced)}
	}
	return seconds, nil
}

// isUpload reports a file that HeyGen accepts as it is.
func isUpload(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := f.Read(head) // an unreadable file is converted
	kind := account.ContentType(head[:n])
	return kind == "audio/wav" || kind == "audio/mpeg"
}
