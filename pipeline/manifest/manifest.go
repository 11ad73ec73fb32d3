// Package manifest reads greenroom.yaml.
//
// One reading finds every fault, with file, line, column and a hint. No text makes it panic, run out of memory or
// report a place outside of the file. It checks that the files that the manifest names exist, and reads only scripts,
// prompts and tables. It writes nothing.
package manifest

import (
	"time"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/compose/quality"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/manifest/disclose"
	"greenroom/pipeline/manifest/member"
	"greenroom/remotion/project"
)

// Sources of a clip.
const (
	SourceAvatar    = "avatar" // a script or own audio, spoken by an avatar
	SourceFile      = "file"
	SourceVideo     = "video" // an existing HeyGen video
	SourceAgent     = "agent"
	SourceTemplate  = "template"
	SourceTranslate = "translate"
	SourceLipsync   = "lipsync"   // own footage with another sound
	SourceInstant   = "instant"   // footage of a prompt, without an avatar
	SourceCinematic = "cinematic" // footage of a prompt in which avatars act
)

// DraftVoice drafts a clip with its own voice.
const DraftVoice = "voice"

// Limits.
const (
	MaxBytes  = 1 << 20 // of the manifest
	MaxScript = 5000    // characters, HeyGen's limit for one scene
	MaxClips  = 20000
	MaxName   = 64
)

// Manifest is a valid greenroom.yaml with defaults applied.
//
// size: one field for each key of the manifest.
type Manifest struct {
	Path, Dir     string // absolute
	Project       string
	FPS           timeline.Rate
	Width, Height int
	HeyGen        HeyGen
	Cache         Cache
	Remotion      project.Layout // Dir is that of the manifest
	Prepare       Prepare
	Checks        media.Limits
	Quality       quality.Limits // checks.quality
	StandInLabel  bool           // burn name, script and timecode over stand-ins
	Clips         []Clip         // in the manifest's order, those of rows last
	Each          []Each
	Compositions  []Composition
	Disclose      disclose.Settings
	Label         *Layer // over every film; nil: none. Each composition has it too
	// Warnings are settings that have no effect, or another effect than they seem to have, each with its place and a
	// hint.
	Warnings fault.List

	RowCompositions []RowComposition // those with each:, in the manifest's order; see Rows
	source          *doc             // RowCompositions are read again from it for each row

}

// HeyGen is the account that makes the clips, and its limits.
type HeyGen struct {
	API         string // sandbox, auto, v2, v3
	Key         string // a reference: $ENV, file:PATH, cmd:…
	Concurrency int
	Budget      *float64 // USD a run; nil is none
	Folder      string   // id of the account's folder for what the project makes; empty is the root
	Base        string   // another API address; only from HEYGEN_API_BASE
	Accounts    []string // further accounts whose takes the project uses, such as heygen-1a2b3c4d5e6f
}

// Cache is the shared cache: where machines share takes and prepared files.
type Cache struct {
	At       *assets.Location // nil: nowhere
	ReadOnly bool
	Timeout  time.Duration // without progress; 0 is the default
}

// Prepare is how renditions are made.
type Prepare struct {
	Scale    float64  // of the master's size, 0.05 to 1
	Shown    bool     // the largest size any composition shows it at, instead of Scale
	Loudness *float64 // LUFS; nil leaves the sound as it is
	Crop     bool
	Hold     bool // tail: hold: sound that is longer than the picture is kept, over the last picture

	Forms        []string // further files to make, names of package forms
	CaptionFiles []string // files of captions, names of package captions
	Backdrop     string   // #RRGGBB behind the preview; "" for the usual one

	// Captions are words whose times are measured in the delivered sound: ScriptCaptions for the clip's own script, or the
	// words themselves, which CaptionsFile holds when that is not empty. "" makes none.
	Captions, CaptionsFile string
}

// Avatar is who speaks.
type Avatar struct {
	ID, Style    string
	Photo        string // a picture that is made to speak, absolute; then ID is empty
	TalkingPhoto bool
	Scale        float64
	Offset       Offset
}

// Offset moves the avatar by fractions of the frame.
type Offset struct{ X, Y float64 }

// Voice is how it sounds.
type Voice struct {
	ID, Emotion, Locale string
	Speed, Pitch        float64
}

// Burned are captions in the picture, as HeyGen draws them. Without a Preset they look as HeyGen likes.
type Burned struct {
	On        bool
	Preset    string // HeyGen's name of a style; the other members change it
	FontSize  int    // 0: the preset's
	Position  Offset // in HeyGen's units
	Alignment int    // 1 to 9 as on a number pad; 0: the preset's
	Plain     bool   // the spoken word is not highlighted
}

// Clip is one named piece of footage.
//
// size: one field for each key of a clip in the manifest.
type Clip struct {
	Name       string
	Place      fault.Place
	Source     string
	Script     string          // normalised
	ScriptFile string          // absolute; empty when inline
	Headings   []captions.Part // of a script in Markdown
	AudioFile  string
	File       string
	// Frames are the pictures of a sequence that File names as a folder or a pattern, absolute; Rate is how many a
	// second, zero for the manifest's.
	Frames      []string
	Rate        timeline.Rate
	Key         string // the colour of the screen of File: #RRGGBB or auto; empty when it is not keyed
	VideoID     string
	Avatar      Avatar
	Voice       Voice
	Transparent bool
	Route       string // empty: chosen from the account
	KeyColor    string // #RRGGBB
	Background  string // #RRGGBB, opaque clips only
	// BackgroundImage and BackgroundVideo are files, absolute; at most one of the
	// three backgrounds is set.
	BackgroundImage, BackgroundVideo string
	Pronunciation                    map[string]string // word to how it is spoken
	Captions                         bool
	Burned                           Burned
	Glossary                         string // id of a glossary of the account: how terms are pronounced and translated
	Draft                            string // voice: the sound is bought before the picture
	Scenes                           []Scene
	Cutout                           bool // of a file: HeyGen removes its background
	Agent                            *Agent
	Template                         *Template
	Translate                        *Translate
	Lipsync                          *Lipsync
	Instant                          *Instant
	Cinematic                        *Cinematic
	Width, Height                    int
	Take                             int
	Prepare                          Prepare
	Checks                           media.Limits
	Row                              *Row          // of a table; nil for a clip of its own
	Places                           member.Places // where its members are written
}
