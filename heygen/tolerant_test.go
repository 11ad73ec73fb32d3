package heygen

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"testing"
)

// oddValues are every type of JSON, with the shapes that were seen where others belong.
var oddValues = []string{
	`null`, `true`, `false`, `0`, `7`, `-1.5`, `1e300`, `""`, `"x"`, `"false"`, `"true"`, `[]`, `["x"]`, `[1]`, `[null]`,
	`[[]]`, `[{}]`,
	`[{"name":"x","code":"y"}]`, `{}`, `{"a":1}`, `{"name":"x"}`, `{"code":1,"message":{"a":[]}}`, `[true,{"b":null}]`,
}

// decoder is one list of the client: wrap makes its answer from an item.
type decoder struct {
	name string
	list func(context.Context, *Client) (ids []string, err error)
	wrap string // with %s for the items
	item map[string]string
	id   string // the member that names an item
}

func v3List(item map[string]string, id, name string, list func(context.Context, *Client) ([]string, error)) decoder {
	return decoder{name, list, `{"data":[%s],"has_more":false,"next_token":null}`, item, id}
}

func idsOf[T any](list []T, err error, id func(T) string) ([]string, error) {
	var out []string
	for _, x := range list {
		out = append(out, id(x))
	}
	return out, err
}

var avatarItem = map[string]string{"avatar_id": `"good"`, "avatar_name": `"n"`, "gender": `"Female"`,
	"preview_image_url": `"u"`, "preview_video_url": `"u"`,
	"premium": `false`, "tags": `["a"]`, "default_voice_id": `"v"`, "type": `null`}

var lookItem = map[string]string{"id": `"good"`, "name": `"n"`, "avatar_type": `"studio_avatar"`, "gender": `"female"`,
	"default_voice_id":  `"v"`,
	"preview_image_url": `"u"`, "preview_video_url": `"u"`, "tags": `["a"]`, "supported_api_engines": `["avatar_iv"]`}

var voiceItem = map[string]string{"voice_id": `"good"`, "name": `"n"`, "language": `"English"`, "gender": `"male"`,
	"preview_audio": `"u"`, "preview_audio_url": `"u"`,
	"support_pause": `true`, "emotion_support": `false`, "support_locale": `false`}

var groupItem = map[string]string{
	"id": `"good"`, "name": `"n"`, "looks_count": `3`, "num_looks": `3`, "status": `"ready"`, "train_status": `"ready"`,
}

var videoItem = map[string]string{"id": `"good"`, "status": `"completed"`, "title": `"t gr-1"`, "video_url": `"u"`,
	"duration": `1`, "subtitle_url": `"u"`,
	"thumbnail_url": `"u"`, "gif_url": `"u"`, "created_at": `1`, "failure_code": `null`, "failure_message": `null`}

var templateItem = map[string]string{
	"template_id": `"good"`, "name": `"n"`, "aspect_ratio": `"16:9"`,
	"variables": `{"a":{"type":"text","properties":{"content":"x"}}}`,
}

var assetItem = map[string]string{
	"id": `"good"`, "name": `"n"`, "type": `"image"`, "file_type": `"image"`, "created_ts": `1`,
	"uploaded_at": `"2026-01-01T00:00:00Z"`,
}

