package account

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/filestat"
	"greenroom/internal/regular"
	"greenroom/pipeline/event"
	"greenroom/pipeline/project"
)

// uploadTypes are the content types that HeyGen accepts.
var uploadTypes = []string{"image/png", "image/jpeg", "video/mp4", "video/webm", "audio/mpeg", "audio/wav", subtitles}

// subtitles is the content type of SubRip, which v3 accepts.
const subtitles = "application/x-subrip"

// maxUpload is the size of the largest file that is read into memory, bytes: on v1 and v2, and to make an avatar of a
// picture. On v3, files are sent in parts, and HeyGen names its limit.
const maxUpload = 512 << 20

// ContentType returns the content type of a file from its first bytes, as HeyGen does.
func ContentType(b []byte) string {
	kind, _, _ := strings.Cut(http.DetectContentType(b), ";")
	switch {
	case kind == "audio/wave":
		return "audio/wav"
	case kind == "text/plain" && bytes.Contains(b, []byte("-->")):
		return subtitles
	}
	if kind == "application/octet-stream" && len(b) > 1 && b[0] == 0xff && b[1]&0xe0 == 0xe0 {
		return "audio/mpeg" // MP3 without a tag
	}
	return kind
}

// Uploaded makes sure that the account has a file and returns its upload. The same content is sent once for each
// generation, whatever its name.
func (a *Account) Uploaded(ctx context.Context, client *heygen.Client, api heygen.API, path string) (Upload, error) {
	return a.uploadOnce(ctx, client, api, path, false)
}

// UploadedAt is Uploaded for requests that need the address of the file. A signed address is not stored, so that
// another process sends the file again, which is free.
func (a *Account) UploadedAt(ctx context.Context, client *heygen.Client, api heygen.API, path string) (Upload, error) {
	return a.uploadOnce(ctx, client, api, path, true)
}

func (a *Account) uploadOnce(
	ctx context.Context, client *heygen.Client, api heygen.API, path string, address bool,
) (Upload, error) {
	hash, err := a.disk.Inputs.Hash(path)
	if err != nil {
		return Upload{}, err
	}
	unlock, _ := a.uploads.Lock(string(api) + hash)
	defer unlock()
	var known Upload
	a.Can.Read(a.AccountID(), func(k *Capability) { known = k.Uploads[string(api)+" "+hash] })
	if known.ID != "" && (!address || a.Links.Usable(known)) {
		return known, nil
	}
	sent, err := a.send(ctx, client, api, path, hash)
	if err != nil {
		return Upload{}, err
	}
	u := Upload{ID: sent.ID}
	if api == heygen.V2 {
		u.URL = a.Links.Keep(sent.ID, sent.URL.Reveal()) // v1 names an upload by address
	}
	a.Can.Record(a.AccountID(), func(k *Capability) {
		k.Uploads[string(api)+" "+hash] = u
		delete(k.Parts, hash)
	})
	a.disk.Send(ctx, event.Event{Stage: "upload", State: event.Done, Message: a.uploadName(path)})
	return u, nil
}

// uploadName is how messages name a file.
func (a *Account) uploadName(path string) string {
	name := a.disk.Rel(path)
	if strings.HasPrefix(filepath.ToSlash(name), project.StateDir+"/") {
		return "a file from the store" // its path means nothing to the user
	}
	return name
}

