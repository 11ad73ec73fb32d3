// Package remotion is the interface to Remotion: the props contract, the project scaffold, and the renderer that drives
// Remotion's own Node API.
//
// Props never have a link, a key or a path of this machine, the user's files are never overwritten, and a film appears
// under its final name only when it is complete. The package never opens the network itself and never installs anything
// without an Event that reports it; the package manager uses the registry that the user has configured.
package remotion

import (
	"time"

	"greenroom/remotion/project"
	"greenroom/remotion/scaffold"
)

// Renderer renders films through Remotion's Node API. Empty paths are looked up on PATH; without a browser Remotion
// chooses one.
type Renderer struct {
	Node, FFmpeg string
	// Browser is the caller's choice. FoundBrowser is used where neither Browser nor the project's configuration
	// names one.
	Browser, FoundBrowser string
	// MayInstall decides whether missing packages of the project are installed; nil allows no install.
	MayInstall func(*project.Missing) (bool, error)
	// Env is the environment of node and of the package manager; nil inherits this process's.
	Env []string
	// Stall is the time after which a render that reports nothing is ended. 0: three minutes.
	Stall time.Duration
	// CacheBytes bounds each of the browser's two caches of decoded frames. 0: 512 MiB.
	// Remotion's own choice, half of the machine's memory, does not see a container's limit.
	CacheBytes int64
}

const defaultCache = 512 << 20

// SessionSpec is where a session works.
type SessionSpec struct {
	Layout   project.Layout // Dir is all that a usual project needs
	CacheDir string         // bundles and the driver; safe to delete
	// NewBundle bundles the project again although nothing that greenroom reads has changed.
	NewBundle bool
	// NoBrowser starts no browser while a bundle is made: other machines render the films.
	NoBrowser bool
}

// RenderSpec is one film.
type RenderSpec struct {
	// Layout and CacheDir are those of SessionSpec; Session.Render ignores them.
	Layout      project.Layout
	CacheDir    string
	Composition string // id as registered in src/Root.tsx
	// Out is the file to write: .mp4 (H.264, AAC), or with transparency .webm (VP9, Opus)
	// or .mov (ProRes 4444, PCM).
	Out string
	// PropsJSON is what EncodeProps gave. The composition receives it as its
	// props prop; see InputProps for others.
	PropsJSON []byte
	// InputProps is a JSON object that replaces defaults of the composition, in addition to PropsJSON:
	// {"clip":"intro","title":"Hello"}. May be nil.
	InputProps  []byte
	Concurrency int // browser tabs; 0 = 1, the cheapest for media clips
	CRF         int // 0 = 18; ProRes has none
	// Exact hands frames to the encoder as PNG instead of JPEG: coloured edges stay as sharp
	// as the film's own format allows, for more processor time. Films with transparency
	// always are.
	Exact bool
	// ChunkFrames is how many frames are rendered at a time: after a crash only the chunk
	// that was being made is made again. 0: 500.
	ChunkFrames   int
	AllowStandIns bool
	// Tags are options of ffmpeg that write tags into the film's file. They change nothing that is encoded, and no key.
	Tags []string
}

// StillSpec is one frame of a composition as a picture.
type StillSpec struct {
	Composition string
	Out         string // .png, which keeps transparency, or .jpg
	Frame       int    // from 0
	// PropsJSON, InputProps and AllowStandIns are those of RenderSpec.
	PropsJSON, InputProps []byte
	AllowStandIns         bool
	Quality               int     // of a JPEG, 1 to 100; 0 = 90
	Scale                 float64 // of the picture's sides; 0 = 1
	// Accept is called with the composition's metadata before it is drawn; its error ends the work. It may be nil.
	Accept func(Facts) error
}

// Stages of a render, in order.
const (
	StageInstall = "install"
	StageBundle  = "bundle"
	StageRender  = "render"
	StageJoin    = "join" // of chunks, when there are several
	StageAudio   = "audio"
	StageMux     = "mux"
)

// Event reports progress. Total is 0 while unknown; Done and Total are frames
// in StageRender and StageAudio, per cent in the other stages.
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
	Seconds       float64 // wall time of the complete render
}

// StillResult describes a finished picture.
type StillResult struct {
	Path          string
	Width, Height int // in pixels, scale applied
}

// ScaffoldOptions are the name of a new project and the places of its files.
type ScaffoldOptions struct {
	Project       string
	Layout        project.Layout // Dir is set by Scaffold
	Version       string         // of greenroom
	Rate          Rate           // of the compositions; 25 fps without one
	Width, Height int            // 1920 x 1080 without
	Files         map[string][]byte
}

// Scaffold puts the companion into dir with scaffold.Write, with no clips.
func Scaffold(dir string, o ScaffoldOptions) (written []string, err error) {
	at := o.Layout
	at.Dir = dir
	clips, err := emptyClips(o)
	if err != nil {
		return nil, err
	}
	return scaffold.Write(scaffold.Options{Project: o.Project, Layout: at, Version: o.Version, Clips: clips,
		Files: o.Files})
}

// emptyClips are the generated files of a project before its first build.
func emptyClips(o ScaffoldOptions) (map[string][]byte, error) {
	p := Props{Project: o.Project, FPS: 25, Width: 1920, Height: 1080}
	if p.Project == "" {
		p.Project = "greenroom"
	}
	if o.Rate.Num > 0 {
		p.SetRate(o.Rate.Num, o.Rate.Den)
	}
	if o.Width > 0 {
		p.Width, p.Height = o.Width, o.Height
	}
	jsonB, ts, err := EncodeProps(p)
	return map[string][]byte{"clips.gen.json": jsonB, "clips.gen.ts": ts}, err
}
