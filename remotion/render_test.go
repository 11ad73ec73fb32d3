//go:build unix

package remotion

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
	"greenroom/remotion/tools"
)

// The films of these tests: 160x90, five frames or 15. Held draws up to frame hold and
// then waits until a file is in public/, which may be never. Its frames are numbered:
// each has its own grey, and a click marks the first sample of every frame.
const filmSource = `import {Audio} from '@remotion/media';
import {useEffect, useState} from 'react';
import {AbsoluteFill, Composition, continueRender, delayRender, registerRoot, staticFile, useCurrentFrame} from 'remotion';
const Tiny = () => <AbsoluteFill style={{background: 'rgb(192, 128, 96)'}} />;
const Held = ({gate, hold}: {gate: string; hold: number}) => {
  const frame = useCurrentFrame();
  const [handle] = useState(() => (frame >= hold ? delayRender('held') : null));
  useEffect(() => {
    if (frame < hold) return;
    const held = handle ?? delayRender('held');
    const look = async () => {
      if (gate !== '' && (await fetch(staticFile(gate))).ok) continueRender(held);
      else setTimeout(look, 50);
    };
    void look();
  }, [frame >= hold]);
  return <AbsoluteFill style={{background: 'rgb(' + [16 * frame, 16 * frame, 16 * frame].join() + ')'}} />;
};
const Clicks = () => {
  const frame = useCurrentFrame();
  return <AbsoluteFill style={{background: 'rgb(' + [16 * frame, 16 * frame, 16 * frame].join() + ')'}}><Audio src={staticFile('clicks.wav')} /></AbsoluteFill>;
};
const Half = () => <div style={{width: 80, height: 90, background: 'rgb(192, 128, 96)'}} />;
const Scrolled = () => {
  useEffect(() => {
    document.body.style.height = '1000px';
    scrollTo(0, 80);
    if (scrollY !== 80) throw new Error('this page does not scroll');
  });
  return <AbsoluteFill style={{background: 'rgb(96, 96, 96)'}} />;
};
const Thrower = () => {
  throw new Error('the component is broken');
};
const common = {fps: 25, width: 160, height: 90, durationInFrames: 5};
registerRoot(() => (
  <>
    <Composition id="Tiny" component={Tiny} {...common} />
    <Composition id="Held" component={Held} {...common} durationInFrames={15} defaultProps={{gate: '', hold: 2}} />
    <Composition id="Clicks" component={Clicks} {...common} fps={30000 / 1001} durationInFrames={15} />
    <Composition id="Half" component={Half} {...common} />
    <Composition id="Scrolled" component={Scrolled} {...common} />
    <Composition id="Thrower" component={Thrower} {...common} />
    <Composition id="Clips" component={Tiny} {...common} calculateMetadata={({props}) => ({durationInFrames: Object.keys((props as any).props.clips).length})} />
    <Composition id="BadMetadata" component={Tiny} {...common} calculateMetadata={() => { throw new Error('no metadata today'); }} />
  </>
));
`

// studio is one project and one cache for every render of this package, so that
// it is bundled once.
var studio struct {
	sync.Once
	dir, project, cache string
}

func TestMain(m *testing.M) {
	if in := os.Getenv("GREENROOM_TEST_RENDER"); in != "" {
		renderUntilKilled(in)
	}
	code := m.Run()
	if studio.dir != "" {
		os.RemoveAll(studio.dir)
	}
	os.Exit(code)
}

// renderUntilKilled is this test's program in greenroom's place: killed outright, it can stop no other
// process.
func renderUntilKilled(in string) {
	var spec RenderSpec
	if err := json.Unmarshal([]byte(in), &spec); err != nil {
		panic(err)
	}
	r := Renderer{Browser: tools.FindBrowser("", os.Getenv, exec.LookPath)}
	_, err := r.Render(context.Background(), spec, func(e Event) { fmt.Println(e.Stage, e.Done) })
	fmt.Println("ended:", err)
	os.Exit(1)
}

