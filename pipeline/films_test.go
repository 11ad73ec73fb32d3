package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/films"
)

// filmProject is a folder with footage and an account that is a sandbox.
type filmProject struct {
	*testing.T
	dir string
	env map[string]string
}

func newFilmProject(t *testing.T) *filmProject {
	t.Helper()
	box, _ := startSandbox(t)
	p := &filmProject{T: t, dir: t.TempDir()}
	p.env = map[string]string{"HEYGEN_API_BASE": box.URL, "HEYGEN_API_KEY": "k", "GREENROOM_CACHE": filepath.Join(os.TempDir(), "greenroom-films-test")}
	for name, args := range map[string]string{
		"bg.png":   "-f lavfi -i testsrc2=s=640x360 -frames:v 1",
		"logo.png": "-f lavfi -i color=c=red@0.5:s=64x32,format=rgba -frames:v 1",
		"bed.mp3":  "-f lavfi -i sine=220:d=3",
		"loop.mp4": "-f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i sine=440:d=2 -pix_fmt yuv420p",
	} {
		cmd := append([]string{"-v", "error"}, strings.Fields(args)...)
		if out, err := exec.Command("ffmpeg", append(cmd, filepath.Join(p.dir, name))...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	return p
}

func (p *filmProject) open(compositions string) *Project {
	p.Helper()
	text := "version: 1\nproject: t\nsize: 320x240\ndefaults:\n  avatar: {id: Daisy-inskirt-20220818}\n  voice: {id: 1bd001e7e50f421d891986aad5158bc8}\nclips:\n  hello: {script: Hello there.}\n  other: {script: This is not shown.}\n" + compositions
	path := filepath.Join(p.dir, ManifestName)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.Fatal(err)
	}
	o, err := Open(Options{ManifestPath: path, Now: time.Now, Getenv: func(k string) string { return p.env[k] }, LookPath: exec.LookPath, Version: "test"})
	if err != nil {
		p.Fatalf("%v", fault.All(err))
	}
	p.Cleanup(func() { o.Close() })
	return o
}

// resolvedFilms returns films, or everything that is wrong with any of them.
func resolvedFilms(ctx context.Context, p *Project, names []string, o films.Options) (list []*timeline.Film, err error) {
	set, err := p.Films().Choose(names, o)
	if err != nil {
		return nil, err
	}
	var bad fault.List
	err = set.Each(ctx, func(f films.Film, err error) error {
		bad = append(bad, fault.All(err)...)
		list = append(list, f.Timeline)
		return nil
	})
	bad.Sort()
	return list, errors.Join(err, bad.Unique().Or())
}

const tour = `compositions:
  tour:
    size: 640x360
    background: {image: bg.png}
    layers:
      - {clip: hello, box: {right: 4%, bottom: 0, width: 38%}}
      - {image: logo.png, box: {left: 0, top: 0, width: 10%}}
      - {video: loop.mp4, for: 1s, box: {left: 0, bottom: 0, width: 20%}}
      - {text: "Product tour", at: 0.2s, for: 0.8s}
      - {captions: hello}
      - {audio: bed.mp3, gain: -18dB, duck: true}
    formats: [16:9, 1:1]
`

func TestFilmsFromStandInsToTakes(t *testing.T) {
	p := newFilmProject(t)
	ctx := t.Context()
	project := p.open(tour)
	_, err := resolvedFilms(ctx, project, nil, films.Options{})
	if list := fault.All(err); len(list) != 1 || list[0].Clip != "hello" || !strings.Contains(list[0].Msg, "not ready") || list[0].Hint == "" {
		t.Fatalf("a clip that is not there: %v", list)
	}

	if _, err := project.Build(ctx, BuildOptions{StandIns: true}); err != nil {
		t.Fatal(err)
	}
	_, err = resolvedFilms(ctx, project, nil, films.Options{})
	if list := fault.All(err); len(list) != 1 || list[0].Clip != "hello" || !strings.Contains(list[0].Msg, "stand-in") || !strings.Contains(list[0].Hint, "--allow-stand-ins") {
		t.Fatalf("a stand-in: %v", list)
	}
	list, err := resolvedFilms(ctx, project, []string{"tour"}, films.Options{AllowStandIns: true})
	if err != nil {
		t.Fatalf("%v", fault.All(err))
	}
	if len(list) != 2 || list[0].Name != "tour-16x9" || list[1].Name != "tour-1x1" || list[1].Width != 360 {
		t.Fatalf("%+v", list)
	}
	checkFilm(t, project, list[0])
	if list, err = resolvedFilms(ctx, project, []string{"tour-1x1", "tour-1x1"}, films.Options{AllowStandIns: true}); err != nil || len(list) != 1 {
		t.Errorf("%d films: %v", len(list), err)
	}

	if _, err := project.Build(ctx, BuildOptions{Clips: []string{"hello"}}); err != nil {
		t.Fatal(err)
	}
	_, err = resolvedFilms(ctx, project, nil, films.Options{})
	if list := fault.All(err); len(list) != 1 || !strings.Contains(list[0].Msg, `clip "hello" has no captions`) || list[0].Place == nil {
		t.Fatalf("a take without captions: %v", list)
	}
	project = p.open(strings.Replace(tour, "      - {captions: hello}\n", "", 1))
	list, err = resolvedFilms(ctx, project, nil, films.Options{})
	if err != nil {
		t.Fatalf("%v", fault.All(err))
	}
	checkFilm(t, project, list[0])
	if m := list[0].Media[list[0].Layers[1].Video.Media]; !m.Alpha || m.Codec != "vp9" || m.Seconds*25 != float64(list[0].Frames) {
		t.Errorf("the take: %+v for %d frames", m, list[0].Frames)
	}
	// What was published for films keeps no build from publishing.
	if _, err := project.Build(ctx, BuildOptions{Clips: []string{"hello"}}); err != nil {
		t.Error(err)
	}
}

// checkFilm holds what renderers rely on: every file is there, under a name that leads out of nothing.
func checkFilm(t *testing.T, p *Project, f *timeline.Film) {
	t.Helper()
	if err := f.Validate(); err != nil {
		t.Error(err)
	}
	for key, m := range f.Media {
		if _, err := os.Stat(m.File); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if want := filepath.Join(p.Dir(), "public", filepath.FromSlash(m.Public)); want != m.File {
			t.Errorf("%s is at %s, not %s", key, m.File, want)
		}
	}
	by := map[string]timeline.Layer{}
	for _, l := range f.Layers {
		by[l.ID] = l
	}
	if m := f.Media[by["image logo.png"].Picture.Media]; !m.Alpha || m.Width != 64 {
		t.Errorf("the logo: %+v", m)
	}
	if m := f.Media[by["background bg.png"].Picture.Media]; m.Alpha {
		t.Errorf("the background: %+v", m)
	}
	if m := f.Media[by["video loop.mp4"].Video.Media]; m.Seconds != 2 || m.Codec != "h264" || m.Alpha {
		t.Errorf("the video: %+v", m)
	}
	if len(f.Sounds) != 3 {
		t.Errorf("%d sounds: the clip, the video, the bed", len(f.Sounds))
	}
	j, err := json.Marshal(f)
	if err != nil || strings.Contains(string(j), p.Dir()) {
		t.Errorf("a path of this machine is in the film: %v", err)
	}
}

func TestFilmsNamesWhatIsWrong(t *testing.T) {
	p := newFilmProject(t)
	for name, text := range map[string]string{"broken.png": "no picture", "broken.mp4": "no video", "broken.wav": "no sound", "broken.ttf": "no font at all"} {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	project := p.open(`compositions:
  bad:
    length: 2s
    background: {image: broken.png}
    layers:
      - {video: broken.mp4}
      - {audio: broken.wav}
      - {text: Hi, font: broken.ttf}
      - {audio: loop.mp4}
  good: {length: 1s, layers: [{image: bg.png}]}
`)
	_, err := resolvedFilms(t.Context(), project, []string{"bad"}, films.Options{})
	var got []string
	for _, f := range fault.All(err) {
		got = append(got, f.Place.String()+" "+f.Msg)
		if f.Hint == "" {
			t.Errorf("no hint: %v", f)
		}
	}
	want := "greenroom.yaml:13:17 cannot decode image broken.png\ngreenroom.yaml:15:10 cannot read video from broken.mp4\ngreenroom.yaml:16:10 cannot read audio from broken.wav\ngreenroom.yaml:17:26 font broken.ttf"
	if s := strings.Join(got, "\n"); !strings.HasPrefix(s, want) {
		t.Errorf("%s", s)
	}
	// A film is not kept back by the files of another.
	if _, err := resolvedFilms(t.Context(), project, []string{"good"}, films.Options{}); err != nil {
		t.Errorf("%v", fault.All(err))
	}
	_, err = resolvedFilms(t.Context(), project, []string{"god"}, films.Options{})
	if list := fault.All(err); len(list) != 1 || list[0].Kind != fault.Usage || list[0].Hint != `did you mean "good"?` {
		t.Errorf("%v", list)
	}
	if _, err := resolvedFilms(t.Context(), p.open(""), nil, films.Options{}); err == nil || fault.KindOf(err) != fault.Usage {
		t.Errorf("no compositions: %v", err)
	}
}
