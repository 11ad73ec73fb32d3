// Package schema is the JSON Schema of greenroom.yaml, for editors. What is accepted is what package manifest reads;
// tests keep the keys and the forms of values of both the same. What one value implies for another, and what is in
// files, is not in the schema.
package schema

import (
	"encoding/json"
	"maps"
	"sync"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/value"
)

// FileName is the name of the schema in a project, next to the manifest. Editors find it by Comment.
const FileName = "greenroom.schema.json"

// Comment is the first line of a manifest, which names the schema for yaml-language-server and the editors that use
// it.
const Comment = "# yaml-language-server: $schema=" + FileName

// id names the schema. It is not an address: the schema is printed by `greenroom schema`.
const id = "urn:greenroom:manifest:1"

// JSON returns the schema in one line, as draft 7, which editors know best. All callers share the bytes.
var JSON = sync.OnceValue(func() []byte {
	root := object("The clips and films of a project. `greenroom plan` checks it.", props{
		"version": with(shape{"enum": []any{1, "1"}}, "Version of this format.", "default", 1),
		"project": text("Name of the project; the folder's name without it.", "product-tour"),
		"fps": schemaRate("Frames a second of the compositions. HeyGen delivers 25. Clips keep their own rate.",
			"default", 25),
		"size":     schemaSize("Width and height of clips and compositions: 1920x1080, 1080p or 4k.", "1080p"),
		"heygen":   schemaHeyGen(),
		"defaults": object("What all clips have that do not say otherwise.", sharedMembers()),
		"cache":    schemaCache(),
		"remotion": schemaRemotion(),
		"prepare":  described("prepare", "How the files that films use are made from clips."),
		"checks":   described("project-checks", "Limits of the checks of media."),
		"stand-ins": object("How stand-ins look.",
			props{"label": flag("Show name, script and timecode over stand-ins.", false)}),
		"clips": mapping("Clips by their name: a-z, 0-9 and dashes.", `^[a-z0-9][a-z0-9-]*$`, ref("clip")),
		"each": mapping("Families of clips: one clip for every row of a table. Texts may hold {{column}}.",
			`^[a-z0-9][a-z0-9-]*$`, ref("family")),
		"styles": mapping("How text looks, by name. title, lower-third, callout, captions and disclosure are built in.",
			`^[A-Za-z0-9][A-Za-z0-9-]*$`, ref("style")),
		"disclose": schemaDisclose(),
		"compositions": mapping("Films, by name: `greenroom render NAME`.", `^[A-Za-z0-9][A-Za-z0-9-]*$`,
			ref("composition")),
	})
	root["required"] = []any{"version"}
	root["anyOf"] = []any{shape{"required": []any{"clips"}}, shape{"required": []any{"each"}}}
	root["$schema"], root["$id"], root["title"] = "http://json-schema.org/draft-07/schema#", id,
		"greenroom.yaml"
	root["definitions"] = definitions()
	b, err := json.Marshal(root)
	if err != nil {
		panic("manifest schema: " + err.Error()) // built from plain values
	}
	return append(b, '\n')
})

func definitions() shape {
	out := shape{
		"clip": schemaClip(clipMembers(), nil), "family": schemaClip(familyMembers(), []any{"rows"}),
		"style":       schemaStyle(),
		"composition": schemaComposition(), "layer": schemaLayer(), "layer-change": schemaChange(),
		"box":    schemaBox(),
		"avatar": schemaAvatar(), "voice": schemaVoice(), "prepare": schemaPrepare(), "checks": schemaChecks(nil),
		"project-checks": schemaChecks(props{"quality": schemaQuality()}),
		"motion":         schemaMotion(),
		"cell":           with(shape{"type": "string", "pattern": `\{\{.+\}\}`}, "A text with the cells of a table's row."),
		"flag": either("true or false.", shape{"type": "boolean"}, shape{"enum": []any{"yes", "no", "on",
			"off"}}, cell),
		"time":   pattern("A time such as 2.5s, 500ms or 1m30s; a number alone is in seconds.", timeForm),
		"length": pattern("A share such as 38%, or pixels.", lengthForm),
		"color":  pattern("A colour.", colorForm),
	}
	for _, kind := range manifest.LayerKinds {
		out["layer-"+kind] = layerOf(kind)
	}
	return out
}

// shape is a JSON Schema, or a part of one.
type shape map[string]any

// props are the properties of a mapping.
type props map[string]shape

// with adds a description and further keywords, in pairs, to a copy.
func with(s shape, description string, keywords ...any) shape {
	out := maps.Clone(s)
	out["description"] = description
	for i := 0; i+1 < len(keywords); i += 2 {
		out[keywords[i].(string)] = keywords[i+1]
	}
	return out
}

func object(description string, properties props) shape {
	return shape{"type": "object", "description": description, "properties": properties,
		"additionalProperties": false}
}

