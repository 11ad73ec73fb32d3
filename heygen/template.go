package heygen

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"sort"
)

// Template is a film designed in HeyGen's editor, with places to fill.
type Template struct {
	ID, Name    string
	AspectRatio string // v3 only
	Variables   []TemplateVariable
}

// TemplateVariable is one place: text, image, video, audio, character or voice.
type TemplateVariable struct {
	Name, Type string
	Properties map[string]any // as designed: the content when no value is set
}

// VariableTypes are the kinds of places a template can have, with the property a
// plain value goes into.
var VariableTypes = map[string]string{
	"text": "content", "image": "asset_id", "video": "asset_id", "audio": "asset_id", "character": "character_id",
	"voice": "voice_id",
}

// Templates lists the account's templates, without their variables.
func (c *Client) Templates(ctx context.Context, api API) ([]Template, error) {
	const op = "list templates"
	if api == V3 {
		list, err := pages[wireTemplate](ctx, c, op, "/v3/templates", nil, 100, 0)
		return templatesOf(list), err
	}
	var d struct {
		Templates flexList[wireTemplate] `json:"templates"`
	}
	err := c.read(ctx, op, "/v2/templates", nil, &d)
	return templatesOf(d.Templates), err
}

type wireTemplate struct {
	ID        flexWord      `json:"id"`
	LegacyID  flexWord      `json:"template_id"`
	Name      flexWord      `json:"name"`
	Ratio     flexWord      `json:"aspect_ratio"`
	Variables flexVariables `json:"variables"`
}

// flexVariables accepts a map of name to variable, or a list of variables that name
// themselves. A variable of another shape is still named.
type flexVariables []TemplateVariable

type wireVariable struct {
	Name       flexWord       `json:"name"`
	Type       flexWord       `json:"type"`
	OtherType  flexWord       `json:"variable_type"`
	Properties map[string]any `json:"properties"`
}

func (w wireVariable) variable(name string) TemplateVariable {
	return TemplateVariable{first(name, string(w.Name)), first(string(w.Type), string(w.OtherType)), w.Properties}
}

func (l *flexVariables) UnmarshalJSON(b []byte) error {
	*l = nil
	var byName map[string]json.RawMessage
	if json.Unmarshal(b, &byName) == nil {
		for name, raw := range byName {
			var w wireVariable
			_ = tolerant(raw, &w) // it is still named
			*l = append(*l, w.variable(name))
		}
		return nil
	}
	var list flexList[wireVariable]
	_ = list.UnmarshalJSON(b) // never fails
	for _, w := range list {
		if w.Name != "" {
			*l = append(*l, w.variable(""))
		}
	}
	return nil
}

func (t wireTemplate) template() Template {
	out := Template{
		ID: first(string(t.ID), string(t.LegacyID)), Name: string(t.Name), AspectRatio: string(t.Ratio),
		Variables: t.Variables,
	}
	sort.Slice(out.Variables, func(i, j int) bool { return out.Variables[i].Name < out.Variables[j].Name })
	return out
}

func templatesOf(list []wireTemplate) (out []Template) {
	for _, w := range list {
		if t := w.template(); t.ID != "" {
			out = append(out, t)
		}
	}
	return out
}

// Template reads one template with its variables.
func (c *Client) Template(ctx context.Context, api API, id string) (Template, error) {
	path := "/v2/template/"
	if api == V3 {
		path = "/v3/templates/"
	}
	var d wireTemplate
	err := c.read(ctx, "read template", path+url.PathEscape(id), nil, &d)
	t := d.template()
	t.ID = first(t.ID, id)
	return t, err
}

// TemplateValue is what goes into a variable: the type's plain value, HeyGen's id of
// an upload for pictures, films and sounds.
type TemplateValue struct{ Name, Type, Value string }

// TemplateRequest renders a template.
type TemplateRequest struct {
	ID        string
	Title     string
	Values    []TemplateValue
	Dimension *Dimension
	Caption   bool
	Subtitles *Subtitles // how the captions are burnt in
	// GlossaryID names how terms are pronounced (v3).
	GlossaryID string
}

// Encode returns the path and the body. Both generations take variables as objects.
func (r TemplateRequest) Encode(api API) (path string, body any) {
	type variable struct {
		Name       string            `json:"name"`
		Type       string            `json:"type"`
		Properties map[string]string `json:"properties"`
	}
	vars := map[string]variable{}
	for _, v := range r.Values {
		p := map[string]string{VariableTypes[v.Type]: v.Value}
		if v.Type == "character" {
			p["type"] = "avatar"
		}
		vars[v.Name] = variable{v.Name, v.Type, p}
	}
	path = "/v2/template/" + url.PathEscape(r.ID) + "/generate"
	if api == V3 {
		path = "/v3/templates/" + url.PathEscape(r.ID)
	}
	return path, struct {
		Title     string              `json:"title,omitempty"`
		Caption   bool                `json:"caption"`
		Subtitles *Subtitles          `json:"subtitles,omitempty"`
		Dimension *Dimension          `json:"dimension,omitempty"`
		Variables map[string]variable `json:"variables"`
		Glossary  string              `json:"brand_glossary_id,omitempty"`
	}{r.Title, r.Caption, r.Subtitles, r.Dimension, vars, r.GlossaryID}
}

// Match checks values against the template: unknown names, missing ones and types
// that a value cannot have. Types of values are taken from the template.
func (t Template) Match(given map[string]string) ([]TemplateValue, []error) {
	var out []TemplateValue
	var errs []error
	var names []string
	for _, v := range t.Variables {
		names = append(names, v.Name)
		value, ok := given[v.Name]
		switch {
		case !ok && len(v.Properties) == 0:
			errs = append(errs, fmt.Errorf("variable %q (%s) is missing", v.Name, v.Type))
		case !ok: // stays as designed
		case VariableTypes[v.Type] == "":
			errs = append(
				errs, fmt.Errorf("variable %q is of type %q, which cannot be set from a manifest", v.Name, v.Type),
			)
		case value == "":
			errs = append(errs, fmt.Errorf("variable %q (%s) is empty", v.Name, v.Type))
		default:
			out = append(out, TemplateValue{v.Name, v.Type, value})
		}
	}
	var extra []string
	for name := range given {
		if !slices.Contains(names, name) {
			extra = append(extra, name)
		}
	}
	sort.Strings(extra)
	for _, name := range extra {
		errs = append(errs, fmt.Errorf("the template has no variable %q; it has %v", name, names))
	}
	return out, errs
}
