package heygen

import (
	"encoding/json"
	"errors"
)

// PathCutout removes the background of a finished film (v3, preview).
const PathCutout = "/v3/background-removals"

// CutoutRequest asks for a film's foreground with alpha. BindCutout makes a repeat the same
// job: the header is ignored there.
type CutoutRequest struct {
	AssetID, Title string
}

// Encode returns the path and the body; it fails without an asset.
func (r CutoutRequest) Encode() (path string, body any, err error) {
	if r.AssetID == "" {
		err = errors.New("a background removal needs an uploaded video")
	}
	return PathCutout, cutoutBody{
		Video: translateInput{Type: "asset_id", AssetID: r.AssetID}, Layers: []string{"foreground"}, Title: r.Title,
	}, err
}

type cutoutBody struct {
	Video     translateInput `json:"video"`
	Layers    []string       `json:"layers"`
	RequestID string         `json:"request_id"`
	Title     string         `json:"title,omitempty"`
}

// BindCutout writes the idempotency key into the body of a background removal.
func BindCutout(body []byte, once string) ([]byte, error) {
	var b cutoutBody
	if err := json.Unmarshal(body, &b); err != nil {
		return nil, err
	}
	b.RequestID = once
	return json.Marshal(b)
}
