package schema

import (
	"maps"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/disclose"
)

// Compositions, layers and styles, as editors see them.

func schemaComposition() shape {
	m := compositionMembers()
	m["each"] = text("A family under each: one film for every row; texts may hold {{column}} and {{clip}}.",
		"welcome")
	m["layers"] = either("Pictures, texts and sounds; the first is at the bottom.", ref("layer"),
		shape{"type": "array", "items": ref("layer"), "maxItems": manifest.MaxLayers})
	m["formats"] = schemaFormats()
	return object("A film.", m)
}

func compositionMembers() props {
	name := func(what string) shape { return text("A composition that is played " + what + " this one.") }
	length := either("How long it is, without intro and outro; auto is the end of what is in it.",
		shape{"enum": []any{"auto"}}, schemaTime("A time."))
	length["default"] = "auto"
	return props{
		"size":        schemaSize("Width and height in pixels; the manifest's without it.", "1080p"),
		"fps":         schemaRate("Frames a second; the manifest's without it."),
		"length":      length,
		"duration":    with(length, "The same as length."),
		"transparent": flag("Whether the film has no background.", false),
		"background":  schemaGround(),
		"intro":       name("before"),
		"outro":       name("after"),
	}
}

const ratioForm = `^[1-9][0-9]? ?[:x] ?[1-9][0-9]?$|^(landscape|horizontal|widescreen|portrait|vertical|square)$`

func schemaFormats() shape {
	one := shape{"type": "string", "pattern": ratioForm}
	changes := compositionMembers()
	changes["layers"] = shape{"type": "object",
		"description":          "Layers by name, clip or number from 1, and what changes in them; none leaves one out.",
		"additionalProperties": either("What changes.", shape{"enum": []any{"none"}}, ref("layer-change"))}
	byName := mapping("What each shape changes.", ratioForm, either("What changes.", shape{"type": "null"},
		object("What changes.", changes)))
	s := either("One film in several shapes: 16:9, 9:16, 1:1; or a mapping from each to what it changes.", one,
		shape{"type": "array", "items": one, "minItems": 1}, byName)
	s["examples"] = []any{[]any{"16:9", "9:16", "1:1"}, "9:16"}
	return s
}

func schemaGround() shape {
	colors := orList("A colour, or 1 to 8 of a gradient.", schemaColor("A colour."))
	s := object("What lies under everything.", props{
		"color":    colors,
		"gradient": colors,
		"angle":    between("Of a gradient, as in CSS: 180 runs from top to bottom.", -360, 360, "default", 180),
		"image":    text("A picture.", "footage/bg.png"),
		"video":    text("A film.", "footage/loop.mp4"),
		"fit": oneOfWords("How an image or a video lies in the canvas.", []string{"cover", "contain"},
			"default", "cover"),
		"loop": flag("Whether a video begins again at its end.", false),
	})
	out := either("What lies under everything: a colour, a list of colours, an image or a video.", colors,
		text("An image or a video.", "footage/bg.png"), s)
	out["examples"] = []any{"#101418", []any{"navy", "black"}, shape{"image": "footage/bg.png"}}
	return out
}