var decoders = []decoder{
	{"v2 avatars", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Avatars(ctx, V2)
		return idsOf(l.Avatars, err, func(a Avatar) string { return a.ID })
	}, `{"error":null,"data":{"avatars":[%s],"talking_photos":[]}}`, avatarItem, "avatar_id"},
	{"v2 talking photos", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Avatars(ctx, V2)
		return idsOf(l.TalkingPhotos, err, func(p TalkingPhoto) string { return p.ID })
	}, `{"error":null,"data":{"avatars":null,"talking_photos":[%s]}}`,
		map[string]string{"talking_photo_id": `"good"`, "talking_photo_name": `"n"`, "preview_image_url": `"u"`},
		"talking_photo_id"},
	v3List(lookItem, "id", "v3 looks", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Avatars(ctx, V3)
		ids, _ := idsOf(l.TalkingPhotos, nil, func(p TalkingPhoto) string { return p.ID })
		for _, a := range l.Avatars {
			ids = append(ids, a.ID)
		}
		return ids, err
	}),
	{"v2 voices", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Voices(ctx, V2)
		return idsOf(l, err, func(v VoiceInfo) string { return v.ID })
	}, `{"error":null,"data":{"voices":[%s]}}`, voiceItem, "voice_id"},
	{"v1 voices for speech", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.SpeechVoices(ctx, V2)
		return idsOf(l, err, func(v VoiceInfo) string { return v.ID })
	}, `{"code":100,"data":{"voices":[%s]}}`, voiceItem, "voice_id"},
	v3List(voiceItem, "voice_id", "v3 voices", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Voices(ctx, V3)
		return idsOf(l, err, func(v VoiceInfo) string { return v.ID })
	}),
	v3List(voiceItem, "voice_id", "v3 voices for speech", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.SpeechVoices(ctx, V3)
		return idsOf(l, err, func(v VoiceInfo) string { return v.ID })
	}),
	{"v2 groups", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Groups(ctx, V2)
		return idsOf(l, err, func(g Group) string { return g.ID })
	}, `{"error":null,"data":{"avatar_group_list":[%s]}}`, groupItem, "id"},
	v3List(groupItem, "id", "v3 groups", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Groups(ctx, V3)
		return idsOf(l, err, func(g Group) string { return g.ID })
	}),
	{"v2 locales", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Locales(ctx)
		return idsOf(l, err, func(l Locale) string { return l.Value })
	}, `{"error":null,"data":{"locales":[%s]}}`,
		map[string]string{"value": `"good"`, "locale": `null`, "label": `"l"`, "language": `"x"`}, "value"},
	{"v2 templates", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Templates(ctx, V2)
		return idsOf(l, err, func(t Template) string { return t.ID })
	}, `{"error":null,"data":{"templates":[%s]}}`, templateItem, "template_id"},
	v3List(templateItem, "template_id", "v3 templates", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Templates(ctx, V3)
		return idsOf(l, err, func(t Template) string { return t.ID })
	}),
	{"v1 files", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Assets(ctx, V2)
		return idsOf(l, err, func(a AssetItem) string { return a.ID })
	}, `{"code":100,"data":{"assets":[%s],"token":""}}`, assetItem, "id"},
	v3List(assetItem, "id", "v3 files", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Assets(ctx, V3)
		return idsOf(l, err, func(a AssetItem) string { return a.ID })
	}),
	{"v1 videos", func(ctx context.Context, c *Client) ([]string, error) {
		p, err := c.ListVideos(ctx, ListOptions{})
		return idsOf(p.Videos, err, func(v VideoItem) string { return v.ID })
	}, `{"code":100,"data":{"token":"","videos":[%s]}}`,
		map[string]string{
			"video_id": `"good"`, "video_title": `"t"`, "status": `"completed"`, "type": `"GENERATED"`, "created_at": `1`,
		},
		"video_id"},
	v3List(videoItem, "id", "v3 videos", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.VideosV3(ctx, "", 1000)
		return idsOf(l, err, func(v VideoItem) string { return v.ID })
	}),
	v3List(map[string]string{
		"video_id": `"good"`, "item_index": `0`, "status": `"queued"`, "error": `null`,
	}, "video_id", "v3 states", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Statuses(ctx, KindVideoV3, make([]string, 100))
		return idsOf(l, err, func(s JobState) string { return s.ID })
	}),
	{"v3 batch", func(ctx context.Context, c *Client) ([]string, error) {
		b, err := c.ReadBatch(ctx, KindVideoV3, "b")
		return idsOf(b.Items, err, func(s JobState) string { return s.ID })
	}, `{"data":{"status":"queued","total_items":2,"items":[%s],"next_token":""}}`,
		map[string]string{"video_id": `"good"`, "item_index": `0`, "status": `"queued"`, "error": `null`}, "video_id"},
	{"v1 webhooks", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Webhooks(false).Endpoints(ctx)
		return idsOf(l, err, func(e Endpoint) string { return e.ID })
	}, `{"code":100,"data":[%s]}`,
		map[string]string{
			"endpoint_id": `"good"`, "url": `"u"`, "status": `"enabled"`, "events": `["a"]`, "secret": `"s"`, "created_at": `1`,
		},
		"endpoint_id"},
	v3List(map[string]string{
		"endpoint_id": `"good"`, "url": `"u"`, "status": `"enabled"`, "events": `["a"]`, "secret": `"s"`, "created_at": `1`,
	}, "endpoint_id", "v3 webhooks", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Webhooks(true).Endpoints(ctx)
		return idsOf(l, err, func(e Endpoint) string { return e.ID })
	}),
	v3List(map[string]string{
		"event_type": `"good"`, "description": `"d"`,
	}, "event_type", "v3 event types", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Webhooks(true).EventTypes(ctx)
		return idsOf(l, err, func(e EventType) string { return e.Name })
	}),
	v3List(map[string]string{
		"event_id": `"good"`, "event_type": `"t"`, "created_at": `1`, "event_data": `{"video_id":"v","msg":"m"}`,
	}, "event_id", "v3 events", func(ctx context.Context, c *Client) ([]string, error) {
		l, err := c.Webhooks(true).Events(ctx, "", 0)
		return idsOf(l, err, func(e SentEvent) string { return e.ID })
	}),
	{"streams", func(ctx context.Context, c *Client) ([]string, error) { return c.Streams(ctx) },
		`{"code":100,"data":{"sessions":[%s]}}`, map[string]string{"session_id": `"good"`}, "session_id"},
}

