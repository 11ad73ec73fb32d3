package pipeline

import (
	"path/filepath"

	"greenroom/pipeline/event"
	"greenroom/remotion"
	"greenroom/remotion/project"
)

// Layout is where the Remotion project keeps its files: as the manifest says, and where it says nothing as the
// project's own configuration does. That is looked up once.
func (p *Project) Layout() project.Layout {
	if p.configured == nil { // an account, which has no project
		return p.layout
	}
	return p.configured()
}

// publicDir is where clips are published, relative to the project.
func (p *Project) publicDir() string { return p.Layout().Published() }

// RenderDir is the folder of bundles and of what is remembered of the Remotion project. It may be deleted.
func (p *Project) RenderDir() string { return filepath.Join(p.state, "render") }

// readLayout adds what is known of the project's configuration without running it: a build runs no code of the
// project. What a render read of it is remembered.
func (p *Project) readLayout() project.Layout {
	out, doubt := remotion.Renderer{}.KnownLayout(p.layout, p.RenderDir())
	if doubt != "" {
		p.send(p.o.context(), event.Event{Stage: "publish", State: event.Warned, Message: doubt + "; clips are published in " + out.Published() +
			". To name the folder, write remotion: {public: FOLDER} in " + ManifestName})
	}
	return out
}

// filesDir is where images, videos, sounds and fonts of compositions are published, by content.
func (p *Project) filesDir() string { return p.publicDir() + "/files" }

// liveProps are the props in the public folder: Studio reads them there at every publish,
// which needs no new bundle.
func (p *Project) liveProps() string { return p.publicDir() + "/props.json" }

// sourceDir is the folder of greenroom's own source files, relative to the project.
func (p *Project) sourceDir() string { return p.layout.SourceDir() }
