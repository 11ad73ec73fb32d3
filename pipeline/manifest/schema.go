package manifest

import (
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// The types below describe greenroom.yaml for editors; Parse is the judge. A test
// holds their keys against what Parse reads.

type schemaDoc struct {
	Version  int                   `json:"version" jsonschema:"enum=1,description=Version of this format"`
	Project  string                `json:"project,omitempty"`
	FPS      *schemaRate           `json:"fps,omitempty"`
	Size     string                `json:"size,omitempty" jsonschema:"pattern=^[0-9]+x[0-9]+$,description=WIDTHxHEIGHT with even sides"`
	HeyGen   *schemaHeyGen         `json:"heygen,omitempty"`
	Defaults *schemaShared         `json:"defaults,omitempty"`
	Cache    any                   `json:"cache,omitempty" jsonschema:"description=Address of the shared cache or {url: … read-only: true timeout: 20s}"`
	Remotion *schemaRemotion       `json:"remotion,omitempty" jsonschema:"description=Where the Remotion project keeps its files"`
	Prepare  *schemaPrepare        `json:"prepare,omitempty"`
	Checks   *schemaChecks         `json:"checks,omitempty"`
	StandIns *schemaStandIns       `json:"stand-ins,omitempty"`
	Clips    map[string]schemaClip `json:"clips,omitempty" jsonschema:"minProperties=1"`
	Each     map[string]schemaEach `json:"each,omitempty" jsonschema:"description=One clip for every row of a table; texts may hold {{column}}"`

	Styles       map[string]schemaStyle       `json:"styles,omitempty"`
	Compositions map[string]schemaComposition `json:"compositions,omitempty"`
}

type schemaHeyGen struct {
	API         string `json:"api,omitempty" jsonschema:"enum=sandbox,enum=auto,enum=v2,enum=v3"`
	Key         string `json:"key,omitempty" jsonschema:"pattern=^(\\$|file:|cmd:),description=$NAME or file:PATH or cmd:PROGRAM; never the key itself"`
	Concurrency int    `json:"concurrency,omitempty" jsonschema:"minimum=1,maximum=100"`
	Budget      any    `json:"budget,omitempty" jsonschema:"description=Dollars per run such as $10"`

	Accounts []string `json:"accounts,omitempty" jsonschema:"pattern=^[a-z0-9]+(-[a-z0-9]+)+$,description=Further accounts whose takes this project uses"`
}

type schemaRemotion struct {
	Entry  string `json:"entry,omitempty" jsonschema:"description=The file that calls registerRoot,default=src/index.ts,example=src/remotion/index.ts"`
	Public string `json:"public,omitempty" jsonschema:"description=The folder that staticFile() reads,default=public,example=static"`
	Source string `json:"source,omitempty" jsonschema:"description=The folder of greenroom's own source files,default=src/greenroom"`
	Config string `json:"config,omitempty" jsonschema:"description=The file that configures Remotion's CLI,default=remotion.config.ts"`
}

type schemaStandIns struct {
	Label *bool `json:"label,omitempty" jsonschema:"description=Show name and script and timecode over stand-ins"`
}

type schemaShared struct {
	Avatar        *schemaAvatar     `json:"avatar,omitempty"`
	Voice         *schemaVoice      `json:"voice,omitempty"`
	Transparent   *bool             `json:"transparent,omitempty"`
	Route         string            `json:"route,omitempty" jsonschema:"enum=v2-key,enum=v2,enum=v1-webm,enum=v3-webm,enum=v3-key,enum=v3"`
	KeyColor      string            `json:"key-color,omitempty" jsonschema:"enum=#00FF00,enum=#0000FF,enum=#FF00FF"`
	Background    any               `json:"background,omitempty" jsonschema:"description=#RRGGBB or {color: …} or {image: FILE} or {video: FILE}; opaque clips only"`
	Captions      *bool             `json:"captions,omitempty" jsonschema:"description=Ask HeyGen for captions and hand them to Remotion"`
	Draft         string            `json:"draft,omitempty" jsonschema:"enum=voice,enum=none,description=voice buys the sound before the picture"`
	Pronunciation map[string]string `json:"pronunciation,omitempty" jsonschema:"description=Words with the way they are spoken"`
	Size          string            `json:"size,omitempty" jsonschema:"pattern=^[0-9]+x[0-9]+$"`
	Prepare       *schemaPrepare    `json:"prepare,omitempty"`
	Checks        *schemaChecks     `json:"checks,omitempty"`
}

type schemaClip struct {
	schemaShared
	Script    string           `json:"script,omitempty" jsonschema:"description=Text or a .md or .txt file"`
	Audio     string           `json:"audio,omitempty" jsonschema:"description=A WAV or MP3 that drives the avatar"`
	File      string           `json:"file,omitempty" jsonschema:"description=A local clip\\, or the pictures of a folder or a pattern such as footage/frame-%04d.png"`
	Key       string           `json:"key,omitempty" jsonschema:"pattern=^(auto|#[0-9a-fA-F]{6})$,description=The colour of the screen that the file is keyed on: auto measures it"`
	Rate      any              `json:"rate,omitempty" jsonschema:"description=Pictures a second of a sequence: 25; 29.97; 30000/1001"`
	Video     string           `json:"video,omitempty" jsonschema:"description=The id of a HeyGen video"`
	Cutout    *bool            `json:"cutout,omitempty" jsonschema:"description=Let HeyGen remove the background of a local film"`
	Scenes    []schemaScene    `json:"scenes,omitempty" jsonschema:"maxItems=50"`
	Agent     *schemaAgent     `json:"agent,omitempty"`
	Template  *schemaTemplate  `json:"template,omitempty"`
	Translate *schemaTranslate `json:"translate,omitempty"`
	Take      int              `json:"take,omitempty" jsonschema:"minimum=1,maximum=1000"`
}

type schemaEach struct {
	schemaClip
	Rows  string   `json:"rows" jsonschema:"description=A table: a .csv or .tsv or .txt or .tab or .jsonl or .ndjson file"`
	Name  string   `json:"name,omitempty" jsonschema:"description=What follows the family's name in a clip's name such as {{id}}; the row's number without it"`
	Props []string `json:"props,omitempty" jsonschema:"description=Columns that Remotion is given"`
}

type schemaScene struct {
	Script     string        `json:"script"`
	Avatar     *schemaAvatar `json:"avatar,omitempty"`
	Voice      *schemaVoice  `json:"voice,omitempty"`
	Background string        `json:"background,omitempty" jsonschema:"pattern=^#[0-9a-fA-F]{6}$"`
}

type schemaAgent struct {
	Prompt      string   `json:"prompt" jsonschema:"description=Text or a .md or .txt file"`
	Duration    string   `json:"duration,omitempty" jsonschema:"description=5s to 300s"`
	Orientation string   `json:"orientation,omitempty" jsonschema:"enum=landscape,enum=portrait"`
	Avatar      string   `json:"avatar,omitempty"`
	Voice       string   `json:"voice,omitempty"`
	Files       []string `json:"files,omitempty"`
}

type schemaTemplate struct {
	ID        string         `json:"id"`
	Variables map[string]any `json:"variables,omitempty" jsonschema:"description=Texts\\, ids or files by name"`
}

type schemaTranslate struct {
	Clip      string `json:"clip,omitempty"`
	File      string `json:"file,omitempty"`
	To        string `json:"to" jsonschema:"description=A language as HeyGen names it"`
	AudioOnly *bool  `json:"audio-only,omitempty"`
	Mode      string `json:"mode,omitempty" jsonschema:"enum=fast,enum=precise"`
}

type schemaAvatar struct {
	ID           string        `json:"id,omitempty"`
	Photo        string        `json:"photo,omitempty" jsonschema:"description=A PNG or JPEG that is made to speak"`
	Style        string        `json:"style,omitempty" jsonschema:"enum=normal,enum=closeUp,enum=circle"`
	TalkingPhoto bool          `json:"talking-photo,omitempty"`
	Scale        float64       `json:"scale,omitempty" jsonschema:"minimum=0.1,maximum=5"`
	Offset       *schemaOffset `json:"offset,omitempty"`
}

type schemaOffset struct {
	X float64 `json:"x,omitempty" jsonschema:"minimum=-1,maximum=1"`
	Y float64 `json:"y,omitempty" jsonschema:"minimum=-1,maximum=1"`
}

type schemaVoice struct {
	ID      string  `json:"id,omitempty"`
	Speed   float64 `json:"speed,omitempty" jsonschema:"minimum=0.5,maximum=1.5"`
	Pitch   float64 `json:"pitch,omitempty" jsonschema:"minimum=-50,maximum=50"`
	Emotion string  `json:"emotion,omitempty" jsonschema:"enum=Excited,enum=Friendly,enum=Serious,enum=Soothing,enum=Broadcaster"`
	Locale  string  `json:"locale,omitempty"`
}

type schemaPrepare struct {
	Crop     *bool  `json:"crop,omitempty"`
	Scale    string `json:"scale,omitempty" jsonschema:"pattern=^(full|shown|[0-9.]+%)$,description=full; shown (the largest size any composition shows it at); or a share such as 50%"`
	Loudness string `json:"loudness,omitempty" jsonschema:"description=Such as -16LUFS"`
	Tail     string `json:"tail,omitempty" jsonschema:"enum=cut,enum=hold,description=Sound that is longer than the picture: cut it or hold the last picture until it ends"`
}

type schemaChecks struct {
	Coverage string `json:"coverage,omitempty" jsonschema:"description=Such as 2%..80%"`
	Duration string `json:"duration,omitempty" jsonschema:"description=Such as ±25%; at most ±100%"`
	Border   string `json:"border,omitempty" jsonschema:"enum=bottom,enum=all,enum=none"`

	Accept map[string]string `json:"accept,omitempty" jsonschema:"description=Findings that do not fail the clip\\, each with the reason why"`
}

// Schema is the JSON Schema of greenroom.yaml.
func Schema() []byte {
	r := jsonschema.Reflector{DoNotReference: true, Anonymous: true}
	s := r.Reflect(&schemaDoc{})
	s.Title = "greenroom.yaml"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic("manifest schema: " + err.Error()) // built from our own types
	}
	return append(b, '\n')
}
