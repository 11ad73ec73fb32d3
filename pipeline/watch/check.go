package watch

import (
	"context"
	"path"
	"slices"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/project"
)

// Finding is the result of one check of a clip's published file.
type Finding struct {
	Name    string `json:"name"`
	Verdict string `json:"verdict"` // ok, warn, fail
	Value   string `json:"value"`
	Limit   string `json:"limit"`
	Advice  string `json:"advice"` // empty when it is ok
}

// Check decodes the file that is published for a clip and checks it, as `greenroom
// check` does. It costs a decode and no money. It fails when the file cannot be read or
// does not exist.
func (s *Session) Check(ctx context.Context, name string) ([]Finding, error) {
	st := s.State()
	i := slices.IndexFunc(st.Clips, func(c Clip) bool { return c.Name == name })
	if i < 0 || st.Clips[i].Src == "" {
		return nil, fault.New(fault.Failed, "wait for its stand-in, or run `greenroom build`", "nothing is published yet").For(name)
	}
	c := st.Clips[i]
	want := media.Expect{Transparent: true, Prepared: true, Limits: media.Limits{CoverageMax: 1, Border: "all"}} // cropped: checked on the master
	if c.State == Final {
		transparent, err := s.transparent(name)
		if err != nil {
			return nil, err
		}
		want.Transparent = transparent
		want.Again = "`greenroom build --refetch " + name + "` downloads it again and buys nothing"
	}
	t, err := s.tools(ctx)
	if err != nil {
		return nil, err
	}
	r, err := media.Check(ctx, t, s.Layout().Path(path.Join(s.Layout().PublicDir(), c.Src)), want, nil)
	if err != nil {
		return nil, err
	}
	out := []Finding{}
	for _, f := range r.Findings {
		out = append(out, Finding{f.Name, string(f.Verdict), f.Value, f.Limit, f.Advice})
	}
	return out, nil
}

func (s *Session) tools(ctx context.Context) (media.Tools, error) {
	return project.Finder(s.o.Project.Getenv, s.o.Project.LookPath).Find(ctx)
}

// transparent reports whether a bought clip is meant to be transparent.
func (s *Session) transparent(name string) (bool, error) {
	p, err := pipeline.Open(s.o.Project)
	if err != nil {
		return false, err
	}
	defer p.Close()
	published, err := p.Published([]string{name})
	if err != nil {
		return false, err
	}
	return published[0].Transparent, nil
}
