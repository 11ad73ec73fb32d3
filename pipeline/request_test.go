package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"greenroom/internal/keymutex"
	"greenroom/pipeline/account"
	"greenroom/pipeline/allow"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/recipes"
	"greenroom/pipeline/routes"
)

// projectOf opens a manifest whose only clip is written in flow style.
func projectOf(t *testing.T, clip string) (*Project, manifest.Clip) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.wav": "RIFF sound", "b.wav": "RIFF other", "clip.webm": "one", "same.md": "Hello there.\n", "greenroom.yaml": `version: 1
defaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}}
clips:
  one: ` + clip + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p, p.Manifest.Clips[0]
}

func keyOf(t *testing.T, clip string) string {
	t.Helper()
	p, c := projectOf(t, clip)
	r, err := requestOf(p, c)
	if err != nil {
		t.Fatal(err)
	}
	return r.Key
}

// The take key changes with everything that changes the take, and with nothing
// else: what it misses would be bought as the wrong clip, what it has too much of
// would be bought twice.
func TestTheTakeKey(t *testing.T) {
	t.Parallel()
	const base = `{script: "Hello there."}`
	want := keyOf(t, base)
	for name, clip := range map[string]string{
		"the same again":       base,
		"other white space":    `{script: "  Hello   there. "}`,
		"from a file":          `{script: same.md}`,
		"its own defaults":     `{script: "Hello there.", avatar: {style: normal, scale: 1}, voice: {speed: 1}, take: 1, key-color: "#00ff00"}`,
		"another way to check": `{script: "Hello there.", checks: {coverage: 1%..90%}}`,
		"another preparation":  `{script: "Hello there.", prepare: {crop: false, scale: 50%, loudness: -16LUFS}}`,
	} {
		if got := keyOf(t, clip); got != want {
			t.Errorf("%s: another key", name)
		}
	}
	seen := map[string]string{want: "the base"}
	for name, clip := range map[string]string{
		"words":            `{script: "Hello here."}`,
		"case":             `{script: "hello there."}`,
		"avatar":           `{script: "Hello there.", avatar: {id: other}}`,
		"style":            `{script: "Hello there.", avatar: {style: closeUp}}`,
		"scale":            `{script: "Hello there.", avatar: {scale: 1.1}}`,
		"offset":           `{script: "Hello there.", avatar: {offset: {x: 0.1}}}`,
		"the other offset": `{script: "Hello there.", avatar: {offset: {y: 0.1}}}`,
		"voice":            `{script: "Hello there.", voice: {id: other}}`,
		"speed":            `{script: "Hello there.", voice: {speed: 1.1}}`,
		"pitch":            `{script: "Hello there.", voice: {pitch: 2}}`,
		"emotion":          `{script: "Hello there.", voice: {emotion: Friendly}}`,
		"locale":           `{script: "Hello there.", voice: {locale: en-GB}}`,
		"size":             `{script: "Hello there.", size: 1280x720}`,
		"key colour":       `{script: "Hello there.", key-color: "#0000FF"}`,
		"route":            `{script: "Hello there.", route: v1-webm}`,
		"opaque":           `{script: "Hello there.", transparent: false}`,
		"background":       `{script: "Hello there.", transparent: false, background: "#123456"}`,
		"take":             `{script: "Hello there.", take: 2}`,
		"own sound":        `{audio: a.wav}`,
		"other sound":      `{audio: b.wav}`,
		"a file":           `{file: clip.webm}`,
		"a video":          `{video: abcdef}`,
		"another video":    `{video: abcdeg}`,
	} {
		k := keyOf(t, clip)
		if other, ok := seen[k]; ok {
			t.Errorf("%s and %s have one key", name, other)
		}
		seen[k] = name
	}
}

func TestChangedSinceNamesTheField(t *testing.T) {
	t.Parallel()
	p, c := projectOf(t, `{script: "Hello there."}`)
	before, err := requestOf(p, c)
	if err != nil {
		t.Fatal(err)
	}
	c.Script, c.Voice.Speed = "Other.", 1.2
	after, err := requestOf(p, c)
	if err != nil {
		t.Fatal(err)
	}
	if got := after.ChangedSince(before.Inputs); got != "script, voice speed" {
		t.Errorf("%q", got)
	}
}

// The key comes from where the manifest points, and no message holds it.
func TestResolveKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key.txt"), []byte("from-file\nsecond line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HEYGEN_API_KEY": "from-default", "OTHER": "from-other", "BLANK": " ",
		allow.EnvAllow: "echo from-program"}
	for ref, want := range map[string]string{
		"": "from-default", "$OTHER": "from-other", "file:key.txt": "from-file", "file:" + filepath.Join(dir, "key.txt"): "from-file",
		"cmd:echo from-program": "from-program",
	} {
		k, err := account.ResolveKey(t.Context(), ref, dir, func(n string) string { return env[n] })
		if err != nil || k.Reveal() != want {
			t.Errorf("%q: %v", ref, err)
		}
		if s := fmt.Sprintf("%v %+v %#v %s %q", k, k, k, k, k); strings.Contains(s, want) {
			t.Errorf("%q prints itself: %s", ref, s)
		}
	}
	env[allow.EnvAllow] = "false"
	for _, ref := range []string{"$BLANK", "$NOWHERE", "file:none", "cmd:", "cmd:false", "sk_live_123"} {
		if k, err := account.ResolveKey(t.Context(), ref, dir, func(n string) string { return env[n] }); err == nil {
			t.Errorf("%q gave a key of %d characters", ref, len(k))
		} else if strings.Contains(err.Error(), "sk_live") {
			t.Errorf("%q is in the message: %v", ref, err)
		}
	}
}

// Crop and scale are a pure function of the manifest and of what the check saw.
func TestPrepareSpec(t *testing.T) {
	t.Parallel()
	p, c := projectOf(t, `{script: "Hello there.", prepare: {scale: 33.3%}}`)
	_ = p
	e := builtInfo()
	s := recipes.PrepareSpec(c, routes.V2Key, e)
	if s.Crop == nil || s.Crop.W != 640 || s.Crop.X != 300 || s.Width != 214 || s.Height != 234 || s.Key != "#00FF00" || !s.Transparent {
		t.Errorf("%+v", s)
	}
	c.Prepare.Crop, c.Prepare.Scale = false, 1
	if s := recipes.PrepareSpec(c, routes.V1WebM, recipes.Wanted(c, e)); s.Crop != nil || s.Width != 0 || s.Key != "" {
		t.Errorf("%+v", s)
	}
}

func TestKeyedMutexLocksByKey(t *testing.T) {
	t.Parallel()
	var k keymutex.Mutex
	var inside [2]atomic.Int32
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			unlock, _ := k.Lock(fmt.Sprint(i % 2))
			defer unlock()
			if inside[i%2].Add(1) != 1 {
				t.Error("two at once")
			}
			inside[i%2].Add(-1)
		})
	}
	wg.Wait()
}
