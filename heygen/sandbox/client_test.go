package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/compose/standin"
	"greenroom/heygen"
	"greenroom/internal/wiretest"
)

// Speak makes the test's maker a voice.
func (m *maker) Speak(_ context.Context, s standin.Spec, out string) (standin.Result, error) {
	return standin.Result{
		Duration: 1.5, Words: []standin.Word{{Text: "Hello.", Start: 0.2, End: 0.6}},
	}, os.WriteFile(out, []byte("RIFF"+s.Script), 0o644)
}

// pngFile is the smallest thing that is sniffed as a picture.
var pngFile = []byte("\x89PNG\r\n\x1a\nrest")

// mp4 is sniffed as a film.
var mp4 = []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")

type session struct {
	*studio
	*heygen.Client
	ctx   context.Context
	check *wiretest.Contract
}

// connected is our client on the sandbox; a transport between them holds bodies and answers, also of calls that the
// client does not have, against the contract.
func connected(t *testing.T, names ...string) *session {
	s := begin(t, faulty(names...))
	check := wiretest.New(t)
	s.http.Transport = check
	c := heygen.New(
		"canary-key", heygen.WithBaseURL(s.url), heygen.WithUploadURL(s.url), heygen.WithRetries(0),
		heygen.WithTransport(check),
	)
	return &session{s, c, t.Context(), check}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// done reads a job until it ended, moving the clock past its rendering.
func (s *session) done(kind heygen.Kind, id string) heygen.Video {
	s.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		v, err := s.Job(s.ctx, kind, id)
		if err != nil {
			s.Fatal(err)
		}
		if v.State == heygen.StateCompleted || v.State == heygen.StateFailed {
			return v
		}
		s.clock.add(10 * time.Second)
	}
	s.Fatalf("job %s of kind %s did not end", id, kind)
	return heygen.Video{}
}

// speak buys a voice.
func (s *session) speak(api heygen.API, r heygen.SpeechRequest) (heygen.Speech, error) {
	s.Helper()
	path, b, err := r.Encode(api)
	if err != nil {
		s.Fatal(err)
	}
	return s.SubmitSpeech(s.ctx, path, b)
}

func body(t *testing.T, v any) []byte {
	t.Helper()
	return must(json.Marshal(v))(t)
}

// TestClientAndSandboxKeepTheContract sends every call the client has, in both
// generations, and holds bodies and answers against the OpenAPI page.
func TestClientAndSandboxKeepTheContract(t *testing.T) {
	s := connected(t, "streaming")
	ctx := s.ctx
	for _, api := range []heygen.API{heygen.V2, heygen.V3} {
		s.everyCall(api)
	}
	s.videos()
	s.sources()
	s.streams()
	if l := must(s.Locales(ctx))(t); len(l) == 0 || l[0].Value != "en-US" {
		t.Errorf("locales %v", l)
	}
	used := s.check.Report()
	t.Logf("%d operations of the page were used", len(used))
	if len(used) < 70 {
		t.Errorf("only %d operations were used: %v", len(used), used)
	}
}

// everyCall sends the calls that one generation has.
func (s *session) everyCall(api heygen.API) {
	t, ctx := s.T, s.ctx
	t.Helper()
	if a := must(s.Avatars(ctx, api))(t); len(a.Avatars) != len(avatarList) || len(a.TalkingPhotos) != len(photoList) {
		t.Errorf("%s lists %d avatars and %d photos", api, len(a.Avatars), len(a.TalkingPhotos))
	}
	if v := must(s.Voices(ctx, api))(t); len(v) != len(voiceList) || v[0].PreviewAudio == "" {
		t.Errorf("%s lists voices %v", api, v)
	}
	if g := must(s.Groups(ctx, api))(t); len(g) == 0 || g[0].Looks != 1 {
		t.Errorf("%s lists groups %v", api, g)
	}
	if b := must(s.Credits(ctx, api))(t); !b.Known || b.Left != 1000 {
		t.Errorf("%s has %v", api, b)
	}
	if l := must(s.Languages(ctx, api))(t); !slices.Contains(l, "Spanish") {
		t.Errorf("%s offers %v", api, l)
	}
	sp := must(s.speak(api, heygen.SpeechRequest{Text: "Hello.", VoiceID: voiceList[0].id, Speed: 1.1}))(t)
	if sp.Duration != 1.5 || len(sp.Words) != 1 || sp.Words[0].Text != "Hello." {
		t.Errorf("%s spoke %+v", api, sp)
	}
	if v := must(s.SpeechVoices(ctx, api))(t); len(v) != len(voiceList)-len(filmOnly) {
		t.Errorf("%s lets %v speak", api, v)
	}
	if _, err := s.speak(api, heygen.SpeechRequest{
		Text: "Bonjour.", VoiceID: filmOnly[0],
	}); !heygen.NothingBought(err) {
		t.Errorf("%s: a voice without the engine: %v", api, err)
	}
	s.templates(api)
	s.agent(api)
	s.translate(api)
	s.assets(api)
	s.photos(api)
}

