package project

import (
	"context"
	"path/filepath"
	"sync"

	"greenroom/pipeline/event"
	"greenroom/remotion"
	"greenroom/remotion/project"
)

// layout is where the Remotion project keeps its files.
type layout struct {
	manifest project.Layout // what the manifest sets
	once     sync.Once
	known    project.Layout
}

// Layout returns where the Remotion project keeps its files: as the manifest sets it, and for the rest as the project's
// own configuration does. A build runs no code of the project, so that what a render read of the configuration counts;
// when it may be out of date, a warning is sent once.
func (p *Project) Layout() project.Layout {
	p.layout.once.Do(func() {
		out, doubt := remotion.Renderer{}.KnownLayout(p.layout.manifest, p.RenderDir())
		p.layout.known = out
		if doubt == "" {
			return
		}
		ctx := p.o.Context
		if ctx == nil {
			ctx = context.Background()
		}
		p.Send(ctx, event.Event{Stage: "publish", State: event.Warned, Message: doubt + "; clips are published in " + out.Published() +
			". To name the folder, write remotion: {public: FOLDER} in " + ManifestName})
	})
	return p.layout.known
}

// PublicDir returns the folder in which clips are published, relative to the project, with slashes.
func (p *Project) PublicDir() string { return p.Layout().Published() }

// FilesDir returns the folder for images, videos, sounds and fonts of compositions, which are named by content.
func (p *Project) FilesDir() string { return p.PublicDir() + "/files" }

// LiveProps returns the props in the public folder. Studio reads them at every publish, without a new bundle.
func (p *Project) LiveProps() string { return p.PublicDir() + "/props.json" }

// SourceDir returns the folder of greenroom's own source files, relative to the project, with slashes.
func (p *Project) SourceDir() string { return p.layout.manifest.SourceDir() }

// PropsPath returns the file of the props, absolute.
func (p *Project) PropsPath() string { return filepath.Join(p.Path(p.SourceDir()), "clips.gen.json") }

// RenderDir returns the folder of bundles and of records of the Remotion project, absolute. It may be deleted.
func (p *Project) RenderDir() string { return filepath.Join(p.StateDir(), "render") }
