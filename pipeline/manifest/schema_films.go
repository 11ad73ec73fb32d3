package manifest

// What compositions and styles look like to an editor. Lengths are "38%" or "400px", times "2.5s".

type schemaStyle struct {
	Like       string     `json:"like,omitempty" jsonschema:"description=The style this one is based on"`
	Font       any        `json:"font,omitempty" jsonschema:"description=A .ttf or .otf file or a list of them; the built-in face comes last"`
	Weight     int        `json:"weight,omitempty" jsonschema:"minimum=100,maximum=900,description=Of the built-in face"`
	Size       any        `json:"size,omitempty" jsonschema:"description=Of the letters: a share of the canvas's shorter side or px"`
	LineHeight float64    `json:"line-height,omitempty" jsonschema:"minimum=0.5,maximum=5"`
	Color      string     `json:"color,omitempty" jsonschema:"pattern=^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$"`
	Highlight  string     `json:"highlight,omitempty" jsonschema:"pattern=^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$,description=Of the word that is spoken"`
	Align      string     `json:"align,omitempty" jsonschema:"enum=start,enum=left,enum=center,enum=right"`
	Anchor     string     `json:"anchor,omitempty" jsonschema:"enum=top,enum=middle,enum=bottom"`
	Lines      int        `json:"lines,omitempty" jsonschema:"minimum=1,maximum=10,description=Of captions at a time"`
	Box        *schemaBox `json:"box,omitempty"`
	Safe       any        `json:"safe,omitempty" jsonschema:"description=true or the share of each side that stays free"`
	Enter      any        `json:"enter,omitempty" jsonschema:"description=fade; slide up; fade slide left 0.4s; none"`
	Leave      any        `json:"leave,omitempty"`
	Stroke     any        `json:"stroke,omitempty" jsonschema:"description=none or {color: …; width: …}"`
	Plate      any        `json:"plate,omitempty" jsonschema:"description=A colour; none; or {color: …; padding: …; radius: …}"`
}

type schemaBox struct {
	Left   any `json:"left,omitempty"`
	Right  any `json:"right,omitempty"`
	Width  any `json:"width,omitempty"`
	Top    any `json:"top,omitempty"`
	Bottom any `json:"bottom,omitempty"`
	Height any `json:"height,omitempty"`
}

type schemaComposition struct {
	Each        string        `json:"each,omitempty" jsonschema:"description=A family under each: a film for every row; texts may hold {{column}} and {{clip}}"`
	Size        string        `json:"size,omitempty" jsonschema:"pattern=^[0-9]+x[0-9]+$"`
	FPS         *schemaRate   `json:"fps,omitempty"`
	Length      string        `json:"length,omitempty" jsonschema:"description=auto or a time; without intro and outro"`
	Transparent *bool         `json:"transparent,omitempty"`
	Background  any           `json:"background,omitempty" jsonschema:"description=A colour; a list of colours; or {image: FILE} or {video: FILE}; with fit: and loop:"`
	Layers      []schemaLayer `json:"layers,omitempty" jsonschema:"maxItems=500"`
	Intro       string        `json:"intro,omitempty" jsonschema:"description=A composition that is played before"`
	Outro       string        `json:"outro,omitempty" jsonschema:"description=A composition that is played after"`
	Formats     any           `json:"formats,omitempty" jsonschema:"description=[16:9\\, 9:16\\, 1:1] or a mapping from each to what it changes"`
}

type schemaLayer struct {
	Clip        string `json:"clip,omitempty"`
	Image       string `json:"image,omitempty"`
	Video       string `json:"video,omitempty"`
	Text        string `json:"text,omitempty" jsonschema:"maxLength=10000"`
	Captions    string `json:"captions,omitempty" jsonschema:"description=The clip whose words are shown"`
	Audio       string `json:"audio,omitempty"`
	Composition string `json:"composition,omitempty"`

	Name    string `json:"name,omitempty" jsonschema:"description=For formats and after:"`
	At      any    `json:"at,omitempty" jsonschema:"description=2.5s; 500ms; 1m30s"`
	For     string `json:"for,omitempty"`
	After   string `json:"after,omitempty" jsonschema:"description=The layer from whose end at: counts"`
	Skip    any    `json:"skip,omitempty" jsonschema:"description=How much of its beginning is left out"`
	BoxOf   string `json:"box-of,omitempty" jsonschema:"enum=presenter,enum=frame"`
	Fit     string `json:"fit,omitempty" jsonschema:"enum=cover,enum=contain"`
	Mask    any    `json:"mask,omitempty" jsonschema:"description=circle; rounded; none; or {rounded: 24px}"`
	Fill    any    `json:"fill,omitempty" jsonschema:"description=What lies behind it in its box and mask: a colour; a list of colours; none"`
	Ring    any    `json:"ring,omitempty" jsonschema:"description=A line around its box and mask: a colour; none; or {color: …; width: …}"`
	Opacity any    `json:"opacity,omitempty"`
	Loop    *bool  `json:"loop,omitempty"`
	Mode    string `json:"mode,omitempty" jsonschema:"enum=block,enum=word"`
	Gain    any    `json:"gain,omitempty" jsonschema:"description=-18dB or mute"`
	FadeIn  any    `json:"fade-in,omitempty"`
	FadeOut any    `json:"fade-out,omitempty"`
	Duck    any    `json:"duck,omitempty" jsonschema:"description=true or {by: 12dB; attack: 0.2s; release: 0.6s}"`

	Style      string     `json:"style,omitempty"`
	Font       any        `json:"font,omitempty"`
	Weight     int        `json:"weight,omitempty" jsonschema:"minimum=100,maximum=900"`
	Size       any        `json:"size,omitempty"`
	LineHeight float64    `json:"line-height,omitempty" jsonschema:"minimum=0.5,maximum=5"`
	Color      string     `json:"color,omitempty" jsonschema:"pattern=^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$"`
	Highlight  string     `json:"highlight,omitempty" jsonschema:"pattern=^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$"`
	Align      string     `json:"align,omitempty" jsonschema:"enum=start,enum=left,enum=center,enum=right"`
	Anchor     string     `json:"anchor,omitempty" jsonschema:"enum=top,enum=middle,enum=bottom,enum=left,enum=right,enum=center"`
	Lines      int        `json:"lines,omitempty" jsonschema:"minimum=1,maximum=10"`
	Box        *schemaBox `json:"box,omitempty"`
	Safe       any        `json:"safe,omitempty"`
	Enter      any        `json:"enter,omitempty"`
	Leave      any        `json:"leave,omitempty"`
	Stroke     any        `json:"stroke,omitempty"`
	Plate      any        `json:"plate,omitempty"`
}
