package heygen

import (
	"context"
	"io"
	"net/http"
)

// Asset is an uploaded file.
type Asset struct {
	ID, Name, FileType string
	URL                Link
	ImageKey           string // pictures only
}

// UploadAsset sends a file's bytes. HeyGen sniffs the content: a wrong
// contentType is refused. Keep under 10 MB on v1. It is sent once.
func (c *Client) UploadAsset(ctx context.Context, contentType string, body io.Reader, size int64) (Asset, error) {
	const op = "upload"
	b, err := c.do(ctx, call{
		op: op, method: http.MethodPost, host: c.upload, path: "/v1/asset", once: true, timeout: uploadTimeout,
		body: func() io.Reader { return body }, size: size, contentType: contentType,
	})
	if err != nil {
		return Asset{}, err
	}
	var d struct {
		ID       flexWord `json:"id"`
		Name     flexWord `json:"name"`
		FileType flexWord `json:"file_type"`
		URL      flexWord `json:"url"`
		ImageKey flexWord `json:"image_key"`
	}
	if err := decode(op, b, &d); err != nil {
		return Asset{}, err
	}
	return Asset{string(d.ID), string(d.Name), string(d.FileType), Link(d.URL), string(d.ImageKey)}, nil
}
