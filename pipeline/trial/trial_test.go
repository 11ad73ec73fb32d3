package trial

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/pipeline/manifest"
)

// Whatever the words are, the manifest holds them and nothing else.
func TestTheManifestHoldsTheWords(t *testing.T) {
	t.Parallel()
	for _, words := range []string{
		"Hello from greenroom.", `She answered "no": {a: b} #1 \n - x`, "Plans & prices <b>", "李娜 grüßt.", "😀", "a\nb", "'",
		"*x", "!!str y", "%", "@", "42", "null", "- a", "? x", "a\u2028b", strings.Repeat("long words ", 400),
	} {
		c := Clip{Words: words, Avatar: Avatar, Voice: Voice, Size: Size, Take: 1, API: "sandbox", Key: "$A"}
		path, err := c.Write(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		m, err := manifest.Load(t.Context(), path)
		if err != nil {
			t.Errorf("%q: %v", words, err)
			continue
		}
		got := strings.Join(strings.Fields(m.Clips[0].Script), " ")
		if want := strings.Join(strings.Fields(words), " "); len(m.Clips) != 1 || got != want || m.HeyGen.Key != "$A" ||
			!m.Clips[0].Transparent {
			t.Errorf("%q became %q", words, got)
		}
	}
}

// Only what changes the purchase changes the folder.
func TestFolders(t *testing.T) {
	t.Parallel()
	base := Clip{Words: "Hello.", Avatar: Avatar, Voice: Voice, Size: Size, Take: 1, API: "sandbox"}
	seen := map[string]bool{base.Folder("s"): true}
	for _, change := range []func(*Clip){
		func(c *Clip) { c.Words = "Hello!" }, func(c *Clip) { c.Avatar = "x" }, func(c *Clip) { c.Voice = "x" },
		func(c *Clip) { c.Size = "1920x1080" }, func(c *Clip) { c.API = "auto" },
		func(c *Clip) { c.Take = 2 },
	} {
		c := base
		change(&c)
		if seen[c.Folder("s")] {
			t.Errorf("%+v has the folder of another clip", c)
		}
		seen[c.Folder("s")] = true
	}
	if _, err := base.Write(filepath.Join(os.DevNull, "x")); err == nil {
		t.Error("a folder below a device was made")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"Hello from greenroom.":   "new-hello-from-greenroom",
		"  A   b, c!":             "new-a-b-c",
		"李娜":                      "new-clip",
		"con":                     "new-con",
		"...":                     "new-clip",
		strings.Repeat("ab ", 40): "new-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab",
	} {
		if got := (Clip{Words: words}).Name(); got != want {
			t.Errorf("%q is named %q, want %q", words, got, want)
		}
	}
}
