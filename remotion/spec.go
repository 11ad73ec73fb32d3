package remotion

import (
	"time"
)

// Renderer renders films through Remotion's Node API. Empty paths are looked up
// on PATH, except Browser: empty leaves it to Remotion.
type Renderer struct {
	Node, FFmpeg, Browser string
	// Env is the environment of node and npm; nil inherits ours.
	Env []string
	// Stall ends a render that reports nothing for so long. 0: three minutes.
	Stall time.Duration
}

// RenderSpec is one film.
type RenderSpec struct {
	ProjectDir  string // holds package.json
	Composition string // id as registered in src/Root.tsx
	Out         string // the .mp4 to write
	CacheDir    string // bundles and the driver; safe to delete
	// PropsJSON is what EncodeProps gave. The composition receives it as its
	// props prop; see InputProps for others.
	PropsJSON []byte
	// InputProps is a JSON object laid over the composition's defaults beside
	// PropsJSON: {"clip":"intro","title":"Hello"}. May be nil.
	InputProps    []byte
	Concurrency   int // browser tabs; 0 = 1, the cheapest for media clips
	CRF           int // 0 = 18
	AllowStandIns bool
}

// Stages of a render, in order.
const (
	StageInstall = "install"
	StageBundle  = "bundle"
	StageRender  = "render"
	StageAudio   = "audio"
	StageMux     = "mux"
)

// Event reports progress. Total is 0 while unknown; Done and Total are frames
// in StageRender and StageAudio, per cent in StageBundle and StageMux.
type Event struct {
	Stage       string
	Done, Total int
	Message     string
}

// RenderResult describes a finished film.
type RenderResult struct {
	Path          string
	Frames        int
	Width, Height int
	FPS           float64
	BundleReused  bool
	Seconds       float64 // wall time of the whole render
}

// ScaffoldOptions say how a new project is called.
type ScaffoldOptions struct{ Project string }
