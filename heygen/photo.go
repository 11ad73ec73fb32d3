package heygen

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// NewPhotoAvatar makes an avatar of a picture and returns the id for requests: a talking photo's
// on V2, a look's on V3. It costs no credits; plans limit how many there may be.
func (c *Client) NewPhotoAvatar(
	ctx context.Context, api API, name, contentType string, picture []byte,
) (string, error) {
	const op = "make photo avatar"
	if contentType != "image/jpeg" && contentType != "image/png" {
		return "", errors.New("a photo must be JPEG or PNG, not " + contentType)
	}
	if api == V3 {
		a, err := c.uploadV3(ctx, contentType, picture)
		if err != nil {
			return "", err
		}
		var d struct {
			Look struct {
				ID flexWord `json:"id"`
			} `json:"avatar_item"`
		}
		err = c.create(
			ctx, op, "/v3/avatars",
			map[string]any{"type": "photo", "name": name, "file": translateInput{Type: "asset_id", AssetID: a.ID}}, &d,
		)
		if err == nil && d.Look.ID == "" {
			err = &Error{Op: op, Err: errors.New("the answer names no look")}
		}
		return string(d.Look.ID), err
	}
	b, err := c.do(ctx, call{
		op: op, method: http.MethodPost, host: c.upload, path: "/v1/talking_photo", once: true, timeout: uploadTimeout,
		body: picture, contentType: contentType,
	})
	if err != nil {
		return "", err
	}
	var d struct {
		ID flexWord `json:"talking_photo_id"`
	}
	if err := decode(op, b, &d); err != nil {
		return "", err
	}
	if d.ID == "" {
		return "", &Error{Op: op, Err: errors.New("the answer names no talking photo")}
	}
	return string(d.ID), nil
}

// DeletePhotoAvatar removes one for good.
func (c *Client) DeletePhotoAvatar(ctx context.Context, api API, id string) error {
	path := "/v2/talking_photo/"
	if api == V3 {
		path = "/v3/avatars/looks/"
	}
	return c.write(ctx, "delete photo avatar", http.MethodDelete, path+url.PathEscape(id), nil, nil, nil)
}

// Training is how far a photo avatar is: word processing, pending_consent, completed,
// failed on V3; pending, ready and others on V2.
type Training struct{ Status, Message string }

// PhotoTraining reads a V3 look's state, or the training state of a V2 photo avatar
// group.
func (c *Client) PhotoTraining(ctx context.Context, api API, id string) (Training, error) {
	const op = "read training"
	var d struct {
		Status  flexWord `json:"status"`
		Message flexText `json:"error_msg"`
		Error   struct {
			Message flexText `json:"message"`
		} `json:"error"`
	}
	path := "/v2/photo_avatar/train/status/"
	if api == V3 {
		path = "/v3/avatars/looks/"
	}
	err := c.read(ctx, op, path+url.PathEscape(id), nil, &d)
	return Training{foreignWord(d.Status), foreignText(first(string(d.Error.Message), string(d.Message)))}, err
}
