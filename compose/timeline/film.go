package timeline

// Film is one composite: a canvas, a length, and what is drawn and played.
//
// All positions are in pixels of the canvas, all times in frames of the film unless a field is in seconds.
// The JSON form is what the companion's Timeline composition takes as its prop "film".
type Film struct {
	// Name is the composition's name, followed by the format's when there are several: "Launch-9x16".
	Name   string `json:"name"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	FPS    Rate   `json:"fps"`
	Frames int    `json:"frames"`
	// Transparent films have no ground: where no layer is, alpha is 0. Otherwise the ground is black.
	Transparent bool `json:"transparent"`
	// Media is what layers and sounds refer to, by key.
	Media map[string]Media `json:"media"`
	// Layers are drawn in order: the first lies at the bottom.
	Layers []Layer `json:"layers"`
	Sounds []Sound `json:"sounds"`
	// Warnings are sentences for people, such as that a title lies on a face. They are not part of what is drawn.
	Warnings []string `json:"-"`
}

// Media is a file that is drawn or played.
type Media struct {
	// File is its absolute path on this machine; it is never written to JSON.
	File string `json:"-"`
	// Public is its path below the Remotion project's public/ folder, with slashes: "greenroom/files/3f….png".
	Public string `json:"public"`
	// Width and Height are in pixels, 0 for sound.
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
	// Seconds is the length of video and sound, 0 for a picture.
	Seconds float64 `json:"seconds,omitempty"`
	// Codec is the video stream's codec in ffprobe's words ("vp9", "h264"), empty for pictures and sound.
	Codec string `json:"codec,omitempty"`
	// Alpha means that the picture has transparency that was verified, not read from a tag.
	Alpha bool `json:"alpha,omitempty"`
	// Matrix is how a video codes its colours, in ffprobe's words ("smpte170m"). Empty is BT.709, as which footage
	// that does not say is taken too.
	Matrix string `json:"matrix,omitempty"`
	// FullRange means that a video's values run from 0 to 255, and not from 16 to 235.
	FullRange bool `json:"fullRange,omitempty"`
}

// Kind is what a layer draws.
type Kind string

// The kinds of layers. Exactly one of the layer's fields of the same name is set.
const (
	KindFill    Kind = "fill"
	KindPicture Kind = "picture"
	KindVideo   Kind = "video"
	KindText    Kind = "text"
)

// Layer is one drawn thing.
type Layer struct {
	// ID is unique in the film and names the layer to a person: "clip hello", "text title 2".
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	// From is the first frame on which the layer is seen, Frames how many.
	From   int `json:"from"`
	Frames int `json:"frames"`
	// Box is where it is drawn. It may lie partly outside of the canvas. For text it is the block's area and only
	// what motion moves: the lines have their own positions.
	Box Rect `json:"box"`
	// Radius rounds the box's corners, in pixels; half of the shorter side makes a circle of a square.
	Radius float64 `json:"radius,omitempty"`
	// Round is the rectangle whose corners Radius rounds, where that is not Box: a presenter who fills only the lower
	// part of a disc is cut by the disc. Nothing of the layer is drawn outside of it. It moves with the layer.
	Round *Rect `json:"round,omitempty"`
	// Opacity is 0 to 1.
	Opacity float64 `json:"opacity"`
	Enter   Motion  `json:"enter"`
	Leave   Motion  `json:"leave"`

	Fill    *Fill    `json:"fill,omitempty"`
	Picture *Picture `json:"picture,omitempty"`
	Video   *Video   `json:"video,omitempty"`
	Text    *Text    `json:"text,omitempty"`
}

// Rect is a rectangle in pixels.
type Rect struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Motion is how a layer comes or goes. The zero Motion is a cut.
type Motion struct {
	// Frames is how long it takes.
	Frames int `json:"frames,omitempty"`
	// Fade changes opacity between 0 and the layer's own, linearly.
	Fade bool `json:"fade,omitempty"`
	// DX and DY are how far from its box the layer is at the outer end, in pixels.
	DX int `json:"dx,omitempty"`
	DY int `json:"dy,omitempty"`
}

// Fill is a colour, or a linear gradient between colours at equal distances.
type Fill struct {
	// Colors are "#RRGGBB" or "#RRGGBBAA", in sRGB; one is a plain colour.
	Colors []string `json:"colors"`
	// Angle is CSS's: 180 runs from top to bottom, 90 from left to right. Degrees.
	Angle float64 `json:"angle,omitempty"`
	// Ring is a line along the inner side of the box's edge, over the colours. Its Width is in pixels.
	Ring *Stroke `json:"ring,omitempty"`
}

// Picture is a still image.
type Picture struct {
	Media string `json:"media"`
	// Crop is the part of the image, in its own pixels, that fills the box.
	Crop Rect `json:"crop"`
}

// Video is a clip or any other video.
type Video struct {
	Media string `json:"media"`
	// Crop is the part of each frame, in its own pixels, that fills the box.
	Crop Rect `json:"crop"`
	// Skip is how much of the file's beginning is omitted, in seconds.
	Skip float64 `json:"skip,omitempty"`
	// Loop starts again at the file's beginning. Without it nothing is drawn after the file's last frame.
	Loop bool `json:"loop,omitempty"`
	// Played is how many frames of the layer came before its first one, in a film that is a part of another film. It is
	// not added to Skip: a number of frames is exact, a time in seconds is not.
	Played int `json:"-"`
}

// Text is lines of words in one or more fonts.
type Text struct {
	Fonts []Font `json:"fonts"`
	// Size is the font size in pixels as CSS counts it: the em square's side.
	Size float64 `json:"size"`
	// Color and Highlight are "#RRGGBB" or "#RRGGBBAA". Highlight colours a run from its On frame to its Off frame.
	Color     string  `json:"color"`
	Highlight string  `json:"highlight,omitempty"`
	Stroke    *Stroke `json:"stroke,omitempty"`
	// Plate is drawn behind the lines.
	Plate *Plate `json:"plate,omitempty"`
	Lines []Line `json:"lines"`
}

// Font is one face.
type Font struct {
	// Family is the name inside the file.
	Family string `json:"family"`
	// Media is the key of the font file.
	Media string `json:"media"`
	// Weight is 100 to 900; Italic as in the file.
	Weight int  `json:"weight"`
	Italic bool `json:"italic,omitempty"`
	// Ascent and Descent are the distances from the baseline that a line box of libass has, as shares of the em:
	// OS/2 usWinAscent and usWinDescent over unitsPerEm.
	Ascent  float64 `json:"ascent"`
	Descent float64 `json:"descent"`
}

// Stroke is a line around glyphs, half of it outside of the outline, or the ring of a fill.
type Stroke struct {
	Color string `json:"color"`
	// Width is the visible part in pixels.
	Width float64 `json:"width"`
}

// Plate is a rounded box behind text.
type Plate struct {
	Box    Rect    `json:"box"`
	Radius float64 `json:"radius,omitempty"`
	Color  string  `json:"color"`
}

// Line is one line of text, already broken.
type Line struct {
	// X is the line's left edge and Baseline its baseline, in pixels of the canvas; Width is its measured advance.
	X        float64 `json:"x"`
	Baseline float64 `json:"baseline"`
	Width    float64 `json:"width"`
	// RTL means that the line's base direction is right to left. Runs stay in logical order.
	RTL  bool  `json:"rtl,omitempty"`
	Runs []Run `json:"runs"`
}

// Run is a piece of a line in one font. The line's text is its runs put together, blanks included.
type Run struct {
	Text string `json:"text"`
	// Font is an index into Text.Fonts.
	Font int `json:"font,omitempty"`
	// On and Off are the frames of the film between which the run has the highlight colour; both 0 is never.
	On  int `json:"on,omitempty"`
	Off int `json:"off,omitempty"`
}

// Sound is one thing that is played.
type Sound struct {
	ID    string `json:"id"`
	Media string `json:"media"`
	// From is the frame at which it starts, Frames how long it may last.
	From   int `json:"from"`
	Frames int `json:"frames"`
	// Skip is how much of the file's beginning is omitted, in seconds.
	Skip float64 `json:"skip,omitempty"`
	Loop bool    `json:"loop,omitempty"`
	// Gain is the loudness over time, joined by straight lines: fades and ducking are worked out. At least one point.
	Gain []Point `json:"gain"`
}

// Point is a gain at a time.
type Point struct {
	// At is in seconds of the film.
	At float64 `json:"at"`
	// Gain is a factor of amplitude: 1 leaves the sound as it is, 0 is silence.
	Gain float64 `json:"gain"`
}
