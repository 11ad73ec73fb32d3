package remotion

import (
	"slices"
	"testing"

	"greenroom/remotion/project"
)

func TestCompositionsAreReadFromSources(t *testing.T) {
	t.Parallel()
	const from = "import {Composition, Still, Folder} from 'remotion';\n"
	for name, c := range map[string]struct {
		text string
		ids  []string
		all  bool
	}{
		"quotes":                 {from + "<Composition id=\"A\" /><Composition id='B' /><Composition id={\"C\"} /><Composition id={ 'D' } /><Still id={`E`} />", []string{"A", "B", "C", "D", "E"}, true},
		"among other attributes": {from + "<Composition\n  component={() => <Video id=\"no\" />}\n  schema={z.object({id: z.string()})}\n  width={a > 1 ? 2 : 3}\n  id=\"A\"\n/>", []string{"A"}, true},
		"typed":                  {from + `<Composition<Props, typeof schema> id="A" />`, []string{"A"}, true},
		"after what is spread":   {from + `<Composition {...common} id="A" />`, []string{"A"}, true},
		"with children":          {from + `<Folder name="x"><Composition id="A"></Composition></Folder>`, []string{"A"}, true},
		"in comments":            {from + "// <Composition id={x} />\n{/* <Composition id=\"Old\" /> */}<Composition id=\"A\" />", []string{"A"}, true},
		"as a word":              {"import {Composition} from 'remotion';\n<Composition id=\"A\" />\nconst text = 'Still here';", []string{"A"}, true},
		"another's Composition":  {"import {Composition} from './mine';\nimport {Still} from 'remotion';\n<Composition id={x} /><Still id=\"A\" />", []string{"A"}, true},
		"computed":               {from + `<Composition id="A" /><Composition id={name} />`, []string{"A"}, false},
		"a template":             {from + "<Composition id=\"A\" /><Composition id={`a-${n}`} />", []string{"A"}, false},
		"spread":                 {from + `<Composition id="A" /><Composition {...film} />`, []string{"A"}, false},
		"handed on":              {from + `<Composition id="A" />; createElement(Composition, film)`, []string{"A"}, false},
		"renamed":                {"import {Composition as C} from 'remotion';\n<C id=\"A\" />", nil, false},
		"all of remotion":        {"import * as R from 'remotion';\n<R.Composition id={x} />", nil, false},
		"required":               {"const {Composition} = require('remotion');\n<Composition id={x} />", nil, false},
		"no composition":         {"registerRoot(() => null);", nil, false},
		"cut short":              {from + `<Composition id="A" /><Composition width={`, []string{"A"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put(t, dir, map[string]string{"src/index.tsx": c.text})
			ids, all, err := Compositions(project.Layout{Dir: dir})
			if err != nil || !slices.Equal(ids, c.ids) || all != c.all {
				t.Errorf("%q, all %v, %v", ids, all, err)
			}
		})
	}
}
