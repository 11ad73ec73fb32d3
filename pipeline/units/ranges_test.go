//go:build unix

package units

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/assets"
	"greenroom/internal/proc"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/ranges"
	"greenroom/pipeline/films/records"
	"greenroom/pipeline/films/render"
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/stage"
	"greenroom/remotion"
	"greenroom/remotion/project"
	"greenroom/remotion/tools"
)

// two is a project with a composition of two segments, the second of which throws if a prop asks for it.
const two = `import {Audio} from '@remotion/media';
import {AbsoluteFill, Composition, registerRoot, staticFile, useCurrentFrame} from 'remotion';
const Two = ({broken}: {broken?: boolean}) => {
  const frame = useCurrentFrame();
  if (broken && frame >= 5) throw new Error('the second segment is broken');
  const grey = 'rgb(' + [20 * frame, 20 * frame, 128].join() + ')';
  return <AbsoluteFill style={{background: grey}}><Audio src={staticFile('tone.wav')} /></AbsoluteFill>;
};
const greenroomSegments = [{from: 0, to: 5}, {from: 5, to: 10}];
registerRoot(() => <Composition id="Two" component={Two} fps={25} width={160} height={90} durationInFrames={10}
  calculateMetadata={({props}) => ({props: {...props, greenroomSegments}})} />);
`

