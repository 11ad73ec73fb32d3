package remotion

// PropsVersion is the version of the props contract written by this program.
const PropsVersion = 1

// Kinds of a clip: a take that was bought, or a local one of the same length.
const (
	Final   = "final"
	StandIn = "stand-in"
)

// Props is all that Remotion reads about a project. JSON is camelCase.
type Props struct {
	Version int             `json:"version" jsonschema:"enum=1" jsonschema_description:"Version of this contract."`
	Project string          `json:"project" jsonschema:"minLength=1,maxLength=200"`
	FPS     float64         `json:"fps" jsonschema:"minimum=1,maximum=240" jsonschema_description:"Frames per second of the compositions."`
	Rate    *Rate           `json:"rate,omitempty" jsonschema_description:"The same as an exact fraction (30000/1001) where it is not an integer."`
	Width   int             `json:"width" jsonschema:"minimum=2,maximum=16384" jsonschema_description:"Width of the compositions in pixels."`
	Height  int             `json:"height" jsonschema:"minimum=2,maximum=16384" jsonschema_description:"Height of the compositions in pixels."`
	Clips   map[string]Clip `json:"clips"`

	Disclosure *Disclosure `json:"disclosure,omitempty" jsonschema_description:"What films show about how they are made."`
}

// Disclosure is what a composition has to show about how it is made: greenroom adds it to the manifest's films only.
type Disclosure struct {
	Label string `json:"label" jsonschema:"minLength=1,maxLength=80" jsonschema_description:"Words that each film shows, such as AI-generated."`
}

// Rate is frames per second as an exact fraction.
type Rate struct {
	Num int `json:"num"`
	Den int `json:"den"`
}

// FPS returns the rate as a number.
func (r Rate) FPS() float64 { return float64(r.Num) / float64(r.Den) }

// SetRate sets the compositions' rate: as a number, and as a fraction where it is not an integer. A companion of an
// earlier version does not know the fraction.
func (p *Props) SetRate(num, den int) {
	r := Rate{num, den}
	p.FPS, p.Rate = r.FPS(), nil
	if num%den != 0 {
		p.Rate = &r
	}
}

// Clip is one published clip. Paths are relative to public/, as staticFile needs them; absent renditions have no field.
type Clip struct {
	Name              string            `json:"name" jsonschema:"pattern=^[a-z0-9][a-z0-9-]*$,maxLength=64"`
	Src               string            `json:"src" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"The video, for staticFile()."`
	Kind              string            `json:"kind" jsonschema:"enum=final,enum=stand-in"`
	Transparent       bool              `json:"transparent"`
	Width             int               `json:"width" jsonschema:"minimum=2,maximum=16384" jsonschema_description:"Width of the file in pixels."`
	Height            int               `json:"height" jsonschema:"minimum=2,maximum=16384" jsonschema_description:"Height of the file in pixels."`
	FPS               float64           `json:"fps" jsonschema:"exclusiveMinimum=0,maximum=240" jsonschema_description:"Frames per second of the file."`
	DurationInSeconds float64           `json:"durationInSeconds" jsonschema:"exclusiveMinimum=0,maximum=86400"`
	DurationInFrames  int               `json:"durationInFrames" jsonschema:"minimum=1" jsonschema_description:"Length in frames of the compositions' rate."`
	Box               Box               `json:"box" jsonschema_description:"Where the file's picture sits in the full frame, in the full frame's pixels."`
	Poster            string            `json:"poster,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200"`
	Waveform          *string           `json:"waveform,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200"`
	Captions          *string           `json:"captions,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200"`
	Renditions        *Renditions       `json:"renditions,omitempty" jsonschema_description:"Further files that the manifest asks for."`
	Label             *string           `json:"label,omitempty" jsonschema:"maxLength=300" jsonschema_description:"Words to burn over a stand-in, next to the timecode."`
	Row               map[string]string `json:"row,omitempty" jsonschema_description:"The columns of the clip's table that the manifest passes on."`
	Loudness          *float64          `json:"loudness,omitempty" jsonschema:"minimum=-120,maximum=20" jsonschema_description:"Integrated loudness in LUFS."`
	Take              Take              `json:"take"`
}

// Renditions are further files of a clip, for editors and web pages. Paths are relative to public/; a file that was not
// asked for has no field.
type Renditions struct {
	ProRes            string `json:"prores,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"QuickTime for editors: ProRes 4444 with alpha, 422 HQ without."`
	HEVC              string `json:"hevc,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"HEVC with alpha, for Safari."`
	Stacked           string `json:"stacked,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"MP4 whose upper half is the colour, multiplied by the alpha in the lower half."`
	PNG               string `json:"png,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"ZIP file of numbered pictures."`
	Preview           string `json:"preview,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"MP4 over a backdrop."`
	Proxy             string `json:"proxy,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"The video at half its size."`
	Storyboard        string `json:"storyboard,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"WebVTT that names parts of its picture."`
	StoryboardPicture string `json:"storyboardPicture,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"Small pictures side by side."`
	WaveformPicture   string `json:"waveformPicture,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"The waveform drawn."`
	Audio             string `json:"audio,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"AAC."`
	AudioWAV          string `json:"audioWav,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"WAV."`
	AudioMP3          string `json:"audioMp3,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"MP3."`
	CaptionsSRT       string `json:"captionsSrt,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"SubRip."`
	CaptionsVTT       string `json:"captionsVtt,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"WebVTT."`
	CaptionsASS       string `json:"captionsAss,omitempty" jsonschema:"pattern=^greenroom/[a-z0-9][a-z0-9.-]*$,maxLength=200" jsonschema_description:"Advanced SubStation Alpha."`
}

// Box places a cropped clip in the frame it was cropped from. All in pixels of
// that frame; the file itself may have been scaled since.
type Box struct {
	X           int `json:"x" jsonschema:"minimum=0,maximum=16384"`
	Y           int `json:"y" jsonschema:"minimum=0,maximum=16384"`
	Width       int `json:"width" jsonschema:"minimum=1,maximum=16384"`
	Height      int `json:"height" jsonschema:"minimum=1,maximum=16384"`
	FrameWidth  int `json:"frameWidth" jsonschema:"minimum=1,maximum=16384"`
	FrameHeight int `json:"frameHeight" jsonschema:"minimum=1,maximum=16384"`
}

// Take identifies the take of a clip. All fields may be empty: a footage file was never bought.
type Take struct {
	VideoID string `json:"videoId" jsonschema:"pattern=^[A-Za-z0-9_-]*$,maxLength=200"`
	Route   string `json:"route" jsonschema:"pattern=^[a-z0-9-]*$,maxLength=40"`
	Origin  string `json:"origin,omitempty" jsonschema:"pattern=^[a-z0-9-]*$,maxLength=64" jsonschema_description:"Who made it: sandbox, or a provider and a hash of the account."`
	Key     string `json:"key" jsonschema:"pattern=^([0-9a-f]{8\\,64})?$" jsonschema_description:"Hash of the request that made the take; not a credential."`
}
