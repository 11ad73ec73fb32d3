package heygen

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
)

// maxMultipart is what v3 takes in one piece, bytes; more needs a direct upload.
const maxMultipart = 32 << 20

// UploadAssetV3 stores a file on the account. HeyGen sniffs the content and refuses
// one that is not what contentType says. An upload costs nothing.
func (c *Client) UploadAssetV3(ctx context.Context, contentType string, r io.Reader, size int64) (Asset, error) {
	const op = "upload asset"
	if size > maxMultipart {
		return Asset{}, fmt.Errorf("heygen %s: %d bytes, at most %d are taken", op, size, maxMultipart)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="file"`}, "Content-Type": {contentType}}
	part, err := w.CreatePart(h)
	if err == nil {
		_, err = io.Copy(part, io.LimitReader(r, maxMultipart+1))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return Asset{}, fmt.Errorf("heygen %s: %w", op, err)
	}
	b, err := c.do(ctx, call{op: op, method: http.MethodPost, host: c.base, path: "/v3/assets", timeout: uploadTimeout, once: true,
		body: func() io.Reader { return bytes.NewReader(body.Bytes()) }, size: int64(body.Len()), contentType: w.FormDataContentType()})
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
