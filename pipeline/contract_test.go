package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/heygen"
	"greenroom/internal/wiretest"
	"greenroom/pipeline/account"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/preflight"
	"greenroom/pipeline/purchase"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
	"greenroom/pipeline/stage/wait"
	"greenroom/pipeline/voice"
)

// bodies are manifests of one clip with the route they take and the path they post to.
var bodies = []struct{ api, clip, route, path string }{
	{"v2", `{script: "Hi SQL.", pronunciation: {SQL: sequel}, captions: true, voice: {speed: 1.2, pitch: 2, emotion: Friendly, locale: en-US}}`, "v2-key", "/v2/video/generate"},
	{"v2", `{script: Hi, transparent: false, background: "#112233", avatar: {style: closeUp, scale: 1.5, offset: {x: 0.1}}}`, "v2", "/v2/video/generate"},
	{"v2", `{script: Hi, transparent: false, background: {image: a.png}}`, "v2", "/v2/video/generate"},
	{"v2", `{script: Hi, transparent: false, background: {video: a.mp4}}`, "v2", "/v2/video/generate"},
	{"v2", `{audio: a.wav, avatar: {photo: a.png}, key-color: "#0000FF"}`, "v2-key", "/v2/video/generate"},
	{"v2", `{transparent: false, scenes: [{script: One, background: "#112233"}, {script: Two, avatar: {id: other}, voice: {id: v}}]}`, "v2", "/v2/video/generate"},
	{"v2", `{script: Hi, route: v1-webm}`, "v1-webm", "/v1/video.webm"},
	{"v2", `{audio: a.wav, route: v1-webm}`, "v1-webm", "/v1/video.webm"},
	{"v2", `{agent: {prompt: "A film.", duration: 20s, orientation: portrait, avatar: x, files: [a.png]}}`, "v1-agent", "/v1/video_agent/generate"},
	{"v2", `{template: {id: t123, variables: {name: Ada, logo: a.png, who: daisy, tone: v1}}}`, "v2-template", "/v2/template/t123/generate"},
	{"v2", `{translate: {file: a.mp4, to: Spanish, mode: precise}, transparent: false}`, "v2-translate", "/v2/video_translate"},
	{"v2", `{translate: {file: a.mp4, to: Spanish}}`, "v2-translate-key", "/v2/video_translate"},
	{"v2", `{script: Hi, draft: voice, captions: true}`, "v2-key", "/v2/video/generate"},
	{"v2", `{script: Hi, draft: voice, captions: true, route: v1-webm}`, "v1-webm", "/v1/video.webm"},
	{"v3", `{script: Hi, draft: voice, captions: true}`, "v3-webm", "/v3/videos"},
	{"v3", `{script: Hi, draft: voice, route: v3-key}`, "v3-key", "/v3/videos"},
	{"v3", `{script: Hi, glossary: b1c2d3}`, "v3-webm", "/v3/videos"},
	{"v3", `{template: {id: t123, variables: {name: Ada, logo: a.png, who: daisy, tone: v1}}, glossary: b1c2d3}`, "v3-template", "/v3/templates/t123"},
	{"v3", `{translate: {file: a.mp4, to: Spanish}, glossary: b1c2d3}`, "v3-translate-key", "/v3/video-translations"},
	{"v3", `{script: Hi, captions: true}`, "v3-webm", "/v3/videos"},
	{"v3", `{script: Hi, transparent: false, captions: burned-in}`, "v3", "/v3/videos"},
	{"v3", `{template: {id: t123, variables: {name: Ada, logo: a.png, who: daisy, tone: v1}}, captions: {burned-in: {preset: bold,` +
		` font-size: 40, position: {y: 0.4}, alignment: 8}}}`, "v3-template", "/v3/templates/t123"},
	{"v2", `{script: Hi, transparent: false, captions: {burned-in: {preset: bold, font-size: 40, highlight: false}}}`, "v2", "/v2/video/generate"},
	{"v3", `{script: Hi, route: v3-key, voice: {speed: 0.8, pitch: -3}}`, "v3-key", "/v3/videos"},
	{"v3", `{script: Hi, transparent: false, background: {image: a.png}}`, "v3", "/v3/videos"},
	{"v3", `{audio: a.wav, transparent: false, background: "#112233", size: 1080x1920}`, "v3", "/v3/videos"},
	{"v3", `{transparent: false, scenes: [{script: One, background: "#112233"}, {script: Two}]}`, "v3-studio", "/v3/videos"},
	{"v3", `{agent: {prompt: "A film.", duration: 20s, orientation: landscape, voice: v, files: [a.png]}}`, "v3-agent", "/v3/video-agents"},
	{"v3", `{template: {id: t123, variables: {name: Ada, logo: a.png, who: daisy, tone: v1}}}`, "v3-template", "/v3/templates/t123"},
	{"v3", `{translate: {file: a.mp4, to: Spanish, audio-only: true}}`, "v3-translate-key", "/v3/video-translations"},
	{"v3", `{translate: {file: a.mp4, to: Spanish}, transparent: false, captions: true}`, "v3-translate", "/v3/video-translations"},
	{"v3", `{translate: {file: a.mp4, to: Spanish, proofread: new.srt}, captions: true}`, "v3-proofread", "/v3/video-translations/proofreads"},
	{"v3", `{translate: {file: a.mp4, to: Spanish, proofread: a.srt}, captions: true}`, "v3-translate-key", "/v3/video-translations"},
	{"v3", `{instant: {prompt: A river., duration: 8s, resolution: 1080p, seed: 7}}`, "v3-instant", "/v3/models/videos"},
	{"v3", `{cinematic: {prompt: A walk., avatars: [l1, l2]}}`, "v3-cinematic", "/v3/videos"},
	{"v3", `{cinematic: {prompt: A walk., avatars: [l1], duration: 8s, references: [a.png, a.mp4], enhance: true}}`,
		"v3-cinematic", "/v3/videos"},
	{"v3", `{instant: {prompt: A river., image: a.png}}`, "v3-instant", "/v3/models/videos"},
	{"v3", `{lipsync: {video: a.mp4, audio: a.wav}, captions: true}`, "v3-lipsync", "/v3/lipsyncs"},
	{"v3", `{lipsync: {video: a.mp4, script: Hi, mode: precise, keep-length: true}}`, "v3-lipsync", "/v3/lipsyncs"},
	{"v3", `{file: a.mp4, cutout: true}`, "v3-cutout", "/v3/background-removals"},
}

