package heygen

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// PathTranslateV3 is where v3 keeps translations; PathTranslateV2 is v2's.
const (
	PathTranslateV2 = "/v2/video_translate"
	PathTranslateV3 = "/v3/video-translations"
)

// TranslateRequest asks for a film in another language. VideoURL must be one that
// HeyGen can fetch; AssetID (v3) an upload.
type TranslateRequest struct {
	Title     string
	VideoURL  Link
	AssetID   string
	Language  string // as HeyGen names it: Spanish
	AudioOnly bool
	Captions  bool
	Precise   bool // slower, better
	// GlossaryID names how terms are translated (v3); SRTID is an upload with the text in the new language (v3).
	GlossaryID, SRTID string
}

// Validate refuses what HeyGen would refuse.
func (r TranslateRequest) Validate(api API) error {
	switch {
	case r.Language == "":
		return errors.New("output_language is missing")
	case r.VideoURL == "" && r.AssetID == "":
		return errors.New("a video to translate is missing")
	case r.AssetID != "" && api == V2:
		return errors.New("v2 translates from a link only")
	case api == V2 && r.GlossaryID+r.SRTID != "":
		return errors.New("v2 translates without a glossary and a text")
	}
	return nil
}

// Encode returns the path and the body.
func (r TranslateRequest) Encode(api API) (path string, body any) {
	if api == V3 {
		var srt *translateInput
		role := ""
		if r.SRTID != "" {
			srt, role = &translateInput{Type: "asset_id", AssetID: r.SRTID}, "output"
		}
		return PathTranslateV3, struct {
			Title     string          `json:"title,omitempty"`
			Video     translateInput  `json:"video"`
			Languages []string        `json:"output_languages"`
			Mode      string          `json:"mode"`
			AudioOnly bool            `json:"translate_audio_only,omitempty"`
			Caption   bool            `json:"enable_caption,omitempty"`
			SRT       *translateInput `json:"srt,omitempty"`
			Role      string          `json:"srt_role,omitempty"`
			Glossary  string          `json:"brand_glossary_id,omitempty"`
		}{r.Title, r.input(), []string{r.Language}, r.mode(), r.AudioOnly, r.Captions, srt, role, r.GlossaryID}
	}
	mode := "fast"
	if r.Precise {
		mode = "quality"
	}
	return PathTranslateV2, struct {
		Title     string `json:"title,omitempty"`
		VideoURL  string `json:"video_url"`
		Language  string `json:"output_language"`
		Mode      string `json:"mode"`
		AudioOnly bool   `json:"translate_audio_only,omitempty"`
	}{r.Title, r.VideoURL.Reveal(), r.Language, mode, r.AudioOnly}
}

// mode is v3's word.
func (r TranslateRequest) mode() string {
	if r.Precise {
		return "precision"
	}
	return "speed"
}

// translateInput is a link or an upload; this call takes no inline bytes.
type translateInput struct {
	Type    string `json:"type"`
	URL     string `json:"url,omitempty"`
	AssetID string `json:"asset_id,omitempty"`
}

func (r TranslateRequest) input() translateInput {
	if r.AssetID != "" {
		return translateInput{Type: "asset_id", AssetID: r.AssetID}
	}
	return translateInput{Type: "url", URL: r.VideoURL.Reveal()}
}

// Languages lists what can be translated into, as names.
func (c *Client) Languages(ctx context.Context, api API) ([]string, error) {
	path := "/v2/video_translate/target_languages"
	if api == V3 {
		path = PathTranslateV3 + "/languages"
	}
	var d struct {
		Languages flexStrings `json:"languages"`
	}
	err := c.read(ctx, "list languages", path, nil, &d)
	return d.Languages, err
}

// Proofread is a translation's text, to be corrected before the film is made (v3).
type Proofread struct {
	ID, Status, Message string
	SRT, Original       Link
}

// PathProofreads is where v3 keeps proofreads.
const PathProofreads = PathTranslateV3 + "/proofreads"