func film(t *testing.T, id string) (Renderer, RenderSpec) {
	t.Helper()
	browser := tools.FindBrowser("", os.Getenv, exec.LookPath)
	if browser == "" {
		t.Fatal("no headless browser is installed; run make setup")
	}
	r := Renderer{Browser: browser, Stall: 10 * time.Minute} // the machine may be busy with other tests
	studio.Do(func() {
		dir, err := os.MkdirTemp("", "greenroom-film-")
		if err != nil {
			t.Fatal(err)
		}
		studio.dir, studio.project, studio.cache = dir, filepath.Join(dir, "project"), filepath.Join(dir, "cache")
		put(t, studio.project, map[string]string{"package.json": `{"name":"tiny"}`, "src/index.tsx": filmSource, "tsconfig.json": `{"compilerOptions":{"jsx":"react-jsx"}}`, "public/greenroom/": ""})
		if err := os.Symlink(modules(t), filepath.Join(studio.project, "node_modules")); err != nil {
			t.Fatal(err)
		}
		// Two at once, with nothing in the cache: both must get their film.
		var both sync.WaitGroup
		for _, name := range []string{"a.mp4", "b.mp4"} {
			both.Go(func() {
				bundled := false
				res, err := r.Render(t.Context(), RenderSpec{Layout: project.Layout{Dir: studio.project}, CacheDir: studio.cache, Composition: "Tiny", Out: filepath.Join(dir, name)},
					func(e Event) { bundled = bundled || e.Stage == StageBundle })
				if err != nil || res.Frames != 5 || !bundled || res.BundleReused {
					t.Errorf("two first renders at once: %s: %+v, bundled: %v, %v", name, res, bundled, err)
				}
			})
		}
		both.Wait()
	})
	if t.Failed() {
		t.FailNow()
	}
	return r, RenderSpec{Layout: project.Layout{Dir: studio.project}, CacheDir: studio.cache, Composition: id, Out: filepath.Join(t.TempDir(), "film.mp4")}
}

// refused asserts a fault with kind, hint and words, and that no film came of it.
func refused(t *testing.T, err error, spec RenderSpec, kind fault.Kind, says, hint string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || !strings.Contains(err.Error(), says) || f.Hint == "" || !strings.Contains(f.Hint, hint) {
		t.Errorf("got %T %v, want %s %q, hint %q", err, err, kind, says, hint)
		if f != nil {
			t.Logf("kind %s, hint %q", f.Kind, f.Hint)
		}
	}
	empty(t, filepath.Dir(spec.Out))
	left, _ := filepath.Glob(filepath.Join(spec.CacheDir, "*.tmp"))
	if len(left) > 0 {
		t.Errorf("left in the cache: %v", left)
	}
}

func empty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) || len(entries) > 0 {
		t.Errorf("left next to the film: %v, %v", entries, err)
	}
}

func TestASecondRenderReusesTheBundle(t *testing.T) {
	t.Parallel()
	r, spec := film(t, "Tiny")
	killed := filepath.Join(spec.CacheDir, "render-of-yesterday")
	put(t, killed, map[string]string{"video.mp4": "half"})
	if err := os.Chtimes(killed, time.Now().Add(-24*time.Hour), time.Now().Add(-24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var stages []string
	res, err := r.Render(t.Context(), spec, func(e Event) {
		if !slices.Contains(stages, e.Stage) {
			stages = append(stages, e.Stage)
		}
	})
	if err != nil || !res.BundleReused || res.Frames != 5 || res.Width != 160 || res.Height != 90 || res.FPS != 25 || res.Path != spec.Out {
		t.Fatalf("%+v, %v", res, err)
	}
	if got := strings.Join(stages, " "); got != "render audio mux" {
		t.Errorf("stages %s: a bundle was there", got)
	}
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=codec_name,nb_read_packets,width", "-of", "csv=p=0", spec.Out).Output()
	if err != nil || !strings.HasPrefix(string(out), "h264,160,5\naac,") {
		t.Errorf("the film holds %q, %v", out, err)
	}
	if _, err := os.Stat(killed); !os.IsNotExist(err) {
		t.Errorf("what a killed render left was not swept: %v", err)
	}
	if list, _ := os.ReadDir(filepath.Dir(spec.Out)); len(list) != 1 {
		t.Errorf("next to the film: %v", list)
	}
}

func TestTheCompositionGetsTheClipsThatAreReady(t *testing.T) {
	t.Parallel()
	r, spec := film(t, "Clips")
	put(t, studio.project, map[string]string{"public/" + clip("intro").Src: "video"})
	var err error
	spec.PropsJSON, _, err = EncodeProps(props(clip("intro"), clip("not-built-yet")))
	if err != nil {
		t.Fatal(err)
	}
	spec.InputProps = []byte(`{"clip":"intro"}`)
	res, err := r.Render(t.Context(), spec, nil)
	if err != nil || res.Frames != 1 || !res.BundleReused {
		t.Errorf("%+v, %v: the composition makes a frame for each clip it gets, and no new bundle is needed for a published file", res, err)
	}
}

func TestFaultsOfARender(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id         string
		kind       fault.Kind
		says, hint string
	}{
		"nearly a composition": {"tinny", fault.Usage, `composition "tinny"`, "did you mean Tiny?"},
		"no composition":       {"Documentary", fault.Usage, `composition "Documentary"`, "Tiny, Held, Clicks"},
		"a broken component":   {"Thrower", fault.Failed, "the component is broken", "studio"},
		"broken metadata":      {"BadMetadata", fault.Failed, "no metadata today", "calculateMetadata"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, spec := film(t, c.id)
			_, err := r.Render(t.Context(), spec, nil)
			refused(t, err, spec, c.kind, c.says, c.hint)
		})
	}
}

