package heygen

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"

	"greenroom/heygen/transport"
	"greenroom/internal/netutil"
)

// Asset is an uploaded file.
type Asset struct {
	ID, Name, FileType string
	URL                Link
}

// maxMultipart is what v3 accepts in one request, bytes; more needs a direct upload.
const maxMultipart = 32 << 20

// File is the content of an upload.
type File struct {
	Name, Type string // Type is a content type
	Sum        string // SHA-256 in hex
	Size       int64
	Content    io.ReaderAt
}

// FileOf returns a file whose content is in memory.
func FileOf(name, contentType string, b []byte, sum string) File {
	return File{name, contentType, sum, int64(len(b)), bytes.NewReader(b)}
}

// section returns a part of the content, or less at its end.
func (f File) section(from, length int64) *io.SectionReader {
	return io.NewSectionReader(f.Content, from, min(length, f.Size-from))
}

// Upload stores a file on the account in the way that its size needs: what is too large for one request of v3 goes
// up in parts, which r continues. On v3 a failed request is repeated under its key. It costs nothing. HeyGen reads the
// content and refuses a file that is not of its type.
func (c *Client) Upload(ctx context.Context, api API, f File, r Resume) (Asset, error) {
	if api == V3 && f.Size > maxMultipart {
		return c.UploadParts(ctx, f, r)
	}
	b, err := io.ReadAll(f.section(0, f.Size))
	if err != nil {
		return Asset{}, err
	}
	if api != V3 {
		return c.uploadV1(ctx, f.Type, b)
	}
	return c.uploadV3(ctx, f.Type, b)
}

// uploadV1 sends at most 10 MB.
func (c *Client) uploadV1(ctx context.Context, contentType string, file []byte) (Asset, error) {
	const op = "upload"
	b, err := c.do(ctx, call{
		op: op, method: http.MethodPost, host: c.upload, path: "/v1/asset", once: true, timeout: uploadTimeout,
		body: file, contentType: contentType,
	})
	if err != nil {
		return Asset{}, err
	}
	var d struct {
		ID       flexWord `json:"id"`
		Name     flexWord `json:"name"`
		FileType flexWord `json:"file_type"`
		URL      flexWord `json:"url"`
	}
	if err := decode(op, b, &d); err != nil {
		return Asset{}, err
	}
	return Asset{string(d.ID), string(d.Name), string(d.FileType), Link(d.URL)}, nil
}

