//go:build unix

package films

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// rangesManifest is a film of three scenes at 29.97 fps, with a clip whose sound spans a cut, and a caption over it.
const rangesManifest = `version: 1
project: ranges
size: 256x144
fps: 29.97
heygen: {api: sandbox}
clips: {hi: {file: hi.mp4, transparent: false}}
compositions:
  film:
    length: 6s
    background: "#203040"
    layers:
      - {image: red.png, at: 0s, for: 2s}
      - {clip: hi, at: 1s, box: {left: 0, top: 0, width: 50%}}
      - {image: red.png, at: 4s, for: 2s}
      - {text: Second, style: title, at: 4s, for: 2s}
  second: {length: 1s, background: "#405060"}
  restless:
    length: 3s
    layers:
      - {text: One, style: title, at: 0s, for: 1s}
      - {text: Two, style: title, at: 1s, for: 1s}
      - {text: Three, style: title, at: 2s, for: 1s}
`

// rendered is what `greenroom render --json` prints.
type rendered struct {
	Path     string  `json:"path"`
	Encoded  float64 `json:"encodedSeconds"`
	Reused   float64 `json:"reusedSeconds"`
	UpToDate bool    `json:"upToDate"`
	says     string  // on its standard error
}

// renderOf renders a film in a project and compares how many seconds were encoded and reused.
func renderOf(t *testing.T, dir, path string, encoded, reused float64, args ...string) rendered {
	t.Helper()
	cmd := exec.Command("greenroom", append([]string{"render", "--json"}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+path)
	var says bytes.Buffer
	cmd.Stderr = &says
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("render %v: %v\n%s", args, err, says.String())
	}
	var r rendered
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err, string(out))
	}
	r.says = says.String()
	if math.Abs(r.Encoded-encoded) > 0.02 || math.Abs(r.Reused-reused) > 0.02 {
		t.Errorf("render %v: %.3f s encoded, %.3f s reused, want %.3f and %.3f", args, r.Encoded, r.Reused, encoded, reused)
	}
	return r
}

// withoutNode returns a PATH that has no Node.
func withoutNode(t *testing.T) string {
	t.Helper()
	tools := t.TempDir()
	for _, name := range []string{"greenroom", "ffmpeg", "ffprobe"} {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program, filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	return tools
}

// framesOf returns the hash of each decoded frame. The decoder must not report anything.
func framesOf(t *testing.T, file string) (list []string) {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-v", "warning", "-xerror", "-err_detect", "explode", "-i", file, "-map", "0:v",
		"-fps_mode", "passthrough", "-f", "framemd5", "-")
	var says bytes.Buffer
	cmd.Stderr = &says
	out, err := cmd.Output()
	if err != nil || says.Len() > 0 {
		t.Fatalf("decode %s: %v %s", file, err, says.String())
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			list = append(list, strings.TrimSpace(line[strings.LastIndex(line, ",")+1:]))
		}
	}
	return list
}

// samplesOf returns a file's decoded sound.
func samplesOf(t *testing.T, file string) string {
	t.Helper()
	return e2etest.Run(t, ".", "ffmpeg", "-v", "error", "-i", file, "-map", "0:a", "-f", "s16le", "-")
}

