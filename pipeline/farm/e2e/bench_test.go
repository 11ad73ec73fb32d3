package e2e

import (
	"os/exec"
	"testing"
	"time"
)

// BenchmarkTwoWorkers builds 20 clips and renders 20 films with one worker and with two, each on a core of its own with
// one encoder of one thread, and reports how many times as fast two are. The machine needs two idle cores.
func BenchmarkTwoWorkers(b *testing.B) {
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		took := map[int]time.Duration{}
		for _, n := range []int{1, 2} {
			f := newFarm(b)
			dir := f.project(20, 20)
			for i := range n {
				f.pinned(taskset, i, "--queues", "cpu,render", "--threads", "1")
			}
			begin := time.Now()
			f.must(f.greenroom(dir, "build", "-j", "2"))
			f.must(f.greenroom(dir, "render", "--all"))
			took[n] = time.Since(begin)
		}
		b.ReportMetric(took[1].Seconds(), "s/one")
		b.ReportMetric(took[2].Seconds(), "s/two")
		b.ReportMetric(took[1].Seconds()/took[2].Seconds(), "times")
	}
}
