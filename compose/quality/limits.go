package quality

import "math"

// Level is how much what is found here counts.
type Level string

// Levels.
const (
	Off    Level = "off"    // nothing is measured
	Warn   Level = "warn"   // findings warn; flashing fails films
	Strict Level = "strict" // findings fail
)

// Limits are those that users may change: checks.quality in the manifest.
//
// size: one field for each setting.
type Limits struct {
	Level Level `json:"level"`
	// Loudness is the target of the integrated loudness, LUFS; 0 is none. EBU R128 has -23 for broadcast; streaming
	// services play at -14 (Spotify, YouTube) or -16 (Apple).
	Loudness float64 `json:"loudness"`
	// Peak is the largest true peak, dBTP. EBU R128 allows -1.
	Peak float64 `json:"peak"`
	// Silence, Black and Frozen are how long a stretch may last, seconds.
	Silence float64 `json:"silence"`
	Black   float64 `json:"black"`
	Frozen  float64 `json:"frozen"`
	// Contrast is the least contrast of texts, such as 4.5 for 4.5:1: WCAG 2.2, success criterion 1.4.3.
	Contrast float64 `json:"contrast"`
	// ReadingSpeed is in characters a second: the timed text guides of Netflix have 20 for adults in English, the BBC's
	// 160 to 180 words a minute are 15 to 17.
	ReadingSpeed float64 `json:"readingSpeed"`
	// LineLength is in characters: 42 in the timed text guides of Netflix, 37 of teletext.
	LineLength int `json:"lineLength"`
	// Safe is the share of each side that is kept free of text: SMPTE ST 2046-1 has a safe title area of 90 %.
	Safe float64 `json:"safe"`
	// Brand is a colour, #RRGGBB, that the report shows transparent clips on; "" is none.
	Brand string `json:"brand,omitempty"`
}

// Defaults returns the limits of a project that changes none.
func Defaults() Limits {
	return Limits{
		Level: Warn, Peak: -1, Silence: 5, Black: 2, Frozen: 5, Contrast: 4.5, ReadingSpeed: 20, LineLength: 42,
		Safe: 0.05,
	}
}

// Limits that are not settings.
const (
	// loudnessTolerance is how far integrated loudness may be off its target, LU: EBU R128 allows ±1 where ±0.5 cannot
	// be reached, as of live programmes.
	loudnessTolerance = 1.0
	// silent is the level of digital silence and of dither, dBFS: the default of ffmpeg's silencedetect.
	silent = -60.0
	// fullScale is from which sample value on the wave may be cut off, of 16 bits.
	fullScale = math.MaxInt16 - 1
	// clippedRun is how many samples in a row at full scale are a cut wave: EBU Tech 3341 calls one an over, and a
	// limiter that ends at full scale makes pairs.
	clippedRun = 4
	// opposite is the correlation of left and right below which a mono player loses the sound: -1 is complete
	// cancellation, 0 is unrelated channels, which a mono player adds.
	opposite = -0.5
	// deadBelow is by how many decibels one side is below the other when it counts as dead.
	deadBelow = 40.0

	// blackLuma is the luma of limited range up to which a pixel is black, and blackShare the share of such pixels of a
	// black picture: the defaults of ffmpeg's blackdetect, 10 % and 98 %.
	blackLuma  = 16 + 219/10
	blackShare = 0.98
	// frozenChange is the mean change of a part of equal pictures, of 1. ffmpeg's freezedetect has 0.001 for the mean
	// of the complete picture, by which a mouth alone does not move; codecs change equal pictures by up to 2 of 255.
	frozenChange = 0.012
	// rangeShare is the share of the picture that may be outside of 16..235: EBU R103 tolerates 1 %. It measures after a
	// low-pass filter, which the averages of small pictures are.
	rangeShare      = 0.01
	lowest, highest = 16, 235
	// strayLuma is by how much codecs overshoot at edges: EBU R103 allows 5 to 246.
	strayLuma = 11
	// flicker is by which share of the visible area a single picture may differ from both of its neighbours.
	flicker = 0.05
)