// TestEveryRequestBodyFitsThePage makes the request of every kind of clip and holds
// it against HeyGen's OpenAPI page.
func TestEveryRequestBodyFitsThePage(t *testing.T) {
	page := wiretest.New(t)
	seen := map[string]bool{}
	for _, x := range bodies {
		b, s := planned(t, x.api, x.clip)
		if s.Route != x.route {
			t.Errorf("%s %s takes route %s, want %s", x.api, x.clip, s.Route, x.route)
		}
		in, err := b.buyer.Intent(context.Background(), s, nil)
		if err != nil {
			t.Errorf("%s: %v", x.clip, err)
			continue
		}
		if in.Path != x.path {
			t.Errorf("%s posts to %s, want %s", x.clip, in.Path, x.path)
		}
		page.Body("POST", in.Path, in.Body)
		if r := s.Work.Request.Speech; r != nil {
			page.Body("POST", r.Path, r.Body)
			if !strings.Contains(string(in.Body), "asset-a.wav") || strings.Contains(string(in.Body), "Hi") {
				t.Errorf("%s is not driven by its bought voice: %s", x.clip, in.Body)
			}
		}
		seen[s.Route] = true
		if strings.Contains(string(in.Body), "Signature=") {
			t.Errorf("%s: the body that is kept holds a signed link: %s", x.clip, in.Body)
		}
		searchable := strings.Contains(in.Title, in.Marker) && strings.Contains(string(in.Body), in.Marker)
		if in.Title != "" && !searchable {
			t.Errorf("%s: title %q does not carry the marker into %s", x.clip, in.Title, in.Body)
		}
	}
	for _, route := range routes.Names {
		if routes.Paid(route) && !seen[route] {
			t.Errorf("no body of route %s is compared with the page", route)
		}
	}
}

// planned opens a project of one clip whose uploads are known, so that a request is
// made without a network.
func planned(t *testing.T, api, clip string) (*build, planning.Step) {
	t.Helper()
	o := openOne(t, api, clip)
	if o.err != nil {
		t.Fatal(o.err)
	}
	return o.b, o.s
}

// openOne is planned, and keeps the error of a manifest or of a route.
func openOne(t *testing.T, api, clip string) opened {
	t.Helper()
	return openWith(t, api, "avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}", clip)
}