// mapping is an object whose keys are names that the user chooses.
func mapping(description, names string, of shape) shape {
	return shape{"type": "object", "description": description, "propertyNames": shape{"pattern": names},
		"additionalProperties": of, "minProperties": 1}
}

func ref(name string) shape { return shape{"$ref": "#/definitions/" + name} }

// described is a reference with a description: draft 7 ignores what is next to $ref.
func described(name, description string) shape {
	return shape{"description": description, "allOf": []any{ref(name)}}
}

// either is a schema of alternatives.
func either(description string, of ...shape) shape {
	list := make([]any, len(of))
	for i, s := range of {
		list[i] = s
	}
	return shape{"description": description, "anyOf": list}
}

// orList is one value or a list of them.
func orList(description string, of shape) shape {
	return either(description, of, shape{"type": "array", "items": of})
}

// cell is a text with the cells of a table's row, which is accepted for any value.
var cell = ref("cell")

func text(description string, examples ...any) shape {
	return exampled(shape{"type": []any{"string", "number"}, "description": description}, examples)
}

func exampled(s shape, examples []any) shape {
	if len(examples) > 0 {
		s["examples"] = examples
	}
	return s
}

// pattern is a text of a form, or a number, or a cell.
func pattern(description, form string, examples ...any) shape {
	return exampled(either(description, shape{"type": "string", "pattern": form}, shape{"type": "number"},
		cell), examples)
}

func flag(description string, usual bool) shape {
	return with(described("flag", description), description, "default", usual)
}

func oneOfWords(description string, words []string, keywords ...any) shape {
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	return with(either(description, shape{"enum": list}, cell), description, keywords...)
}

// between is a number within bounds, also in quotes.
func between(description string, lo, hi float64, keywords ...any) shape {
	number := shape{"type": "number", "minimum": lo, "maximum": hi}
	quoted := shape{"type": "string", "pattern": `^ *-?[0-9]+([.][0-9]+)? *%? *$`}
	return with(either(description, number, quoted, cell), description, keywords...)
}

func integer(description string, lo, hi int, keywords ...any) shape {
	number := shape{"type": "integer", "minimum": lo, "maximum": hi}
	return with(either(description, number, shape{"type": "string", "pattern": `^ *[0-9]+ *$`}, cell),
		description, keywords...)
}

// Forms of values. They are what the readers of this package accept.
const (
	timeForm = `^-?([0-9]{1,4}m(in)?)? ?([0-9]{1,6}([.][0-9]{1,6})? ?(ms|s|sec)?)?$` +
		`|^[0-9]{1,4}:[0-5][0-9]([.][0-9]{1,6})?$`
	lengthForm = `^-?[0-9]{1,6}([.][0-9]{1,4})? ?(%|px)?$`
	sizeForm   = `^[0-9]{2,5} ?[xX×*] ?[0-9]{2,5}$|^[0-9]{3,4}[pP]$` +
		`|^([Hh][Dd]|[Ff]ull ?-?[Hh][Dd]|FHD|fhd|QHD|qhd|2[kK]|UHD|uhd|4[kK]|8[kK])$`
	colorForm = `^#[0-9a-fA-F]{3,4}$|^#?([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$|^[A-Za-z][A-Za-z -]*$`
	gainForm  = `^(-|[+])?[0-9]+([.][0-9]+)? ?([dD][bB]|%)?$|^(mute|off)$`
	shareForm = `^[0-9]+([.][0-9]+)? ?%?$`
)

func schemaTime(description string, examples ...any) shape {
	return exampled(described("time", description+" A number alone is in seconds."), examples)
}

func schemaLength(description string, examples ...any) shape {
	return exampled(described("length", description+" A share (38%) or pixels (400px, 400)."), examples)
}

func schemaColor(description string, examples ...any) shape {
	return exampled(described("color", description+` As "#1F7A4D", "#17A", or a name of CSS such as navy.`), examples)
}

func schemaSize(description string, examples ...any) shape {
	s := either(description, shape{"type": "string", "pattern": sizeForm}, cell)
	s["default"] = "1920x1080"
	return exampled(s, examples)
}

func schemaRate(description string, keywords ...any) shape {
	s := either(description, shape{"type": "number", "minimum": value.MinRate, "maximum": value.MaxRate},
		shape{"type": "string", "pattern": `^([0-9]{1,7} ?/ ?[0-9]{1,6}|[0-9]{1,3}([.][0-9]{1,9})?)$`}, cell)
	s["examples"] = []any{25, 29.97, "30000/1001"}
	return with(s, description, keywords...)
}

