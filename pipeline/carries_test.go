package pipeline

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/fault"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
)

type takesRoute struct{ api, route, clip string }

// onRoute are manifests of one clip that take each route; %s is where a member goes.
var onRoute = []takesRoute{
	{"v2", routes.V2, `{script: Hi, transparent: false%s}`},
	{"v2", routes.V2Key, `{script: Hi%s}`},
	{"v2", routes.V2, `{transparent: false, scenes: [{script: One%S}, {script: Two}]%s}`},
	{"v2", routes.V2Key, `{scenes: [{script: One%S}, {script: Two}]%s}`},
	{"v2", routes.V1WebM, `{script: Hi, route: v1-webm%s}`},
	{"v3", routes.V3WebM, `{script: Hi%s}`},
	{"v3", routes.V3Key, `{script: Hi, route: v3-key%s}`},
	{"v3", routes.V3, `{script: Hi, transparent: false%s}`},
	{"v3", routes.V3Studio, `{transparent: false, scenes: [{script: One%S}, {script: Two}]%s}`},
	{"v2", routes.V1Agent, `{agent: {prompt: "A film."%A}%s}`},
	{"v3", routes.V3Agent, `{agent: {prompt: "A film."%A}%s}`},
	{"v2", routes.V2Template, `{template: {id: t123, variables: {name: Ada, logo: a.png, who: daisy, tone: v1}}%s}`},
	{"v3", routes.V3Template, `{template: {id: t123, variables: {name: Ada, logo: a.png, who: daisy, tone: v1}}%s}`},
	{"v2", routes.V2Translate, `{translate: {file: a.mp4, to: Spanish%T}, transparent: false%s}`},
	{"v2", routes.V2TranslateKey, `{translate: {file: a.mp4, to: Spanish%T}%s}`},
	{"v3", routes.V3Translate, `{translate: {file: a.mp4, to: Spanish%T}, transparent: false%s}`},
	{"v3", routes.V3TranslateKey, `{translate: {file: a.mp4, to: Spanish%T}%s}`},
	{"v3", routes.V3Proofread, `{translate: {file: a.mp4, to: Spanish, proofread: new.srt%T}, transparent: false%s}`},
	{"v3", routes.V3Instant, `{instant: {prompt: A river.%I}%s}`},
	{"v3", routes.V3Cinematic, `{cinematic: {prompt: A walk., avatars: [l1]%C}%s}`},
	{"v3", routes.V3Lipsync, `{lipsync: {video: a.mp4, script: Hi%L}%s}`},
	{"v3", routes.Video, `{video: abcdef%s}`},
	{"v3", routes.File, `{file: a.mp4, transparent: false%s}`},
	{"v3", routes.V3Cutout, `{file: a.mp4, cutout: true%s}`},
}

// changes are members that can be added to those clips, with a value that is not the default.
var changes = map[string]string{
	"avatar.id": `avatar: {id: other}`, "avatar.photo": `avatar: {photo: a.png}`, "avatar.style": `avatar: {style: closeUp}`,
	"avatar.scale": `avatar: {scale: 1.5}`, "avatar.offset": `avatar: {offset: {x: 0.1}}`, "avatar.talking-photo": `avatar: {talking-photo: true}`,
	"voice.id": `voice: {id: other}`, "voice.speed": `voice: {speed: 1.2}`, "voice.pitch": `voice: {pitch: 3}`,
	"voice.emotion": `voice: {emotion: Friendly}`, "voice.locale": `voice: {locale: en-GB}`,
	"pronunciation": `pronunciation: {Hi: high, One: won}`, "captions": `captions: true`,
	"captions.burned-in": `captions: burned-in`, "captions.burned-in.preset": `captions: {burned-in: {preset: bold, highlight: false}}`, "size": `size: 1280x720`,
	"background": `background: "#112233"`, "background.image": `background: {image: a.png}`, "background.video": `background: {video: a.mp4}`,
	"key-color": `key-color: "#0000FF"`, "draft": `draft: voice`, "glossary": `glossary: b1c2d3`, "take": `take: 2`, "checks": `checks: {border: none}`, "prepare": `prepare: {crop: false}`,
	"scenes.avatar.id": `avatar: {id: other}`, "scenes.avatar.photo": `avatar: {photo: a.png}`, "scenes.avatar.style": `avatar: {style: closeUp}`,
	"scenes.avatar.scale": `avatar: {scale: 1.5}`, "scenes.avatar.offset": `avatar: {offset: {y: 0.1}}`, "scenes.avatar.talking-photo": `avatar: {talking-photo: true}`,
	"scenes.voice.id": `voice: {id: other}`, "scenes.voice.speed": `voice: {speed: 1.2}`, "scenes.voice.pitch": `voice: {pitch: 3}`,
	"scenes.voice.emotion": `voice: {emotion: Friendly}`, "scenes.voice.locale": `voice: {locale: en-GB}`, "scenes.background": `background: "#112233"`,
	"agent.duration": `duration: 20s`, "agent.orientation": `orientation: portrait`, "agent.avatar": `avatar: x`, "agent.voice": `voice: x`, "agent.files": `files: [a.png]`,
	"translate.audio-only": `audio-only: true`, "translate.mode": `mode: precise`,
	"instant.duration": `duration: 8s`, "instant.resolution": `resolution: 480p`, "instant.image": `image: a.png`, "instant.seed": `seed: 7`,
	"cinematic.duration": `duration: 8s`, "cinematic.references": `references: [a.png]`, "cinematic.enhance": `enhance: true`,
	"lipsync.mode": `mode: precise`, "lipsync.keep-length": `keep-length: true`,
}

