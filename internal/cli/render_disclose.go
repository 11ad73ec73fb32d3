package cli

import (
	"context"

	"greenroom/pipeline"
	"greenroom/pipeline/credential"
	"greenroom/pipeline/films/render"
	"greenroom/remotion/c2pa"
	"greenroom/remotion/tools"
)

// disclosure returns what is written into films after they are rendered. It fails if they could not be signed.
func (e *env) disclosure(ctx context.Context, p *pipeline.Project) (render.Disclosure, error) {
	asked := p.Manifest.Disclose
	out := render.Disclosure{Marks: asked.Marks}
	if asked.Sign == nil {
		return out, nil
	}
	key, err := credential.Open(ctx, asked.Sign, credential.Project{Dir: p.Dir(), Getenv: e.Getenv, Now: e.Now})
	if err != nil {
		return out, err
	}
	project := p.Layout().Dir
	if err := c2pa.Installed(project); err != nil {
		return out, err
	}
	node, _, err := tools.FindNode(ctx, e.LookPath)
	if err != nil {
		return out, err
	}
	program := c2pa.Program{Node: node, Project: project, Dir: p.RenderDir()}
	out.Sign = &render.Signing{Program: program, Credential: key, Version: e.Version}
	return out, nil
}

// label returns what a composition of the Remotion project must state that it shows: the label that the manifest asks
// for, unless the user renders without.
func (o renderOptions) label(e *env, p *pipeline.Project, id string) string {
	label := p.Manifest.Label
	if label == nil {
		return ""
	}
	if o.noLabel {
		e.say("warning: %s has no label of greenroom's: it must show %q by itself", id, oneLine(label.Of))
		return ""
	}
	return label.Of
}