// sameBeforeTheEncoder renders a film with ProRes, which has key frames only, by ranges and in one run. Its encoder may
// choose another quantiser for a flat frame, so frames are compared by their error; another frame would differ by much
// more. The samples of the sound must be equal.
func sameBeforeTheEncoder(t *testing.T, dir string, seconds float64, args ...string) {
	t.Helper()
	path := os.Getenv("PATH")
	parts := renderOf(t, dir, path, seconds, 0, append(args, "--out", "parts.mov")...).Path
	whole := renderOf(t, dir, path, seconds, 0, append(args, "--out", "whole.mov", "--whole")...).Path
	if a, b := len(framesOf(t, parts)), len(framesOf(t, whole)); a != b {
		t.Errorf("the joined film has %d frames, the film in one run %d", a, b)
	}
	const least = 60 // dB
	report := e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-i", parts, "-i", whole, "-lavfi",
		"[0:v][1:v]psnr=stats_file=-", "-f", "null", "-")
	for line := range strings.Lines(report) {
		_, after, _ := strings.Cut(line, "psnr_avg:")
		after, _, _ = strings.Cut(after, " ")
		db, err := strconv.ParseFloat(after, 64)
		if err != nil || db < least {
			t.Fatalf("a frame of the joined film is not that of the film in one run: %s", line)
		}
	}
	if samplesOf(t, parts) != samplesOf(t, whole) {
		t.Error("the joined film sounds differently from the film in one run")
	}
}

// storedPieces returns the files with pictures that a film was joined of, in order.
func storedPieces(t *testing.T, dir, film string) (list []string) {
	t.Helper()
	records, err := filepath.Glob(filepath.Join(dir, ".greenroom", "render", "films", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range records {
		var r struct {
			File   string
			Pieces []string
		}
		if err := json.Unmarshal(e2etest.Read(t, name), &r); err != nil || r.File != film {
			continue
		}
		for _, hash := range r.Pieces {
			path := filepath.Join(dir, ".greenroom", "store", "sha256", hash[:2], hash)
			if e2etest.Run(t, ".", "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=index", "-of",
				"csv=p=0", path) != "" {
				list = append(list, path)
			}
		}
	}
	return list
}

// wantExact compares a joined film with the ranges it was joined of.
func wantExact(t *testing.T, dir, film string, fps float64) {
	t.Helper()
	path := filepath.Join(dir, film)
	parameters := func(file string) string {
		return e2etest.Run(t, ".", "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
			"stream=extradata_hash,codec_name,pix_fmt,width,height,color_space,color_range,level,profile", "-show_data_hash",
			"sha256", "-of", "csv=p=0", file)
	}
	var want []string
	for _, piece := range storedPieces(t, dir, film) {
		want = append(want, framesOf(t, piece)...)
		if a, b := parameters(piece), parameters(path); a != b {
			t.Errorf("parameters of a range %s, of the film %s", a, b)
		}
	}
	if got := framesOf(t, path); len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("the film's %d frames are not the ranges' own %d", len(got), len(want))
	}
	var times []float64
	for line := range strings.Lines(e2etest.Run(t, ".", "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
		"packet=pts_time", "-of", "csv=p=0", path)) {
		var at float64
		if _, err := fmt.Sscan(strings.Trim(line, ",\n"), &at); err != nil {
			t.Fatal(err, line)
		}
		times = append(times, at)
	}
	slices.Sort(times)
	for i, at := range times {
		if math.Abs(at-float64(i)/fps) > 1e-5 {
			t.Fatalf("frame %d is at %f s", i, at)
		}
	}
}

// clip creates the footage of rangesManifest.
func clip(t *testing.T, dir string) {
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=256x144:d=3:r=25", "-f", "lavfi", "-i",
		"sine=d=3", "hi.mp4")
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=c=red:s=32x16", "-frames:v", "1", "red.png")
}

// TestRanges renders with Remotion only what no film had before.
func TestRanges(t *testing.T) {
	t.Run("timeline", rangesOfTheTimeline)
	if e2etest.All() {
		t.Run("rows", rangesOfRows)
		t.Run("segments", segmentsOfAComposition)
	}
}