// fill puts a member into a clip; ok is false where the clip has no place for it.
func fillMember(clip, member, text string) (out string, ok bool) {
	place := "%s"
	for prefix, p := range map[string]string{"scenes.": "%S", "agent.": "%A", "translate.": "%T", "lipsync.": "%L", "instant.": "%I", "cinematic.": "%C"} {
		if strings.HasPrefix(member, prefix) {
			place = p
		}
	}
	if !strings.Contains(clip, place) {
		return "", false
	}
	if text != "" {
		text = ", " + text
	}
	clip = strings.Replace(clip, place, text, 1)
	return strings.NewReplacer("%s", "", "%S", "", "%A", "", "%T", "", "%L", "", "%I", "", "%C", "").Replace(clip), true
}

// bodyOf makes the request of a clip, with what drives it.
func bodyOf(t *testing.T, b *build, s planning.Step) []byte {
	t.Helper()
	if !s.Work.Request.Paid() {
		return []byte(s.Key)
	}
	in, err := b.buyer.Intent(context.Background(), s, nil)
	if err != nil {
		t.Fatalf("%s: %v", s.Route, err)
	}
	// The marker follows from the key, which always changes.
	body := bytes.ReplaceAll(in.Body, []byte(in.Marker), nil)
	if r := s.Work.Request.Speech; r != nil {
		body = append(body, r.Body...)
	}
	return body
}

// TestNoMemberIsDroppedSilently changes each member on each route: the request and its take key change,
// or the manifest is refused at the member's place, or greenroom uses the member itself
// according to the table.
func TestNoMemberIsDroppedSilently(t *testing.T) {
	for _, route := range routes.Names {
		if !slices.ContainsFunc(onRoute, func(x takesRoute) bool { return x.route == route }) {
			t.Errorf("onRoute has no clip that takes route %s", route)
		}
	}
	for _, x := range onRoute {
		plain, _ := fillMember(x.clip, "", "")
		base := openOne(t, x.api, plain)
		before := bodyOf(t, base.b, base.s)
		if base.s.Route != x.route {
			t.Fatalf("%s takes route %s, want %s", plain, base.s.Route, x.route)
		}
		for member, text := range changes {
			clip, ok := fillMember(x.clip, member, text)
			if !ok {
				continue
			}
			fate := request.HandlingOf(member, x.route)
			if strings.Contains(x.clip, "scenes") && member == "background" && x.route == routes.V2Key {
				fate = request.Unused
			}
			if strings.Contains(x.clip, "scenes") && member == "draft" {
				fate = request.Absent
			}
			if strings.Contains(x.clip, "lipsync") && member == "captions" {
				fate = request.Local // they are the words of its bought voice
			}
			if x.route == routes.V3Instant && member == "size" {
				fate = request.Local // the shape is the same
			}
			got := openOne(t, x.api, clip)
			switch {
			case fate == request.Refused, fate == request.Unused, fate == request.Absent:
				var f *fault.Error
				if !errors.As(got.err, &f) || f.Kind != fault.Manifest || f.Place == nil || f.Hint == "" {
					t.Errorf("%s on %s is %q and was not refused: %v", member, x.route, fate, got.err)
				} else if f.Place.Line != 5 || f.Place.Column < 10 {
					t.Errorf("%s on %s is refused at %s, not at the member: %v", member, x.route, f.Place, f)
				}
			case got.err != nil:
				t.Errorf("%s on %s is %q and was refused: %v", member, x.route, fate, got.err)
			case fate == request.Carried:
				if after := bodyOf(t, got.b, got.s); bytes.Equal(before, after) {
					t.Errorf("%s on %s is dropped: %s", member, x.route, after)
				}
				if got.s.Key == base.s.Key {
					t.Errorf("%s on %s is in the request and not in the take key", member, x.route)
				}
			}
		}
	}
}

