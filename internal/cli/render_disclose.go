package cli

import (
	"context"

	"greenroom/internal/fault"
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

// unlabelled fails if the manifest asks for a label, which greenroom cannot draw in a composition of the Remotion
// project, unless the user allows that.
func (o renderOptions) unlabelled(e *env, p *pipeline.Project, id string) error {
	label := p.Manifest.Label
	switch {
	case label == nil:
		return nil
	case o.noLabel:
		e.say("warning: %s has no label of greenroom's: it must show %q by itself", id, oneLine(label.Of))
		return nil
	}
	const hint = "show props.disclosure.label in it, and pass --allow-unlabelled"
	return fault.New(fault.Failed, hint, "the manifest asks for the label %q, which greenroom cannot draw in %s: "+
		"it is a composition of the Remotion project", label.Of, id)
}