// send sends a file. What was begun by an earlier run, of a file that is sent in parts, is continued.
func (a *Account) send(
	ctx context.Context, client *heygen.Client, api heygen.API, path, hash string,
) (heygen.Asset, error) {
	f, err := regular.Open(path)
	if err != nil {
		return heygen.Asset{}, unreadable(err, a.disk.Rel(path))
	}
	defer f.Close()
	before, err := filestat.Read(path)
	if err != nil {
		return heygen.Asset{}, unreadable(err, a.disk.Rel(path))
	}
	if api != heygen.V3 && before.Size > maxUpload {
		return heygen.Asset{}, a.tooLarge(path, before.Size)
	}
	start := make([]byte, 512) // as much as decides the type
	n, err := io.ReadFull(f, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return heygen.Asset{}, unreadable(err, a.disk.Rel(path))
	}
	kind, err := a.uploadType(path, start[:n])
	if err != nil {
		return heygen.Asset{}, err
	}
	r := heygen.Resume{
		Record: func(p heygen.PartUpload) {
			a.Can.Record(a.AccountID(), func(k *Capability) { k.Parts[hash] = p })
		},
		Progress: func(sent, total int64) {
			a.disk.Send(ctx, event.Event{
				Stage: "upload", State: event.Progress, Message: a.uploadName(path), Done: sent, Total: total,
			})
		},
	}
	a.Can.Read(a.AccountID(), func(k *Capability) { r.Begun = k.Parts[hash] })
	file := heygen.File{Name: hash[:16] + filepath.Ext(path), Type: kind, Sum: hash, Size: before.Size, Content: f}
	sent, err := client.Upload(ctx, api, file, r)
	if after, serr := filestat.Read(path); serr != nil || after != before {
		return sent, fault.Wrap(
			fault.Manifest, errors.Join(err, serr), "run it again", "%s changed while it was sent", a.disk.Rel(path),
		)
	}
	return sent, Explain(err, "upload "+a.disk.Rel(path))
}

func unreadable(err error, name string) error {
	return fault.Wrap(fault.Manifest, err, "make the file readable", "read %s", name)
}

func (a *Account) tooLarge(path string, size int64) error {
	return fault.New(
		fault.Manifest, "make it smaller", "%s has %d bytes, at most %d are uploaded",
		a.disk.Rel(path), size, maxUpload,
	)
}

// uploadType returns the content type of a file from its first bytes, and an error when HeyGen does not accept it.
func (a *Account) uploadType(path string, start []byte) (string, error) {
	kind := ContentType(start)
	if !slices.Contains(uploadTypes, kind) {
		return "", fault.New(
			fault.Manifest, "convert it to PNG, JPEG, MP4, WebM, MP3 or WAV", "%s is %s, which HeyGen does not accept",
			a.disk.Rel(path), kind,
		)
	}
	return kind, nil
}

func (a *Account) readUpload(path string) ([]byte, string, error) {
	b, err := regular.Read(path, maxUpload)
	var large *regular.SizeError
	switch {
	case errors.As(err, &large):
		return nil, "", a.tooLarge(path, large.Size)
	case err != nil:
		return nil, "", unreadable(err, a.disk.Rel(path))
	}
	kind, err := a.uploadType(path, b)
	return b, kind, err
}

// Photo makes sure that the account has an avatar of a picture, and returns its id.
func (a *Account) Photo(ctx context.Context, client *heygen.Client, api heygen.API, path string) (string, error) {
	hash, err := a.disk.Inputs.Hash(path)
	if err != nil {
		return "", err
	}
	unlock, _ := a.uploads.Lock("photo" + string(api) + hash)
	defer unlock()
	id := ""
	a.Can.Read(a.AccountID(), func(k *Capability) { id = k.Photos[string(api)+" "+hash] })
	if id != "" {
		return id, nil
	}
	b, kind, err := a.readUpload(path)
	if err != nil {
		return "", err
	}
	if kind != "image/png" && kind != "image/jpeg" {
		return "", fault.New(
			fault.Manifest, "save it as PNG or JPEG", "%s is %s, not a picture", a.disk.Rel(path), kind,
		)
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if id, err = client.NewPhotoAvatar(ctx, api, name, kind, bytes.Clone(b)); err != nil {
		return "", Explain(err, "make "+a.disk.Rel(path)+" speak")
	}
	a.Can.Record(a.AccountID(), func(k *Capability) { k.Photos[string(api)+" "+hash] = id })
	a.disk.Send(ctx, event.Event{Stage: "upload", State: event.Done, Message: a.disk.Rel(path) + " can speak"})
	return id, nil
}

// ForgetUploads drops the recorded uploads of files, because the account does not have one of them any more.
func (a *Account) ForgetUploads(paths []string) {
	a.Can.Record(a.AccountID(), func(k *Capability) {
		for _, path := range paths {
			h, err := a.disk.Inputs.Hash(path)
			if err != nil {
				continue
			}
			for _, api := range []heygen.API{heygen.V2, heygen.V3} {
				delete(k.Uploads, string(api)+" "+h)
				delete(k.Photos, string(api)+" "+h)
			}
		}
	})
}