type opened struct {
	b   *build
	s   planning.Step
	err error
}

// TestV1WebMRefusesWhatItDropped: speed, pitch, emotion and locale were dropped, after
// the speed had shortened the estimate.
func TestV1WebMRefusesWhatItDropped(t *testing.T) {
	t.Parallel()
	got := openOne(t, "v2", `{script: "Hello there.", route: v1-webm, voice: {speed: 1.4, pitch: 5, emotion: Excited, locale: en-GB}}`)
	list := fault.All(got.err)
	if len(list) != 4 {
		t.Fatalf("%d faults: %v", len(list), got.err)
	}
	for i, want := range []string{"voice.speed", "voice.pitch", "voice.emotion", "voice.locale"} {
		if f := list[i]; !strings.Contains(f.Msg, want) || f.Place.Line != 5 || !strings.Contains(f.Hint, "v2-key") || !strings.Contains(f.Place.Text, "speed: 1.4") {
			t.Errorf("%s: %v at %s, hint %q", want, f, f.Place, f.Hint)
		}
	}
	for _, clip := range []string{
		`{script: "Hello there.", route: v1-webm, voice: {speed: 1}}`,
		`{script: "Hello there.", route: v1-webm, draft: voice, voice: {speed: 1.4, pitch: 5}}`, // the bought voice has it
		`{audio: a.wav, route: v1-webm}`,
	} {
		if got := openOne(t, "v2", clip); got.err != nil {
			t.Errorf("%s: %v", clip, got.err)
		}
	}
}

// TestDefaultsOfOtherClipsAreNoFault: a voice under defaults is for clips that speak.
func TestDefaultsOfOtherClipsAreNoFault(t *testing.T) {
	t.Parallel()
	for _, clip := range []string{`{agent: {prompt: A film.}}`, `{audio: a.wav}`, `{file: a.mp4, transparent: false}`} {
		if got := openWith(t, "v2", `avatar: {id: d, scale: 2}, voice: {id: v, speed: 1.2, emotion: Friendly}, captions: true`, clip); got.err != nil {
			t.Errorf("%s: %v", clip, got.err)
		}
	}
	got := openWith(t, "v3", `avatar: {id: d}, voice: {id: v, emotion: Friendly}`, `{script: Hi}`)
	var f *fault.Error
	if !errors.As(got.err, &f) || f.Place == nil || f.Place.Line != 3 || !strings.Contains(f.Msg, "emotion") {
		t.Errorf("an emotion of the defaults on v3: %v at %v", got.err, f.Place)
	}
	if got := openWith(t, "v3", `avatar: {id: d}, voice: {id: v, emotion: Friendly}`, `{audio: a.wav}`); got.err != nil {
		t.Errorf("own sound needs no voice: %v", got.err)
	}
}

// TestATakeThatIsThereIsNotRefused: what was bought before the refusal stays.
func TestATakeThatIsThereIsNotRefused(t *testing.T) {
	t.Parallel()
	p, c := projectOf(t, `{script: "Hello there.", route: v1-webm, voice: {speed: 1.4}}`)
	r, err := p.router.RequestOn(t.Context(), c, routes.V1WebM)
	if err == nil || r.Key == "" {
		t.Fatalf("%q %v", r.Key, err)
	}
	e := nothing
	e.Clip, e.TakeKey, e.Route = c.Name, r.Key, routes.V1WebM
	if got, err := p.router.Chosen(t.Context(), c, e, true, nil); err != nil || got.Key != r.Key {
		t.Errorf("%q %v", got.Key, err)
	}
}
