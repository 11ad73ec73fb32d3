package pipeline

import "greenroom/remotion/project"

// Layout is where the Remotion project keeps its files.
func (p *Project) Layout() project.Layout { return p.layout }

// publicDir is where clips are published, relative to the project.
func (p *Project) publicDir() string { return p.layout.Published() }

// filesDir is where images, videos, sounds and fonts of compositions are published, by content.
func (p *Project) filesDir() string { return p.publicDir() + "/files" }

// liveProps are the props in the public folder: Studio reads them there at every publish,
// which needs no new bundle.
func (p *Project) liveProps() string { return p.publicDir() + "/props.json" }

// sourceDir is the folder of greenroom's own source files, relative to the project.
func (p *Project) sourceDir() string { return p.layout.SourceDir() }
