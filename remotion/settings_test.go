package remotion

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEverySettingHasAUse: each setting of the installed Remotion is in the driver's table once, and in the table for
// people.
func TestEverySettingHasAUse(t *testing.T) {
	t.Parallel()
	table, err := filepath.Abs("driver/settings.mjs")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Config  []string
		Uses    map[string][]string
		Aliases map[string]string
	}
	out := node(t, filepath.Dir(modules(t)), `
		import {createRequire} from 'node:module';
		import {pathToFileURL} from 'node:url';
		const {Config} = createRequire(process.cwd() + '/package.json')('@remotion/cli/config');
		const {uses, aliases} = await import(pathToFileURL(process.argv.at(-1)));
		const all = Object.entries(Object.getOwnPropertyDescriptors(Config));
		const own = all.filter(([, d]) => typeof d.value === 'function');
		console.log(JSON.stringify({config: own.map(([name]) => name), uses, aliases}));
	`, nil, table)
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("../docs/guide/rendering.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Config) < 80 {
		t.Errorf("Remotion has %d settings only", len(got.Config))
	}
	for _, name := range got.Config {
		n := 0
		for _, list := range got.Uses {
			if slices.Contains(list, name) || slices.Contains(list, got.Aliases[name]) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s is in the driver's table %d times", name, n)
		}
		if !strings.Contains(string(docs), "`"+name+"`") {
			t.Errorf("docs/guide/rendering.md does not mention %s", name)
		}
	}
}

// TestWhatAFilmCannotHave is refused with the setting's name, and what greenroom or another setting decides is not.
func TestWhatAFilmCannotHave(t *testing.T) {
	t.Parallel()
	table, err := filepath.Abs("driver/settings.mjs")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ Format, Setting, Value, Refused string }{
		{"mp4", "setFrameRange", "[0,10]", "setFrameRange([0,10])"}, {"", "setFrameRange", "[0,10]", ""}, {"mp4", "setFrameRange", "null", ""},
		{"mp4", "setEveryNthFrame", "2", "setEveryNthFrame(2)"}, {"mp4", "setEveryNthFrame", "1", ""},
		{"mp4", "setImageSequence", "true", "setImageSequence(true)"}, {"mp4", "setImageSequence", "false", ""},
		{"mp4", "setVideoImageFormat", `"none"`, `setVideoImageFormat("none")`}, {"mp4", "setVideoImageFormat", `"png"`, ""},
		{"mp4", "setHardwareAcceleration", `"required"`, `setHardwareAcceleration("required")`},
		{"mp4", "setHardwareAcceleration", `"if-possible"`, ""},
		{"mp4", "setCodec", `"h265"`, `setCodec("h265")`}, {"mp4", "setCodec", `"gif"`, `setCodec("gif")`}, {"webm", "setCodec", `"h264"`, ""},
		{"mov", "setProResProfile", `"hq"`, `setProResProfile("hq")`}, {"mp4", "setProResProfile", `"hq"`, ""},
		{"mov", "setProResProfile", `"4444-xq"`, ""}, {"mp4", "setPixelFormat", `"yuva420p"`, `setPixelFormat("yuva420p")`},
		{"webm", "setPixelFormat", `"yuva420p"`, ""}, {"mp4", "setMuted", "true", ""},
	}
	in, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	out := node(t, t.TempDir(), `
		import fs from 'node:fs';
		import {pathToFileURL} from 'node:url';
		const {refused} = await import(pathToFileURL(process.argv.at(-1)));
		const cases = JSON.parse(fs.readFileSync(0, 'utf8'));
		const text = (c) => refused({[c.Setting]: JSON.parse(c.Value)}, c.Format).map((r) => r.setting + '(' + r.value + ')').join(' ');
		console.log(JSON.stringify(cases.map(text)));
	`, in, table)
	var got []string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if got[i] != c.Refused {
			t.Errorf("%s(%s) in %q: refused %q, want %q", c.Setting, c.Value, c.Format, got[i], c.Refused)
		}
	}
}
