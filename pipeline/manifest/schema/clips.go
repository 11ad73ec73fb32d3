package schema

import (
	"maps"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// Clips, as editors see them.

func sharedMembers() props {
	return props{
		"avatar": either("Who speaks: an avatar's id, a photo's file, or both of them with how it is shown. `greenroom "+
			"avatars` lists ids.",
			text("An id, or a PNG or JPEG."), ref("avatar")),
		"voice": either("How it sounds: a voice's id, or the id with speed, pitch and emotion. `greenroom voices` "+
			"lists ids.",
			text("An id."), ref("voice")),
		"transparent": flag("Whether the presenter has no background.", true),
		"route": oneOfWords("The call that makes the clip. Without it the account's generation decides.",
			routes.Chosen),
		"key-color": schemaScreen(),
		"background": either("Of an opaque clip: a colour, an image or a video.", schemaColor("A colour."),
			text("An image or a video.", "footage/bg.png"), object("One of three.", props{
				"color": schemaColor("A colour."), "image": text("A file.", "footage/bg.png"),
				"video": text("A file (v2 only).", "footage/bg.mp4"),
			})),
		"captions": either("Ask HeyGen for captions; they are handed to films and to Remotion. burned-in: they are also in the "+
			"picture of an opaque clip.",
			flag("Ask HeyGen for captions.", false), shape{"const": "burned-in"}, object("Captions in the picture.", props{
				"burned-in": either("true, or how they look (v2 and templates).", flag("As HeyGen likes.", false),
					object("A preset and what is different.", props{
						"preset":    text("HeyGen's name of a style.", "bold"),
						"font-size": integer("Size.", 1, 1000),
						"position": object("Where, in HeyGen's units.", props{"x": between("Across.", -4096, 4096),
							"y": between("Down.", -4096, 4096)}),
						"alignment": integer("As on a number pad: 2 is below, in the middle.", 1, 9),
						"highlight": flag("Whether the spoken word is highlighted.", true),
					})),
			})),
		"draft": oneOfWords("voice buys the sound before the picture.", []string{manifest.DraftVoice, "none"},
			"default", "none"),
		"glossary": text("The id of a glossary of the account: how terms are pronounced and translated (v3); none for "+
			"none.", "b1c2d3e4f5"),
		"pronunciation": shape{"type": "object", "description": "Words and how they are spoken.",
			"additionalProperties": text("The words."), "examples": []any{shape{"SQL": "sequel"}}},
		"size":    schemaSize("Width and height that HeyGen renders, even numbers from 128 to 4096.", "1280x720"),
		"prepare": described("prepare", "How the files that films use are made from the clip."),
		"checks":  described("checks", "Limits of the checks of media."),
	}
}

func schemaScreen() shape {
	return either("The colour that the presenter is keyed on here.", shape{"enum": []any{"#00FF00", "#0000FF",
		"#FF00FF", "green", "blue", "magenta"}},
		shape{"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}, cell)
}

func clipMembers() props {
	out := sharedMembers()
	language := text("The language: its name, or a code such as es or pt-BR. `greenroom templates --languages` "+
		"lists them.",
		"Spanish", "es")
	maps.Copy(out, props{
		"script": text("The script: the words, or a .md or .txt file.", "scripts/intro.md",
			"Hello, and welcome."),
		"audio": text("Your own recording, WAV or MP3, that drives the avatar.", "audio/take3.wav"),
		"file": text("A local clip, or the pictures of a folder or a pattern.", "footage/sting.mov",
			"footage/frame-%04d.png"),
		"video":     text("The id of a video that is on the account.", "3f9a0c1b2d"),
		"scenes":    orList("A clip of several scenes, 1 to 50.", schemaScene()),
		"agent":     schemaAgent(),
		"template":  schemaTemplate(),
		"variables": schemaVariables(),
		"translate": schemaTranslate(language),
		"lipsync":   schemaLipsync(),
		"instant":   schemaInstant(),
		"cinematic": schemaCinematic(),
		"to":        language,
		"language":  language,
		"cutout":    flag("HeyGen removes the background of the file (v3).", false),
		"key": either("The colour of the screen that the file is keyed on; auto measures it.",
			shape{"enum": []any{"auto", "green", "blue", "magenta"}}, shape{"type": "string",
				"pattern": "^#[0-9a-fA-F]{6}$"}, cell),
		"rate": schemaRate("Pictures a second of a sequence of pictures."),
		"take": integer("Raise it to buy the same request again.", 1, 1000, "default", 1),
	})
	return out
}

func familyMembers() props {
	out := clipMembers()
	maps.Copy(out, props{
		"rows": shape{"type": "string",
			"pattern":     `(?:[.][cC][sS][vV]|[.][tT][sS][vV]|[.][tT][xX][tT]|[.][tT][aA][bB]|[.]jsonl|[.]ndjson)$`,
			"description": "The table: .csv, .tsv, .txt, .tab, .jsonl or .ndjson.",
			"examples":    []any{"people.csv"}},
		"name":  text("What follows the family's name in a clip's name; the row's number without it.", "{{id}}"),
		"props": orList("Columns that Remotion is given.", text("A column.", "company")),
	})
	return out
}

// needs are keys that belong to another one.
var needs = map[string]string{"variables": "template", "to": "translate", "language": "translate",
	"cutout": "file", "rate": "file"}

func schemaClip(m props, required []any) shape {
	s := object("A clip: one of script, audio, file, video, scenes, agent, template, translate, lipsync, instant and cinematic.", m)
	one := []any{}
	for _, source := range manifest.ClipSources {
		one = append(one, shape{"required": []any{source}})
	}
	s["oneOf"] = one
	belongs := shape{}
	for key, to := range needs {
		belongs[key] = []any{to}
	}
	belongs["key"] = shape{"anyOf": []any{shape{"required": []any{"file"}}, shape{"required": []any{"lipsync"}}}}
	s["dependencies"] = belongs
	if required != nil {
		s["required"] = required
		return s
	}
	return either("A clip; a text alone is its script, or its file or recording by the file's kind.", s,
		text("A script, a film or a recording.", "scripts/intro.md"))
}

func schemaScene() shape {
	s := object("One scene.", props{
		"script":     text("The script: the words, or a .md or .txt file."),
		"avatar":     either("Who speaks, when it is not the clip's.", text("An id."), ref("avatar")),
		"voice":      either("How it sounds, when it is not the clip's.", text("An id."), ref("voice")),
		"background": schemaColor("Behind the presenter."),
	})
	s["required"] = []any{"script"}
	return either("A scene, or its words alone.", s, text("The words."))
}

func schemaAgent() shape {
	s := object("The request.", props{
		"prompt":      text("What the film shows: the words, or a .md or .txt file.", "prompts/film.md"),
		"duration":    schemaTime("5s to 300s.", "30s"),
		"orientation": oneOfWords("The shape of the film.", []string{"landscape", "portrait"}),
		"avatar":      text("An avatar's id."),
		"voice":       text("A voice's id (v3)."),
		"files":       orList("Pictures and films that may be used.", text("A file.", "footage/logo.png")),
	})
	s["required"] = []any{"prompt"}
	return either("A film that HeyGen's Video Agent makes of a prompt.", s, text("The prompt, or its file."))
}

func schemaVariables() shape {
	return shape{"type": "object",
		"description":          "The template's variables by name: words, or files. `greenroom templates ID` shows them.",
		"additionalProperties": text("Words or a file."), "examples": []any{shape{"name": "Ada",
			"logo": "footage/logo.png"}}}
}

func schemaTemplate() shape {
	s := object("The template and its variables.", props{
		"id":        text("The template's id. `greenroom templates` lists them."),
		"variables": schemaVariables(),
	})
	s["required"] = []any{"id"}
	return either("A template of the account: its id, with variables: next to it or in it.", s, text("The id."))
}

func schemaTranslate(language shape) shape {
	s := object("What is translated, and into what.", props{
		"clip":     text("A clip of this manifest.", "intro"),
		"file":     text("A local film.", "footage/talk.mp4"),
		"to":       language,
		"language": language,
		"proofread": text("The file in which you correct the text before the film is bought (v3): the first build "+
			"writes it, the next one buys the film.", "texts/intro-es.srt"),
		"audio-only": flag("Change the sound and leave the lips as they are.", false),
		"mode": oneOfWords("fast, or precise, which takes longer.", []string{"fast", "precise"},
			"default", "fast"),
	})
	s["oneOf"] = []any{shape{"required": []any{"clip"}}, shape{"required": []any{"file"}}}
	return either("A clip or a film in another language: a clip's name or a file, with to: next to it or in it.",
		s, text("A clip or a file.", "intro"))
}

func schemaLipsync() shape {
	s := object("Own footage in which a recording, or a script in the clip's voice, is spoken (v3).", props{
		"video":  text("The footage: MP4 or WebM.", "footage/talk.mp4"),
		"audio":  text("What is spoken: WAV or MP3.", "audio/new.wav"),
		"script": text("What is spoken in the clip's voice: the words, or a .md or .txt file.", "scripts/new.md"),
		"mode": oneOfWords("fast, or precise, which takes longer and costs twice as much.", []string{"fast", "precise"},
			"default", "fast"),
		"keep-length": flag("The clip stays as long as its footage, instead of taking the length of the sound.", false),
	})
	s["required"] = []any{"video"}
	s["oneOf"] = []any{shape{"required": []any{"audio"}}, shape{"required": []any{"script"}}}
	return s
}

func schemaInstant() shape {
	s := object("The request.", props{
		"prompt": text("The picture and the sound: the words, or a .md or .txt file.",
			"A river at dawn, seen from above."),
		"duration":   schemaTime("5s to 15s, in whole seconds.", "5s"),
		"resolution": oneOfWords("The short side.", manifest.InstantResolutions, "default", "768p"),
		"image":      text("The first picture: a PNG or JPEG, whose shape the footage has.", "footage/first.png"),
		"seed":       integer("Repeats the same random numbers.", 0, 1<<32-1),
	})
	s["required"] = []any{"prompt"}
	return either("Footage that HeyGen makes of a prompt, without an avatar (v3).", s, text("The prompt, or its file."))
}

func schemaCinematic() shape {
	s := object("Footage that HeyGen makes of a prompt, in which avatars act without a script (v3).", props{
		"prompt":     text("What happens: the words, or a .md or .txt file.", "She opens the door and laughs."),
		"avatars":    orList("Ids of the looks. `greenroom avatars` lists them.", text("An id.")),
		"duration":   schemaTime("4s to 15s, in whole seconds. Without it HeyGen chooses.", "8s"),
		"references": orList("Pictures and films to follow.", text("A file.", "footage/logo.png")),
		"enhance":    flag("HeyGen may rewrite the prompt.", false),
	})
	s["required"] = []any{"prompt", "avatars"}
	return s
}

func schemaAvatar() shape {
	return object("Who speaks.", props{
		"id":    text("The avatar's id. `greenroom avatars` lists them.", "Daisy-inskirt-20220818"),
		"photo": text("A PNG or JPEG that is made to speak.", "footage/me.png"),
		"style": oneOfWords("How much of the presenter is seen (v2).", []string{"normal", "closeUp",
			"circle"}, "default", "normal"),
		"talking-photo": flag("Whether the id is that of a talking photo.", false),
		"scale":         between("Size: 1 is what HeyGen chooses (v2).", 0.1, 5, "default", 1),
		"offset": object("Moves the presenter by shares of the frame (v2).", props{
			"x": between("To the right.", -1, 1, "default", 0), "y": between("Down.", -1, 1, "default", 0),
		}),
	})
}

func schemaVoice() shape {
	return object("How it sounds.", props{
		"id":      text("The voice's id. `greenroom voices` lists them.", "1bd001e7e50f421d891986aad5158bc8"),
		"speed":   between("Speed.", 0.5, 1.5, "default", 1),
		"pitch":   between("Pitch.", -50, 50, "default", 0),
		"emotion": oneOfWords("Emotion (v2).", []string{"Excited", "Friendly", "Serious", "Soothing", "Broadcaster"}),
		"locale":  text("The language and accent that the voice speaks.", "en-GB"),
	})
}