// layerMembers are the keys of layers. A key of styles has its text from styleMembers.
func layerMembers() props {
	m := styleMembers()
	delete(m, "like")
	maps.Copy(m, props{
		"clip":  text("A clip under clips:, or {{clip}} for the row's own.", "intro"),
		"image": text("A PNG, JPEG or WebP.", "footage/logo.png"),
		"video": text("A film.", "footage/screen.mp4"),
		"text": with(text("Words; \\n begins a line.", "Product tour"), "Words; \\n begins a line.",
			"maxLength", manifest.MaxText),
		"captions": either("The clip whose words are shown; all for all clips of the composition.",
			text("A clip.", "intro", "all"), shape{"type": "boolean"}),
		"audio":       text("A sound.", "footage/bed.mp3"),
		"composition": text("Another composition.", "card"),
		"name":        text("For after: and formats:.", "logo"),
		"at":          schemaTime("When it begins.", "0.5s", 2),
		"for":         schemaTime("How long it is shown; to its own end without it.", "3s"),
		"duration":    schemaTime("The same as for.", "3s"),
		"after":       text("The layer, by name or clip, from whose end at: counts.", "intro"),
		"skip":        schemaTime("How much of its beginning is cut.", "1.5s"),
		"box": described("box",
			"Where it is: at most two of left, right and width, and two of top, bottom and height."),
		"box-of": oneOfWords("Whether the box is that of the visible presenter, or of the frame.",
			[]string{"presenter", "frame"}, "default", "presenter"),
		"safe": either("What stays free at each side: true is 5%.", shape{"type": "boolean"},
			pattern("A share.", shareForm, "8%")),
		"fit": oneOfWords("How it lies in a box of another shape. cover without a box covers the canvas.",
			[]string{"cover", "contain"}),
		"anchor": oneOfWords("Which side is kept in a box of another shape.", []string{"top", "bottom",
			"left", "right", "center"}),
		"mask": schemaMask(),
		"fill": orList("What is behind it in its box and mask: a colour, a list of colours from top to bottom, or none.",
			either("A colour, or none.", schemaColor("A colour.", "#F1DFC3"), shape{"type": "boolean"})),
		"ring": either("A line around its box and mask: none, a colour, or a colour and a width.",
			schemaColor("A colour.", "white"),
			shape{"type": "boolean"}, object("The line.",
				props{"color": schemaColor("Its colour."), "width": schemaLength("Its width.")})),
		"opacity":  with(pattern("0% to 100%.", shareForm, "50%", 0.5), "0% to 100%.", "default", "100%"),
		"loop":     flag("Whether it begins again at its end.", false),
		"gain":     pattern("A change of loudness: -18dB, 50%, or mute.", gainForm, "-18dB", "50%", "mute"),
		"fade-in":  schemaTime("How long the sound comes up.", "1s"),
		"fade-out": schemaTime("How long the sound goes down.", "2s"),
		"duck":     schemaDuck(),
		"mode": oneOfWords("block, or word, where the spoken word has the highlight.", []string{"block",
			"word"}, "default", "block"),
		"style": text("A style by name.", "title", "lower-third"),
	})
	return m
}

func schemaMotion() shape {
	return either("fade, slide left, right, up or down, or both, with a time; none.",
		text("fade slide left 0.4s", "fade"), shape{"type": "boolean"}, object("The parts.", props{
			"fade": flag("Fade.", false), "slide": oneOfWords("The way it moves.", manifest.Slides),
			"distance": schemaLength("How far it moves."), "time": schemaTime("How long it takes.", "0.4s"),
		}))
}

func schemaMask() shape {
	return either("Cuts corners: circle, rounded, a radius, or none.", shape{"enum": []any{"circle", "round",
		"rounded", "none"}},
		schemaLength("A radius.", "24px"), object("Corners.", props{"rounded": schemaLength("The radius.", "24px")}))
}

func schemaDuck() shape {
	by := pattern("By how much.", gainForm, "12dB")
	return either("Lower while a clip of the film speaks.", shape{"type": "boolean"}, by,
		object("How it is lowered.", props{
			"by": by, "attack": schemaTime("How long it goes down.", "0.2s"),
			"release": schemaTime("How long it comes up.", "0.6s"),
		}))
}

// layerOf has the keys of one kind of layer and no others.
func layerOf(kind string) shape {
	all, m := layerMembers(), props{}
	for _, key := range manifest.LayerKeys(kind) {
		m[key] = all[key]
	}
	if kind == manifest.LayerText || kind == manifest.LayerCaptions {
		m["anchor"] = styleMembers()["anchor"]
	}
	s := object("A "+kind+" layer.", m)
	s["required"] = []any{kind}
	return s
}

// schemaLayer chooses by the key that is the kind of the layer, so that editors only offer the keys of that kind.
func schemaLayer() shape {
	kinds, one, cases := props{}, []any{}, []any{}
	all := layerMembers()
	for _, kind := range manifest.LayerKinds {
		kinds[kind] = all[kind]
		one = append(one, shape{"required": []any{kind}})
		cases = append(cases, shape{"if": shape{"type": "object", "required": []any{kind}},
			"then": ref("layer-" + kind)})
	}
	short := shape{"type": "string", "description": "A clip, a composition or a file by its name alone, or captions."}
	object := shape{"type": "object", "description": "A picture, a text or a sound.", "properties": kinds,
		"oneOf": one, "allOf": cases}
	return shape{"description": "A picture, a text or a sound.", "if": shape{"type": "string"},
		"then": short, "else": object}
}

// schemaChange has the keys of all kinds: the layer that it changes is elsewhere.
func schemaChange() shape {
	return object("What a format changes in a layer.", layerMembers())
}

