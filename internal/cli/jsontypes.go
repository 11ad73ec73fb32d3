package cli

import "time"

// The types that --json prints and no other package defines. docs/json has a schema of each, written from them.

// avatarRow is an element of `avatars`. Type is avatar or talking-photo.
type avatarRow struct {
	Type    string   `json:"type"`
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Gender  string   `json:"gender,omitempty"`
	Premium bool     `json:"premium"`
	Voice   string   `json:"defaultVoice,omitempty"`
	Engines []string `json:"engines,omitempty"` // of v3, the newest first
	Picture string   `json:"picture,omitempty"` // the file of --preview
	Routes  []string `json:"routes,omitempty"`  // with --match: the routes of its clips, the one to buy on first
}

// groupRow is an element of `avatars --groups`.
type groupRow struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status,omitempty"`
	Looks  int    `json:"looks"`
}

// voiceRow is an element of `voices`. The last three are the features that the voice supports.
type voiceRow struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Language string `json:"language"`
	Gender   string `json:"gender"`
	Pauses   bool   `json:"pauses"`
	Emotions bool   `json:"emotions"`
	Locales  bool   `json:"locales"`
}

// soundRow is an element of `sounds`. Times are in seconds; 0 is unknown. File is where --save put it.
type soundRow struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Type        string  `json:"type"` // music, sound_effects
	Seconds     float64 `json:"seconds,omitempty"`
	Score       float64 `json:"score"`
	Placement   string  `json:"placement,omitempty"` // of an effect: hit, riser, bed
	Peak        float64 `json:"peakSeconds,omitempty"`
	File        string  `json:"file,omitempty"`
}

// localeRow is an element of `voices --locales`.
type localeRow struct {
	Locale   string `json:"locale"`
	Label    string `json:"label"`
	Language string `json:"language"`
}

// quotaReport is the answer of `quota`. When Known is false, HeyGen does not report what is left.
type quotaReport struct {
	Known bool    `json:"known"`
	Left  float64 `json:"left"` // of Unit
	Unit  string  `json:"unit"` // usd, credits
	Plan  string  `json:"plan"`
}

// videoRow is an element of `videos`, or the answer of `videos --show`. API is v2 for v1, too.
type videoRow struct {
	ID      string    `json:"id"`
	API     string    `json:"api,omitempty"`
	Title   string    `json:"title"`
	Status  string    `json:"status"`
	Seconds float64   `json:"seconds,omitempty"`
	Failure string    `json:"failure,omitempty"`
	Warning string    `json:"warning,omitempty"` // of a finished video
	Created time.Time `json:"created,omitzero"`
}

// videoScenes is the answer of `videos --scenes`.
type videoScenes struct {
	ID          string     `json:"id"`
	Title       string     `json:"title,omitempty"`
	AspectRatio string     `json:"aspectRatio,omitempty"`
	Resolution  string     `json:"resolution,omitempty"`
	Glossary    string     `json:"glossary,omitempty"`
	Captioned   bool       `json:"captioned"` // captions are shown in the picture
	Scenes      []sceneRow `json:"scenes"`
}

// sceneRow is a scene of `videos --scenes`. Background is a colour such as #112233, or image or video.
type sceneRow struct {
	ID         string         `json:"id"`
	Background string         `json:"background,omitempty"`
	Avatars    []string       `json:"avatars"`
	Elements   []sceneElement `json:"elements"` // all but avatars
	Script     []scriptPart   `json:"script"`
}

// sceneElement is something in the picture of a scene.
type sceneElement struct {
	ID   string `json:"id,omitempty"`
	Type string `json:"type"`
	Text string `json:"text,omitempty"`
}

// scriptPart is a part of the script of a scene: text, audio or silence.
type scriptPart struct {
	Type    string  `json:"type"`
	Text    string  `json:"text,omitempty"`
	Voice   string  `json:"voice,omitempty"`
	Seconds float64 `json:"seconds,omitempty"` // of silence
	Speed   float64 `json:"speed,omitempty"`
	Pitch   float64 `json:"pitch,omitempty"`
	Locale  string  `json:"locale,omitempty"`
}

// templateRow is an element of `templates`.
type templateRow struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// templateReport is the answer of `templates ID`.
type templateReport struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	Variables []variableRow `json:"variables"`
}

// variableRow is a variable of a template. Designed is its value in the design, as HeyGen writes it.
type variableRow struct {
	Name     string         `json:"name"`
	Type     string         `json:"type"`
	Required bool           `json:"required"`
	Designed map[string]any `json:"designed,omitempty"`
}

// sentFile is an element of `upload` and `photo`.
type sentFile struct {
	File string `json:"file"` // as it was named
	ID   string `json:"id"`
}

// fileRow is an element of `upload --list`.
type fileRow struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Type    string    `json:"type"`
	Created time.Time `json:"created"`
}

// photoReport is the answer of `photo --status`.
type photoReport struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Message string `json:"message,omitempty"`
}

// deleted is the answer of the flags and words that delete something.
type deleted struct {
	Kind string `json:"kind"` // video, file, photo, webhook
	ID   string `json:"deleted"`
}

// fetchedFile is the answer of `fetch`. Paths are as they were named, or relative to the working folder.
type fetchedFile struct {
	ID       string `json:"id"`
	File     string `json:"file"`
	Bytes    int64  `json:"bytes"`
	Captions string `json:"captions,omitempty"`
}

// savedFile is the answer of `voices --preview`.
type savedFile struct {
	File string `json:"file"`
}

// versionReport is the answer of `version`.
type versionReport struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// webhookRow is an element of `webhooks list`, and the answer of add and update.
type webhookRow struct {
	ID      string    `json:"id"`
	URL     string    `json:"url"`
	Events  []string  `json:"events" jsonschema:"nullable"` // null: all
	Status  string    `json:"status"`
	Created time.Time `json:"created"`
	Secret  string    `json:"secret,omitempty"`
}

// webhookSecret is the answer of `webhooks rotate`.
type webhookSecret struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// webhookType is an element of `webhooks types`.
type webhookType struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// webhookEvent is an element of `webhooks events`.
type webhookEvent struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	VideoID string    `json:"videoId,omitempty"`
	Message string    `json:"message,omitempty"`
	Created time.Time `json:"created"`
}
