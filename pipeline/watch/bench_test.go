//go:build unix

package watch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"greenroom/heygen/sandbox"
	"greenroom/internal/benchtest"
	"greenroom/pipeline"
)

// BenchmarkIdle is what a session costs without saves: 500 clips with stand-ins,
// half a minute of quiet. Goal: less than 0.2 % of a core.
func BenchmarkIdle(b *testing.B) {
	dir := b.TempDir()
	var text strings.Builder
	text.WriteString("version: 1\nsize: 320x240\ndefaults:\n  avatar: {id: Daisy-inskirt-20220818}\n  voice: {id: 1bd001e7e50f421d891986aad5158bc8}\nclips:\n")
	for i := range 500 {
		fmt.Fprintf(&text, "  c%d: {script: scripts/c%d.md}\n", i, i)
		if err := os.MkdirAll(filepath.Join(dir, "scripts"), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "scripts", fmt.Sprintf("c%d.md", i)), fmt.Appendf(nil, "Clip number %d.", i%20), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte(text.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	s := session(b, dir, filepath.Join(os.TempDir(), "greenroom-watch-test"))
	changes, end := s.Subscribe()
	defer end()
	for range changes {
		if st := s.State(); !st.Busy && len(st.Clips) == 500 && st.Clips[499].State == StandIn {
			break
		}
	}
	debug.FreeOSMemory() // what the start left is not what watching costs
	const quietFor = 30 * time.Second
	for b.Loop() {
		before := cpu(b)
		<-time.After(quietFor)
		b.ReportMetric(100*(cpu(b)-before).Seconds()/quietFor.Seconds(), "%-of-a-core")
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapInuse)/1e6, "MB-heap")
}

// session runs a session on a project with a sandbox of its own until the benchmark ends.
func session(b *testing.B, dir, cache string) *Session {
	b.Helper()
	ff, err := exec.LookPath("ffmpeg")
	if err != nil {
		b.Fatal(err)
	}
	box, err := sandbox.Start(context.Background(), "127.0.0.1:0", sandbox.Options{Dir: b.TempDir(), Speed: 600, Tools: sandbox.Tools{FFmpeg: ff}})
	if err != nil {
		b.Fatal(err)
	}
	env := map[string]string{"HEYGEN_API_BASE": box.URL, "GREENROOM_CACHE": cache}
	s, err := New(Options{Project: pipeline.Options{ManifestPath: filepath.Join(dir, "greenroom.yaml"), Now: time.Now, Getenv: func(k string) string { return env[k] }, LookPath: exec.LookPath, Version: "test"}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
		if err := box.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// BenchmarkSave is the time from a save of a script to its stand-in published (file in
// public/, props replaced) through a running session at 1080p, the presenter's library
// warm: one sentence of the script edited, and all of it new. The processor time is
// that of this process and the programs it ran.
func BenchmarkSave(b *testing.B) {
	for _, seconds := range []int{5, 60, 300} {
		for _, edit := range []string{"one sentence", "all new"} {
			b.Run(fmt.Sprintf("%d s, %s", seconds, edit), func(b *testing.B) {
				dir := b.TempDir()
				script, props := filepath.Join(dir, "talk.md"), filepath.Join(dir, "public", "greenroom", "props.json")
				save := func(path, text string) {
					if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
						b.Fatal(err)
					}
				}
				save(script, benchScript(seconds, 0, edit))
				save(filepath.Join(dir, "greenroom.yaml"), "version: 1\nsize: 1920x1080\ndefaults:\n  avatar: {id: Daisy-inskirt-20220818}\n  voice: {id: 1bd001e7e50f421d891986aad5158bc8}\nclips:\n  talk: {script: talk.md}\n")
				cache := filepath.Join(os.TempDir(), "greenroom-watch-bench")
				if err := os.RemoveAll(filepath.Join(cache, "voice")); err != nil { // the speech of earlier runs would be warm
					b.Fatal(err)
				}
				s := session(b, dir, cache)
				changes, end := s.Subscribe()
				defer end()
				last := ""
				published := func() {
					for range changes {
						if f := s.State().Faults; len(f) > 0 {
							b.Fatalf("%+v", f)
						}
						if now, err := os.ReadFile(props); err == nil && string(now) != last {
							last = string(now)
							return
						}
					}
				}
				still := func() {
					for s.State().Busy {
						<-changes
					}
				}
				published()
				still()
				var wall, spent []float64
				run := 0
				for range 5 * b.N {
					run++
					before, began := benchtest.CPU(), time.Now()
					save(script, benchScript(seconds, run, edit))
					published()
					wall = append(wall, time.Since(began).Seconds())
					still()
					spent = append(spent, (benchtest.CPU() - before).Seconds())
				}
				files, _ := filepath.Glob(filepath.Join(dir, "public", "greenroom", "*.webm"))
				fi, err := os.Stat(files[len(files)-1])
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(benchtest.Median(wall), "s-to-publish")
				b.ReportMetric(benchtest.Median(spent), "cpu-s")
				b.ReportMetric(float64(fi.Size())/1e6, "MB")
				b.ReportMetric(s.State().Clips[0].Seconds, "s-of-clip")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// benchScript has sentences of about six and a half seconds; five minutes of them are
// within the 5,000 characters that a script may have.
func benchScript(seconds, run int, edit string) string {
	var out []string
	n := max(1, seconds*10/65)
	for i := range n {
		k := 0
		if edit == "all new" || i == n/2 {
			k = run
		}
		out = append(out, fmt.Sprintf("Sentence %d in version %d has a few words that take some five seconds, %s of them.", i, k, edit))
	}
	return strings.Join(out, " ")
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