func TestFaultsBeforeNodeStarts(t *testing.T) {
	t.Parallel()
	gone := clip("gone")
	draft := clip("draft")
	draft.Kind = StandIn
	for name, c := range map[string]struct {
		change     func(*testing.T, *Renderer, *RenderSpec)
		kind       fault.Kind
		says, hint string
	}{
		"no node":    {func(_ *testing.T, r *Renderer, _ *RenderSpec) { r.Node = "/nonexistent/node" }, fault.Tool, "find node", "nodejs.org"},
		"no ffmpeg":  {func(_ *testing.T, r *Renderer, _ *RenderSpec) { r.FFmpeg = "/nonexistent/ffmpeg" }, fault.Tool, "find ffmpeg", "apt-get install -y ffmpeg"},
		"no browser": {func(_ *testing.T, r *Renderer, _ *RenderSpec) { r.Browser = "/nonexistent/shell" }, fault.Tool, "find the browser", "--browser"},
		"no project": {func(t *testing.T, _ *Renderer, s *RenderSpec) { s.Layout.Dir = t.TempDir() }, fault.Usage, "src/index.ts", "greenroom init"},
		"a folder as film": {func(t *testing.T, _ *Renderer, s *RenderSpec) {
			s.Out = t.TempDir()
		}, fault.Usage, "it is a folder", "Tiny.mp4"},
		"a stand-in": {func(t *testing.T, _ *Renderer, s *RenderSpec) {
			put(t, s.Layout.Dir, map[string]string{"public/" + draft.Src: "video"})
			s.PropsJSON, _, _ = EncodeProps(props(draft))
		}, fault.Failed, "stand-ins: draft", "--allow-stand-ins"},
		"a missing clip": {func(_ *testing.T, _ *Renderer, s *RenderSpec) { s.PropsJSON, _, _ = EncodeProps(props(gone)) }, fault.Failed, "file of: gone", "greenroom build gone"},
		"broken props":   {func(_ *testing.T, _ *Renderer, s *RenderSpec) { s.PropsJSON = []byte(`{"version":2}`) }, fault.Failed, "clips.gen.json", "greenroom build"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, spec := film(t, "Tiny")
			c.change(t, &r, &spec)
			started := false
			_, err := r.Render(t.Context(), spec, func(Event) { started = true })
			if st, err := os.Stat(spec.Out); err == nil && st.IsDir() {
				spec.Out = filepath.Join(spec.Out, "film.mp4") // nothing may have come into it
			}
			refused(t, err, spec, c.kind, c.says, c.hint)
			if started {
				t.Error("node was started all the same")
			}
		})
	}
}

