package heygen

import (
	"context"
	"net/url"
	"strings"
)

// Kind is the kind of a job and the generation of the API that has its record.
type Kind string

// Kinds of jobs.
const (
	KindVideoV2     Kind = "video/v2"
	KindVideoV3     Kind = "video/v3"
	KindAgent       Kind = "agent/v3" // a session, until it names its video
	KindTranslateV2 Kind = "translate/v2"
	KindTranslateV3 Kind = "translate/v3"
	KindCutout      Kind = "cutout/v3"
	KindLipsync     Kind = "lipsync/v3"
	KindModelVideo  Kind = "model/v3"
	KindProofread   Kind = "proofread/v3" // its file is a text
)

// Job reads a job of any kind into one type. The Video's ID is the video's own: for an agent it
// differs from the session's once the video exists. A job of v1 or v2 is searched on v3
// where those have ended; HeyGen has not published whether it is there.
func (c *Client) Job(ctx context.Context, kind Kind, id string) (Video, error) {
	v, err := c.job(ctx, kind, id)
	if later, ok := laterKind[kind]; ok && Gone(err) {
		if v3, v3err := c.job(ctx, later, id); v3err == nil {
			return v3, nil
		}
	}
	return v, err
}

// laterKind is where v3 keeps what v1 and v2 kept.
var laterKind = map[Kind]Kind{KindVideoV2: KindVideoV3, KindTranslateV2: KindTranslateV3}

func (c *Client) job(ctx context.Context, kind Kind, id string) (Video, error) {
	switch kind {
	case KindVideoV3:
		return c.VideoV3(ctx, id)
	case KindAgent:
		return c.agentVideo(ctx, id)
	case KindTranslateV2, KindTranslateV3:
		return c.translation(ctx, kind, id)
	case KindCutout:
		return c.cutout(ctx, id)
	case KindModelVideo:
		return c.modelVideo(ctx, id)
	case KindProofread:
		return c.proofread(ctx, id)
	case KindLipsync:
		return c.lipsync(ctx, id)
	}
	return c.VideoStatus(ctx, id)
}

func stateOf(word string) State {
	if s, ok := stateWords[strings.ToLower(word)]; ok {
		return s
	}
	return StateUnknown
}

// Session is a v3 Video Agent session.
type Session struct {
	ID, Status, Title, VideoID string
	Progress                   float64 // per cent
	Message                    string  // the last error that the agent reported
}

// AgentSession reads a session.
func (c *Client) AgentSession(ctx context.Context, id string) (Session, error) {
	var d struct {
		ID       flexWord   `json:"session_id"`
		Status   flexWord   `json:"status"`
		Title    flexWord   `json:"title"`
		Video    flexWord   `json:"video_id"`
		Progress flexNumber `json:"progress"`
		Messages flexList[struct {
			Type    flexWord `json:"type"`
			Content flexText `json:"content"`
		}] `json:"messages"`
	}
	if err := c.read(ctx, "read agent session", PathAgentV3+"/"+url.PathEscape(id), nil, &d); err != nil {
		return Session{}, err
	}
	s := Session{
		ID: first(string(d.ID), id), Status: foreignWord(d.Status), Title: string(d.Title), VideoID: string(d.Video),
		Progress: float64(d.Progress),
	}
	for _, m := range d.Messages {
		if m.Type == "error" {
			s.Message = foreignText(m.Content)
		}
	}
	return s, nil
}

func (c *Client) agentVideo(ctx context.Context, id string) (Video, error) {
	s, err := c.AgentSession(ctx, id)
	if NotFound(err) { // an earlier run stored the video's id
		return c.VideoV3(ctx, id)
	}
	if err != nil {
		return Video{}, err
	}
	if s.VideoID != "" {
		return c.VideoV3(ctx, s.VideoID)
	}
	v := Video{ID: id, RawStatus: s.Status, State: stateOf(s.Status), Title: s.Title}
	switch v.State {
	case StateFailed:
		v.Failure = newFailure("", s.Message, "")
	case StateCompleted:
		v.State = StateProcessing // the session ended, its video is not named yet
	}
	return v, nil
}

func (c *Client) translation(ctx context.Context, kind Kind, id string) (Video, error) {
	path := "/v2/video_translate/"
	if kind == KindTranslateV3 {
		path = PathTranslateV3 + "/"
	}
	var d struct {
		ID       flexWord   `json:"id"`
		Status   flexWord   `json:"status"`
		Title    flexWord   `json:"title"`
		URL      flexWord   `json:"url"`
		VideoURL flexWord   `json:"video_url"`
		SRT      flexWord   `json:"srt_caption_url"`
		Caption  flexWord   `json:"caption_url"`
		Duration flexNumber `json:"duration"`
		Message  flexText   `json:"message"`
		wireWarning
	}
	if err := c.read(ctx, "read translation", path+url.PathEscape(id), nil, &d); err != nil {
		return Video{}, err
	}
	v := Video{ID: id, RawStatus: foreignWord(d.Status), State: stateOf(string(d.Status)), Title: string(d.Title),
		Duration:   float64(d.Duration),
		URL:        Link(first(string(d.VideoURL), string(d.URL))),
		CaptionURL: Link(first(string(d.SRT), string(d.Caption)))}
	v.setOutcome(newFailure("", first(string(d.FailureText), string(d.Message)), ""), d.wireWarning)
	return v, nil
}

// cutout reads a background removal; its file is the foreground layer.
func (c *Client) cutout(ctx context.Context, id string) (Video, error) {
	var d struct {
		Status   flexWord   `json:"status"`
		Duration flexNumber `json:"duration"`
		wireWarning
		Layers map[string]flexWord `json:"layers"`
	}
	if err := c.read(ctx, "read background removal", PathCutout+"/"+url.PathEscape(id), nil, &d); err != nil {
		return Video{}, err
	}
	v := Video{
		ID: id, RawStatus: foreignWord(d.Status), State: stateOf(string(d.Status)), Duration: float64(d.Duration),
		URL: Link(d.Layers["foreground"]),
	}
	if strings.EqualFold(v.RawStatus, "deleted") {
		v.State = StateFailed
	}
	v.setOutcome(readFailure(d.Error), d.wireWarning)
	return v, nil
}
