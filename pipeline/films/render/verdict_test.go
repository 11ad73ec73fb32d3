package render

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/compose/media"
	"greenroom/compose/quality"
	"greenroom/internal/fault"
)

// flash makes a second that flashes ten times.
func flash(t *testing.T) func(dir string) {
	return func(dir string) {
		out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i",
			"color=c=black:s=320x240:r=50:d=1,drawbox=t=fill:c=white:enable='lt(mod(t+0.001,0.1),0.05)'", "-pix_fmt", "yuv420p",
			filepath.Join(dir, "flash.mp4")).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
}

// verdicts renders all films and returns the findings of each that are not ok, by name.
func (r *Run) verdicts(t *testing.T) (found map[string][]media.Finding, failed map[string]error) {
	t.Helper()
	found, failed = map[string][]media.Finding{}, map[string]error{}
	r.Rendered = func(name string, res Result) error {
		found[name] = nil
		for _, f := range res.Findings {
			if f.Verdict != media.OK {
				found[name] = append(found[name], f)
			}
		}
		if len(res.Findings) == 0 || res.Verdict != media.WorstOf(res.Findings) {
			t.Errorf("%s: %s, %d findings", name, res.Verdict, len(res.Findings))
		}
		return nil
	}
	r.FilmFailed = func(name string, err error) { failed[name] = err }
	if err := r.All(t.Context()); err != nil {
		t.Fatal(fault.All(err))
	}
	return found, failed
}

// TestAFilmThatFlashesFails: its file is kept and its result is reported; it fails again when it is up to date, and not
// when the manifest accepts it.
func TestAFilmThatFlashesFails(t *testing.T) {
	r := newRun(t, "  flash: {fps: 50, layers: [{video: flash.mp4}]}\n  card: {length: 1s, background: \"#203040\"}\n", flash(t))
	r.Checks = &Checks{Limits: quality.Defaults()}
	for _, again := range []bool{false, true} {
		found, failed := r.verdicts(t)
		bad := found["flash"]
		if len(bad) != 1 || bad[0].Name != "flashing" || len(found["card"]) > 0 {
			t.Errorf("%+v", found)
		}
		err := failed["flash"]
		if err == nil || fault.KindOf(err) != fault.Media || !strings.Contains(err.Error(), "flashing: 9.5 a second from 0.") {
			t.Errorf("again %v: %v", again, err)
		}
		if r.Counts.Failed != 1 || (r.Counts.UpToDate == 1) != again {
			t.Errorf("%+v", r.Counts)
		}
	}
	if _, err := os.Stat(filepath.Join(r.Dir, "out", "flash.mp4")); err != nil {
		t.Error(err)
	}
	r.Checks.Accept = map[string]string{"flashing": "a warning is shown before it"}
	if found, failed := r.verdicts(t); len(failed) > 0 || !strings.Contains(found["flash"][0].Advice, "a warning is shown") {
		t.Errorf("%+v %v", found, failed)
	}
}

// TestContrastIsThatOfTheRealFrames: a text on a picture that is dark on its left and light on its right.
func TestContrastIsThatOfTheRealFrames(t *testing.T) {
	layer := func(color, more string) string {
		return "{text: Hello there, style: title, size: 12%, color: \"" + color + "\", box: {left: 10%, top: 30%, width: 80%}" + more + "}"
	}
	films := map[string]string{
		"white-on-dark":  "background: \"#203040\", layers: [" + layer("#FFFFFF", "") + "]",
		"grey-on-grey":   "background: \"#808080\", layers: [" + layer("#A0A0A0", "") + "]",
		"on-a-plate":     "background: \"#808080\", layers: [" + layer("#A0A0A0", ", plate: \"#000000\"") + "]",
		"white-on-a-sky": "background: {gradient: [\"#E0F0FF\", \"#FFFFFF\"]}, layers: [" + layer("#FFFFFF", "") + "]",
		"too-fast": "background: \"#203040\", layers: [{text: \"All of this is far more than anybody reads in one second\"," +
			" style: title, size: 6%, color: white}]",
		"at-the-edge": "background: \"#203040\", layers: [{text: Hello, style: title, color: white, safe: false," +
			" box: {left: 0, top: 0, width: 60%}}]",
	}
	want := map[string]string{"grey-on-grey": "text contrast", "white-on-a-sky": "text contrast", "too-fast": "reading speed",
		"at-the-edge": "safe area"}
	text := ""
	for name, members := range films {
		text += "  " + name + ": {length: 1s, " + members + "}\n"
	}
	r := newRun(t, text)
	r.Checks, r.Now = &Checks{Limits: quality.Defaults()}, time.Now
	found, failed := r.verdicts(t)
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	for name := range films {
		got := ""
		for _, f := range found[name] {
			got += f.Name
			if f.Where.To == 0 || f.Advice == "" {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if got != want[name] {
			t.Errorf("%s: %q %+v", name, got, found[name])
		}
	}
}