func TestABrowserThatDoesNotStart(t *testing.T) {
	t.Parallel()
	r, spec := film(t, "Tiny")
	r.Browser = script(t, t.TempDir(), "shell", "echo 'error while loading shared libraries: libnss3.so' >&2; exit 127\n")
	_, err := r.Render(t.Context(), spec, nil)
	refused(t, err, spec, fault.Tool, "libnss3.so", "--browser")
}

func TestMissingPackages(t *testing.T) {
	t.Parallel()
	real, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	const declares = `{"dependencies":{"@remotion/cli":"4.0.529"}}`
	allow := func(*project.Missing) (bool, error) { return true, nil }
	for name, c := range map[string]struct {
		manifest, npm string
		may           func(*project.Missing) (bool, error)
		kind          fault.Kind
		says, hint    string
		ran           bool
	}{
		"npm fails":               {declares, "echo 'npm error code ENOTFOUND' >&2; echo 'npm error A complete log of this run can be found in: x' >&2; exit 1", allow, fault.Tool, "npm error code ENOTFOUND", "npm install", true},
		"npm installs nothing":    {declares, "exit 0", allow, fault.Tool, "are not installed", "npm install", true},
		"it was not asked for":    {declares, "exit 0", nil, fault.Tool, "are not installed", "--install", false},
		"the user refused":        {declares, "exit 0", func(*project.Missing) (bool, error) { return false, nil }, fault.Tool, "are not installed", "--install", false},
		"the project has none":    {"{}", "exit 0", allow, fault.Tool, "does not depend on it", "@remotion/renderer@", false},
		"only half is there":      {declares, "mkdir -p node_modules/@remotion/renderer; echo '{}' > node_modules/@remotion/renderer/package.json; exit 0", allow, fault.Tool, "find @remotion/bundler", "npm install", true},
		"npm prints what it does": {declares, "echo added 3 packages; echo 'npm error code E404' >&2; echo 'npm error 404 not found: nothing@1' >&2; exit 1", allow, fault.Tool, "404 not found: nothing@1", "npm install", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tools, dir := t.TempDir(), t.TempDir()
			if err := os.Symlink(real, filepath.Join(tools, "node")); err != nil {
				t.Fatal(err)
			}
			script(t, tools, "npm", "touch ran; "+c.npm)
			put(t, dir, map[string]string{"package.json": c.manifest, "src/index.tsx": filmSource})
			r := Renderer{Node: filepath.Join(tools, "node"), MayInstall: c.may}
			spec := RenderSpec{Layout: project.Layout{Dir: dir}, CacheDir: filepath.Join(dir, "cache"), Composition: "Tiny", Out: filepath.Join(dir, "out", "film.mp4")}
			said := ""
			_, err := r.Render(t.Context(), spec, func(e Event) {
				if e.Stage == StageInstall {
					said += e.Message
				}
			})
			refused(t, err, spec, c.kind, c.says, c.hint)
			if strings.Contains(err.Error(), "complete log") {
				t.Errorf("npm's noise is shown: %v", err)
			}
			if strings.Contains(said, "npm install") != c.ran {
				t.Errorf("the install is announced as %q", said)
			}
			if _, err := os.Stat(filepath.Join(dir, "ran")); (err == nil) != c.ran {
				t.Errorf("npm ran: %v, want %v", err == nil, c.ran)
			}
		})
	}
}

func TestABrokenSourceIsABundleFault(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{"package.json": "{}", "src/index.tsx": "import {nothing} from './not-there';\nnothing(;\n"})
	if err := os.Symlink(modules(t), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	spec := RenderSpec{Layout: project.Layout{Dir: dir}, CacheDir: filepath.Join(dir, "cache"), Composition: "Tiny", Out: filepath.Join(dir, "out", "film.mp4")}
	_, err := Renderer{}.Render(t.Context(), spec, nil)
	refused(t, err, spec, fault.Failed, "bundle the project", "tsc --noEmit")
}

func TestACancelledRenderIsNotStarted(t *testing.T) {
	t.Parallel()
	r, spec := film(t, "Tiny")
	why := errors.New("asked to stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := r.Render(ctx, spec, nil); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	empty(t, filepath.Dir(spec.Out))
}
