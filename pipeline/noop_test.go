package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/benchtest"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/recipes"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/stage/prepare"
)

// builtProject makes a project of n clips that a build has nothing to do for: the
// files are stand-ins for media, every record of them is real.
func builtProject(tb testing.TB, dir string, n int) {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(dir, "scripts"), 0o755))
	var y strings.Builder
	y.WriteString("version: 1\nproject: many\nfps: 25\nsize: 1280x720\nheygen: {api: sandbox}\ndefaults:\n  avatar: {id: Daisy-inskirt-20220818}\n  voice: {id: 1bd001e7e50f421d891986aad5158bc8}\nclips:\n")
	for i := range n {
		fmt.Fprintf(&y, "  clip-%05d: {script: scripts/%05d.md}\n", i, i)
		must(os.WriteFile(filepath.Join(dir, "scripts", fmt.Sprintf("%05d.md", i)), fmt.Appendf(nil, "This is clip number %d of the benchmark.\n", i), 0o644))
	}
	must(os.WriteFile(filepath.Join(dir, ManifestName), []byte(y.String()), 0o644))
	p, err := Open(Options{ManifestPath: filepath.Join(dir, ManifestName), LookPath: exec.LookPath, Getenv: func(string) string { return "" }})
	must(err)
	must(p.OpenState())
	t, err := p.Tools.Find(tb.Context())
	must(err)
	put := func(kind string, i int) (string, int64) {
		b := bytes.Repeat(fmt.Appendf(nil, "%s of clip %d\n", kind, i), 20)
		path := p.Store.TempPath(fmt.Sprintf("%s-%d", kind, i))
		must(os.WriteFile(path, b, 0o600))
		h, size, err := p.Store.Adopt(path)
		must(err)
		return string(h), size
	}
	ctx := context.Background()
	for i, c := range p.Manifest.Clips {
		req, err := requestOf(p, c)
		must(err)
		e := lockfile.Entry{Clip: c.Name, TakeKey: req.Key, Route: req.Route, Origin: string(origin.Sandbox), VideoID: fmt.Sprintf("video%d", i), Inputs: req.Inputs,
			Info: builtInfo()}
		e.Master, e.MasterBytes = put("master", i)
		e.Renditions = map[string]lockfile.Rendition{}
		for _, name := range []string{renditions.WebM, renditions.Poster} {
			h, size := put(name, i)
			spec := recipes.PrepareSpec(c, req.Route, recipes.Wanted(c, e.Info))
			key := prepare.Key(name, e.Master, spec, t)
			if name == renditions.Poster && i%2 == 1 { // as an earlier version made it
				key = prepare.EarlierPosterKey(e.Master, spec, t)
			}
			e.Renditions[name] = lockfile.Rendition{Key: key, Hash: h, Bytes: size}
		}
		must(p.Lock.Set(e))
		key := ledger.KeyOf(req.Key, string(origin.Sandbox))
		marker := ledger.MarkerOf(key)
		row, err := p.Ledger.Spend(ctx, ledger.Intent{Key: key, Take: req.Key, Origin: string(origin.Sandbox), Clip: c.Name, Route: req.Route, Marker: marker, Title: c.Name + " " + marker, Path: "/v2/video/generate", Body: []byte(`{"a":1}`), RunID: "r"}, nil, yes{i}, func(error) bool { return false }, ledger.SpendOptions{})
		must(err)
		p.Ledger.Fetched(row, e.Master, e.MasterBytes, 4)
	}
	must(p.Lock.Flush())
	must(p.Publisher.Publish(ctx, false))
	must(p.Close())
}

// builtInfo is what a check saw of a 720p take.
func builtInfo() lockfile.Info {
	return lockfile.Info{Width: 1280, Height: 720, FPSNum: 25, FPSDen: 1, Frames: 100, Duration: 4, Transparent: true, Box: lockfile.Box{X: 300, Y: 20, W: 640, H: 700}, OutWidth: 640, OutHeight: 700}
}

// yes is a provider that takes every order.
type yes struct{ i int }

func (y yes) Submit(context.Context, ledger.Row) (string, error) {
	return fmt.Sprintf("video%d", y.i), nil
}
func (yes) FindByTitle(context.Context, string) ([]ledger.Found, error) { return nil, nil }

// equalGraph writes build.ninja and Makefile for the same clips: script → master →
// three renditions, all of them there and newer than what they are made of.
func equalGraph(tb testing.TB, dir string, n int) {
	tb.Helper()
	var nj, mk, all strings.Builder
	nj.WriteString("rule make\n  command = touch $out\n")
	for _, d := range []string{"scripts", "store", "public"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			tb.Fatal(err)
		}
	}
	for i := range n {
		h := sha256.Sum256(fmt.Append(nil, i))
		id := hex.EncodeToString(h[:])
		master, outs := "store/"+id+".mp4", fmt.Sprintf("public/%d.webm public/%d.webp public/%d.json", i, i, i)
		fmt.Fprintf(&nj, "build %s: make scripts/%d.md\nbuild %s: make %s\n", master, i, outs, master)
		fmt.Fprintf(&mk, "%s: scripts/%d.md\n\ttouch $@\n%s &: %s\n\ttouch %s\n", master, i, outs, master, outs)
		all.WriteString(" " + outs)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("scripts/%d.md", i)), []byte("text\n"), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	for name, text := range map[string]string{"build.ninja": nj.String(), "Makefile": "all:" + all.String() + "\n" + mk.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	if out, err := exec.Command("ninja", "-C", dir, "-j", "8").CombinedOutput(); err != nil {
		tb.Fatalf("ninja: %v\n%s", err, out)
	}
}

// BenchmarkNoop compares a build of 1,000 clips that has nothing to do, as a
// process, with ninja's and make's on an equal graph.
func BenchmarkNoop(b *testing.B) {
	const clips = 1000
	dir := b.TempDir()
	bin := filepath.Join(dir, "greenroom")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, "greenroom")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	ours, theirs := filepath.Join(dir, "ours"), filepath.Join(dir, "theirs")
	builtProject(b, ours, clips)
	equalGraph(b, theirs, clips)
	run := func(want string, argv ...string) func() error {
		return func() error {
			cmd := exec.Command(argv[0], argv[1:]...)
			cmd.Dir = ours
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), want) {
				return fmt.Errorf("%w: %s", err, out)
			}
			return nil
		}
	}
	us := benchtest.Way{Name: "greenroom", Do: run("up to date", bin, "build")}
	b.Run("ninja", func(b *testing.B) {
		benchtest.Ratio(b, benchtest.Wall, 15, us, benchtest.Way{Name: "ninja", Do: run("no work to do", "ninja", "-C", theirs)})
	})
	b.Run("make", func(b *testing.B) {
		benchtest.Ratio(b, benchtest.Wall, 15, us, benchtest.Way{Name: "make", Do: run("", "make", "-s", "-C", theirs, "all")})
	})
}
