package heygen

import (
	"encoding/json"
	"strings"
	"testing"
)

// encoded is what an Encode method returns.
type encoded struct {
	path string
	body any
}

func encodedAs(path string, body any) encoded { return encoded{path, body} }

// TestBothGenerationsOfARequest: the same request under other paths, names and words.
func TestBothGenerationsOfARequest(t *testing.T) {
	agent := AgentRequest{
		Prompt: "p", Seconds: 20, Orientation: "portrait", AvatarID: "a", VoiceID: "v", StyleID: "s", Files: []string{"f"},
		CallbackURL: "https://x.example", CallbackID: "c",
	}
	link := TranslateRequest{Title: "t", VideoURL: "https://x/a.mp4?Signature=s", Language: "French"}
	upload := TranslateRequest{AssetID: "a", Language: "French", Precise: true, AudioOnly: true, Captions: true}
	template := TemplateRequest{
		ID: "a/b", Title: "t", Caption: true, Dimension: &Dimension{1280, 720},
		Values: []TemplateValue{{"n", "text", "x"}, {"p", "image", "id"}, {"c", "character", "look"}},
	}
	const variables = `"variables":{"n":{"name":"n","type":"text","properties":{"content":"x"}},` +
		`"p":{"name":"p","type":"image","properties":{"asset_id":"id"}},` +
		`"c":{"name":"c","type":"character","properties":{"character_id":"look","type":"avatar"}}}`
	cutPath, cutBody, err := CutoutRequest{AssetID: "a", Title: "t"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	lipPath, lipBody, err := LipsyncRequest{Title: "t", VideoID: "a", AudioID: "b"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	keptPath, keptBody, err := LipsyncRequest{VideoID: "a", AudioID: "b", Precise: true, KeepLength: true, Captions: true}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	footPath, footBody, err := ModelVideoRequest{Prompt: "p", Seconds: 5, Resolution: "768p", Ratio: "16:9"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	picPath, picBody, err := ModelVideoRequest{
		Prompt: "p", Seconds: 8, Resolution: "2k", Ratio: "16:9", ImageID: "a", Seed: new(int64),
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		got        encoded
		path, body string
	}{
		"agent v1": {encodedAs(agent.Encode(V2)), PathAgentV1, `{"prompt":"p","config":{"duration_sec":20,"avatar_id":"a",` +
			`"orientation":"portrait"},"files":[{"asset_id":"f"}],"callback_url":"https://x.example","callback_id":"c"}`},
		"agent v3": {encodedAs(agent.Encode(V3)), PathAgentV3, `{"prompt":"p","avatar_id":"a","voice_id":"v","style_id":"s",` +
			`"orientation":"portrait","files":[{"type":"asset_id","asset_id":"f"}],"callback_url":"https://x.example",` +
			`"callback_id":"c"}`},
		"bare agent": {encodedAs(AgentRequest{Prompt: "p"}.Encode(V3)), PathAgentV3, `{"prompt":"p"}`},
		"translate v2": {encodedAs(link.Encode(V2)), PathTranslateV2, `{"title":"t","video_url":"https://x/a.mp4?Signature=s",` +
			`"output_language":"French","mode":"fast"}`},
		"translate v3": {encodedAs(link.Encode(V3)), PathTranslateV3, `{"title":"t","video":{"type":"url",` +
			`"url":"https://x/a.mp4?Signature=s"},"output_languages":["French"],"mode":"speed"}`},
		"translate an upload": {encodedAs(upload.Encode(V3)), PathTranslateV3, `{"video":{"type":"asset_id","asset_id":"a"},` +
			`"output_languages":["French"],"mode":"precision","translate_audio_only":true,"enable_caption":true}`},
		"translate with a text": {encodedAs(TranslateRequest{AssetID: "a", Language: "French", SRTID: "s", GlossaryID: "g"}.Encode(V3)),
			PathTranslateV3, `{"video":{"type":"asset_id","asset_id":"a"},"output_languages":["French"],"mode":"speed",` +
				`"srt":{"type":"asset_id","asset_id":"s"},"srt_role":"output","brand_glossary_id":"g"}`},
		"proofread": {encodedAs(TranslateRequest{AssetID: "a", Language: "French", Precise: true, GlossaryID: "g"}.EncodeProofread()),
			PathProofreads, `{"title":"proofread","video":{"type":"asset_id","asset_id":"a"},"output_languages":["French"],` +
				`"mode":"precision","brand_glossary_id":"g"}`},
		"template v2": {encodedAs(template.Encode(V2)), "/v2/template/a%2Fb/generate", `{"title":"t","caption":true,` +
			`"dimension":{"width":1280,"height":720},` + variables + `}`},
		"template v3": {encodedAs(template.Encode(V3)), "/v3/templates/a%2Fb", `{"title":"t","caption":true,` +
			`"dimension":{"width":1280,"height":720},` + variables + `}`},
		"background removal": {encoded{cutPath, cutBody}, PathCutout, `{"video":{"type":"asset_id","asset_id":"a"},` +
			`"layers":["foreground"],"request_id":"","title":"t"}`},
		"lipsync": {encoded{lipPath, lipBody}, PathLipsync, `{"title":"t","video":{"type":"asset_id","asset_id":"a"},` +
			`"audio":{"type":"asset_id","asset_id":"b"},"mode":"speed"}`},
		"lipsync of the film's length": {encoded{keptPath, keptBody}, PathLipsync, `{"video":{"type":"asset_id","asset_id":"a"},` +
			`"audio":{"type":"asset_id","asset_id":"b"},"mode":"precision","enable_dynamic_duration":false,"enable_caption":true}`},
		"footage": {encoded{footPath, footBody}, PathModelVideos, `{"model":"heygen-video-1","mode":"text_to_video","prompt":"p",` +
			`"duration":5,"resolution":"768p","aspect_ratio":"16:9"}`},
		"footage from a picture": {encoded{picPath, picBody}, PathModelVideos, `{"model":"heygen-video-1","mode":"image_to_video",` +
			`"prompt":"p","image":{"type":"asset_id","asset_id":"a"},"duration":8,"resolution":"2k","seed":0}`},
		"studio": {encoded{PathVideos, StudioRequest("t", "1080p", "16:9", &Caption{FileFormat: "srt"}, []VideoRequest{
			{AvatarID: "a", Script: "x", VoiceID: "v", Background: &Background{Type: "color", Value: "#00FF00"}},
			{AvatarID: "b", AudioAssetID: "s", Engine: &Engine{"avatar_iv"}, Background: &Background{Type: "image"}},
		})}, PathVideos, `{"type":"studio","title":"t","resolution":"1080p","aspect_ratio":"16:9",` +
			`"caption":{"file_format":"srt"},"scenes":[{"type":"avatar_video","input":{"type":"avatar","avatar_id":"a",` +
			`"script":"x","voice_id":"v","background":{"type":"color","color":"#00FF00"}}},{"type":"avatar_video",` +
			`"input":{"type":"avatar","avatar_id":"b","audio_asset_id":"s","engine":{"type":"avatar_iv"}}}]}`},
	} {
		b, err := json.Marshal(c.got.body)
		if err != nil || c.got.path != c.path || !sameJSON(t, b, c.body) {
			t.Errorf("%s: %s %s %v", name, c.got.path, b, err)
		}
	}
	// The idempotency key of a background removal is in its body.
	b, err := json.Marshal(cutBody)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = BindCutout(b, "gr-1"); err != nil || !strings.Contains(string(b), `"request_id":"gr-1"`) {
		t.Errorf("%s %v", b, err)
	}
	if _, err := BindCutout([]byte("x"), "gr-1"); err == nil {
		t.Error("a body that is not JSON is bound")
	}
}

func TestSpeechInBothGenerations(t *testing.T) {
	for name, c := range map[string]struct {
		api  API
		r    SpeechRequest
		body string // "": refused, for a reason with why in it
		why  string
	}{
		"v1": {V2, SpeechRequest{Text: "Hi.", VoiceID: "v", Speed: 1.5, Pitch: -3, Emotion: "Excited", Locale: "en-US"},
			`{"text":"Hi.","voice_id":"v","speed":1.5,"pitch":-3,"emotion":"Excited","locale":"en-US"}`, ""},
		"v3": {
			V3, SpeechRequest{Text: "Hi.", VoiceID: "v", Speed: 2},
			`{"text":"Hi.","voice_id":"v","input_type":"text","speed":2}`, "",
		},
		"pause": {V3, SpeechRequest{Text: `Hi.<break time="1s"/>`, VoiceID: "v"},
			`{"text":"Hi.<break time=\"1s\"/>","voice_id":"v","input_type":"ssml"}`, ""},
		"empty":         {V3, SpeechRequest{Text: " ", VoiceID: "v"}, "", "1 to 5000"},
		"long":          {V2, SpeechRequest{Text: strings.Repeat("ü", 5001), VoiceID: "v"}, "", "5001"},
		"no voice":      {V2, SpeechRequest{Text: "x"}, "", "voice_id"},
		"fast on v1":    {V2, SpeechRequest{Text: "x", VoiceID: "v", Speed: 1.6}, "", "0.5 to 1.5"},
		"fast on v3":    {V3, SpeechRequest{Text: "x", VoiceID: "v", Speed: 2.1}, "", "0.5 to 2"},
		"pitch on v3":   {V3, SpeechRequest{Text: "x", VoiceID: "v", Pitch: 1}, "", "pitch"},
		"emotion on v3": {V3, SpeechRequest{Text: "x", VoiceID: "v", Emotion: "x"}, "", "emotion"},
		"half a pitch":  {V2, SpeechRequest{Text: "x", VoiceID: "v", Pitch: 0.5}, "", "integer"},
	} {
		path, b, err := c.r.Encode(c.api)
		if c.body == "" {
			if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		want := map[API]string{V2: PathSpeechV1, V3: PathSpeechV3}[c.api]
		if err != nil || path != want || !sameJSON(t, b, c.body) {
			t.Errorf("%s: %s %s %v", name, path, b, err)
		}
	}
}

// TestRefusedBeforeItIsSent: what HeyGen would refuse costs no request.
func TestRefusedBeforeItIsSent(t *testing.T) {
	video := func(change func(*VideoRequest)) error {
		r := VideoRequest{Type: "avatar", AvatarID: "a", Script: "x", VoiceID: "v"}
		change(&r)
		return r.Validate()
	}
	webm := func(change func(*WebMRequest)) error {
		r := WebMRequest{AvatarPoseID: "p", AvatarStyle: "normal", InputText: "x", VoiceID: "v"}
		change(&r)
		return r.Validate()
	}
	long := strings.Repeat("ü", MaxScript+1)
	for _, c := range []struct {
		err error
		why string // "": accepted
	}{
		{video(func(*VideoRequest) {}), ""},
		{video(func(r *VideoRequest) { r.Script, r.AudioAssetID = "", "s" }), ""},
		{video(func(r *VideoRequest) { r.VoiceSettings = &VoiceSettings{Speed: 1.5, Pitch: -50} }), ""},
		{video(func(r *VideoRequest) { r.Type = "studio" }), "type"},
		{video(func(r *VideoRequest) { r.AvatarID = "" }), "avatar_id"},
		{video(func(r *VideoRequest) { r.Script = " " }), "script"},
		{video(func(r *VideoRequest) { r.AudioAssetID = "s" }), "script"},
		{video(func(r *VideoRequest) { r.Script = long }), "5001"},
		{video(func(r *VideoRequest) { r.OutputFormat, r.Background = "webm", &Background{} }), "background"},
		{video(func(r *VideoRequest) { r.VoiceSettings = &VoiceSettings{Speed: 0.4} }), "speed"},
		{video(func(r *VideoRequest) { r.VoiceSettings = &VoiceSettings{Pitch: 51} }), "pitch"},
		{webm(func(*WebMRequest) {}), ""},
		{webm(func(r *WebMRequest) { r.InputText, r.VoiceID, r.InputAudio = "", "", "u" }), ""},
		{webm(func(r *WebMRequest) { r.AvatarPoseID = "" }), "avatar_pose_id"},
		{webm(func(r *WebMRequest) { r.InputAudio = "u" }), "either"},
		{webm(func(r *WebMRequest) { r.VoiceID = "" }), "voice_id"},
		{webm(func(r *WebMRequest) { r.InputText = long }), "5001"},
		{webm(func(r *WebMRequest) { r.Dimension = &Dimension{1280, 4098} }), "128 to 4096"},
		{AgentRequest{Prompt: "p", Seconds: 300}.Validate(), ""},
		{AgentRequest{Prompt: " "}.Validate(), "prompt"},
		{AgentRequest{Prompt: "p", Seconds: 4}.Validate(), "5 to 300"},
		{AgentRequest{Prompt: "p", Orientation: "square"}.Validate(), "orientation"},
		{AgentRequest{Prompt: "p", CallbackID: "c"}.Validate(), "callback_url"},
		{TranslateRequest{Language: "French", AssetID: "a"}.Validate(V3), ""},
		{TranslateRequest{AssetID: "a"}.Validate(V3), "output_language"},
		{TranslateRequest{Language: "French"}.Validate(V3), "video"},
		{TranslateRequest{Language: "French", AssetID: "a"}.Validate(V2), "link"},
		{TranslateRequest{Language: "French", VideoURL: "https://x/a", SRTID: "s"}.Validate(V2), "without a glossary"},
		{onlyErr(EncodeBatch[any](KindLipsync, "t", nil)), "1 to 100"},
		{onlyErr(EncodeBatch(KindVideoV3, "t", make([]VideoRequest, 101))), "1 to 100"},
		{onlyErr(EncodeBatch(KindVideoV3, "t", make([]VideoRequest, 100))), ""},
		{onlyErr(EncodeBatch(KindCutout, "t", make([]any, 1))), "no bulk calls"},
		{onlyErr(New("k").ReadBatch(t.Context(), KindAgent, "b")), "no bulk calls"},
		{onlyErr(New("k").Statuses(t.Context(), KindVideoV2, []string{"a"})), "no bulk calls"},
		{onlyErr(New("k").NewStream(t.Context(), StreamRequest{Idle: 29})), "30 to 3600"},
		{onlyErr(New("k").Say(t.Context(), "s", strings.Repeat("ü", 1001))), "1 to 1000"},
		{onlyErr(New("k").Statuses(t.Context(), KindVideoV3, nil)), "1 to 100"},
		{onlyErr(New("k").SubmitOnce(t.Context(), PathVideos, nil, "ä")), "idempotency key"},
		{onlyErr(New("k").Webhooks(false).Rotate(t.Context(), "e")), ErrV3Only.Error()},
		{onlyErr(New("k").Webhooks(false).Events(t.Context(), "", 0)), ErrV3Only.Error()},
	} {
		if c.why == "" && c.err != nil || c.why != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.why)) {
			t.Errorf("got %v, want %q", c.err, c.why)
		}
	}
	if _, _, err := (CutoutRequest{}).Encode(); err == nil {
		t.Error("a background removal without a film is accepted")
	}
	for _, r := range []LipsyncRequest{{}, {VideoID: "a"}, {AudioID: "a"}} {
		if _, _, err := r.Encode(); err == nil {
			t.Errorf("%+v is accepted", r)
		}
	}
}

func TestValuesAreMatchedWithTheTemplate(t *testing.T) {
	designed := map[string]any{"content": "x"}
	tpl := Template{Variables: []TemplateVariable{
		{"a", "text", nil}, {"b", "text", designed}, {"c", "image", designed}, {"d", "script", designed},
	}}
	got, errs := tpl.Match(map[string]string{"a": "1", "c": "id"})
	if len(errs) != 0 || len(got) != 2 || got[0] != (TemplateValue{"a", "text", "1"}) ||
		got[1] != (TemplateValue{"c", "image", "id"}) {
		t.Errorf("%v %v", got, errs)
	}
	_, errs = tpl.Match(map[string]string{"b": "", "d": "x", "y": "1", "x": "1"})
	want := []string{
		`"a" (text) is missing`, `"b" (text) is empty`, `"d" is of type "script"`, `no variable "x"`, `no variable "y"`,
	}
	if len(errs) != len(want) {
		t.Fatalf("%v", errs)
	}
	for i, err := range errs {
		if !strings.Contains(err.Error(), want[i]) {
			t.Errorf("%v, want %s", err, want[i])
		}
	}
}

// TestPathsWithAnIdempotencyKey: a key on any other path would be ignored, and a repetition buy again.
func TestPathsWithAnIdempotencyKey(t *testing.T) {
	for path, want := range map[string]bool{
		PathVideos: true, BatchPath(KindVideoV3): true, BatchPath(KindLipsync): true, BatchPath(KindTranslateV3): true,
		PathTranslateV3: true, PathProofreads: true, GenerateProofreadPath("a"): true,
		"/v3/templates/a": true, PathLipsync: true, PathModelVideos: true,
		PathAgentV3: false, PathCutout: false, PathSpeechV3: false, PathGenerate: false, PathWebM: false,
		PathAgentV1:     false,
		PathTranslateV2: false, PathSpeechV1: false, "/v2/template/a/generate": false,
	} {
		if AcceptsIdempotencyKey(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
}
