package project

import "testing"

func TestLiteralSetting(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, value string
		calls       int
	}{
		"none":             {"Config.setPublicPath('x');", "", 0},
		"a literal":        {"Config.setPublicDir('assets');", "assets", 1},
		"double quotes":    {`Config.setPublicDir( "assets" , );`, "assets", 1},
		"a template":       {"Config.setPublicDir(`assets`);", "assets", 1},
		"an expression":    {"Config.setPublicDir(process.env.DIR);", "", 1},
		"joined":           {"Config.setPublicDir('a' + name);", "", 1},
		"interpolated":     {"Config.setPublicDir(`a${name}`);", "", 1},
		"with an escape":   {`Config.setPublicDir('a\\b');`, "", 1},
		"two":              {"Config.setPublicDir('a'); Config.setPublicDir('b');", "a", 2},
		"another name":     {"Config.mysetPublicDir('a');", "", 0},
		"over lines":       {"Config.setPublicDir(\n  'assets',\n);", "assets", 1},
		"only in comments": {WithoutComments("// Config.setPublicDir('a');\n/* Config.setPublicDir('b') */"), "", 0},
	} {
		value, calls := LiteralSetting(c.text, "setPublicDir")
		if value != c.value || calls != c.calls {
			t.Errorf("%s: got %q of %d calls, want %q of %d", name, value, calls, c.value, c.calls)
		}
	}
}

func TestWithoutComments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a // b\nc":                  "a \nc",
		"a /* b\nc */ d":             "a  d",
		"const u = 'https://x.org';": "const u = 'https://x.org';",
		"// first\nsecond":           "\nsecond",
		"f(// why\n1)":               "f(\n1)",
	} {
		if got := WithoutComments(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
