package heygen

import "errors"

// PathCutout removes the background of a finished film (v3, preview).
const PathCutout = "/v3/background-removals"

// CutoutRequest asks for a film's foreground with alpha. RequestID makes a repeat
// the same job: the header is ignored there.
type CutoutRequest struct {
	AssetID, Title, RequestID string
}

// Encode gives the path and the body.
func (r CutoutRequest) Encode() (path string, body any, err error) {
	if r.AssetID == "" || r.RequestID == "" {
		err = errors.New("a background removal needs an uploaded video and a request id")
	}
	return PathCutout, struct {
		Video     translateInput `json:"video"`
		Layers    []string       `json:"layers"`
		RequestID string         `json:"request_id"`
		Title     string         `json:"title,omitempty"`
	}{translateInput{Type: "asset_id", AssetID: r.AssetID}, []string{"foreground"}, r.RequestID, r.Title}, err
}