func openWith(t *testing.T, api, defaults, clip string) opened {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.wav": "RIFF\x00\x00\x00\x00WAVEfmt ", "a.png": "\x89PNG\r\n\x1a\n", "a.mp4": "\x00\x00\x00\x18ftypmp42",
		"a.srt": "1\n00:00:00,000 --> 00:00:01,000\nHola\n", "greenroom.yaml": `version: 1
heygen: {api: ` + api + `}
defaults: {` + defaults + `}
clips:
  one: ` + clip + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Open(freshOptions(dir))
	if err != nil {
		return opened{err: err}
	}
	t.Cleanup(func() { p.Close() })
	p.Account.Can.Record(p.Account.AccountID(), func(k *account.Capability) {
		for _, f := range []string{"a.wav", "a.png", "a.mp4", "a.srt"} {
			h, err := p.Inputs.Hash(filepath.Join(dir, f))
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range []string{"v2", "v3"} {
				k.Uploads[g+" "+h] = account.Upload{ID: "asset-" + f, URL: "https://resource.heygen.ai/" + f}
				k.Photos[g+" "+h] = "photo-" + f
			}
		}
	})
	c := p.Manifest.Clips[0]
	r, err := p.router.Chosen(context.Background(), c, lockfile.Entry{}, false, nil)
	if err != nil {
		return opened{err: err}
	}
	if r.Speech != nil { // its voice is bought
		if err := p.OpenState(); err != nil {
			t.Fatal(err)
		}
		hash, size, err := p.Store.Import(filepath.Join(dir, "a.wav"))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.voices.Save(r.Speech.Row, voice.Voice{Seconds: 3.2, Audio: string(hash), Bytes: size}); err != nil {
			t.Fatal(err)
		}
	}
	variables := []heygen.TemplateVariable{
		{Name: "name", Type: "text"},
		{Name: "logo", Type: "image"},
		{Name: "who", Type: "character"},
		{Name: "tone", Type: "voice"},
	}
	b := &build{Project: p, buyer: p.buyer(purchase.Options{Found: preflight.Found{
		Engines:   map[string]*heygen.Engine{c.Avatar.ID: {Type: "avatar_iii"}},
		Templates: map[string]heygen.Template{"t123": {ID: "t123", Variables: variables}},
	}})}
	return opened{b: b, s: planning.Step{Clip: c.Name, Route: r.Route, Key: r.Key, Work: planning.Work{Clip: &c, Request: r}}}
}

// TestTheKeyKnowsEveryInput: what changes the request changes the key, whatever the
// source is.
func TestTheKeyKnowsEveryInput(t *testing.T) {
	for _, pair := range [][3]string{
		{"v2", `{agent: {prompt: a}}`, `{agent: {prompt: b}}`},
		{"v2", `{agent: {prompt: a}}`, `{agent: {prompt: a, duration: 20s}}`},
		{"v2", `{agent: {prompt: a}}`, `{agent: {prompt: a, files: [a.png]}}`},
		{"v3", `{template: {id: t123, variables: {name: Ada}}}`, `{template: {id: t123, variables: {name: Bob}}}`},
		{"v3", `{template: {id: t123, variables: {name: Ada}}}`, `{template: {id: t124, variables: {name: Ada}}}`},
		{"v3", `{translate: {file: a.mp4, to: Spanish}}`, `{translate: {file: a.mp4, to: French}}`},
		{"v3", `{translate: {file: a.mp4, to: Spanish}}`, `{translate: {file: a.mp4, to: Spanish, mode: precise}}`},
		{"v2", `{script: Hi}`, `{script: Hi, captions: true}`},
		{"v2", `{script: Hi, transparent: false}`, `{script: Hi, transparent: false, background: {image: a.png}}`},
		{"v2", `{script: "SQL"}`, `{script: "SQL", pronunciation: {SQL: sequel}}`},
		{"v2", `{scenes: [{script: a}, {script: b}]}`, `{scenes: [{script: b}, {script: a}]}`},
		{"v2", `{scenes: [{script: a}]}`, `{scenes: [{script: a, voice: {id: v}}]}`},
		{"v2", `{script: Hi, avatar: {photo: a.png}}`, `{script: Hi}`},
	} {
		_, a := planned(t, pair[0], pair[1])
		_, b := planned(t, pair[0], pair[2])
		if a.Key == b.Key {
			t.Errorf("%s and %s are one take", pair[1], pair[2])
		}
	}
	_, a := planned(t, "v2", `{script: "Hi."}`)
	_, b := planned(t, "v2", `{script: "Hi.", pronunciation: {SQL: sequel}}`)
	if a.Key != b.Key {
		t.Error("a pronunciation that changes no word buys the clip again")
	}
}

// TestAnAccountThatMovesBuysNothing: takes stay up to date on the route they were made on.
func TestAnAccountThatMovesBuysNothing(t *testing.T) {
	_, old := planned(t, "v2", `{script: "Hi."}`)
	b, now := planned(t, "v3", `{script: "Hi."}`)
	if old.Key == now.Key {
		t.Fatal("the route is not in the key")
	}
	e := lockfile.Entry{Clip: "one", TakeKey: old.Key, Route: old.Route}
	r, err := b.router.Chosen(context.Background(), b.Manifest.Clips[0], e, true, nil)
	if err != nil || r.Key != old.Key {
		t.Errorf("the take on %s is not up to date: %s %v", old.Route, r.Route, err)
	}
	_, forced := planned(t, "v3", `{script: "Hi.", route: v3-key}`)
	if r, err := b.router.Chosen(context.Background(), *forced.Work.Clip, e, true, nil); err != nil || r.Route != "v3-key" {
		t.Errorf("the route that the manifest names is replaced: %s %v", r.Route, err)
	}
}