func (s *session) templates(api heygen.API) {
	list := must(s.Templates(s.ctx, api))(s.T)
	tpl := must(s.Template(s.ctx, api, list[0].ID))(s.T)
	values, errs := tpl.Match(map[string]string{"name": "Ada", "price": "nine dollars"})
	if len(errs) > 0 || len(values) != 2 {
		s.Fatalf("%s: %v %v", api, values, errs)
	}
	path, b := heygen.TemplateRequest{ID: tpl.ID, Title: "offer gr-1", Values: values}.Encode(api)
	id, kind := s.buy(api, path, b, heygen.KindVideoV2, heygen.KindVideoV3)
	if v := s.done(kind, id); v.State != heygen.StateCompleted || v.URL == "" {
		s.Errorf("%s template: %+v", api, v)
	}
	_, errs = tpl.Match(map[string]string{"nam": "Ada"})
	if len(errs) != 2 {
		s.Errorf("a missing and an unknown variable give %v", errs)
	}
}

// buy submits in the generation's way.
func (s *session) buy(api heygen.API, path string, b any, v2, v3 heygen.Kind) (string, heygen.Kind) {
	s.Helper()
	if api == heygen.V2 {
		return must(s.Submit(s.ctx, path, body(s.T, b)))(s.T), v2
	}
	if heygen.AcceptsIdempotencyKey(path) {
		return must(s.SubmitOnce(s.ctx, path, body(s.T, b), "gr-test-"+path[4:8]))(s.T), v3
	}
	return must(s.Submit(s.ctx, path, body(s.T, b)))(s.T), v3
}

func (s *session) agent(api heygen.API) {
	path, b := heygen.AgentRequest{
		Prompt: "Scene 1. A presenter waves at you.", Seconds: 5 * int(map[heygen.API]int{heygen.V2: 1}[api]),
		Orientation: "portrait", AvatarID: avatarList[0].id,
	}.Encode(api)
	id, kind := s.buy(api, path, b, heygen.KindVideoV2, heygen.KindAgent)
	v := s.done(kind, id)
	if v.State != heygen.StateCompleted || v.URL == "" {
		s.Errorf("%s agent: %+v", api, v)
	}
	if api == heygen.V3 {
		if v.ID == id {
			s.Error("the session's id is not the video's")
		}
		l, _ := at(s.must("GET", heygen.PathAgentV3, nil), "data").([]any)
		if len(l) != 1 || at(l[0], "session_id") != id {
			s.Errorf("sessions %v", l)
		}
		s.must("POST", heygen.PathAgentV3+"/"+id+"/stop", struct{}{})
	}
}

func (s *session) translate(api heygen.API) {
	film := s.done(heygen.KindVideoV2, s.v2video("To translate."))
	if film.CaptionedURL == "" || film.CaptionedURL == film.URL {
		s.Errorf("captions are not burned in: %+v", film)
	}
	link := film.URL
	path, b := heygen.TranslateRequest{Title: "t gr-2", VideoURL: link, Language: "Spanish"}.Encode(api)
	id, kind := s.buy(api, path, b, heygen.KindTranslateV2, heygen.KindTranslateV3)
	if v := s.done(kind, id); v.State != heygen.StateCompleted || v.URL == "" {
		s.Errorf("%s translation: %+v", api, v)
	}
	if api == heygen.V3 {
		path, b := heygen.TranslateRequest{VideoURL: link, Language: "French"}.EncodeProofread()
		p := must(s.SubmitOnce(s.ctx, path, body(s.T, b), "gr-text"))(s.T)
		s.done(heygen.KindProofread, p)
		if r := must(s.Proofread(s.ctx, p))(s.T); r.SRT == "" {
			s.Errorf("proofread %+v", r)
		}
		srt := must(s.Upload(s.ctx, api, heygen.FileOf(
			"a.srt", "application/x-subrip", []byte("1\n00:00:00,000 --> 00:00:01,000\nBonjour\n"), "",
		), heygen.Resume{}))(s.T)
		if err := s.CorrectProofread(s.ctx, p, srt.ID); err != nil {
			s.Error(err)
		}
		id := must(s.SubmitOnce(s.ctx, heygen.GenerateProofreadPath(p), []byte(`{"captions":true}`), "gr-proof"))(s.T)
		s.done(heygen.KindTranslateV3, id)
	}
}

