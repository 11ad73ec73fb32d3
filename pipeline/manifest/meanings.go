package manifest

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// meaning is what a word of other programs is called in one place of the manifest. In the hint {} stands for the value.
type meaning struct{ words, hint string }

// meanings are the keys that people write and that a place does not have, by the place. Words are compared as plainWord has
// them. The first entry that has the word is used; a layer of a kind is asked before layers in general.
var meanings = map[string][]meaning{
	"manifest": {
		{"name title", "write project: {}"},
		{"resolution dimensions format quality", "write size: 1920x1080"},
		{"aspect aspectratio ratio orientation formats", "write formats: [16:9, 9:16] in a composition"},
		{"framerate rate", "write fps: {}"},
		{"avatar voice captions transparent background pronunciation route keycolor draft", "write it under defaults:"},
		{"language lang", "a translation is a clip: {translate: {clip: NAME, to: {}}}; the language a voice speaks is voice.locale"},
		{"api apikey key account accounts budget concurrency token", "write it under heygen:"},
		{"films film movie movies output outputs timeline composition scenes tracks layers", "write compositions: {NAME: {layers: [{clip: NAME}]}}"},
		{"clip videos footage", "write clips: {NAME: {script: \"…\"}}"},
		{"scripts script text", "write clips: {NAME: {script: {}}}"},
		{"rows csv table data people families", "write each: {NAME: {rows: {}, script: \"Hello {{name}}.\"}}"},
		{"template templates", "write clips: {NAME: {template: {}}}"},
		{"crop loudness scale renditions", "write it under prepare:"},
		{"music audio soundtrack", "write it as a layer of a composition: {audio: FILE, gain: -18dB, duck: true}"},
		{"brand theme fonts font colors style", "write styles: {brand: {like: title, font: FILE.ttf, color: navy}}"},
		{"include extends import", "a manifest is one file; write what clips share under defaults:"},
	},
	"heygen": {
		{"version mode generation env", "write api: sandbox, auto, v2 or v3"},
		{"token apikey secret", "write key: $HEYGEN_API_KEY"},
		{"maxspend limit cap max maximum", "write budget: {}"},
		{"parallel jobs workers", "write concurrency: {}"},
		{"base url endpoint server host", "set the environment variable HEYGEN_API_BASE"},
	},
	"remotion": {
		{"index root entrypoint", "write entry: {}"},
		{"publicdir static assets", "write public: {}"},
		{"src dir", "write source: {}"},
		{"configfile", "write config: {}"},
	},
	"clip": {
		{"rows csv table data people", "move the clip under each:, where rows: names a table"},
		{"text words say content speech line dialogue transcript", "write script: {}"},
		{"sound voiceover recording audiofile narration", "write audio: {}"},
		{"src source url path media footage movie", "write file: {}"},
		{"videoid heygen heygenid", "write video: {}"},
		{"photo image picture portrait", "write avatar: {photo: {}}"},
		{"look presenter actor character speaker avatarid talkingphoto", "write avatar: {}"},
		{"voiceid", "write voice: {}"},
		{"speed pitch emotion locale", "write voice: {KEY: {}}"},
		{"accent", "write voice: {locale: {}}"},
		{"lang subtitle", "write translate: {clip: NAME, to: {}} for a translation; the language a voice speaks is voice.locale"},
		{"style offset", "write avatar: {KEY: {}}"},
		{"resolution dimensions width height quality", "write size: 1920x1080"},
		{"aspect aspectratio ratio orientation format formats", "write size: 1080x1920 for a clip in portrait; films have formats: [16:9, 9:16]"},
		{"greenscreen chroma chromakey screen", "write key: auto for a file; key-color chooses the screen of an avatar"},
		{"alpha transparency opaque matting removebackground", "write transparent: true or false; cutout: true removes the background of a file"},
		{"subtitles subs caption", "write captions: true"},
		{"engine model", "write route: v3"},
		{"id", "write avatar: ID, video: ID or template: ID"},
		{"dub dubbing translation translateto", "write translate: {clip: NAME, to: {}}"},
		{"duration length", "leave it out: a clip is as long as its words; in a composition, for: shows less of it"},
		{"loudness scale tail renditions", "write prepare: {KEY: {}}"},
		{"volume gain mask box position x y opacity enter leave at for duck", "write it in the layer of a composition that shows the clip"},
		{"version variant seed retry attempt", "write take: 2 to buy the clip again"},
		{"vars values fields replacements inputs", "write variables: {…} next to template:"},
		{"name title label", "the clip's name is the key before it: NAME: {script: …}"},
		{"prompt", "write agent: {prompt: {}}"},
		{"framerate fps", "leave it out: HeyGen delivers 25; rate: is for a sequence of pictures"},
	},
	"each": {
		{"csv table data people file source from sheet spreadsheet list", "write rows: {}"},
		{"id slug key", "write name: \"{{id}}\", with a column that is different in each row"},
		{"columns fields", "write props: {}, the columns that Remotion is given"},
	},
	"scene": {
		{"text words say content", "write script: {}"},
		{"duration length", "leave it out: a scene is as long as its words"},
	},
	"avatar": {
		{"name avatarid look lookid", "write id: {}; `greenroom avatars` lists them"},
		{"image picture file", "write photo: {}"},
		{"pose framing view shot", "write style: normal, closeUp or circle"},
		{"zoom size", "write scale: {}"},
		{"position x y", "write offset: {x: 0.1, y: 0}"},
	},
	"voice": {
		{"name voiceid", "write id: {}; `greenroom voices` lists them"},
		{"rate tempo", "write speed: {}"},
		{"tone mood style feeling", "write emotion: Friendly"},
		{"language lang accent", "write locale: {}"},
		{"volume gain", "write gain: {} in the layer of a composition"},
	},
	"template": {
		{"name templateid", "write id: {}; `greenroom templates` lists them"},
		{"vars values fields inputs data parameters replacements", "write variables: {…}"},
	},
	"translate": {
		{"source from of video", "write clip: NAME, or file: FILE"},
		{"lang target languages into", "write to: {}"},
		{"quality", "write mode: precise"},
		{"lipsync", "write audio-only: true where the lips stay as they are"},
	},
	"agent": {
		{"text script", "write prompt: {}"},
		{"length seconds for", "write duration: {}"},
		{"aspect format ratio", "write orientation: landscape or portrait"},
		{"attachments assets images", "write files: {}"},
	},
	"prepare": {
		{"size resize width", "write scale: 50%"},
		{"volume lufs normalize normalise audio", "write loudness: -16LUFS"},
		{"trim", "write crop: true for the picture, tail: cut for the sound"},
		{"format formats codec outputs", "write renditions: [webm, poster]"},
	},
	"checks": {
		{"ignore allow skip", "write accept: {FINDING: \"the reason\"}"},
		{"length", "write duration: ±25%"},
		{"edges edge margin", "write border: bottom"},
		{"area size", "write coverage: 2%..80%"},
	},
	"composition": {
		{"music audio soundtrack sound bgm", "write it as a layer: {audio: FILE, gain: -18dB, duck: true}"},
		{"format", "write formats: {}"},
		{"aspect aspectratio ratio orientation", "write formats: {}"},
		{"resolution dimensions width height", "write size: 1920x1080"},
		{"captions subtitles subs", "write it as a layer: {captions: all}"},
		{"title text heading", "write it as a layer: {text: \"…\", style: title}"},
		{"clips scenes tracks items elements timeline children sequence", "write layers: [{clip: NAME}]"},
		{"clip video image", "write layers: [{KEY: {}}]"},
		{"csv rows data table people", "write each: NAME, a family under each: of the manifest"},
		{"framerate rate", "write fps: {}"},
		{"bg backdrop backgroundcolor color colour", "write background: {}"},
		{"output out file", "leave it out: greenroom render NAME -o {}"},
		{"transition transitions", "write enter: fade and leave: fade in layers"},
		{"style styles font", "write style: NAME in a text layer, and styles: at the top of the manifest"},
		{"alpha", "write transparent: true"},
	},
	"layer of text": {
		{"fontsize", "write size: {}"},
		{"fontfamily fontname", "write font: FILE.ttf"},
		{"fontweight bold", "write weight: 700"},
		{"textalign", "write align: {}"},
		{"bg background backgroundcolor backgroundcolour", "write plate: {}"},
		{"border outline textstroke", "write stroke: {}"},
		{"shadow textshadow", "write stroke: {color: black, width: 2px}, or plate: \"#00000080\""},
		{"lineheight leading", "write line-height: {}"},
		{"preset theme", "write style: title, lower-third or callout"},
		{"subtitle role", "write the second line into the text: text: \"NAME\\nROLE\""},
		{"margin padding inset", "write safe: {}"},
	},
	"layer of captions": {
		{"at start for duration after", "leave it out: captions go with their clip"},
		{"words karaoke word", "write mode: word"},
		{"maxlines", "write lines: {}"},
		{"activecolor highlightcolor", "write highlight: {}"},
	},
	"layer of clip": {
		{"captions subtitles", "write it as a layer: {captions: NAME}"},
		{"background fill", "write it in the composition: background: {}"},
		{"size", "write box: {width: {}}"},
		{"duck", "write it in the layer that plays the music: {audio: FILE, duck: true}"},
		{"align", "write anchor: with both sizes of the box, or box: {left: 4%}"},
	},
	"layer of audio": {
		{"box position width", "leave it out: a sound is not seen"},
	},
	"layer": {
		{"shape", "write mask: {}"},
		{"round radius borderradius cornerradius corners", "write mask: {rounded: {}}"},
		{"volume level", "write gain: {}"},
		{"mute muted", "write gain: mute"},
		{"start begin startat time delay", "write at: {}"},
		{"end until to stop out", "write for: TIME, how long it is shown"},
		{"length", "write for: {}"},
		{"in trim trimstart startfrom cut offset seek", "write skip: {}, how much of its beginning is left out"},
		{"x left", "write box: {left: {}}"},
		{"y top", "write box: {top: {}}"},
		{"right bottom width height", "write box: {KEY: {}}"},
		{"scale zoom", "write box: {width: 60%}"},
		{"size", "write box: {width: {}}"},
		{"align", "write box: {left: 4%, width: 40%}"},
		{"transition animation animate fade in", "write enter: fade, leave: fade"},
		{"exit", "write leave: {}"},
		{"entrance appear", "write enter: {}"},
		{"alpha transparency", "write opacity: {}"},
		{"type kind", "name what is shown: clip:, image:, video:, text:, captions:, audio: or composition:"},
		{"heading headline label caption", "write text: {}, style: title"},
		{"title", "write text: \"…\", style: title"},
		{"lowerthird nametag namecard banner", "write text: \"NAME\\nROLE\", style: lower-third"},
		{"callout", "write text: \"…\", style: callout"},
		{"subtitles subs", "write captions: NAME, the clip whose words are shown"},
		{"music sound voiceover bgm soundtrack song", "write audio: FILE, gain: -18dB, duck: true"},
		{"avatar presenter speaker", "write clip: NAME, a clip under clips:"},
		{"logo picture img photo", "write image: {}"},
		{"screen screencast footage movie recording", "write video: {}"},
		{"scene film", "write composition: NAME"},
		{"script say", "make a clip under clips: {NAME: {script: {}}}, and write clip: NAME"},
		{"z zindex order", "order the list: the first layer lies at the bottom"},
		{"crop objectfit resize", "write fit: cover, with both sizes of the box"},
		{"repeat", "write loop: true"},
		{"speed rate playbackrate", "leave it out: layers play at their own speed"},
		{"rotate rotation angle blur filter shadow border", "leave it out: layers are not rotated, filtered or framed; a Remotion composition can do it"},
		{"margin padding inset", "write safe: {}"},
		{"id key", "write name: {}"},
	},
	"box": {
		{"x", "write left: {}"},
		{"y", "write top: {}"},
		{"w size", "write width: {}"},
		{"h", "write height: {}"},
		{"center centre middle", "leave the edges out: what has none is centred"},
		{"margin padding inset", "write safe: {} in the layer"},
	},
	"style": {
		{"base extends inherit inherits parent basedon from", "write like: {}"},
		{"opacity at for mask", "write it in the layer"},
	},
	"background": {
		{"colors colours from start", "write gradient: [navy, black]"},
		{"direction rotation", "write angle: {}"},
		{"repeat", "write loop: {}"},
		{"size position", "write fit: cover or contain"},
	},
	"duck": {
		{"amount level gain volume to db", "write by: 12dB"},
		{"in fadein down", "write attack: {}"},
		{"out fadeout up", "write release: {}"},
	},
	"stand-ins": {{"show badge name timecode labels", "write label: {}"}},
	"cache":     {{"path location bucket address", "write url: {}"}},
}

