package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/media"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/recipes"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/stage/prepare"
)

// keysFile has manifests with clips on every route, with every member that a route carries, and the keys that commit
// 0468c4e computed for them, which is before take key and request body were made from one canonical value. A line has
// the manifest, the clip, its route, and the first 16 digits of these keys: the take, the ledger row for one account,
// the take of the voice draft with its route, the stand-in, and the WebM rendition.
const keysFile = "testdata/keys.txt"

// TestKeysOfEarlierVersions verifies that projects that were built by earlier versions have the same keys today. Where
// it fails, users would buy the clips of the failing lines again, or prepare or draw them again. Lines of the file must
// not be changed; only the column of stand-ins may be, together with standInVersion or with other drawings.
func TestKeysOfEarlierVersions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(keysFile)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, p := range strings.Split("\n"+string(text), "\n-- ")[1:] {
		name, body, _ := strings.Cut(p, " --\n")
		parts[name] = body + "\n"
	}
	dir := t.TempDir()
	for name, b := range map[string]string{
		"a.wav": "RIFF\x00\x00\x00\x00WAVEfmt ", "a.png": "\x89PNG\r\n\x1a\n", "a.mp4": "\x00\x00\x00\x18ftypmp42",
		"pictures/0001.png": "\x89PNG\r\n\x1a\n1", "pictures/0002.png": "\x89PNG\r\n\x1a\n2",
		"people.csv": parts["people.csv"],
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(b), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, name := range []string{"v2", "v3", "v2-defaults", "v3-defaults", "v2-color"} {
		got = append(got, keysOf(t, dir, name, parts[name+".yaml"])...)
	}
	want := strings.Split(strings.TrimSpace(parts["keys"]), "\n")
	if len(got) != len(want) || len(want) < 300 {
		t.Fatalf("%d clips, %d lines in %s", len(got), len(want), keysFile)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("the keys of a clip changed:\n%s\n%s", got[i], want[i])
		}
	}
}

// keysOf returns a line for each clip of a manifest.
func keysOf(t *testing.T, dir, name, text string) (out []string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, ManifestName), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "greenroom.lock")); err != nil {
		t.Fatal(err)
	}
	o := freshOptions(dir)
	o.LookPath = noPrograms
	p, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, c := range p.Manifest.Clips {
		r, err := p.router.Chosen(t.Context(), c, lockfile.Entry{}, false, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		take := r.Key
		if earlier, ok := r.Earlier(); ok {
			if !talks(c) && !strings.Contains(name, "-") { // defaults that are in no request are in no key
				t.Errorf("%s on %s has another key than before and not for a talking photo", c.Name, r.Route)
			}
			take = earlier.Key
			// The take of an earlier version is on record: a translation of it is one of that take.
			e := lockfile.Entry{Clip: c.Name, TakeKey: take, Route: r.Route, Master: strings.Repeat("0", 64), MasterBytes: 1}
			if err := p.Lock.Set(e); err != nil {
				t.Fatal(err)
			}
		}
		voice := "-"
		if r.Speech != nil {
			voice = r.Speech.Take[:16] + "/" + r.Speech.Route
		}
		shows := p.previews.StandInSpec(c, r)
		shows.Presenter = strings.ReplaceAll(shows.Presenter, dir, "/project") // it has the path of a photo
		drawn, err := p.previews.StandInKey(shows)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		spec := recipes.PrepareSpec(c, r.Route, recipes.Wanted(c, builtInfo()))
		made := prepare.Key(renditions.WebM, strings.Repeat("0", 64), spec, media.Tools{Version: "7.1"})
		row := ledger.KeyOf(take, "heygen-1a2b3c4d5e6f")
		line := []string{name, c.Name, r.Route, take[:16], row[:16], voice, drawn[:16], made[:16]}
		out = append(out, strings.Join(line, " "))
	}
	return out
}

// talks reports a clip or a scene that is spoken by a talking photo of the account.
func talks(c manifest.Clip) bool {
	for _, s := range c.Scenes {
		if s.Avatar.TalkingPhoto && s.Avatar.Photo == "" {
			return true
		}
	}
	return c.Avatar.TalkingPhoto && c.Avatar.Photo == ""
}