func (s *session) v2video(script string) string {
	request := heygen.GenerateRequest{Title: "x", Caption: true, CaptionMode: "burn_in", VideoInputs: []heygen.Scene{{
		Character:  &heygen.Character{Type: "avatar", AvatarID: avatarList[0].id, Matting: true},
		Voice:      heygen.Voice{Type: "text", VoiceID: voiceList[0].id, InputText: script},
		Background: &heygen.Background{Type: "color", Value: "#00FF00"}}}}
	return must(s.Submit(s.ctx, heygen.PathGenerate, body(s.T, request)))(s.T)
}

func (s *session) assets(api heygen.API) {
	a := must(s.Upload(s.ctx, api, heygen.FileOf("logo.png", "image/png", pngFile, ""), heygen.Resume{}))(s.T)
	if l := must(s.Assets(s.ctx, api))(s.T); !slices.ContainsFunc(
		l, func(x heygen.AssetItem) bool { return x.ID == a.ID && x.Type == "image" },
	) {
		s.Errorf("%s lists %v", api, l)
	}
	if err := s.DeleteAsset(s.ctx, api, a.ID); err != nil {
		s.Error(err)
	}
	if _, err := s.Upload(s.ctx, api, heygen.FileOf("lie.png", "image/png", mp4, ""), heygen.Resume{}); !heygen.NothingBought(err) ||
		!strings.Contains(err.Error(), "video/mp4") {
		s.Errorf("%s took a film for a picture: %v", api, err)
	}
	if api != heygen.V3 {
		return
	}
	sum := sha256.Sum256(mp4)
	d := must(s.UploadDirect(s.ctx, heygen.FileOf("f.mp4", "video/mp4", mp4, hex.EncodeToString(sum[:]))))(s.T)
	path, b, err := heygen.CutoutRequest{AssetID: d.ID, Title: "c"}.Encode()
	if err != nil {
		s.Fatal(err)
	}
	bound := must(heygen.BindCutout(body(s.T, b), "gr-cut"))(s.T)
	one := must(s.Submit(s.ctx, path, bound))(s.T)
	two := must(s.Submit(s.ctx, path, bound))(s.T)
	if one != two {
		s.Error("the same request_id gave two background removals")
	}
	if v := s.done(heygen.KindCutout, one); !strings.Contains(v.URL.Reveal(), ".webm") {
		s.Errorf("cutout %+v", v)
	}
	if _, err := s.UploadDirect(s.ctx, heygen.FileOf("f.mp4", "video/mp4", mp4, strings.Repeat("0", 64))); !heygen.NothingBought(err) {
		s.Errorf("a wrong sum was taken: %v", err)
	}
}

