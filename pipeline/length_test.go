package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/timeline/timelinetest"
	"greenroom/internal/fault"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/preflight"
)

// pricing is a project whose files are measured: sound.wav and film.webm have the given
// length, noise.mp3 holds no sound, empty.wav nothing.
func pricing(t *testing.T, api string, seconds float64, clips string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "prompts"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"sound.wav": timelinetest.Wave(8000, 1, seconds, 440, 0.5),
		"noise.mp3": []byte(strings.Repeat("no sound at all ", 100)),
		"empty.wav": {},
		ManifestName: []byte("version: 1\nsize: " + sizeFor(api) + "\nheygen: {api: " + api + "}\n" +
			"defaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}}\nclips:\n" + clips),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// planWith plans with the programs that look finds.
func planWith(t *testing.T, dir string, look func(string) (string, error)) *planning.Plan {
	t.Helper()
	plan, err := planOrFault(t, dir, look)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func planOrFault(t *testing.T, dir string, look func(string) (string, error)) (*planning.Plan, error) {
	t.Helper()
	o := freshOptions(dir)
	o.LookPath = look
	p, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	return p.Plan(t.Context(), nil)
}

func noPrograms(name string) (string, error) { return "", fmt.Errorf("%s was looked for", name) }

// TestOwnSoundIsPricedAsLongAsItIs: it was priced as 0 s, and sent under any budget.
func TestOwnSoundIsPricedAsLongAsItIs(t *testing.T) {
	t.Parallel()
	dir := pricing(t, "v3", 95, "  own: {audio: sound.wav}\n  link: {audio: link.wav, take: 2}\n")
	if err := os.Symlink("sound.wav", filepath.Join(dir, "link.wav")); err != nil {
		t.Fatal(err)
	}
	plan := planWith(t, dir, noPrograms)
	for _, s := range plan.Steps {
		if s.Seconds != 95 || s.Price != 9.5 || s.Least != s.Price || s.Longest != 0 || s.LengthUnknown {
			t.Errorf("%s: %g s, $%g to $%g, want 95 s and $9.50", s.Clip, s.Seconds, s.Least, s.Price)
		}
	}
	dir = pricing(t, "v2", 95, "  own: {audio: sound.wav}\n")
	if plan := planWith(t, dir, noPrograms); plan.Price != 3.96 { // four steps of half a minute
		t.Errorf("v2 bills 95 s as $%g, want $3.96", plan.Price)
	}
}

// TestEverySourceIsPricedAtItsUpperEnd: 540 s of MP3 on v3 were "$0.10 at most".
func TestEverySourceIsPricedAtItsUpperEnd(t *testing.T) {
	t.Parallel()
	zh := strings.Repeat("我们今天介绍新产品。", 30)
	for name, c := range map[string]struct {
		clip       string
		low, high  float64 // seconds
		unknown    bool
		everything bool // the length is what HeyGen documents at most
	}{
		"mp3":                     {clip: `{audio: long.mp3}`, low: 540, high: 540},
		"a sound that is none":    {clip: `{audio: noise.mp3}`, unknown: true},
		"a translated file":       {clip: `{translate: {file: long.mp4, to: Spanish}, transparent: false}`, low: 60, high: 75},
		"a cutout":                {clip: `{file: long.mp4, cutout: true}`, low: 60, high: 60},
		"Chinese":                 {clip: `{script: "` + zh + `"}`, low: 55, high: 124},
		"Chinese in scenes":       {clip: `{transparent: false, scenes: [{script: "` + zh + `"}, {script: "` + zh + `"}]}`, low: 110, high: 248},
		"Chinese at half speed":   {clip: `{script: "` + zh + `", voice: {speed: 0.5}}`, low: 110, high: 248},
		"a break":                 {clip: `{script: "Hello. <break time=\"60s\"/> Bye."}`, low: 60, high: 61},
		"an agent's own length":   {clip: `{agent: {prompt: "` + zh + `"}}`, low: 5, high: 300, everything: true},
		"an agent with a length":  {clip: `{agent: {prompt: "A film.", duration: 60s}}`, low: 45, high: 75},
		"a template":              {clip: `{template: {id: t123, variables: {text: "Hello."}}}`, low: 0, high: 1800, everything: true},
		"a video not fetched yet": {clip: "{video: abcdef}\n  two: {translate: {clip: one, to: Spanish}}", unknown: true},
	} {
		dir := pricing(t, "v3", 1, "  one: "+c.clip+"\n")
		for _, args := range [][]string{
			{"-f", "lavfi", "-i", "anoisesrc=d=540:r=16000", "-b:a", "32k", filepath.Join(dir, "long.mp3")},
			{"-f", "lavfi", "-i", "color=s=64x64:r=5:d=60", "-pix_fmt", "yuv420p", filepath.Join(dir, "long.mp4")},
		} {
			if !strings.Contains(c.clip, filepath.Base(args[len(args)-1])) {
				continue
			}
			if out, err := exec.Command("ffmpeg", append([]string{"-v", "error"}, args...)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
		plan := planWith(t, dir, exec.LookPath)
		s := plan.Steps[len(plan.Steps)-1]
		if s.Action != planning.Buy || s.LengthUnknown != c.unknown || plan.Unbounded() != c.unknown {
			t.Errorf("%s: %s, length unknown: %v (%s)", name, s.Action, s.LengthUnknown, s.Unknown())
			continue
		}
		if c.unknown {
			continue
		}
		low, high := s.Shortest, s.Longest
		if high == 0 {
			low, high = s.Seconds, s.Seconds
		}
		if low < c.low-0.2 || high < c.high-0.2 || low > c.low*1.15+1 || high > c.high*1.15+1 {
			t.Errorf("%s: %g to %g s, want %g to %g s", name, low, high, c.low, c.high)
		}
		rate := 0.10
		if strings.Contains(c.clip, "cutout") {
			rate = 0.05
		}
		if want := math.Ceil(high-1e-9) * rate; math.Abs(s.Price-want) > rate+1e-9 {
			t.Errorf("%s: $%g for %g s, want about $%g", name, s.Price, high, want)
		}
		if s.Work.Length.Loose != c.everything {
			t.Errorf("%s: a documented maximum: %v", name, s.Work.Length.Loose)
		}
	}
}

// TestASecondPlanMeasuresNothing: the length of a file that did not change is on record.
func TestASecondPlanMeasuresNothing(t *testing.T) {
	t.Parallel()
	dir := pricing(t, "v3", 1, "  one: {audio: tone.mp3}\n  two: {audio: noise.mp3}\n")
	mp3 := filepath.Join(dir, "tone.mp3")
	tone := func(seconds int) {
		t.Helper()
		out, err := exec.Command("ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", fmt.Sprintf("sine=d=%d", seconds), mp3).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	tone(5)
	if err := os.Mkdir(filepath.Join(dir, StateDir), 0o755); err != nil { // as a first build does
		t.Fatal(err)
	}
	first := planWith(t, dir, exec.LookPath)
	again := planWith(t, dir, noPrograms)
	for i, s := range again.Steps {
		if was := first.Steps[i]; s.Seconds != was.Seconds || s.LengthUnknown != was.LengthUnknown || s.Price != was.Price {
			t.Errorf("%s: %g s, $%g; then %g s, $%g", s.Clip, was.Seconds, was.Price, s.Seconds, s.Price)
		}
	}
	tone(9)
	if s := planWith(t, dir, exec.LookPath).Steps[0]; math.Abs(s.Seconds-9) > 0.2 {
		t.Errorf("after the file changed: %g s", s.Seconds)
	}
}

// TestWithoutFFprobeALengthIsUnknownAndAskedAgain: the next run may have the program.
func TestWithoutFFprobeALengthIsUnknownAndAskedAgain(t *testing.T) {
	t.Parallel()
	dir := pricing(t, "v3", 1, "  one: {audio: tone.mp3}\n")
	if out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=5", filepath.Join(dir, "tone.mp3")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if s := planWith(t, dir, noPrograms).Steps[0]; !s.LengthUnknown || !strings.Contains(s.Unknown(), "ffmpeg is not installed") {
		t.Errorf("%+v %q", s.LengthUnknown, s.Unknown())
	}
	if s := planWith(t, dir, exec.LookPath).Steps[0]; s.LengthUnknown || math.Abs(s.Seconds-5) > 0.2 {
		t.Errorf("unknown %v, %g s", s.LengthUnknown, s.Seconds)
	}
}

// TestAnEmptySoundIsRefusedAtItsPlace before anything is bought.
func TestAnEmptySoundIsRefusedAtItsPlace(t *testing.T) {
	t.Parallel()
	_, err := planOrFault(t, pricing(t, "v3", 1, "  one: {audio: empty.wav}\n"), noPrograms)
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Manifest || f.Place == nil || f.Place.Line != 6 || !strings.Contains(f.Msg, "empty.wav is empty") {
		t.Errorf("%v", err)
	}
}

// TestABudgetRefusesAnUnknownLengthByName also checks that without a budget the plan reports an unknown length.
func TestABudgetRefusesAnUnknownLengthByName(t *testing.T) {
	t.Parallel()
	dir := pricing(t, "v3", 1, "  one: {audio: noise.mp3}\n  two: {script: Hello.}\n")
	plan := planWith(t, dir, exec.LookPath)
	b := &build{Project: &Project{}, o: BuildOptions{}}
	p, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	most := 1e6
	b.Project, b.o.MaxSpend = p, &most
	if err := b.limits(plan, preflight.Found{}, nil); err == nil || !strings.Contains(err.Error(), `clip "one"`) || !strings.Contains(err.Error(), "noise.mp3 cannot be measured") {
		t.Errorf("a budget holds what is unknown: %v", err)
	}
	asked := false
	b.o.MaxSpend = nil
	b.o.Confirm = func(p *planning.Plan) (bool, error) { asked = p.Unbounded(); return true, nil }
	if err := b.limits(plan, preflight.Found{}, nil); err != nil || !asked {
		t.Errorf("%v, asked about an unknown amount: %v", err, asked)
	}
	out, err := json.Marshal(plan)
	if err != nil || !strings.Contains(string(out), `"lengthUnknown":true`) {
		t.Errorf("%v: %s", err, out)
	}
}

// TestATranslationIsAsLongAsTheTakeItIsOf, once that is there; the estimate of another
// script is not taken from an old take.
func TestATranslationIsAsLongAsTheTakeItIsOf(t *testing.T) {
	t.Parallel()
	dir := pricing(t, "v3", 1, "  one: {script: Hello., transparent: false}\n  two: {translate: {clip: one, to: Spanish}, transparent: false}\n")
	p, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	estimated := planSteps(t, p)["two"].Longest
	if estimated <= 0 || estimated > 3 {
		t.Errorf("estimated as %g s", estimated)
	}
	req, err := requestOf(p, p.Manifest.Clips[0])
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Repeat("a", 64)
	_ = p.Lock.Set(lockfile.Entry{Clip: "one", TakeKey: req.Key, Route: req.Route, VideoID: "v", Master: hash, Duration: 100})
	if s := planSteps(t, p)["two"]; s.Seconds != 100 || s.Longest != 125 {
		t.Errorf("%g s, at most %g s", s.Seconds, s.Longest)
	}
	_ = p.Lock.Set(lockfile.Entry{Clip: "one", TakeKey: hash, Route: req.Route, VideoID: "v", Master: hash, Duration: 100})
	if s := planSteps(t, p)["two"]; s.Longest != estimated {
		t.Errorf("of an old take: at most %g s, want %g s", s.Longest, estimated)
	}
}

func planSteps(t *testing.T, p *Project) map[string]planning.Step {
	t.Helper()
	plan, err := p.Plan(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]planning.Step{}
	for _, s := range plan.Steps {
		out[s.Clip] = s
	}
	return out
}

// TestRowsAreEachPricedByTheirOwnWords.
func TestRowsAreEachPricedByTheirOwnWords(t *testing.T) {
	t.Parallel()
	dir := pricing(t, "v3", 1, "  x: {script: Hi.}\neach:\n  row:\n    rows: rows.csv\n    script: \"{{text}}\"\n")
	table := "id,text\na,Hello.\nb," + strings.Repeat("我们今天介绍新产品。", 60) + "\n"
	if err := os.WriteFile(filepath.Join(dir, "rows.csv"), []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, s := range planWith(t, dir, noPrograms).Steps {
		if long := s.Clip == "row-2"; long != (s.Longest > 100) {
			t.Errorf("%s: at most %g s", s.Clip, s.Longest)
		}
	}
}
