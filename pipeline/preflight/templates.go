package preflight

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/routes"
)

// checkTemplates reads each template and holds the manifest's variables against it.
func (f *flight) checkTemplates(ctx context.Context) error {
	for _, s := range f.steps {
		if s.Work.Clip.Source != manifest.SourceTemplate {
			continue
		}
		id, api := s.Work.Clip.Template.ID, routes.APIOf(s.Route)
		if t, ok := f.found.Templates[id]; ok { // rows share theirs
			f.variables(s, t)
			continue
		}
		t, err := f.client.Template(ctx, api, id)
		switch {
		case heygen.NotFound(err):
			has := &offer{list: "templates", key: "template"}
			all, lerr := f.client.Templates(ctx, api) // a route that has ended answers 404, too
			if heygen.Gone(lerr) || lerr != nil && heygen.Gone(err) {
				return f.gone(ctx, errors.Join(lerr, err), "read template "+id)
			}
			for _, x := range all {
				has.put(x.ID, x.Name)
			}
			f.addAt("template.id", []*planning.Step{s}, has.hint(id), "the account has no template %q", id)
			continue
		case heygen.Gone(err):
			return f.gone(ctx, err, "read template "+id)
		case err != nil:
			return account.Explain(err, "read template "+id)
		}
		f.found.Templates[id] = t
		f.variables(s, t)
	}
	return nil
}

func (f *flight) variables(s *planning.Step, t heygen.Template) {
	given := map[string]string{}
	for _, v := range s.Work.Clip.Template.Variables {
		given[v.Name] = v.Value
		if v.File != "" {
			given[v.Name] = "file"
		}
	}
	hint := fmt.Sprintf("`greenroom templates %s` shows its variables; nothing was bought", t.ID)
	values, errs := t.Match(given)
	for _, v := range s.Work.Clip.Template.Variables {
		i := slices.IndexFunc(values, func(x heygen.TemplateValue) bool { return x.Name == v.Name })
		if i < 0 {
			continue
		}
		kind := values[i].Type
		isFile := kind == "image" || kind == "video" || kind == "audio"
		switch {
		case isFile && v.File == "":
			errs = append(errs, fmt.Errorf("variable %q is %s: it needs a file, not %q", v.Name, kind, v.Value))
		case !isFile && v.File != "":
			errs = append(errs, fmt.Errorf("variable %q is %s: it needs words, not a file", v.Name, kind))
		}
	}
	for _, err := range errs {
		f.add([]*planning.Step{s}, hint, "template %s: %v", t.ID, err)
	}
}

func (f *flight) checkLanguages(ctx context.Context) error {
	lists := map[heygen.API][]string{}
	for _, s := range f.steps {
		if s.Work.Clip.Source != manifest.SourceTranslate {
			continue
		}
		api := routes.APIOf(s.Route)
		if lists[api] == nil {
			l, err := f.client.Languages(ctx, api)
			if heygen.Gone(err) {
				return f.gone(ctx, err, "list the languages")
			}
			if err != nil || len(l) == 0 {
				f.unread = cmp.Or(account.Explain(err, "list the languages"), f.unread)
				continue
			}
			lists[api] = l
		}
		to := s.Work.Clip.Translate.To
		match, choices := value.FindLanguage(to, lists[api])
		if f.found.Languages[to] = match; match != "" {
			continue
		}
		hint := "`greenroom templates --languages` lists them; nothing was bought"
		switch near := fault.Nearest(to, lists[api]); {
		case len(choices) > 0:
			f.addAt("translate.to", []*planning.Step{s}, "write one of: "+strings.Join(choices, ", ")+"; nothing was bought", "HeyGen has %d kinds of %s", len(choices), to)
			continue
		case near != "":
			hint = fmt.Sprintf("did you mean %q? nothing was bought", near)
		}
		f.addAt("translate.to", []*planning.Step{s}, hint, "HeyGen does not translate into %q", to)
	}
	return nil
}

// checkFolder finds a folder that the account does not have. The list of folders is v3's; without one the folder is
// sent as it is.
func (f *flight) checkFolder(ctx context.Context) error {
	id := f.disk.Manifest.HeyGen.Folder
	if id == "" || !slices.ContainsFunc(f.steps, func(s *planning.Step) bool { return routes.TakesFolder(s.Route) }) {
		return nil
	}
	f.found.Folder = id
	err := f.client.Folder(ctx, id)
	switch {
	case heygen.NotFound(err):
		const hint = "`greenroom api POST /v3/folders --field name=NAME` makes one and prints its id; nothing was bought"
		f.faults = append(f.faults, fault.New(fault.Manifest, hint, "heygen.folder: the account has no folder %q", id))
	case heygen.Unauthorized(err):
		return account.Explain(err, "read the folder")
	case err != nil:
		f.unread = cmp.Or(account.Explain(err, "read the folder"), f.unread)
	}
	return nil
}

// checkGlossaries finds glossaries that the account does not have, such as those of another account.
func (f *flight) checkGlossaries(ctx context.Context) error {
	by := map[string][]*planning.Step{}
	for _, s := range f.steps {
		if id := s.Work.Request.Glossary; id != "" {
			by[id] = append(by[id], s)
		}
	}
	if len(by) == 0 {
		return nil
	}
	all, err := f.client.Glossaries(ctx)
	if heygen.Unauthorized(err) {
		return account.Explain(err, "list the glossaries")
	}
	if err != nil {
		f.unread = cmp.Or(account.Explain(err, "list the glossaries"), f.unread)
		return nil
	}
	has := &offer{list: "api GET /v3/brand-glossaries", key: "glossary"}
	for _, g := range all {
		has.put(g.ID, g.Name)
	}
	for id, steps := range by {
		if !slices.Contains(has.ids, id) {
			f.addAt("glossary", steps, has.hint(id), "the account has no glossary %q", id)
		}
	}
	return nil
}