func rangesOfTheTimeline(t *testing.T) {
	dir := e2etest.FilmProject(t)
	clip(t, dir)
	manifest := filepath.Join(dir, "greenroom.yaml")
	e2etest.Write(t, manifest, rangesManifest)
	e2etest.Run(t, dir, "greenroom", "build")
	all := os.Getenv("PATH")
	film := []string{"film", "--renderer", "remotion"}

	renderOf(t, dir, all, 6.006, 0, film...)
	wantExact(t, dir, "out/film.mp4", 30000.0/1001)
	e2etest.Write(t, manifest, strings.Replace(rangesManifest, "Second", "Other", 1))
	renderOf(t, dir, all, 2.002, 4.004, film...)
	wantExact(t, dir, "out/film.mp4", 30000.0/1001)
	first := e2etest.Read(t, filepath.Join(dir, "out", "film.mp4"))

	out := filepath.Join(dir, "out", "film.mp4")
	if err := os.Remove(out); err != nil {
		t.Fatal(err)
	}
	renderOf(t, dir, withoutNode(t), 0, 6.006, film...) // neither Node nor a browser
	if !bytes.Equal(first, e2etest.Read(t, out)) {
		t.Error("the same ranges came to other bytes")
	}

	if e2etest.All() {
		rangesInDetail(t, dir, film)
	}
}

// rangesInDetail continues rangesOfTheTimeline.
func rangesInDetail(t *testing.T, dir string, film []string) {
	all, out := os.Getenv("PATH"), filepath.Join(dir, "out", "film.mp4")
	piece := storedPieces(t, dir, "out/film.mp4")[1]
	b := e2etest.Read(t, piece)
	b[len(b)/2] ^= 1
	if err := os.Chmod(piece, 0o600); err != nil {
		t.Fatal(err)
	}
	e2etest.Write(t, piece, string(b))
	if err := os.Remove(out); err != nil {
		t.Fatal(err)
	}
	renderOf(t, dir, all, 2.002, 4.004, film...) // a corrupt range
	wantExact(t, dir, "out/film.mp4", 30000.0/1001)
	sameBeforeTheEncoder(t, dir, 6.006, film...)

	second := []string{"second", "--renderer", "remotion"}
	renderOf(t, dir, all, 1.001, 0, second...)
	if pieces := storedPieces(t, dir, "out/second.mp4"); len(pieces) != 1 {
		t.Errorf("a film of one second has %d ranges", len(pieces))
	}
	sameBeforeTheEncoder(t, dir, 3.003, "restless", "--renderer", "remotion")

	older := filepath.Join(dir, "src", "greenroom", "time.ts")
	e2etest.Write(t, older, "// Edited.\n"+string(e2etest.Read(t, older)))
	if says := renderOf(t, dir, all, 1.001, 0, second...).says; !strings.Contains(says, "greenroom init --update") {
		t.Errorf("a project with another companion: %s", says)
	}
	e2etest.Run(t, dir, "greenroom", "init", "--update", "--new")
}

// rangesOfRows renders what films of rows share once.
func rangesOfRows(t *testing.T) {
	dir := e2etest.FilmProject(t)
	clip(t, dir)
	manifest, _, _ := strings.Cut(rangesManifest, "compositions:")
	manifest += "compositions:\n"
	names := []string{"Ada", "Grace", "Katherine"}
	for _, name := range names {
		manifest += "  " + name + ":\n    length: 10s\n    layers:\n"
		for scene, text := range []string{"One", "Hello " + name, "Three", "Four", "Five"} {
			manifest += fmt.Sprintf("      - {image: red.png, at: %ds, for: 2s}\n"+
				"      - {text: %s, style: title, at: %ds, for: 2s}\n", 2*scene, text, 2*scene)
		}
	}
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), manifest)
	e2etest.Run(t, dir, "greenroom", "build")
	encoded, reused := 10.01, 0.0
	for _, name := range names {
		renderOf(t, dir, os.Getenv("PATH"), encoded, reused, name, "--renderer", "remotion")
		wantExact(t, dir, "out/"+name+".mp4", 30000.0/1001)
		encoded, reused = 2.002, 8.008
	}
}

