package pipeline

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/pipeline/planning"
)

// studio is a recording in front of real green cloth: 40/160/70 lit unevenly, with noise. A grey disc
// and dark lines of one pixel are in front of it.
const studio = "color=c=black:s=320x240:r=25:d=0.4,format=rgb24,geq=r='if(%,150,40+14*cos((X-160)/110))':" +
	"g='if(%,150,150+22*cos((X-160)/110)*cos((Y-90)/120))':b='if(%,150,70+16*cos((X-200)/140))',noise=alls=6:allf=t"

func (p *projectAt) footage(name, source string) {
	p.t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
		"-c:v", "libx264", "-crf", "18", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
		filepath.Join(p.dir, name)).CombinedOutput()
	if err != nil {
		p.t.Fatalf("%v\n%s", err, out)
	}
}

// published decodes the alpha of the first picture of the project's only published WebM.
func (p *projectAt) published(w, h int) []byte {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(p.dir, "public", "greenroom", "*.webm"))
	if err != nil || len(files) == 0 {
		p.t.Fatal(files, err)
	}
	out, err := exec.Command("ffmpeg", "-v", "error", "-c:v", "libvpx-vp9", "-i", files[0], "-frames:v", "1", "-vf", "scale=in_color_matrix=bt709:in_range=tv,format=rgba", "-f", "rawvideo", "pipe:1").Output()
	if err != nil || len(out) != w*h*4 {
		p.t.Fatal(len(out), err)
	}
	return out
}

func TestAFileIsKeyedOnItsScreen(t *testing.T) {
	figure := "lt(hypot(X-160,Y-150),60)"
	p := newProjectAt(t, "sandbox", `one: {file: talk.mp4, key: auto, prepare: {crop: false}}`)
	p.footage("talk.mp4", strings.ReplaceAll(studio, "%", figure))
	sum, err := p.build(BuildOptions{})
	if err != nil || sum.Prepared != 1 {
		t.Fatalf("%+v %v", sum, err)
	}
	auto := p.published(320, 240)
	for _, at := range [][3]int{{160, 150, 255}, {130, 130, 255}, {20, 20, 0}, {300, 20, 0}, {10, 220, 0}, {310, 230, 0}, {160, 30, 0}} {
		px := auto[(at[1]*320+at[0])*4:]
		if d := int(px[3]) - at[2]; d < -3 || d > 3 {
			t.Errorf("alpha at %v is %d", at[:2], px[3])
		}
		if at[2] == 255 && (px[0] < 140 || px[1] < 140 || px[1] > 160 || px[2] < 140) {
			t.Errorf("colour at %v is %v", at[:2], px[:3])
		}
	}
	// The rendition follows the key, the take does not.
	before := p.read("greenroom.lock")
	p.manifest("sandbox", `one: {file: talk.mp4, key: "#30a848", prepare: {crop: false}}`)
	if steps, err := p.plan(); err != nil || steps[0].Action != planning.Prepare {
		t.Fatalf("%+v %v", steps, err)
	}
	if sum, err := p.build(BuildOptions{}); err != nil || sum.Prepared != 1 {
		t.Fatalf("%+v %v", sum, err)
	}
	if after := p.read("greenroom.lock"); after == before {
		t.Error("the lockfile records the same rendition for another key")
	}
	if named := p.published(320, 240); !bytes.Equal(auto[(150*320+160)*4:][:4], named[(150*320+160)*4:][:4]) {
		t.Error("a named colour near the screen's keys another picture")
	}
}

func TestAFileWithoutAScreenIsRefused(t *testing.T) {
	p := newProjectAt(t, "sandbox", `one: {file: talk.mp4, key: auto}`)
	p.footage("talk.mp4", "color=c=gray:s=320x240:r=25:d=0.4")
	_, err := p.build(BuildOptions{})
	mustContain(t, err, "key colour", "at the borders", "green, blue or magenta")
	p.footage("talk.mp4", "color=c=0x10D020:s=320x240:r=25:d=0.4,drawbox=x=100:y=60:w=120:h=180:c=gray:t=fill,drawbox=x=120:y=100:w=12:h=12:c=0x10D020:t=fill,drawbox=x=150:y=100:w=12:h=12:c=0x10D020:t=fill,drawbox=x=180:y=100:w=12:h=12:c=0x10D020:t=fill")
	_, err = p.build(BuildOptions{})
	mustContain(t, err, "key colour inside", "wears the key colour")
}

func TestAKeyIsForFilesOnScreens(t *testing.T) {
	for clip, words := range map[string][]string{
		`one: {file: a.mp4, key: "#808080"}`:                {"one.key", "#808080", "cannot be keyed"},
		`one: {file: a.mp4, key: grass}`:                    {"one.key", "not a colour"},
		`one: {file: a.mp4, key: auto, transparent: false}`: {"one.key", "transparent: true", "one"},
		`one: {file: a.mp4, key: "#00ff00", cutout: true}`:  {"one.key"},
		`one: {script: Hi there everyone., key: "#00FF00"}`: {"one.key", "key-color"},
	} {
		p := newProjectAt(t, "sandbox", clip)
		p.write("a.mp4", "x")
		_, err := p.plan()
		mustContain(t, err, words...)
	}
	p := newProjectAt(t, "sandbox", `one: {file: a.mp4, key: "#02d502"}`)
	p.write("a.mp4", "x")
	if err := p.with(func(q *Project) error { return nil }); err != nil {
		t.Error(err)
	}
}