func (c *Client) uploadV3(ctx context.Context, contentType string, file []byte) (Asset, error) {
	const op = "upload asset"
	if len(file) > maxMultipart {
		return Asset{}, fmt.Errorf(
			"heygen %s: the file has %d bytes, at most %d are accepted", op, len(file), maxMultipart,
		)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="file"`}, "Content-Type": {contentType},
	})
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return Asset{}, fmt.Errorf("heygen %s: %w", op, err)
	}
	b, err := c.do(ctx, call{
		op: op, method: http.MethodPost, host: c.base, path: "/v3/assets", timeout: uploadTimeout, idempotency: rand.Text(),
		body: body.Bytes(), contentType: w.FormDataContentType(),
	})
	if err != nil {
		return Asset{}, err
	}
	var d struct {
		ID  flexWord `json:"asset_id"`
		URL flexWord `json:"url"`
	}
	if err := decode(op, b, &d); err != nil {
		return Asset{}, err
	}
	return Asset{ID: string(d.ID), URL: Link(d.URL)}, nil
}

const pathAnnounce = "/v3/assets/direct-uploads"

// announced is the answer to the announcement of a direct upload.
type announced struct {
	ID      flexWord            `json:"asset_id"`
	URL     Link                `json:"upload_url"`
	Headers map[string]flexWord `json:"upload_headers"`
	Max     flexNumber          `json:"max_bytes"`
	Parts   flexWord            `json:"multipart_upload_id"` // empty when it is not in parts
}

// announceFile announces a file that is too large for one request, under an idempotency key.
func (c *Client) announceFile(ctx context.Context, f File, key string, parts bool) (announced, error) {
	const op = "upload directly"
	body := map[string]any{
		"filename": f.Name, "content_type": f.Type, "size_bytes": f.Size, "checksum_sha256": f.Sum,
	}
	if parts {
		body["multipart"] = true
	}
	var d announced
	k := call{op: op, method: http.MethodPost, path: pathAnnounce, idempotency: key}
	err := c.change(ctx, k, body, &d)
	if err == nil && d.Max > 0 && float64(f.Size) > float64(d.Max) {
		err = fmt.Errorf(
			"heygen %s: the file has %d bytes, at most %.0f are accepted", op, f.Size, float64(d.Max),
		)
	}
	return d, err
}

// UploadDirect stores a file with one request to storage (v3): HeyGen names an address, the bytes are sent there
// without the key, and a second call completes the upload.
func (c *Client) UploadDirect(ctx context.Context, f File) (Asset, error) {
	d, err := c.announceFile(ctx, f, rand.Text(), false)
	if err != nil {
		return Asset{}, err
	}
	return c.putOnce(ctx, f, d)
}

// putOnce sends an announced file with one request.
func (c *Client) putOnce(ctx context.Context, f File, d announced) (Asset, error) {
	if err := c.put(ctx, "upload directly", d.URL, d.Headers, f.section(0, f.Size), nil); err != nil {
		return Asset{}, err
	}
	return c.complete(ctx, f, PartUpload{Asset: string(d.ID)})
}

// complete ends a direct upload. HeyGen allows to repeat it.
func (c *Client) complete(ctx context.Context, f File, u PartUpload) (Asset, error) {
	var done struct {
		ID   flexWord   `json:"asset_id"`
		URL  flexWord   `json:"url"`
		Size flexNumber `json:"size_bytes"`
	}
	body := map[string]string{"checksum_sha256": f.Sum}
	if u.ID != "" {
		body["multipart_upload_id"] = u.ID
	}
	path := "/v3/assets/" + url.PathEscape(u.Asset) + "/complete"
	k := call{op: "complete an upload", method: http.MethodPost, path: path}
	err := c.change(ctx, k, body, &done)
	if err == nil && done.Size > 0 && int64(done.Size) != f.Size {
		err = fmt.Errorf("heygen %s: %w: it has %d bytes there, and %d here", k.op, errOther, int64(done.Size), f.Size)
	}
	return Asset{ID: first(string(done.ID), u.Asset), Name: f.Name, URL: Link(done.URL)}, err
}

// errOther is the error of an upload that became another file.
var errOther = errors.New("the upload is not the file that was sent")

// put sends bytes to signed storage with exactly the headers that were named, and without the key. sent, unless it is
// nil, is called with the number of bytes that were read for it so far.
func (c *Client) put(
	ctx context.Context, op string, to Link, headers map[string]flexWord, b *io.SectionReader, sent func(int64),
) error {
	fail := &Error{Op: op, Method: http.MethodPut}
	if err := c.checkStorage(to); err != nil {
		fail.Err, fail.NotSent = err, true
		return fail
	}
	ctx = transport.With(ctx, transport.Call{Name: op, Timeout: uploadTimeout, WithoutKey: true})
	body := counted{io.NewSectionReader(b, 0, b.Size()), sent}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, to.Reveal(), body)
	if err != nil {
		fail.Err, fail.NotSent = fmt.Errorf("%w: not a web address", ErrStorage), true
		return fail
	}
	req.ContentLength = b.Size()
	req.GetBody = func() (io.ReadCloser, error) {
		return counted{io.NewSectionReader(b, 0, b.Size()), sent}, nil
	}
	for k, v := range headers {
		if k != "" && http.CanonicalHeaderKey(k) != "Content-Length" {
			req.Header.Set(k, string(v))
		}
	}
	res, err := c.http.Do(req)
	if err != nil {
		return cleaned(noAnswer(fail, err))
	}
	defer res.Body.Close()
	if success(res.StatusCode) {
		return nil
	}
	answer, _ := transport.Body(res) // only for the message
	fail.Status, fail.Body = res.StatusCode, quote(answer)
	return fail
}

// ErrStorage is the error of an address that nothing is sent to.
var ErrStorage = errors.New("the storage address that HeyGen named cannot be used")

// checkStorage refuses what is not encrypted, and what is on this machine unless the API is, as the sandbox is: the
// bytes would go to another program of the user.
func (c *Client) checkStorage(to Link) error {
	u, err := url.Parse(to.Reveal())
	if err != nil || u.Host == "" {
		return fmt.Errorf("%w: not a web address", ErrStorage)
	}
	api, err := url.Parse(c.base)
	here := err == nil && netutil.IsLoopback(api.Hostname())
	switch {
	case netutil.IsLoopback(u.Hostname()) && !here:
		return fmt.Errorf("%w: it is on this machine", ErrStorage)
	case u.Scheme != "https" && !(u.Scheme == "http" && netutil.IsLoopback(u.Hostname())):
		return fmt.Errorf("%w: %w", ErrStorage, transport.ErrInsecure)
	}
	return nil
}

// counted is a body that reports how much of it was read.
type counted struct {
	*io.SectionReader
	sent func(int64)
}

func (b counted) Read(p []byte) (int, error) {
	n, err := b.SectionReader.Read(p)
	if b.sent != nil {
		at, _ := b.Seek(0, io.SeekCurrent) // a SectionReader can always seek there
		b.sent(at)
	}
	return n, err
}

// Close implements io.Closer.
func (counted) Close() error { return nil }
