package yamldoc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/google/go-cmp/cmp"

	"greenroom/internal/fault"
)

var options = Options{File: "menu.yaml", Noun: "the menu", Kind: fault.Manifest, MaxBytes: 1 << 20,
	EmptyHint: "list a dish", LargeHint: "split it", ShareHint: "use common:"}

// menu is what the tests read.
type menu struct {
	name   string
	spicy  bool
	price  float64
	guests int
	size   string
	tags   []string
}

func (m *menu) setters(d *Doc, path string) Setters {
	return Setters{
		"name":   d.Text(path+"name", &m.name),
		"spicy":  d.Bool(path+"spicy", &m.spicy),
		"price":  d.Number(path+"price", 0, 5, "at most 5", &m.price),
		"guests": d.Integer(path+"guests", 1, 12, "1 to 12", &m.guests),
		"size":   d.Word(path+"size", []string{"half", "fullPlate"}, &m.size),
		"tags": func(n ast.Node) {
			for _, v := range d.Items(n) {
				if s, ok := d.ReadText(v, path+"tags"); ok {
					m.tags = append(m.tags, s)
				}
			}
		},
	}
}

func read(text string, hooks Hooks) (m menu, err error) {
	d := New(context.Background(), text, options)
	d.Hooks = hooks
	err = d.Read([]byte(text), func(root ast.Node) { d.Object(root, "", m.setters(d, "")) })
	return m, err
}

// lines returns faults as line:column message (hint).
func lines(err error) (out []string) {
	for _, f := range fault.All(err) {
		out = append(out, fmt.Sprintf("%d:%d %s (%s)", f.Place.Line, f.Place.Column, f.Msg, f.Hint))
	}
	return out
}

func TestValuesInAllTheirForms(t *testing.T) {
	for text, want := range map[string]menu{
		"name: Soup\nspicy: yes\nprice: 2.5\nguests: 3": {name: "Soup", spicy: true, price: 2.5, guests: 3},
		"name: 12\nspicy: \"ON\"\nprice: \"50 %\"":      {name: "12", spicy: true, price: 0.5},
		"name: |\n  two\n  lines\nguests: \"4\"":        {name: "two\nlines"},
		"size: full-plate\ntags: hot":                   {size: "fullPlate", tags: []string{"hot"}},
		"size: &a half\ntags: [a, 2]":                   {size: "half", tags: []string{"a", "2"}},
		"tags:\n":                                       {},
	} {
		got, err := read(text, Hooks{})
		if strings.Contains(text, "guests: \"4\"") {
			want.guests = 4
		}
		want.name = strings.TrimSuffix(want.name, "\n")
		got.name = strings.TrimSuffix(got.name, "\n")
		if d := cmp.Diff(want, got, cmp.AllowUnexported(menu{})); err != nil || d != "" {
			t.Errorf("%q: %v\n%s", text, err, d)
		}
	}
}

func TestFaultsHaveTheirPlaceAndHint(t *testing.T) {
	for text, want := range map[string][]string{
		"":                         {"1:1 the menu is empty (list a dish)"},
		" \n---\n":                 {"1:1 the menu is empty (list a dish)"},
		"name: a\x00":              {"1:1 the menu is not text (save it as UTF-8 text)"},
		"name: a\n\tb: c":          {"2:1 a tab is used for indentation (indent with spaces)"},
		"name: a\n---\nname: b":    {"3:5 the menu holds a second document (keep one document; remove the line ---)"},
		"- a":                      {"1:1 the menu must be a mapping (write it as `key: value` pairs)"},
		"name:":                    {"1:6 name is empty (write a value, or leave the key out)"},
		"name: #123":               {`1:7 name is empty (write it in quotes, "#123": without them # begins a comment)`},
		"name: [a]":                {"1:7 name must be text (write text)"},
		"spicy: 3":                 {"1:8 spicy must be true or false (write true or false)"},
		"price: lots\nguests: 1.5": {"1:8 price must be a number (at most 5)", "2:9 guests must be an integer (1 to 12)"},
		"price: 6\nguests: 0": {"1:8 price must be between 0 and 5, got 6 (at most 5)",
			"2:9 guests must be between 1 and 12, got 0 (1 to 12)"},
		"size: haf":            {`1:7 size cannot be "haf" (did you mean "half"? use half, fullPlate)`},
		"nmae: a":              {`1:1 unknown key nmae (did you mean "name"?)`},
		"zzz: a":               {"1:1 unknown key zzz (known here: guests, name, price, size, spicy, tags)"},
		"name: a\n\"name\": b": nil, // reported by the YAML library; see below
		"name: &x a\nsize: *x": {"2:7 aliases are not supported (write the value out, or use common:)"},
		"<<: {name: a}":        {"1:3 merge keys are not supported (write the keys out, or use common:)"},
		"<<<<<<< a\nname: b\n=======": {"1:1 the menu has unresolved merge conflicts " +
			"(resolve the conflict in your editor, then run the same command again)"},
	} {
		_, err := read(text, Hooks{})
		got := lines(err)
		if want == nil {
			if len(got) != 1 || !strings.Contains(got[0], "keep one of them") {
				t.Errorf("%q: %q", text, got)
			}
			continue
		}
		if len(got) == 0 || len(got) > len(want) && !strings.Contains(text, "*x") {
			t.Errorf("%q: %q, want %q", text, got, want)
			continue
		}
		for i, w := range want {
			if got[i] != w {
				t.Errorf("%q: %q, want %q", text, got[i], w)
			}
		}
	}
}

