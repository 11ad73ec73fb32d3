//go:build unix

package watch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"greenroom/heygen/sandbox"
	"greenroom/pipeline"
)

// BenchmarkIdle is what a session costs while nobody saves: 500 clips with stand-ins,
// ten seconds of quiet. Goal: less than 0.2 % of a core.
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
	ff, err := exec.LookPath("ffmpeg")
	if err != nil {
		b.Fatal(err)
	}
	box, err := sandbox.Start(context.Background(), "127.0.0.1:0", sandbox.Options{Dir: b.TempDir(), Speed: 600, Tools: sandbox.Tools{FFmpeg: ff}})
	if err != nil {
		b.Fatal(err)
	}
	defer box.Close()
	env := map[string]string{"HEYGEN_API_BASE": box.URL, "GREENROOM_CACHE": filepath.Join(os.TempDir(), "greenroom-watch-test")}
	s, err := New(Options{Project: pipeline.Options{ManifestPath: filepath.Join(dir, "greenroom.yaml"), Now: time.Now, Getenv: func(k string) string { return env[k] }, LookPath: exec.LookPath, Version: "test"}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}()
	changes, end := s.Subscribe()
	defer end()
	for range changes {
		if st := s.State(); !st.Busy && len(st.Clips) == 500 && st.Clips[499].State == StandIn {
			break
		}
	}
	runtime.GC()
	const quietFor = 10 * time.Second
	for b.Loop() {
		before := cpu(b)
		<-time.After(quietFor)
		b.ReportMetric(100*(cpu(b)-before).Seconds()/quietFor.Seconds(), "%-of-a-core")
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapInuse)/1e6, "MB-heap")
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