// EncodeProofread returns the path and the body that starts one. It may cost money, so it is sent with SubmitOnce.
func (r TranslateRequest) EncodeProofread() (path string, body any) {
	return PathProofreads, struct {
		Title     string         `json:"title"`
		Video     translateInput `json:"video"`
		Languages []string       `json:"output_languages"`
		Mode      string         `json:"mode"`
		Glossary  string         `json:"brand_glossary_id,omitempty"`
	}{first(r.Title, "proofread"), r.input(), []string{r.Language}, r.mode(), r.GlossaryID}
}

// proofread reads a proofread as a job, whose file is the text.
func (c *Client) proofread(ctx context.Context, id string) (Video, error) {
	p, err := c.Proofread(ctx, id)
	v := Video{ID: id, RawStatus: p.Status, State: stateOf(p.Status), URL: p.SRT}
	v.setOutcome(newFailure("", p.Message, ""), wireWarning{})
	return v, err
}

// FindProofread lists proofreads whose titles contain the marker.
func (c *Client) FindProofread(ctx context.Context, marker string) ([]VideoItem, error) {
	return c.findMarked(ctx, "list proofreads", PathProofreads, nil, marker)
}

// CorrectProofread replaces its text with an uploaded SRT.
func (c *Client) CorrectProofread(ctx context.Context, id, assetID string) error {
	path := PathProofreads + "/" + url.PathEscape(id) + "/srt"
	return c.write(ctx, "correct proofread", http.MethodPut, path, nil, map[string]any{
		"srt": translateInput{Type: "asset_id", AssetID: assetID},
	}, nil)
}

// GenerateProofreadPath is the path that makes the film from the current text. It is a
// purchase, so use Submit.
func GenerateProofreadPath(id string) string {
	return PathProofreads + "/" + url.PathEscape(id) + "/generate"
}

// Proofread reads one, with links to its texts once they are there.
func (c *Client) Proofread(ctx context.Context, id string) (Proofread, error) {
	var d struct {
		Status  flexWord `json:"status"`
		Message flexText `json:"failure_message"`
	}
	path := PathProofreads + "/" + url.PathEscape(id)
	if err := c.read(ctx, "read proofread", path, nil, &d); err != nil {
		return Proofread{}, err
	}
	p := Proofread{ID: id, Status: foreignWord(d.Status), Message: foreignText(d.Message)}
	if stateOf(p.Status) != StateCompleted {
		return p, nil
	}
	var t struct {
		SRT      flexWord `json:"srt_url"`
		Original flexWord `json:"original_srt_url"`
	}
	err := c.read(ctx, "read proofread", path+"/srt", nil, &t)
	p.SRT, p.Original = Link(t.SRT), Link(t.Original)
	return p, err
}

// FindTranslation lists v3 translations whose titles contain the marker.
func (c *Client) FindTranslation(ctx context.Context, marker string) ([]VideoItem, error) {
	return c.findMarked(ctx, "list translations", PathTranslateV3, nil, marker)
}

// Folder reads a folder of the account (v3); NotFound of the error is true for one that it does not have.
func (c *Client) Folder(ctx context.Context, id string) error {
	var f struct {
		Trash bool `json:"is_trash"`
	}
	err := c.read(ctx, "read folder", "/v3/folders/"+url.PathEscape(id), nil, &f)
	if err == nil && f.Trash {
		return &Error{Op: "read folder", Status: http.StatusNotFound, Message: "the folder is in the trash"}
	}
	return err
}

// Glossary is how terms of a brand are pronounced and translated (v3).
type Glossary struct{ ID, Name string }

// Glossaries lists those of the account.
func (c *Client) Glossaries(ctx context.Context) ([]Glossary, error) {
	type wire struct {
		ID   flexWord `json:"brand_glossary_id"`
		Name flexWord `json:"name"`
	}
	list, err := pages[wire](ctx, c, "list glossaries", "/v3/brand-glossaries", nil, 100, 0)
	out := make([]Glossary, 0, len(list))
	for _, g := range list {
		out = append(out, Glossary{string(g.ID), foreignText(g.Name)})
	}
	return out, err
}
