package heygen

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"

	"greenroom/heygen/transport"
)

// Asset is an uploaded file.
type Asset struct {
	ID, Name, FileType string
	URL                Link
}

// maxMultipart is what v3 accepts in one request, bytes; more needs a direct upload.
const maxMultipart = 32 << 20

// Upload stores a file on the account in the way that its size needs; on v3 a failed request is repeated under its key. It costs
// nothing. HeyGen reads the content and refuses a file that is not of contentType. sum is the
// content's SHA-256 in hex.
func (c *Client) Upload(ctx context.Context, api API, name, contentType string, b []byte, sum string) (Asset, error) {
	switch {
	case api != V3:
		return c.uploadV1(ctx, contentType, b)
	case len(b) > maxMultipart:
		return c.UploadDirect(ctx, name, contentType, b, sum)
	}
	return c.uploadV3(ctx, contentType, b)
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

// UploadDirect stores a file that is too large for one request (v3): HeyGen names an address, the
// bytes are sent there without the key, and a second call completes the upload.
func (c *Client) UploadDirect(ctx context.Context, name, contentType string, file []byte, sum string) (Asset, error) {
	const op = "upload directly"
	var d struct {
		ID      flexWord            `json:"asset_id"`
		URL     Link                `json:"upload_url"`
		Headers map[string]flexWord `json:"upload_headers"`
		Max     flexNumber          `json:"max_bytes"`
	}
	err := c.create(ctx, op, "/v3/assets/direct-uploads", map[string]any{
		"filename": name, "content_type": contentType, "size_bytes": len(file), "checksum_sha256": sum,
	}, &d)
	if err != nil {
		return Asset{}, err
	}
	if d.Max > 0 && float64(len(file)) > float64(d.Max) {
		return Asset{}, fmt.Errorf(
			"heygen %s: the file has %d bytes, at most %.0f are accepted", op, len(file), float64(d.Max),
		)
	}
	if err := c.put(ctx, op, d.URL, d.Headers, file); err != nil {
		return Asset{}, err
	}
	var done struct {
		ID  flexWord `json:"asset_id"`
		URL flexWord `json:"url"`
	}
	path := "/v3/assets/" + url.PathEscape(string(d.ID)) + "/complete"
	err = c.post(ctx, op, path, map[string]string{"checksum_sha256": sum}, &done)
	return Asset{ID: first(string(done.ID), string(d.ID)), Name: name, URL: Link(done.URL)}, err
}

// put sends bytes to signed storage with exactly the headers that were named, and without the key.
func (c *Client) put(ctx context.Context, op string, to Link, headers map[string]flexWord, file []byte) error {
	fail := &Error{Op: op, Method: http.MethodPut}
	ctx = transport.With(ctx, transport.Call{Name: op, Timeout: uploadTimeout, WithoutKey: true})
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, to.Reveal(), bytes.NewReader(file))
	if err != nil {
		fail.Err, fail.NotSent = errors.New("the storage address is not a web address"), true
		return fail
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
	b, _ := transport.Body(res) // only for the message
	fail.Status, fail.Body = res.StatusCode, quote(b)
	return fail
}
