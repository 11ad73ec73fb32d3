//go:build unix

package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"greenroom/heygen"
	"greenroom/internal/e2e/e2etest"
	"greenroom/pipeline/lockfile"
)

// BenchmarkRows takes a table of 10,000 rows (GREENROOM_ROWS for another number)
// through a sandbox of its own process with canned media: processor time for each clip, its
// memory over time and at most, and the calls that were made. Its own share is what lies
// above the tools that it starts, which prepare one clip for all, and above curl's for the
// same files, which are synced too: the bytes have to be moved by whoever brings them.
func BenchmarkRows(b *testing.B) {
	n := 10_000
	if s := os.Getenv("GREENROOM_ROWS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	dir := b.TempDir()
	program := filepath.Join(dir, "greenroom") // as it is released: without symbols and the race detector
	compile := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	compile.Dir = e2etest.Root(b)
	compile.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := compile.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	var table strings.Builder
	table.WriteString("id,name\n")
	for i := range n {
		fmt.Fprintf(&table, "%05d,Name %d\n", i, i)
	}
	e2etest.Write(b, filepath.Join(dir, "people.csv"), table.String())
	e2etest.Write(b, filepath.Join(dir, "greenroom.yaml"), `version: 1
project: rows
size: 1280x720
heygen: {api: v3, concurrency: 100}
defaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}}
each:
  welcome: {rows: people.csv, name: "{{id}}", script: "Hello {{name}}, welcome aboard."}
`)
	box := exec.Command(program, "sandbox", "--listen", "127.0.0.1:0", "--speed", "3600", "--canned", "--concurrency", "100", "--balance", "100000", "--data", b.TempDir())
	box.Stderr = os.Stderr
	out, err := box.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := box.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = box.Process.Signal(os.Interrupt)
		_ = box.Wait()
	}()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	url = strings.TrimSpace(url)
	build := exec.Command(program, "build", "--yes", "--results", filepath.Join(dir, "results.csv"))
	build.Dir = dir
	build.Env = append(os.Environ(), "HEYGEN_API_BASE="+url, "HEYGEN_API_KEY=x")
	story, err := os.Create(filepath.Join(b.TempDir(), "story"))
	if err != nil {
		b.Fatal(err)
	}
	defer story.Close()
	build.Stderr = story
	began := time.Now()
	if err := build.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- build.Wait() }()
	var curve []string
	var peak float64
	var tools time.Duration
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n, running := 0, true; running; n++ {
		select {
		case err = <-ended:
			running = false
		case <-tick.C:
			peak, tools = max(peak, memory(build.Process.Pid, "VmHWM")), max(tools, children(build.Process.Pid))
			if m := memory(build.Process.Pid, "VmRSS"); m > 0 && n%10 == 9 {
				curve = append(curve, fmt.Sprintf("%.0f", m))
			}
		}
	}
	text, _ := os.ReadFile(story.Name())
	if err != nil {
		b.Fatalf("%v\n%s", err, text[max(0, len(text)-4000):])
	}
	usage := build.ProcessState.SysUsage().(*syscall.Rusage)
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	b.Logf("%d rows in %s, resident MB each second: %s", n, time.Since(began).Round(time.Second), strings.Join(curve, " "))
	b.Logf("the story is %d lines: %s", strings.Count(string(text), "\n"), lastLine(string(text)))
	moved := curl(b, url, dir, n)
	for unit, d := range map[string]time.Duration{"cpu-ms/clip": cpu, "tools-ms/clip": tools, "curl-ms/clip": moved, "own-ms/clip": cpu - tools - moved} {
		b.ReportMetric(float64(d.Microseconds())/1000/float64(n), unit)
	}
	b.ReportMetric(peak, "MB-peak")
	res, err := http.Get(url + "/_sandbox/account")
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	var a struct {
		Billed int `json:"billed_jobs"`
		Bulk   int `json:"bulk_reads"` // one for up to a hundred jobs
		Reads  int `json:"status_reads"`
	}
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil || a.Billed != n {
		b.Errorf("%d jobs billed for %d rows, %v", a.Billed, n, err)
	}
	b.ReportMetric(float64(a.Bulk), "bulk-status-calls")
	b.ReportMetric(float64(a.Reads)/float64(n), "reads/clip")
	b.ReportMetric(0, "ns/op")
}

// curl downloads a clip of the run n times, as many at once as greenroom does, syncs the
// files and returns the processor time of both.
func curl(b *testing.B, url, dir string, n int) time.Duration {
	b.Helper()
	lock, err := lockfile.Load(filepath.Join(dir, "greenroom.lock"))
	if err != nil {
		b.Fatal(err)
	}
	e, ok := lock.Get("welcome-00000")
	if !ok {
		b.Fatal("the first row is missing in the lockfile")
	}
	video, err := heygen.New("x", heygen.WithBaseURL(url)).VideoV3(b.Context(), e.VideoID)
	if err != nil {
		b.Fatal(err)
	}
	out := b.TempDir()
	var config strings.Builder
	for i := range n {
		fmt.Fprintf(&config, "url=%q\noutput=%q\n", video.URL.Reveal(), filepath.Join(out, strconv.Itoa(i)))
	}
	var sum time.Duration
	for _, args := range [][]string{{"curl", "--silent", "--fail", "--parallel", "--parallel-max", "4", "--config", "-"}, {"sh", "-c", `find "$0" -type f -print0 | xargs -0 sync`, out}} {
		c := exec.Command(args[0], args[1:]...)
		c.Stdin = strings.NewReader(config.String())
		if text, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%s: %v\n%s", args[0], err, text[max(0, len(text)-1000):])
		}
		u := c.ProcessState.SysUsage().(*syscall.Rusage)
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	if fi, err := os.Stat(filepath.Join(out, strconv.Itoa(n-1))); err != nil || fi.Size() != e.MasterBytes {
		b.Fatalf("curl's last file: %v, %v", fi, err)
	}
	return sum
}

// memory is a value of a process's status in MB; 0 where it is unknown.
func memory(pid int, key string) float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(b), key+":")
	f := strings.Fields(rest)
	if len(f) == 0 {
		return 0
	}
	kib, _ := strconv.ParseFloat(f[0], 64)
	return kib * 1024 / 1e6
}

// children is the processor time of those that a process started and that have ended.
func children(pid int) time.Duration {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(b), ") ") // after the name, which may contain anything
	f := strings.Fields(rest)
	const cutime, cstime, hertz = 13, 14, 100 // of proc(5), counted from the state; USER_HZ
	if len(f) <= cstime {
		return 0
	}
	user, _ := strconv.Atoi(f[cutime])
	system, _ := strconv.Atoi(f[cstime])
	return time.Duration(user+system) * time.Second / hertz
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
