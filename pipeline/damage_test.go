package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"greenroom/assets"
	"greenroom/internal/atomicfile"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
	"greenroom/pipeline/stage/fetch"
)

// flip changes a file in place and sets its time back.
func flip(t *testing.T, path string) {
	t.Helper()
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 0xff
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, fi.ModTime(), fi.ModTime()); err != nil {
		t.Fatal(err)
	}
}

// stepOf is what a build would do for a clip.
func stepOf(t *testing.T, dir, clip string) planning.Step {
	t.Helper()
	p, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	plan, err := p.Plan(t.Context(), []string{clip})
	if err != nil {
		t.Fatal(err)
	}
	return plan.Steps[0]
}

// fileOf finds one file of a project.
func fileOf(t *testing.T, dir, pattern string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(all) != 1 {
		t.Fatalf("%s: %v %v", pattern, all, err)
	}
	return all[0]
}

// own replaces a published file by a copy, as on file systems that share blocks.
func own(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestAChangedPublishedFileIsRepairedFromTheStore: it was "up to date", because its size and
// time were.
func TestAChangedPublishedFileIsRepairedFromTheStore(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"webm", "webp"} {
		t.Run(kind, func(t *testing.T) {
			dir := recorded(t, 2)
			published := fileOf(t, dir, "public/greenroom/clip-00001.*."+kind)
			right, err := os.ReadFile(published)
			if err != nil {
				t.Fatal(err)
			}
			own(t, published)
			upToDate(t, dir)
			flip(t, published)
			if _, ok := Unchanged(freshOptions(dir)); ok {
				t.Error("the short way does not notice it")
			}
			if s := stepOf(t, dir, "clip-00001"); s.Action != planning.Publish || !strings.HasPrefix(s.Reason, "damaged: public/greenroom/clip-00001.") {
				t.Errorf("plan: %s, %s", s.Action, s.Reason)
			}
			sum, err := rebuild(dir)
			if err != nil || sum.UpToDate != 1 || sum.Prepared+sum.Bought+sum.Fetched != 0 {
				t.Errorf("%+v %v", sum, err)
			}
			if b, err := os.ReadFile(published); err != nil || string(b) != string(right) {
				t.Errorf("not repaired: %v", err)
			}
			upToDate(t, dir)
			if _, ok := Unchanged(freshOptions(dir)); !ok {
				t.Error("not up to date after the repair")
			}
		})
	}
}

// TestAChangedStoredFileIsPlanned: the rendition is made again, the take is downloaded again,
// and nothing is bought.
func TestAChangedStoredFileIsPlanned(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 1)
	p, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	e, _ := p.Lock.Get("clip-00000")
	p.Close()
	stored := func(hash string) string {
		return assets.PathIn(filepath.Join(dir, StateDir, "store"), assets.Hash(hash))
	}
	flip(t, stored(e.Renditions[renditions.WebM].Hash))
	// The damaged rendition is noticed; these stand-ins for masters are not videos, so that
	// the take is downloaded again too.
	if s := stepOf(t, dir, "clip-00000"); s.Action != planning.Fetch || s.Price != 0 {
		t.Errorf("plan: %s, %s, %g", s.Action, s.Reason, s.Price)
	}
	dir = recorded(t, 1)
	flip(t, filepath.Join(dir, StateDir, "store", "sha256", e.Master[:2], e.Master))
	if s := stepOf(t, dir, "clip-00000"); s.Action != planning.Fetch || s.Price != 0 || !strings.Contains(s.Reason, "damaged: the stored take was changed; already requested as") {
		t.Errorf("plan: %s, %s, %g", s.Action, s.Reason, s.Price)
	}
}

// TestVerifyReadsWhatItsStatVouchesFor, and removes damaged takes that only the ledger knows.
func TestVerifyReadsWhatItsStatVouchesFor(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 2)
	p, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.OpenState(); err != nil {
		t.Fatal(err)
	}
	tmp := p.Store.TempPath("old")
	if err := os.WriteFile(tmp, []byte("an earlier take"), 0o600); err != nil {
		t.Fatal(err)
	}
	h, size, err := p.Store.Adopt(tmp)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.Repeat("a", 64)
	in := ledger.Intent{Key: key, Clip: "clip-00000", Route: "v2", Marker: "gr-aaaaaaaaaa", Path: "/v2/video/generate", Body: []byte("{}"), RunID: "r"}
	row, err := p.Ledger.Spend(t.Context(), in, nil, yes{99}, func(error) bool { return false }, ledger.SpendOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p.Ledger.Fetched(row, string(h), size, 4)
	if err := p.Ledger.Flush(); err != nil {
		t.Fatal(err)
	}
	p.Store.Remember(false)
	flip(t, p.Store.Path(h))
	if sum, err := p.Build(t.Context(), BuildOptions{Verify: true}); err != nil || sum.UpToDate != 2 {
		t.Errorf("%+v %v", sum, err)
	}
	if _, err := os.Stat(p.Store.Path(h)); !os.IsNotExist(err) {
		t.Errorf("the damaged earlier take is kept: %v", err)
	}
	if got := p.Store.Condition(h, size); got != assets.Missing {
		t.Errorf("%v", got)
	}
}

// TestPartialDownloadsStayWhileTheyAreNeeded: what no clip needs is removed.
func TestPartialDownloadsStayWhileTheyAreNeeded(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 1)
	p, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.OpenState(); err != nil {
		t.Fatal(err)
	}
	needed, other := strings.Repeat("a", 64), strings.Repeat("b", 64)
	old := time.Now().Add(-2 * time.Hour)
	for _, key := range []string{needed, other} {
		for _, suffix := range []string{".part", ".part.json"} {
			path := p.Store.ResumePath(fetch.Part(key) + suffix)
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.collector().Sweep(nil)
	if left, _ := os.ReadDir(filepath.Dir(p.Store.ResumePath("x"))); len(left) != 4 {
		t.Errorf("a run of some clips removed parts: %v", left)
	}
	p.collector().Sweep(&planning.Plan{Steps: []planning.Step{{Action: planning.Fetch, Key: needed}, {Action: planning.Keep, Key: other}}})
	left, _ := os.ReadDir(filepath.Dir(p.Store.ResumePath("x")))
	if len(left) != 2 || !strings.Contains(left[0].Name(), needed[:32]) {
		t.Errorf("left: %v", left)
	}
}

// TestAnotherRunsFilesAreNotSwept: names of living processes stay.
func TestAnotherRunsFilesAreNotSwept(t *testing.T) {
	t.Parallel()
	dir := recorded(t, 1)
	living := filepath.Join(dir, strings.Replace(atomicfile.TempName(LockName), "-"+strconv.Itoa(os.Getpid())+"-", "-"+strconv.Itoa(os.Getppid())+"-", 1))
	if err := os.WriteFile(living, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.OpenState(); err != nil {
		t.Fatal(err)
	}
	unfinished := other.Store.TempPath("prepare-x.webm")
	if err := os.WriteFile(unfinished, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Open(freshOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Build(context.Background(), BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{living, unfinished} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}