// tenScenes is a composition of the user's own of ten scenes, each with a file of its own, a click and segments.
const tenScenes = `import {Audio} from '@remotion/media';
import {AbsoluteFill, Sequence, staticFile} from 'remotion';
import {withSegments} from './greenroom';
%s
const scenes = [%s];
export const Ten = () => (
  <AbsoluteFill>
    {scenes.map((Scene, i) => <Sequence key={i} from={6 * i} durationInFrames={6}><Scene /></Sequence>)}
    <Audio src={staticFile('tone.wav')} />
  </AbsoluteFill>
);
export const metadata = withSegments(({kind}: {kind?: string}) => scenes.map((_, i) => ({
  from: kind === 'overlap' && i === 3 ? 17 : 6 * i, to: 6 * i + 6, files: ['src/scenes/S' + i + '.tsx'], inputs: i,
})));
`

// segmentsOfAComposition renders one scene of ten after an edit of its code.
func segmentsOfAComposition(t *testing.T) {
	dir := e2etest.FilmProject(t)
	scene := func(i int, colour string) {
		e2etest.Write(t, filepath.Join(dir, "src", "scenes", fmt.Sprintf("S%d.tsx", i)),
			`import {AbsoluteFill, useCurrentFrame} from 'remotion';
export const S = () => <AbsoluteFill style={{backgroundColor: '`+colour+`', opacity: 1 - useCurrentFrame() / 12}} />;
`)
	}
	var imports, names []string
	for i := range 10 {
		scene(i, fmt.Sprintf("rgb(%d, 120, 200)", 20*i))
		imports = append(imports, fmt.Sprintf("import {S as S%d} from './scenes/S%d';", i, i))
		names = append(names, fmt.Sprint("S", i))
	}
	e2etest.Write(t, filepath.Join(dir, "src", "Ten.tsx"),
		fmt.Sprintf(tenScenes, strings.Join(imports, "\n"), strings.Join(names, ", ")))
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=3:r=48000", "public/tone.wav")
	root := filepath.Join(dir, "src", "Root.tsx")
	text := strings.Replace(string(e2etest.Read(t, root)), "import {Composition}",
		"import {Ten, metadata} from './Ten';\nimport {Composition}", 1)
	const registered = `    <Composition id="Ten" component={Ten} calculateMetadata={metadata} fps={25} width={128} height={72} durationInFrames={60} />`
	e2etest.Write(t, root, strings.Replace(text, "  </>", registered+"\n  </>", 1))
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), `version: 1
project: segments
size: 320x180
heygen: {api: sandbox}
checks: {accept: {flashing: each scene of six frames fades}}
clips: {hi: {file: hi.mp4, transparent: false}}
`)
	e2etest.Run(t, dir, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:d=0.4", "-f", "lavfi", "-i",
		"sine=d=0.4", "hi.mp4")
	e2etest.Run(t, dir, "greenroom", "build")
	all := os.Getenv("PATH")

	renderOf(t, dir, all, 2.4, 0, "Ten")
	wantExact(t, dir, "out/Ten.mp4", 25)
	scene(4, "rgb(250, 250, 0)")
	renderOf(t, dir, all, 0.24, 2.16, "Ten")
	wantExact(t, dir, "out/Ten.mp4", 25)
	if err := os.Remove(filepath.Join(dir, "out", "Ten.mp4")); err != nil {
		t.Fatal(err)
	}
	renderOf(t, dir, withoutNode(t), 0, 2.4, "Ten") // neither Node nor a browser
	sameBeforeTheEncoder(t, dir, 2.4, "Ten")

	cmd := exec.Command("greenroom", "render", "Ten", "--props", `{"kind":"overlap"}`)
	cmd.Dir = dir
	says, err := cmd.CombinedOutput()
	const want = `segments of composition "Ten": segment 4 starts at frame 17, but the one before ends at 18: they overlap`
	if err == nil || !strings.Contains(string(says), want) {
		t.Errorf("overlapping segments: %v\n%s", err, says)
	}
}
