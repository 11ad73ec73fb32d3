package manifest

import (
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

// faultsOf reads a manifest in the folder of formsDir, and returns each fault as its message and its hint.
func faultsOf(t *testing.T, text string) (out []string) {
	t.Helper()
	_, err := Parse(filepath.Join(formsDir(t), "greenroom.yaml"), []byte(text))
	for _, f := range fault.All(err) {
		if f.Kind != fault.Manifest || f.Hint == "" || f.Place == nil || f.Place.Line < 1 {
			t.Errorf("%+v", f)
		}
		out = append(out, f.Msg+" ("+f.Hint+")")
	}
	return out
}

// wantFault checks that a manifest has exactly one fault, which contains want.
func wantFault(t *testing.T, text, want string) {
	t.Helper()
	got := faultsOf(t, text)
	if len(got) != 1 || !strings.Contains(got[0], want) {
		t.Errorf("%q, want one with %q, in\n%s", got, want, text)
	}
}

func TestRulesOfClips(t *testing.T) {
	const head = "version: 1\ndefaults: {avatar: a, voice: v}\nclips:\n  a: "
	for _, c := range [][2]string{
		{"{audio: s.md}", "clips.a.audio must be WAV or MP3 (convert it: ffmpeg -i s.md take.wav)"},
		{"{video: a b}", "clips.a.video is not a video id"},
		{"{video: abcdef…}", "write the complete id"},
		{"{script: x, variables: {}}", "only a template has variables"},
		{"{script: x, language: es}", "only a translation has a language"},
		{"{audio: own.wav, draft: voice}", "your own recording already sets the length"},
		{"{scenes: [One.], draft: voice}", "make a clip of each scene"},
		{"{file: film.mp4, draft: voice}", "nothing is spoken for it"},
		{"{agent: A river., transparent: yes}", "an agent film has a background of its own"},
		{"{script: x, cutout: true}", "cutout removes the background of a local film"},
		{"{file: film.mp4, cutout: true, transparent: false}", "use it with file: and transparent: true"},
		{"{script: x, key: auto}", "clips.a.key takes the screen out of a local film"},
		{"{file: film.mp4, key: green, cutout: true, transparent: true}", "without cutout"},
		{"{file: film.mp4, key: red, transparent: true}", "write auto, or a green, blue or magenta"},
		{"{script: x, key-color: red}", "red cannot be keyed (use #00FF00, #0000FF, #FF00FF)"},
		{"{file: film.mp4, rate: 25}", "only a sequence of pictures is given a rate"},
		{"{file: film.mp4, route: v3}", "only spoken clips choose a route"},
		{"{audio: own.wav, captions: true}", "HeyGen makes no captions of own sound"},
		{"{script: x, route: v2-key, transparent: false}", "route v2-key does not fit transparent: false"},
		{"{script: x, avatar: {photo: bg.png, style: circle}}", "a photo has no style"},
		{"{script: x, route: v1-webm, avatar: {style: circle}}", "use route v2-key"},
		{"{script: x, avatar: {photo: own.wav}}", "must be a PNG or a JPEG"},
		{"{script: x, avatar: {scale: 6}}", "avatar.scale must be between 0.1 and 5"},
		{"{script: x, background: {color: navy, image: bg.png}, transparent: false}", "has 2 backgrounds"},
		{"{script: x, pronunciation: {SQL: <b>}}", "clips.a.pronunciation.SQL is not a pronunciation"},
		{"{script: notes.docx}", ".docx is not a kind of file that is read for its text"},
		{"{script: \"film.mp4\"}", "not of a kind that is read for its text"},
		{"{script: missing.md}", "missing.md does not exist"},
		{"{agent: {duration: 9s}}", "clips.a.agent has no prompt"},
		{"{agent: {prompt: A river., duration: 4s}}", "duration must be 5s to 300s"},
		{"{agent: {prompt: \" \"}}", "clips.a.agent.prompt is empty"},
		{"{agent: {prompt: A river., files: [missing.png]}}", "files[0]: missing.png does not exist"},
		{"{template: {variables: {name: Ada}}}", "clips.a.template has no id"},
		{"{template: a b}", "clips.a.template.id is not a template id"},
		{"{template: {id: abcdef, variables: {a: b}}, variables: {c: d}}", "has variables in it and next to it"},
		{"{scenes: []}", "must be a list of 1 to 50 scenes"},
		{"{scenes: [{voice: w}]}", "clips.a.scenes[0] has no script"},
		{"{translate: {to: Spanish}}", "needs either a clip or a file"},
		{"{translate: {file: film.mp4}}", "clips.a.translate has no language"},
		{"{translate: {clip: a, to: es}}", "translates itself"},
		{"{translate: {clip: b, to: es}}", `a translates "b", which is not a clip`},
		{"{translate: film.mp4, to: [es, fr]}", "a-es: {translate: {clip: NAME, to: es}}, a-fr:"},
		{"{translate: {file: film.mp4, to: es}, to: fr}", "has two languages"},
		{"{script: x, glossary: a b}", "clips.a.glossary is not the id of a glossary"},
		{"{cinematic: A walk.}", "clips.a.cinematic has no avatars"},
		{"{cinematic: {prompt: A walk.}}", "clips.a.cinematic has no avatars"},
		{"{cinematic: {prompt: A walk., avatars: []}}", "clips.a.cinematic has no avatars"},
		{"{cinematic: {prompt: A walk., avatars: [\"\"]}}", "avatars[0]"},
		{"{cinematic: {avatars: [l1]}}", "clips.a.cinematic has no prompt"},
		{"{cinematic: {prompt: \" \", avatars: [l1]}}", "clips.a.cinematic.prompt is empty"},
		{"{cinematic: {prompt: A walk., avatars: [l1], duration: 3s}}", "duration must be 4s to 15s, in whole seconds"},
		{"{cinematic: {prompt: A walk., avatars: [l1], duration: 16s}}", "duration must be 4s to 15s"},
		{"{cinematic: {prompt: A walk., avatars: [l1], references: [gone.png]}}", "gone.png"},
		{"{cinematic: {text: A walk., avatars: [l1]}}", `write prompt: "A walk."`},
		{"{cinematic: {prompt: A walk., look: l1}}", "write avatars: [ID]"},
		{"{cinematic: {prompt: A walk., avatars: [l1]}, transparent: true}", "cinematic film has a background of its own"},
		{"{instant: {}}", "clips.a.instant has no prompt"},
		{"{instant: {prompt: \" \"}}", "clips.a.instant.prompt is empty"},
		{"{instant: {prompt: A river., duration: 4s}}", "duration must be 5s to 15s, in whole seconds"},
		{"{instant: {prompt: A river., duration: 5.5s}}", "in whole seconds"},
		{"{instant: {prompt: A river., resolution: 720p}}", "use 480p, 768p, 1080p, 2k"},
		{"{instant: {prompt: A river., image: own.wav}}", "must be a PNG or a JPEG"},
		{"{instant: {prompt: A river., seed: -1}}", "seed must be between 0 and 4294967295"},
		{"{instant: {text: A river.}}", `write prompt: "A river."`},
		{"{instant: A river., transparent: true}", "instant film has a background of its own"},
		{"{lipsync: {audio: own.wav}}", "clips.a.lipsync has no video"},
		{"{lipsync: {video: film.mp4}}", "clips.a.lipsync needs either a script or audio"},
		{"{lipsync: {video: film.mp4, audio: own.wav, script: x}}", "clips.a.lipsync needs either a script or audio"},
		{"{lipsync: film.mp4}", "clips.a.lipsync must be a mapping"},
		{"{lipsync: {video: own.wav, audio: own.wav}}", "own.wav is none of .mp4, .m4v, .webm"},
		{"{lipsync: {video: film.mp4, audio: film.mp4}}", "convert it: ffmpeg -i film.mp4 take.wav"},
		{"{lipsync: {video: missing.mp4, audio: own.wav}}", "missing.mp4 does not exist"},
		{"{lipsync: {video: film.mp4, script: missing.md}}", "missing.md does not exist"},
		{"{lipsync: {video: film.mp4, script: \" \"}}", "clips.a.lipsync.script"},
		{"{lipsync: {film: film.mp4, audio: own.wav}}", "write video: FILE"},
		{"{lipsync: {video: film.mp4, audio: own.wav, mode: quality}}", "cannot be \"quality\" (use fast, precise)"},
		{"{lipsync: {video: film.mp4, audio: own.wav}, script: x}", "has 2 sources: lipsync, script"},
		{"{lipsync: {video: film.mp4, audio: own.wav}, transparent: true}", "add key: auto"},
		{"{lipsync: {video: film.mp4, audio: own.wav}, cutout: true}", "cutout removes the background of a local film"},
		{"{lipsync: {video: film.mp4, audio: own.wav}, route: v3}", "only spoken clips choose a route"},
		{"{script: x, captions: {burned-in: {font-size: 40}}}", "clips.a.captions.burned-in has no preset that it changes"},
		{"{script: x, captions: {burned-in: {preset: b, alignment: 10}}}", "clips.a.captions.burned-in.alignment"},
		{"{script: x, captions: {burned: true}}", "known here: burned-in"},
		{"{live: {url: \"https://m.example/whep\", for: 10s}}", "record it once: `greenroom live record \"https://m.example/whep\" --for 10s -o footage/live.mkv`"},
		{"{stream: https://m.example/whep}", "greenroom live record \"https://m.example/whep\" --for 30s"},
		{"{live: true}", "greenroom live record URL --for 30s"},
		{"{file: footage/talk.mkv}", "`greenroom live record URL -o footage/talk.mkv` records a live session into it"},
		{"{file: \"https://m.example/talk.mp4\"}", "download it and write its path"},
		{"{script: x, burn-in: true}", "write captions: burned-in"},
		{"{script: x, captions: burned}", "clips.a.captions must be true or false"},
		{"{audio: own.wav, captions: burned-in}", "HeyGen makes no captions of own sound"},
		{"{script: x, prepare: {scale: 4%}}", "must be shown, full or 5% to 100%"},
		{"{script: x, prepare: {loudness: -80}}", "must be between -70 and -5 LUFS"},
		{"{script: x, checks: {duration: 0%}}", "must be above 0% and at most 100%"},
		{"{script: x, checks: {accept: {premultipled: x}}}", "did you mean premultiplied?"},
		{"{script: x, checks: {accept: {premultiplied: \" \"}}}", "premultiplied needs a reason"},
	} {
		wantFault(t, head+c[0]+"\n", c[1])
	}
	wantFault(t, "version: 1\nclips: {a: {lipsync: {video: film.mp4, script: x}}}\n", "set voice: {id: …} next to lipsync:")
	const noVoice = "version: 1\nclips: {a: {scenes: [{script: x, avatar: b}]}}\n"
	wantFault(t, noVoice, "clips.a.scenes[0] has no voice")
	for name, want := range map[string]string{"con": "is a device on Windows", "Intro": `"Intro" cannot name a clip`,
		"a_b": "use a-z, 0-9 and dashes", "-a": "starting with a letter or digit"} {
		wantFault(t, "version: 1\ndefaults: {avatar: a, voice: v}\nclips: {"+name+": {script: x}}\n", want)
	}
}

func TestRulesOfSettings(t *testing.T) {
	const tail = "\ndefaults: {avatar: a, voice: v}\nclips: {a: {script: x}}\n"
	for _, c := range [][2]string{
		{"heygen: {budget: lots}", "heygen.budget must be an amount in dollars"},
		{"heygen: {budget: -1}", "write it like $10"},
		{"heygen: {key: sk_v2_secret}", "heygen.key must not hold the key itself"},
		{"heygen: {concurrency: 0}", "must be between 1 and 100"},
		{"heygen: {accounts: sandbox}", "is not an account of a provider"},
		{"heygen: {accounts: heygen}", `lists "heygen", which is not an account`},
		{"cache: {timeout: 20s}", "cache has no url"},
		{"cache: {url: file:///tmp/x, timeout: 2h}", "cache.timeout must be between 100ms and 1h"},
		{"cache: ftp://a:secret@example.com", "write it like s3://BUCKET/PREFIX"},
		{"remotion: {public: ../x}", "is not inside the project"},
		{"remotion: {entry: missing.ts}", "is not a file of the project"},
		{"remotion: {public: node_modules/x}", "is a folder that greenroom must not write to"},
		{"remotion: {public: film.mp4}", "film.mp4 is a file"},
		{"remotion: {public: a, source: a}", "are the same folder"},
		{"styles: {a b: {like: title}}", `"a b" cannot name a style`},
		{"styles: {brand: {like: titel}}", `did you mean "title"?`},
		{"styles: {a: {like: b}, b: {like: a}}", "is like itself"},
		{"styles: {brand: {enter: fade 99h}}", `"99h" is not a time`},
		{"styles: {brand: {enter: fade 9999999s}}", `"9999999s" is not a time`},
		{"styles: {brand: {enter: wobble}}", `"wobble" is not a motion`},
		{"styles: {brand: {weight: 650.5}}", "must be an integer"},
		{"styles: {brand: {box: left}}", "write box: {left: 4%}"},
		{"styles: {brand: {safe: 50%}}", "must be between 0% and 40%"},
		{"styles: {brand: {font: Brand.woff}}", "is not a font file"},
		{"each: {w: {rows: people.csv, name: \"{{name}}\", props: [name, name], script: Hi.}}", `names "name" twice`},
		{"each: {w: {rows: people.csv, name: fixed, script: Hi.}}", "names every row the same"},
		{"each: {w: {rows: s.md, script: Hi.}}", "s.md is not a table"},
		{"each: {w: {script: Hi.}}", "each.w has no rows"},
		{"each: {w: {rows: people.csv, script: \"Hi {{nmae}}.\"}}", `did you mean "name"?`},
		{"each: {w: {rows: people.csv, script: \"Hi {{town}}.\"}}", "there are: name"},
	} {
		wantFault(t, "version: 1\n"+c[0]+tail, c[1])
	}
	for _, text := range []string{"heygen: {key: sk_v2_secret}", "cache: ftp://a:secret@example.com"} {
		_, err := Parse(filepath.Join(formsDir(t), "greenroom.yaml"), []byte("version: 1\n"+text+tail))
		if strings.Contains(fault.Format(err, true), "secret") {
			t.Errorf("a secret is shown: %s", fault.Format(err, true))
		}
	}
}

func TestRulesOfLayers(t *testing.T) {
	const head = "version: 1\ndefaults: {avatar: a, voice: v}\nclips: {intro: {script: x}}\ncompositions:\n  t: "
	for _, c := range [][2]string{
		{"{layers: [{clip: intro, box: bottom}]}", "write box: {bottom: 4%}"},
		{"{layers: [{clip: intro, box: {left: 0, right: 0, width: 1}}]}", "three horizontal lengths"},
		{"{layers: [{clip: intro, mask: oval}]}", "write circle, rounded, {rounded: 24px} or none"},
		{"{layers: [{clip: intro, fill: []}]}", "must have 1 to 8 colours"},
		{"{layers: [{clip: intro, ring: {width: -1px}}]}", "give it something above 0"},
		{"{layers: [{clip: intro, mode: word}]}", "a clip layer has no mode"},
		{"{layers: [{at: 1s}]}", "shows and plays nothing"},
		{"{layers: [{clip: intro, text: Hi}]}", "is 2 kinds of layer: clip, text"},
		{"{layers: [{text: \" \"}]}", "is empty"},
		{"{layers: [{text: A, after: B}]}", `no layer "B" to come after`},
		{"{layers: [{text: A, name: x}, {text: B, name: x}]}", `two layers are named "x"`},
		{"{layers: [{text: A, name: x, after: x}]}", `"x" comes after itself`},
		{"{layers: [{text: A, at: -1s}]}", "at is before 0"},
		{"{background: {video: loop.mp4, image: bg.png}}", "has an image and a video"},
		{"{background: {color: navy, fit: cover}}", "a colour has no fit"},
		{"{background: {image: bg.png, loop: true}}", "only a video has a loop"},
		{"{background: {color: navy, angle: 90}}", "only a gradient has an angle"},
		{"{background: {loop: false}}", "only a video has a loop"},
		{"{background: {}}", "is empty"},
		{"{background: navy, transparent: true}", "is transparent and has a background"},
		{"{duration: soon, layers: [intro]}", "must be a time"},
		{"{size: 1921x1080, layers: [intro]}", "is not the size of a film"},
		{"{intro: s, layers: [intro]}", `no composition "s"`},
		{"{intro: t, layers: [intro]}", "t contains itself: t → t"},
		{"{layers: []}", "has no layers"},
		{"{each: people, layers: [intro]}", `no family "people"`},
		{"{formats: {square: {layers: {2: none}}}, layers: [intro]}", `no layer "2"`},
	} {
		wantFault(t, head+c[0]+"\n", c[1])
	}
}

func TestLimitsOfQuality(t *testing.T) {
	const end = "\ndefaults: {avatar: a, voice: v}\nclips: {a: {script: x}}\n"
	for _, c := range [][2]string{
		{"checks: {quality: hard}", "use off, warn, strict"},
		{"checks: {quality: {loudness: loud}}", "checks.quality.loudness must be between -70 and -5 (write it like -23LUFS"},
		{"checks: {quality: {peak: 20dBTP}}", "checks.quality.peak must be between -20 and 6"},
		{"checks: {quality: {contrast: \"22:1\"}}", "checks.quality.contrast must be between 1 and 21"},
		{"checks: {quality: {line-length: 0}}", "checks.quality.line-length"},
		{"checks: {quality: {frozen: now}}", "checks.quality.frozen"},
		{"checks: {quality: {flash: 3}}", "checks.quality"},
		{"checks: {accept: {flashing: \"\"}}", "needs a reason"},
	} {
		wantFault(t, "version: 1\n"+c[0]+end, c[1])
	}
	wantFault(t, "version: 1\ndefaults: {avatar: a, voice: v}\nclips: {a: {script: x, checks: {quality: warn}}}\n",
		"clips.a.checks.quality: limits of quality are of the project (write it under checks: of the manifest")
	m, err := Parse(filepath.Join(formsDir(t), "greenroom.yaml"), []byte("version: 1\nchecks: {quality: "+
		"{level: strict, loudness: -23LUFS, silence: 500ms, brand: navy}}"+end))
	if err != nil {
		t.Fatal(err)
	}
	q := m.Quality
	if q.Level != "strict" || q.Loudness != -23 || q.Silence != 0.5 || q.Brand != "#000080" || q.Contrast != 4.5 {
		t.Errorf("%+v", q)
	}
}
