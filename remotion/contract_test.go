package remotion

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestGeneratedTypesAreThoseOfTheSchema(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink(modules(t), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	schema, out := filepath.Join(dir, "props.schema.json"), filepath.Join(dir, "props.gen.ts")
	put(t, dir, map[string]string{"package.json": "{}", "props.schema.json": string(Schema())})
	if msg, err := exec.CommandContext(t.Context(), "node", "gen/props.mjs", dir, schema, out).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, msg)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if have, err := os.ReadFile("companion/src/greenroom/props.gen.ts"); err != nil || !bytes.Equal(have, want) {
		t.Errorf("props.gen.ts drifted from the Go types or from gen/props.mjs (%v): run make gen", err)
	}
}

// hostile are project names that would break out of a badly quoted string.
var hostile = []string{
	`"quotes' and ` + "`ticks`", `</script><script>alert(1)</script>`, `<!-- ${process.exit(3)} -->`, "two\nlines\r\n\tand a tab",
	"line\u2028and\u2029paragraph separators", `back\slash \u0041 \`, "*/ as any; //", "nul \x00 and \x1b[31m", "ünïcödé 👩‍🚀 日本語",
	strings.Repeat("x", 200), strings.Repeat("👍", 200), " ", "__proto__", "\ufeffmark",
}

func TestHostileNamesSurviveUnchanged(t *testing.T) {
	t.Parallel()
	dir := someProject(t)
	all := hostile[0] + hostile[1] + hostile[2] + hostile[3] + hostile[4] + hostile[5]
	for _, name := range append(hostile, all) {
		j, ts, err := EncodeProps(Props{Project: name, FPS: 25, Width: 320, Height: 180, Clips: map[string]Clip{"intro": clip("intro"), "constructor": clip("constructor")}})
		if err != nil {
			t.Errorf("%.40q: %v", name, err)
			continue
		}
		put(t, dir, map[string]string{"a/clips.gen.json": string(j), "a/clips.gen.ts": string(ts)})
		var got struct {
			JSON, TS Props
			Names    []string
		}
		out := node(t, dir, importTS+`
			const m = await importTS('a/clips.gen.ts');
			console.log(JSON.stringify({JSON: JSON.parse(fs.readFileSync('a/clips.gen.json', 'utf8')), TS: m.greenroom, Names: m.clipNames}));`, nil)
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%.40q: %v", name, err)
		}
		if got.JSON.Project != name || got.TS.Project != name {
			t.Errorf("%.40q came back as %.40q from JSON, %.40q from TypeScript", name, got.JSON.Project, got.TS.Project)
		}
		if strings.Join(got.Names, " ") != "constructor intro" || !reflect.DeepEqual(got.TS.Clips["intro"], clip("intro")) {
			t.Errorf("%.40q: clips came back as %v", name, got.Names)
		}
		if p, err := DecodeProps(j); err != nil || p.Project != name {
			t.Errorf("%.40q came back to Go as %.40q, %v", name, p.Project, err)
		}
	}
	publish(t, dir, Props{Project: all, FPS: 25, Width: 320, Height: 180})
	if err := os.RemoveAll(filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	if msg, err := tsc(t, dir); err != nil {
		t.Errorf("the project does not compile: %v\n%s", err, msg)
	}
}

func TestHostileClipNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range append(hostile, "", "-intro", "Intro", "a b", "a/b", "..", "intro\n", "a.b", strings.Repeat("x", 65)) {
		p := props()
		c := clip("intro")
		c.Name = name
		p.Clips[name] = c
		if _, _, err := EncodeProps(p); err == nil {
			t.Errorf("%.40q: accepted as a clip's name", name)
		}
	}
}

func TestAClipThatDoesNotExistDoesNotCompile(t *testing.T) {
	t.Parallel()
	dir := someProject(t)
	publish(t, dir, props(clip("intro"), clip("b-roll")))
	const right = `import {clips, type ClipName} from './greenroom/clips.gen';
import {AvatarClip} from './greenroom/AvatarClip';
export const name: ClipName = 'b-roll';
export const Film = () => <AvatarClip clip={clips.intro} frameWidth={clips['b-roll'].width} left={0} top={0} />;
`
	put(t, dir, map[string]string{"src/Film.tsx": right})
	if msg, err := tsc(t, dir); err != nil {
		t.Fatalf("clips that exist do not compile: %v\n%s", err, msg)
	}
	put(t, dir, map[string]string{"src/Film.tsx": strings.NewReplacer("clips.intro", "clips.outro", "'b-roll';", "'c-roll';").Replace(right)})
	msg, err := tsc(t, dir)
	if err == nil {
		t.Fatal("clips that do not exist compile")
	}
	for _, want := range []string{"'outro'", `"c-roll"`, "src/Film.tsx(3,", "src/Film.tsx(4,"} {
		if !strings.Contains(msg, want) {
			t.Errorf("the compiler does not name %s:\n%s", want, msg)
		}
	}
	if n := strings.Count(msg, "error TS"); n != 2 {
		t.Errorf("%d errors, want 2:\n%s", n, msg)
	}
}