func encode(item map[string]string, member, value string) string {
	var names []string
	for n := range item {
		names = append(names, n)
	}
	sort.Strings(names)
	var parts []string
	for _, n := range names {
		v := item[n]
		if n == member {
			v = value
		}
		parts = append(parts, fmt.Sprintf("%q:%s", n, v))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func countGood(ids []string) (n int) {
	for _, id := range ids {
		if id == "good" {
			n++
		}
	}
	return n
}

// TestOneOddMemberLosesNoList: `premium: "false"`, `tags: [{…}]`, `support_pause: "true"` and the like lost
// the complete catalogue. Every member of every list gets every type of JSON.
func TestOneOddMemberLosesNoList(t *testing.T) {
	for _, d := range decoders {
		t.Run(d.name, func(t *testing.T) {
			var body string
			client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v3/users/me" {
					answer(200, `{"data":{"username":"u"}}`)(w, r)
					return
				}
				answer(200, body)(w, r)
			})
			good := encode(d.item, "", "")
			body = fmt.Sprintf(d.wrap, good)
			base, err := d.list(t.Context(), client)
			if err != nil || countGood(base) == 0 {
				t.Fatalf("a plain item: %v %v", base, err)
			}
			each := countGood(base) // two where public and private ones are read
			for _, value := range oddValues {
				// In the place of an item.
				body = fmt.Sprintf(d.wrap, value+","+good)
				if ids, err := d.list(t.Context(), client); err != nil || countGood(ids) != each {
					t.Errorf("%s as an item: %v %v", value, ids, err)
				}
				for member := range d.item {
					body = fmt.Sprintf(d.wrap, encode(d.item, member, value)+","+good)
					ids, err := d.list(t.Context(), client)
					want := 2 * each
					if member == d.id {
						want = each
					}
					if err != nil || countGood(ids) != want {
						t.Errorf("%s: %s: %v, want %d: %v", member, value, ids, want, err)
					}
				}
			}
		})
	}
}