func schemaHeyGen() shape {
	api := oneOfWords("Which account answers: the built-in sandbox (free), HeyGen's v3 or v2, or auto, which asks "+
		"the account once.",
		manifest.APIs, "default", "sandbox")
	full := object("The account that makes the clips, and what a run may cost.", props{
		"api": api,
		"key": shape{"type": "string", "pattern": `^(bearer:)?(\$|file:|cmd:)`,
			"description": "Where the key is: $NAME, file:PATH or cmd:PROGRAM ARGS; never the key itself. With bearer: before it, where an " +
				"OAuth access token is.",
			"default": "$HEYGEN_API_KEY", "examples": []any{"file:.secrets/heygen"}},
		"concurrency": integer("Clips that are made at once.", 1, 100, "default", 3),
		"budget": pattern("What one run may cost, in dollars. A build that may cost more is refused before anything is "+
			"bought.",
			`^(USD ?)?\$? ?[0-9]+([.][0-9]+)? ?(USD|\$)?$`, "$10"),
		"folder": pattern("The id of the account's folder for the videos that this project makes.", `^[A-Za-z0-9_-]+$`),
		"accounts": orList("Further accounts whose takes this project uses, as greenroom.lock names them.",
			shape{"type": "string", "pattern": `^[a-z0-9]+(-[a-z0-9]+)+$`}),
	})
	return either("The account that makes the clips, and what a run may cost; or its generation alone.", api, full)
}

func schemaCache() shape {
	url := text("Address of the shared cache.", "s3://team-clips/tour")
	return either("What machines share: s3://BUCKET/PREFIX, gs://BUCKET or file:///FOLDER.", url,
		object("The address and how it is used.", props{
			"url":       url,
			"read-only": flag("Read from it and never write.", false),
			"timeout":   schemaTime("How long a transfer may make no progress: 100ms to 1h.", "20s"),
		}))
}

func schemaRemotion() shape {
	return object("Where the Remotion project keeps its files, relative to the manifest.", props{
		"entry": with(text("The file that calls registerRoot.", "src/remotion/index.ts"),
			"The file that calls registerRoot.", "default", "src/index.ts"),
		"public": with(text("The folder that staticFile() reads.", "static"),
			"The folder that staticFile() reads.", "default", "public"),
		"source": text("The folder of greenroom's own source files; a folder greenroom in that of the entry without it.",
			"src/greenroom"),
		"config": with(text("The file that configures Remotion's command line.", "remotion.config.ts"),
			"The file that configures Remotion's command line.", "default", "remotion.config.ts"),
	})
}

func schemaPrepare() shape {
	return object("How the files that films use are made from clips.", props{
		"crop": either("Cut a clip to the presenter's box.", shape{"type": "boolean"},
			shape{"enum": []any{"auto", "yes", "no", "on", "off"}}, cell),
		"scale": with(pattern("shown: the largest size any composition shows it at; full; or a share of 5% to 100%.",
			`^(full|shown)$|`+shareForm, "50%", "shown"),
			"shown: the largest size any composition shows it at; full; or a share of 5% to 100%.", "default",
			"full"),
		"loudness": pattern("Loudness to reach, -70 to -5 LUFS; none leaves the sound as it is.",
			`^-[0-9]+([.][0-9]+)? ?([Ll][UuKk][Ff][Ss])?$|^none$`, "-16LUFS", -16),
		"tail": oneOfWords("Sound that is longer than the picture: cut it, or hold the last picture until it ends.",
			[]string{"cut", "hold"}, "default", "cut"),
		"renditions": orList("Files to make of each clip. webm and poster are always made; captions asks HeyGen for them.",
			shape{"enum": toAny(manifest.Renditions)}),
		"captions": text("Captions made here, of the delivered sound: script for the clip's own words, or the words, or a "+
			".md or .txt file.",
			"script", "words/interview.md"),
		"backdrop": schemaColor("Behind the presenter in the preview.", "#F6F4EF"),
	})
}

func schemaChecks(more props) shape {
	all := props{
		"coverage": with(pattern("Share of the picture that the presenter covers.",
			`^[0-9.]+ ?%? ?([.][.][.]?|-|–|to) ?[0-9.]+ ?%$`, "2%..80%"),
			"Share of the picture that the presenter covers.", "default", "2%..80%"),
		"duration": with(pattern("How far the length may be from what was announced, at most 100%.",
			`^(±|[+]-|[+]/-)?[0-9.]+ ?%?$`, "±25%"),
			"How far the length may be from what was announced, at most 100%.", "default", "±25%"),
		"border": oneOfWords("The border of the picture that the presenter may touch.", []string{"bottom",
			"all", "none"}, "default", "bottom"),
		"loudness": oneOfWords("A loudness that was not reached is a warning.", []string{"warn"}, "default", "warn"),
		"accept": shape{"type": "object",
			"description": "Findings that do not fail the clip, each with the reason why. `greenroom check CLIP " +
				"-v` prints their names.",
			"additionalProperties": shape{"type": "string", "minLength": 1},
			"examples":             []any{shape{"premultiplied": "a black shadow"}}},
	}
	maps.Copy(all, more)
	return object("Limits of the checks of media.", all)
}

func toAny(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}