// modules is the folder of the companion's packages.
func modules(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GREENROOM_NODE_MODULES")
	if dir == "" {
		dir, _ = filepath.Abs("../../remotion/companion/node_modules")
	}
	if _, err := os.Stat(filepath.Join(dir, "remotion")); err != nil {
		t.Fatalf("the companion's packages are not installed; run make setup: %v", err)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

// ffmpeg runs ffmpeg, which must not report anything.
func ffmpeg(t *testing.T, args ...string) {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	var reported strings.Builder
	_, err = proc.Run(t.Context(), proc.Cmd{Path: path, Args: append([]string{"-nostdin", "-v", "warning"}, args...),
		Stderr: func(line string) { reported.WriteString(line) }})
	if err != nil || reported.Len() > 0 {
		t.Fatalf("ffmpeg %q: %v %s", args, err, &reported)
	}
}

// studio is a Remotion project with packages, and the programs that render it.
type studio struct {
	*place
	dir      string
	renderer remotion.Renderer
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	s := &studio{dir: t.TempDir()}
	browser := tools.FindBrowser("", os.Getenv, exec.LookPath)
	if browser == "" {
		t.Fatal("no headless browser is installed; run make setup")
	}
	s.renderer = remotion.Renderer{Browser: browser, Stall: 10 * time.Minute} // the machine may be busy with other tests
	for name, text := range map[string]string{"package.json": `{"name":"two"}`, "src/index.tsx": two,
		"tsconfig.json": `{"compilerOptions":{"jsx":"react-jsx"}}`} {
		write(t, filepath.Join(s.dir, name), text)
	}
	write(t, filepath.Join(s.dir, "public", "notes.txt"), "")
	ffmpeg(t, "-f", "lavfi", "-i", "sine=d=1:r=48000", filepath.Join(s.dir, "public", "tone.wav"))
	if err := os.Symlink(modules(t), filepath.Join(s.dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	bench, err := remotion.NewBench(t.Context(), s.renderer, s.dir, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.use(t, &ranges.Worker{Bench: bench})
	return s
}

// use makes a farm with another worker.
func (s *studio) use(t *testing.T, w *ranges.Worker) {
	t.Cleanup(w.Close)
	s.place = newPlace(t, ranges.Step(w.Run).Runner())
}

// run is a run of the command with a store of its own. Its units go to the farm.
func (s *studio) run() *render.Renderer {
	s.Helper()
	s.Farm.Store = openStore(s.T)
	m, renderer := s.maker(true), s.renderer
	renderer.FFmpeg = m.Tools.FFmpeg
	r := &render.Renderer{
		Project: render.Project{Dir: s.dir, CacheDir: filepath.Join(s.dir, "cache"),
			Layout:  func() project.Layout { return project.Layout{Dir: s.dir} },
			Records: records.Store{Dir: s.TempDir(), Version: "test"},
			Pieces:  func(context.Context) (*segments.Maker, error) { return m, nil }},
		Settings: render.Settings{Still: -1, Out: filepath.Join(s.TempDir(), "film.mp4")},
		Tools:    m.Tools, Remotion: renderer, Emit: func(event.Event) {}, Now: time.Now,
	}
	s.Cleanup(r.Close)
	return r
}

// film renders the composition and returns the film's file.
func (s *studio) film(r *render.Renderer) []byte {
	s.Helper()
	res, err := r.Composition(s.Context(), render.Composition{ID: "Two"})
	if err != nil {
		s.Fatal(err)
	}
	if res.Encoded != 0.4 {
		s.Errorf("%v s were encoded", res.Encoded)
	}
	b, err := os.ReadFile(res.Path)
	if err != nil {
		s.Fatal(err)
	}
	return b
}

// TestARangeIsTheSameFromAFarm: its bytes are those of this machine, which renders what a worker refuses.
func TestARangeIsTheSameFromAFarm(t *testing.T) {
	s := newStudio(t)
	r := s.run()
	there := s.film(r)
	if len(s.asked) != 2 || len(s.warnings()) > 0 {
		t.Errorf("%d units, warnings %q", len(s.asked), s.warnings())
	}
	ffmpeg(t, "-xerror", "-err_detect", "explode", "-i", r.Out, "-f", "null", "-")
	t.Run("a composition that throws", func(t *testing.T) {
		_, err := r.Composition(t.Context(), render.Composition{ID: "Two", Input: []byte(`{"broken": true}`)})
		for _, part := range []string{"frames 5 to 9", `"Two"`, "on a worker", "the second segment is broken"} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("error %v, want %q", err, part)
			}
		}
	})
	t.Run("another version", func(t *testing.T) {
		s.use(t, &ranges.Worker{Bench: s.other("4.0.200")})
		if here := s.film(s.run()); !bytes.Equal(here, there) {
			t.Errorf("the film of the farm has %d bytes, the one of this machine %d, and they differ", len(there), len(here))
		}
		const want = "runs on this machine: the unit is not for these machines: the worker has Remotion 4.0.200"
		if w := s.warnings(); len(s.asked) != 2 || len(w) != 1 || !strings.HasPrefix(w[0], want) {
			t.Errorf("%d units, warnings %q", len(s.asked), w)
		}
	})
}

// warnings returns the warnings of the farm.
func (s *studio) warnings() (list []string) {
	for _, e := range s.events {
		if e.State == event.Warned {
			list = append(list, e.Message)
		}
	}
	return list
}

// other returns a worker's programs with another version of Remotion.
func (s *studio) other(version string) *remotion.Bench {
	s.Helper()
	dir := s.TempDir()
	write(s.T, filepath.Join(dir, "node_modules", "@remotion", "renderer", "package.json"), `{"version":"`+version+`"}`)
	b, err := remotion.NewBench(s.Context(), s.renderer, dir, s.TempDir())
	if err != nil {
		s.Fatal(err)
	}
	return b
}

// TestRangesThatAWorkerRefuses, before it starts node or a browser.
func TestRangesThatAWorkerRefuses(t *testing.T) {
	p := newPlace(t)
	run := func(w *ranges.Worker, in ranges.In) error {
		env := p.bench.Env
		env.Send = func(context.Context, event.Event) {}
		_, err := w.Run(t.Context(), env, in)
		return err
	}
	put := func(store *assets.Store, text string) string {
		hash, _, err := store.AdoptBytes("object", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return string(hash)
	}
	dir := t.TempDir()
	browser := filepath.Join(dir, "browser")
	write(t, browser, "#!/bin/sh\n")
	write(t, filepath.Join(dir, "node_modules", "@remotion", "renderer", "package.json"), `{"version":"4.0.529"}`)
	if err := os.Chmod(browser, 0o755); err != nil {
		t.Fatal(err)
	}
	bench, err := remotion.NewBench(t.Context(), remotion.Renderer{Browser: browser}, dir, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	same, err := bench.Tools()
	if err != nil {
		t.Fatal(err)
	}
	w := &ranges.Worker{Bench: bench}
	t.Cleanup(w.Close)
	otherBrowser := same
	otherBrowser.Browser = "another"
	hostile := put(p.bench.Env.Store, strings.Repeat("not an archive", 100))
	for _, c := range []struct {
		w    *ranges.Worker
		in   ranges.In
		want string
	}{
		{nil, ranges.In{Tools: same}, "--remotion"},
		{w, ranges.In{Tools: otherBrowser}, "another browser"},
		{w, ranges.In{Tools: same, Bundle: hostile}, "not a bundle"},
	} {
		if err := run(c.w, c.in); !isRefused(err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("want %q: error %v", c.want, err)
		}
	}
	if err := os.Remove(browser); err != nil {
		t.Fatal(err)
	}
	if err := run(w, ranges.In{Tools: same}); !isRefused(err) || !strings.Contains(err.Error(), "browser") {
		t.Errorf("without its browser: error %v", err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(p.bench.Env.Store.TempPath("x")), "site-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("folders are left: %q, %v", left, err)
	}
}

func isRefused(err error) bool {
	return err != nil && strings.Contains(err.Error(), stage.ErrRefused.Error())
}

// TestABenchNeedsItsPrograms: a worker without them does not start.
func TestABenchNeedsItsPrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := remotion.Renderer{Browser: os.Args[0]}
	_, err := remotion.NewBench(t.Context(), r, dir, t.TempDir())
	wants := []string{"find @remotion/renderer"}
	errs := []error{err}
	write(t, filepath.Join(dir, "node_modules", "@remotion", "renderer", "package.json"), `{"version":"3.0.0"}`)
	_, err = remotion.NewBench(t.Context(), r, dir, t.TempDir())
	wants, errs = append(wants, "3.0.0 is not supported"), append(errs, err)
	write(t, filepath.Join(dir, "node_modules", "@remotion", "renderer", "package.json"), `{"version":"4.0.529"}`)
	_, err = remotion.NewBench(t.Context(), remotion.Renderer{}, dir, t.TempDir())
	wants, errs = append(wants, "find a browser"), append(errs, err)
	for i, err := range errs {
		if err == nil || !strings.Contains(err.Error(), wants[i]) {
			t.Errorf("error %v, want %q", err, wants[i])
		}
	}
	if _, err := remotion.NewBench(t.Context(), r, dir, t.TempDir()); err != nil {
		t.Error(err)
	}
}