// FuzzLists reads any item in every list: nothing panics, and the good item stays.
func FuzzLists(f *testing.F) {
	for _, v := range oddValues {
		f.Add([]byte(v))
	}
	f.Add([]byte(encode(avatarItem, "tags", `[{"a":[]}]`)))
	f.Fuzz(func(t *testing.T, item []byte) {
		if !json.Valid(item) {
			return
		}
		for _, d := range decoders {
			client := New("k", WithTransport(fixed(fmt.Sprintf(d.wrap, string(item)+","+encode(d.item, "", "")))))
			if ids, err := d.list(t.Context(), client); err != nil || countGood(ids) == 0 {
				t.Errorf("%s: %s: %v %v", d.name, item, ids, err)
			}
		}
	})
}

// fixed answers every request with one body.
type fixed string

func (f fixed) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/v3/users/me" {
		f = `{"data":{"username":"u"}}`
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(f)))}, nil
}

func TestTheSmallListsTakeObjects(t *testing.T) {
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v2/video_translate/target_languages":
			answer(200, `{"error":null,"data":{"languages":[{"name":"Spanish","code":"es"},"French",null,7,{}]}}`)(w, r)
		case "/v3/avatars/looks/a":
			answer(200, `{"data":{"id":"a","supported_api_engines":[{"type":"avatar_iv"},"avatar_iii"]}}`)(w, r)
		case "/v3/avatars/looks/n":
			answer(200, `{"data":{"id":"n","supported_api_engines":null,"gender":{}}}`)(w, r)
		case "/v1/webhook/webhook.list":
			answer(200, `{"code":100,"data":["a",{"event_type":"b"},null]}`)(w, r)
		case "/v2/template/t":
			answer(
				200,
				`{"error":null,"data":{"template_id":"t","variables":[{"name":"b","type":"text","properties":{"content":"x"}},{"name":"a","properties":7},{},3]}}`,
			)(w, r)
		default:
			answer(200, `{"data":{"id":"x","variables":{"b":"odd","a":{"type":"text","properties":"odd"}}}}`)(w, r)
		}
	})
	ctx := t.Context()
	if l, err := client.Languages(ctx, V2); err != nil || strings.Join(l, " ") != "Spanish French 7" {
		t.Errorf("languages %v %v", l, err)
	}
	if l, err := client.Look(ctx, "a"); err != nil || strings.Join(l.Engines, " ") != "avatar_iv avatar_iii" {
		t.Errorf("look %+v %v", l, err)
	}
	if l, err := client.Look(ctx, "n"); err != nil || l.ID != "n" || len(l.Engines) != 0 || l.Gender != "" {
		t.Errorf("look %+v %v", l, err)
	}
	if l, err := client.Webhooks(false).EventTypes(ctx); err != nil || len(l) != 2 || l[1].Name != "b" {
		t.Errorf("event types %v %v", l, err)
	}
	v2, err := client.Template(ctx, V2, "t")
	if err != nil || len(v2.Variables) != 2 || v2.Variables[0].Name != "a" ||
		v2.Variables[1].Properties["content"] != "x" {
		t.Errorf("template %+v %v", v2, err)
	}
	v3, err := client.Template(ctx, V3, "x")
	if err != nil || len(v3.Variables) != 2 || v3.Variables[0].Type != "text" || v3.Variables[1].Name != "b" {
		t.Errorf("template %+v %v", v3, err)
	}
}

// TestAnOddAccountIsReadAsFarAsItGoes: the balance is in one of three members.
func TestAnOddAccountIsReadAsFarAsItGoes(t *testing.T) {
	for data, want := range map[string]User{
		`{"username":{},"wallet":"none","subscription":[1],"usage_based":{"remaining_credits":"5"}}`: {
			Balance: 5, Currency: "credits", HasBalance: true,
		},
		`{"username":"u","wallet":{"remaining_balance":"3.5","currency":null},"subscription":7}`: {
			Username: "u", Balance: 3.5, Currency: "usd", HasBalance: true,
		},
		`{"username":"u","wallet":{"remaining_balance":{}},"subscription":{"plan":"pro","credits":[]}}`: {Username: "u", Plan: "pro"},
	} {
		client, _ := serve(t, answer(200, `{"data":`+data+`}`))
		if got, err := client.Me(t.Context()); err != nil || got != want {
			t.Errorf("%s: %+v %v", data, got, err)
		}
	}
}