// wider are the places whose words a place has, too.
var wider = map[string]string{
	"each": "clip", "defaults": "clip", "style": "layer of text", "layer of captions": "layer of text", "layer of text": "layer",
	"layer of clip": "layer", "layer of image": "layer", "layer of video": "layer", "layer of audio": "layer", "layer of composition": "layer",
}

// meaningOf is the hint for a key that a place does not have, by what the word means; empty when it is not known.
func meaningOf(place string, f field) string {
	key, value := plainWord(f.key), valueText(f.value)
	switch key {
	case "position", "place", "placement":
		if strings.HasPrefix(place, "layer") || place == "box" || place == "style" {
			return placing(value)
		}
	case "src", "source", "url", "path", "file":
		if kind := mediaKind(value); kind != "" && (strings.HasPrefix(place, "layer") || place == "background") {
			return "write " + kind + ": " + value
		}
	case "volume", "level":
		if value == "0" || value == "0%" {
			return "write gain: mute"
		}
	case "start", "begin", "startat", "time":
		if m := endOf.FindStringSubmatch(value); m != nil && m[2] == "end" {
			return "write after: " + m[1]
		}
	case "music", "audio", "soundtrack", "sound":
		if file := fileIn(f.value); file != "" && place == "composition" {
			return "write it as a layer: {audio: " + file + ", gain: -18dB, duck: true}"
		}
	}
	for ; place != ""; place = wider[place] {
		for _, m := range meanings[place] {
			for _, word := range strings.Fields(m.words) {
				if word == key {
					return strings.NewReplacer("{}", value, "KEY", f.key).Replace(m.hint)
				}
			}
		}
	}
	return ""
}