func TestHooks(t *testing.T) {
	var known []string
	m, err := read("name: Hello {{who}}\nspcy: yes\ndinner: 1", Hooks{
		Fill:  func(_ ast.Node, path, text string) string { return strings.ReplaceAll(text, "{{who}}", path) },
		Keep:  func(e *fault.Error) bool { return !strings.Contains(e.Msg, "spcy") },
		Known: func(path string, f Field) { known = append(known, Join(path, f.Key)) },
		Hint:  func(_ string, f Field) string { return map[string]string{"dinner": "write guests:"}[f.Key] },
	})
	want := []string{"3:1 unknown key dinner (write guests:)"}
	if d := cmp.Diff(want, lines(err)); d != "" || m.name != "Hello name" || strings.Join(known, " ") != "name" {
		t.Errorf("%s, name %q, known keys %q", d, m.name, known)
	}
}

// TestASecretIsNotShown: the line of the fault is not in the error, while that of another fault is.
func TestASecretIsNotShown(t *testing.T) {
	d := New(context.Background(), "name: sk_123\nsize: big", options)
	err := d.Read([]byte("name: sk_123\nsize: big"), func(root ast.Node) {
		d.Object(root, "", Setters{
			"name": func(n ast.Node) { d.SecretFault(n, "write $KEY", "name must not be the key") },
			"size": d.Word("size", []string{"half"}, new(string)),
		})
	})
	all := fault.All(err)
	if len(all) != 2 || all[0].Place.Text != "" || all[0].Place.Line != 1 || all[1].Place.Text != "size: big" {
		t.Errorf("%+v", all)
	}
}

func TestWarningsAreOnceForEachPlace(t *testing.T) {
	text := "name: a\nsize: half"
	d := New(context.Background(), text, options)
	err := d.Read([]byte(text), func(root ast.Node) {
		for _, f := range d.Fields(root, "") {
			d.Warn(f.Node, "remove it", "%s has no effect", f.Key)
			d.Warn(f.Node, "remove it", "%s has no effect at all", f.Key)
		}
	})
	if err != nil || d.Count() != 0 || len(d.Warnings()) != 2 || d.Warnings()[1].Place.Line != 2 {
		t.Errorf("%v, %v", err, d.Warnings())
	}
}

func TestAContextEndsTheReading(t *testing.T) {
	why := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(context.Background())
	d := New(ctx, "name: a", options)
	err := d.Read([]byte("name: a"), func(root ast.Node) {
		cancel(why)
		d.Fields(root, "")
		t.Error("the reading went on")
	})
	if !errors.Is(err, why) {
		t.Error(err)
	}
	if err := d.Fork().Read([]byte("name: a"), func(ast.Node) {}); err != nil {
		t.Error("a fork was ended: ", err)
	}
}

func TestAPanicIsAFault(t *testing.T) {
	d := New(context.Background(), "name: a", options)
	err := d.Read([]byte("name: a"), func(ast.Node) { panic("index out of range") })
	want := []string{"1:1 the menu cannot be read as YAML (check the file for stray characters)"}
	if d := cmp.Diff(want, lines(err)); d != "" {
		t.Error(d)
	}
}

// TestManyFaultsAreNotAllDescribed: a text of 1 MiB can have 150,000 faults.
func TestManyFaultsAreNotAllDescribed(t *testing.T) {
	d := New(context.Background(), "a", options)
	for i := range 5000 {
		d.FaultAt(1, i, "fix it", "fault %d", i)
	}
	d.FaultAt(9, 9, "fix it", "outside of the file")
	all := fault.All(d.Err())
	if len(all) != maxFaults+1 {
		t.Errorf("%d faults", len(all))
	}
	for _, f := range all {
		if f.Place != nil && (f.Place.Line != 1 || f.Place.Column < 1 || f.Place.Column > 2) {
			t.Errorf("a place outside of the file: %+v", f.Place)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"name: a", "a: &a [*a]", "? x\n: y", "\"", "- - -", "x: !!binary x", "<<: {a: 1}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := read(text, Hooks{})
		last := strings.Count(text, "\n") + 1
		for _, x := range fault.All(err) {
			if x.Place == nil || x.Place.Line < 1 || x.Place.Line > last || x.Place.Column < 1 {
				t.Errorf("a place outside of the file: %+v", x)
			}
		}
	})
}
