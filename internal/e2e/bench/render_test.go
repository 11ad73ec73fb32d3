package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/benchtest"
	"greenroom/internal/e2e/e2etest"
)

const benchComposition = `import {AbsoluteFill, OffthreadVideo, staticFile, useVideoConfig} from 'remotion';
import {AvatarClip} from './greenroom/AvatarClip';
import {chosen, type Film} from './greenroom/film';

// The clip at half its height, lower right, in three ways.
export const Bench = (film: Film) => {
  const {width, height} = useVideoConfig();
  const at = {frameWidth: width / 2, left: width / 2, top: height / 2};
  return (
    <AbsoluteFill style={{backgroundColor: '#204080'}}>
      {film.title === 'ours' ? <AvatarClip clip={chosen(film)} {...at} /> : null}
      {film.title === 'master' ? <OffthreadVideo transparent src={staticFile('master.webm')} style={{position: 'absolute', left: at.left, top: at.top, width: at.frameWidth}} /> : null}
    </AbsoluteFill>
  );
};
`

// BenchmarkRenderCost is what a clip adds to a Remotion render of four seconds at
// 1080p, shown at half height: our rendition through AvatarClip against the master
// as delivered, full frame, through OffthreadVideo. Each is the processor time of
// the render minus that of the same render without a clip.
func BenchmarkRenderCost(b *testing.B) {
	dir := e2etest.FilmProject(b)
	e2etest.AddComposition(b, dir, "Bench", benchComposition)
	e2etest.Write(b, filepath.Join(dir, "greenroom.yaml"), `version: 1
project: bench
size: 1920x1080
heygen: {api: sandbox}
prepare: {scale: 50%}
defaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}, route: v1-webm}
clips:
  take: {script: "This clip is rendered again and again, in two ways, and what it costs is written down."}
`)
	e2etest.Run(b, dir, "greenroom", "build")
	master := ""
	err := filepath.WalkDir(filepath.Join(dir, ".greenroom", "store", "sha256"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if out, _ := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height", "-of", "csv=p=0", path).Output(); strings.TrimSpace(string(out)) == "1920,1080" {
				master = path
			}
		}
		return err
	})
	if err != nil || master == "" {
		b.Fatal("no master in the store ", err)
	}
	if err := os.Link(master, filepath.Join(dir, "public", "master.webm")); err != nil {
		b.Fatal(err)
	}
	cost := func(title string) float64 {
		before := benchtest.CPU()
		e2etest.Run(b, dir, "greenroom", "render", "Bench", "--title", title)
		return (benchtest.CPU() - before).Seconds()
	}
	cost("none") // bundles
	var none, ours, full []float64
	for range 3 * b.N {
		none, ours, full = append(none, cost("none")), append(ours, cost("ours")), append(full, cost("master"))
	}
	n, o, f := benchtest.Median(none), benchtest.Median(ours), benchtest.Median(full)
	b.ReportMetric((o-n)/(f-n), "ratio")
	for name, v := range map[string]float64{"none": n, "ours": o, "master": f} {
		b.ReportMetric(v, fmt.Sprintf("cpu-s-%s", name))
	}
	b.ReportMetric(0, "ns/op")
}