// maxValue is how much of a value a hint repeats, characters.
const maxValue = 60

// valueText is a value as it is written, or an ellipsis for what is long or no single value.
func valueText(n ast.Node) string {
	s, ok := textIn(n)
	if seq, isList := n.(*ast.SequenceNode); isList {
		if s = seq.String(); len(s) <= maxValue && !strings.Contains(s, "\n") {
			return s
		}
	}
	if !ok {
		if b, ok := n.(*ast.BoolNode); ok {
			return b.String()
		}
		return "…"
	}
	if s == "" || len(s) > maxValue || strings.ContainsAny(s, "\n\r") {
		return "…"
	}
	if strings.ContainsAny(s, ` #:{}[],"`) {
		return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
	}
	return s
}

// fileIn is the first file that a value names: itself, or a member of it.
func fileIn(n ast.Node) string {
	values := []*ast.MappingValueNode{}
	switch v := n.(type) {
	case *ast.MappingNode:
		values = v.Values
	case *ast.MappingValueNode:
		values = append(values, v)
	}
	if s := valueText(n); mediaKind(s) != "" {
		return s
	}
	for _, v := range values {
		if s := valueText(v.Value); mediaKind(s) != "" {
			return s
		}
	}
	return ""
}

// placeOf names the kind of a place of the manifest by its path: compositions.tour.layers[2].box is a box.
func placeOf(path string) string {
	if path == "" {
		return "manifest"
	}
	parts := strings.Split(path, ".")
	last, _, _ := strings.Cut(parts[len(parts)-1], "[")
	kinds := map[string]string{"clips": "clip", "each": "each", "styles": "style", "compositions": "composition"}
	switch {
	case len(parts) == 2 && kinds[parts[0]] != "":
		return kinds[parts[0]]
	case len(parts) > 2 && parts[len(parts)-2] == "formats":
		return "composition"
	case last == "layers":
		return "layer"
	case last == "scenes":
		return "scene"
	}
	return last
}
