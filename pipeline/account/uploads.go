package account

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/project"
)

// uploadTypes are the content types that HeyGen accepts.
var uploadTypes = []string{"image/png", "image/jpeg", "video/mp4", "video/webm", "audio/mpeg", "audio/wav", subtitles}

// subtitles is the content type of SubRip, which v3 accepts.
const subtitles = "application/x-subrip"

// maxUpload is the size of the largest upload, bytes, because it is read into memory. HeyGen accepts 32 MB in one
// request, and more by direct upload on v3.
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
	b, kind, err := a.readUpload(path)
	if err != nil {
		return Upload{}, err
	}
	sent, err := client.Upload(ctx, api, hash[:16]+filepath.Ext(path), kind, b, hash)
	if err != nil {
		return Upload{}, Explain(err, "upload "+a.disk.Rel(path))
	}
	u := Upload{ID: sent.ID}
	if api == heygen.V2 {
		u.URL = a.Links.Keep(sent.ID, sent.URL.Reveal()) // v1 names an upload by address
	}
	a.Can.Record(a.AccountID(), func(k *Capability) { k.Uploads[string(api)+" "+hash] = u })
	name := a.disk.Rel(path)
	if strings.HasPrefix(filepath.ToSlash(name), project.StateDir+"/") {
		name = "a file from the store" // its path means nothing to the user
	}
	a.disk.Send(ctx, event.Event{Stage: "upload", State: event.Done, Message: name})
	return u, nil
}

func (a *Account) readUpload(path string) ([]byte, string, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return nil, "", err
	}
	if fi.Size() > maxUpload {
		return nil, "", fault.New(
			fault.Manifest, "make it smaller", "%s has %d bytes, at most %d are uploaded", a.disk.Rel(path), fi.Size(),
			maxUpload,
		)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, "", fault.Wrap(fault.Manifest, err, "make the file readable", "read %s", a.disk.Rel(path))
	}
	kind := ContentType(b)
	if !slices.Contains(uploadTypes, kind) {
		return nil, "", fault.New(
			fault.Manifest, "convert it to PNG, JPEG, MP4, WebM, MP3 or WAV", "%s is %s, which HeyGen does not accept",
			a.disk.Rel(path), kind,
		)
	}
	return b, kind, nil
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
