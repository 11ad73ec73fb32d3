package remotion

import "greenroom/remotion/scaffold"

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