func (s *session) videos() {
	ctx, t := s.ctx, s.T
	look := must(s.Look(ctx, avatarList[1].id))(t)
	r := heygen.VideoRequest{Type: "avatar", AvatarID: look.ID, Script: "Hello.", VoiceID: voiceList[0].id,
		Engine: heygen.BestEngine(look.Engines), OutputFormat: "webm", Title: "v3 gr-3",
		Caption:       &heygen.Caption{FileFormat: "srt"},
		VoiceSettings: &heygen.VoiceSettings{Speed: 1.1}, Resolution: "720p", AspectRatio: "1:1"}
	first := must(s.SubmitOnce(ctx, heygen.PathVideos, body(t, r), "gr-a"))(t)
	if again := must(s.SubmitOnce(ctx, heygen.PathVideos, body(t, r), "gr-a"))(t); again != first {
		t.Error("a repeat under the same key is another video")
	}
	s.done(heygen.KindVideoV3, first)
	r.OutputFormat, r.RemoveBackground, r.Fit, r.Background = "mp4", true, "cover", &heygen.Background{
		Type: "color", Value: "#00FF00",
	}
	s.batch(heygen.KindVideoV3, r, first)
	studio := heygen.StudioRequest("studio gr-4", "720p", "16:9", nil, []heygen.VideoRequest{
		{
			AvatarID: look.ID, Script: "One.", VoiceID: voiceList[0].id, Engine: heygen.BestEngine(look.Engines),
			Background: &heygen.Background{Type: "color", Value: "#112233"},
		},
		{AvatarID: look.ID, Script: "Two.", VoiceID: voiceList[0].id, Engine: heygen.BestEngine(look.Engines)},
	})
	s.done(heygen.KindVideoV3, must(s.SubmitOnce(ctx, heygen.PathVideos, body(t, studio), "gr-c"))(t))
	if v := must(s.Scenes(ctx, first))(t); len(v.Scenes) != 1 || v.Scenes[0].Script[0].Text != "Hello." || v.AspectRatio != "1:1" ||
		v.Scenes[0].Elements[0].AvatarID != look.ID {
		t.Errorf("scenes %+v", v)
	}
	if l := must(s.FindByTitleV3(ctx, "gr-4"))(t); len(l) != 1 {
		t.Errorf("found %v", l)
	}
	request := heygen.WebMRequest{
		AvatarPoseID: look.ID, AvatarStyle: "normal", InputText: "Hello.", VoiceID: voiceList[0].id,
	}
	webm := must(s.Submit(ctx, heygen.PathWebM, body(t, request)))(t)
	s.done(heygen.KindVideoV2, webm)
	if l := must(s.FindByTitle(ctx, "gr-1"))(t); len(l) != 1 {
		t.Errorf("found %v", l)
	}
	if _, err := s.AvatarDetails(ctx, look.ID); err != nil {
		t.Error(err)
	}
	for _, f := range []func() error{
		func() error { return s.DeleteVideo(ctx, webm) }, func() error { return s.DeleteVideoV3(ctx, first) },
	} {
		if err := f(); err != nil {
			t.Error(err)
		}
	}
}

// batch queues a body twice with one call, waits for both jobs, and reads their states together with those of others.
func (s *session) batch(kind heygen.Kind, request any, others ...string) {
	s.Helper()
	bodies := must(heygen.EncodeBatch(kind, "b", []any{request, request}))(s.T)
	id := must(s.SubmitOnce(s.ctx, heygen.BatchPath(kind), bodies, "gr-b"))(s.T)
	b := must(s.ReadBatch(s.ctx, kind, id))(s.T)
	if b.Total != 2 || len(b.Items) != 2 {
		s.Fatalf("batch %+v", b)
	}
	ids := others
	for _, i := range b.Items {
		s.done(kind, i.ID)
		ids = append(ids, i.ID)
	}
	states := must(s.Statuses(s.ctx, kind, append(ids, "missing")))(s.T)
	for i, st := range states {
		if last := i == len(ids); last != st.Missing || !last && (st.ID != ids[i] || st.State != heygen.StateCompleted) {
			s.Errorf("states %+v", states)
		}
	}
}

func (s *session) streams() {
	st := must(s.NewStream(s.ctx, heygen.StreamRequest{AvatarID: avatarList[0].id, VoiceID: voiceList[0].id}))(s.T)
	for _, f := range []func(context.Context, string) error{s.StartStream, s.InterruptStream, s.KeepStream} {
		if err := f(s.ctx, st.ID); err != nil {
			s.Error(err)
		}
	}
	if ms := must(s.Say(s.ctx, st.ID, "Two words"))(s.T); ms != 800 {
		s.Errorf("spoke for %v ms", ms)
	}
	if l := must(s.Streams(s.ctx))(s.T); len(l) != 1 {
		s.Errorf("streams %v", l)
	}
	if must(s.StreamToken(s.ctx))(s.T) == "" || s.StopStream(s.ctx, st.ID) != nil {
		s.Error("no token, or no end")
	}
}

// TestEndedServicesSayGone: streaming ended, and v1 and v2 will.
func TestEndedServicesSayGone(t *testing.T) {
	s := connected(t)
	if _, err := s.NewStream(s.ctx, heygen.StreamRequest{}); !heygen.Gone(err) {
		t.Errorf("a new stream: %v", err)
	}
	for _, fault := range []string{"gone=404", "gone=410"} {
		s := connected(t, fault)
		if _, err := s.Quota(s.ctx); !heygen.Gone(err) {
			t.Errorf("%s: %v", fault, err)
		}
		if _, err := s.Credits(s.ctx, heygen.V3); err != nil {
			t.Errorf("%s also ended v3: %v", fault, err)
		}
		if res, err := http.Get(s.url + "/_sandbox/health"); err != nil || res.StatusCode != 200 {
			t.Error("the sandbox itself is gone")
		}
	}
}