func schemaBox() shape {
	m := props{}
	for side, of := range map[string]string{"left": "Distance from the left.",
		"right": "Distance from the right.", "top": "Distance from the top.",
		"bottom": "Distance from the bottom.", "width": "Width.", "height": "Height."} {
		m[side] = schemaLength(of, "4%", "40px")
	}
	return object("A place on the canvas. An axis without an edge is centred, but clips stand at the bottom.", m)
}

func styleMembers() props {
	weight := either("Weight of the built-in face: 100 to 900, or a word such as bold.",
		shape{"type": "integer", "minimum": 100, "maximum": 900},
		shape{"enum": []any{"thin", "light", "normal", "regular", "medium", "semibold", "bold", "black"}},
		shape{"type": "string", "pattern": `^ *[1-9]00 *$`}, cell)
	return props{
		"like": text("The style that this one is based on.", "title"),
		"font": orList("TrueType or OpenType files; the first that has a letter draws it, the built-in face comes last.",
			shape{"type": "string", "pattern": `[.]([tT][tT][fF]|[oO][tT][fF])$|\{\{`}),
		"weight":      weight,
		"size":        schemaLength("Size of the letters: a share is of the canvas's shorter side.", "8.5%"),
		"line-height": between("Height of a line, in sizes of the letters.", 0.5, 5, "default", 1.25),
		"color":       schemaColor("Colour of the letters.", "#FFFFFF"),
		"highlight":   schemaColor("Colour of the word that is spoken.", "#57C48A"),
		"align": oneOfWords("Where lines begin; start follows the direction of the script.",
			[]string{"start", "left", "center", "right"}),
		"anchor": oneOfWords("Where the lines are in a box that is higher.", []string{"top", "middle",
			"bottom"}),
		"lines": integer("Lines of captions at a time.", 1, 10, "default", 2),
		"box":   described("box", "Where the text is."),
		"safe": either("What stays free at each side: true is 5%.", shape{"type": "boolean"},
			pattern("A share.", shareForm, "8%")),
		"enter": described("motion", "How it comes: fade, slide up, or both, with a time."),
		"leave": described("motion", "How it goes: fade, slide up, or both, with a time."),
		"stroke": either("A line around the letters: none, a colour, a width, or both.",
			schemaColor("A colour.", "none"), schemaLength("A width."), shape{"type": "boolean"},
			object("The line.", props{
				"color": schemaColor("Its colour."), "width": schemaLength("Its width."),
			})),
		"plate": either("A box behind the text: none, a colour, or how it looks.", schemaColor("A colour.",
			"none"), shape{"type": "boolean"}, object("The box.", props{
			"color": schemaColor("Its colour."), "padding": schemaLength("Space around the text."),
			"radius": schemaLength("Of its corners."),
		})),
	}
}

func schemaDisclose() shape {
	label, all := props{}, layerMembers()
	for _, key := range manifest.LabelKeys() {
		label[key] = all[key]
	}
	text := with(text("The words.", "AI-generated"), "The words.", "maxLength", disclose.MaxLabel)
	label["text"] = text
	return object("How films, clips and pictures say that they are made by AI.", props{
		"label": either("A text over every film: the words, true for AI-generated, or how it looks.", text,
			shape{"type": "boolean"}, object("The words and how they look.", label)),
		"marks": flag("Write the digital source type of IPTC into films, clips and pictures.", false),
		"sign": either("Sign films and pictures (C2PA); none does not.", shape{"enum": []any{"none"}},
			shape{"type": "boolean"}, object("With which certificate.", props{
				"certificate": exampled(shape{"type": "string",
					"description": "The certificate of the key and those that issued it, PEM."},
					[]any{"certs/chain.pem"}),
				"key": exampled(shape{"type": "string", "description": "Where the private key is: a PEM file, $NAME, " +
					"file:PATH or cmd:PROGRAM ARGS; never the key itself."}, []any{"certs/key.pem", "$SIGNING_KEY"}),
				"command": exampled(shape{"type": "string", "description": "A program that signs: it reads the " +
					"bytes on stdin and prints the raw signature."}, []any{"./sign.sh"}),
				"algorithm": oneOfWords("How the key signs; by the key without it.", disclose.Algorithms),
				"timestamp": exampled(shape{"type": "string", "pattern": "^https?://", "description": "Address of a time " +
					"stamping authority (RFC 3161): signatures stay valid when the certificate has expired."},
					[]any{"http://timestamp.example.com"}),
			})),
	})
}

func schemaStyle() shape { return object("How text looks.", styleMembers()) }