func TestWordsAreSaidAsWritten(t *testing.T) {
	as := map[string]string{"SQL": "sequel", "SQL Server": "sequel server", "HeyGen": "hey jen", "é": "eh"}
	for in, want := range map[string]string{
		"SQL, MySQL and SQL Server.": "sequel, MySQL and sequel server.",
		"SQL SQL":                    "sequel sequel",
		`HeyGen <break time="1s"/> HeyGens HeyGen`: `hey jen <break time="1s"/> HeyGens hey jen`,
		"café é": "café eh",
		"":       "",
	} {
		if got := request.Spoken(in, as); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCaptionsOfEveryKind(t *testing.T) {
	srt := "\ufeff1\r\n00:00:00,240 --> 00:00:01,5\r\n<i>Hello</i> there\r\n\r\n2\r\n00:00:01,500 --> 00:01:02,003\r\nfriends\r\n\r\n3\r\n00:00:09,000 --> 00:00:08,000\r\nbackwards\r\n"
	ass := "[Script Info]\n[Events]\nDialogue: 0,0:00:00.24,0:00:01.50,Default,,0,0,0,,{\\b1}Hello\\Nthere\nDialogue: 0,0:00:01.50,0:01:02.00,Default,,0,0,0,,friends, all\n"
	for name, x := range map[string]struct{ in, want string }{
		"srt": {srt, `[{Hello there 240 1500} { friends 1500 62003}]`},
		"ass": {ass, `[{Hello there 240 1500} { friends, all 1500 62000}]`},
	} {
		list, err := captions.Parse([]byte(x.in))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range list {
			got = append(got, fmt.Sprintf("{%s %d %d}", c.Text, c.StartMs, c.EndMs))
		}
		if s := "[" + strings.Join(got, " ") + "]"; s != x.want {
			t.Errorf("%s: %s, want %s", name, s, x.want)
		}
	}
	for _, bad := range []string{"<html>no</html>", "\xff\xfe", "", " \n", "Access denied. Link expired.", "<p>[Events]</p>", `{"error": "expired"}`} {
		if _, err := captions.Parse([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	b, err := json.Marshal(captions.Caption{Text: "x", EndMs: 5})
	if err != nil || string(b) != `{"text":"x","startMs":0,"endMs":5,"timestampMs":null,"confidence":null}` {
		t.Errorf("%s %v", b, err)
	}
}

func TestWaitsGiveAnEstimate(t *testing.T) {
	b, s := planned(t, "v3", `{script: "Hi."}`)
	if eta := wait.Left(b.waits(s.Route), 0); eta != "" {
		t.Errorf("an estimate from nothing: %q", eta)
	}
	for _, sec := range []float64{100, 300, 200} {
		b.recordWait(s.Route, secs(sec))
	}
	if eta := wait.Left(b.waits(s.Route), secs(50)); eta != ", about 2m30s left" {
		t.Error(eta)
	}
	if eta := wait.Left(b.waits(s.Route), secs(260)); eta != ", 4m20s old, usually done after 3m20s" {
		t.Error(eta)
	}
	for range 100 {
		b.recordWait(s.Route, secs(1))
	}
	b.Account.Can.Read(b.Account.AccountID(), func(k *account.Capability) {
		if n := len(k.Waits[s.Route]); n != historyLength {
			t.Errorf("%d waits are kept", n)
		}
	})
}

func TestAnotherKeyIsAnotherAccount(t *testing.T) {
	b, _ := planned(t, "v3", `{script: "Hi."}`)
	seen := func() (n int) {
		b.Account.Can.Read(b.Account.AccountID(), func(k *account.Capability) { n = len(k.Uploads) })
		return
	}
	b.Account.ForgetOtherKey("first key")
	if seen() != 0 {
		t.Fatal("uploads of an unknown account are kept")
	}
	b.Account.Can.Record(b.Account.AccountID(), func(k *account.Capability) { k.Uploads["v3 x"] = account.Upload{ID: "1"} })
	b.Account.ForgetOtherKey("first key")
	if seen() != 1 {
		t.Error("the same key drops what is known")
	}
	b.Account.ForgetOtherKey("second key")
	if seen() != 0 {
		t.Error("another key keeps the first one's uploads")
	}
}

func secs(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }
