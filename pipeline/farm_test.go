package pipeline

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"greenroom/assets"
	"greenroom/compose/media"
	"greenroom/internal/capacity"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/units"
)

// straight passes tickets to a worker without a server between them.
type straight struct{ *units.Bench }

func (s straight) Ask(ctx context.Context, t units.Ticket, progress func(float64)) (units.Answer, error) {
	return s.Do(ctx, t, progress)
}

// onFarm builds a project on a worker in this process.
func (p *projectAt) onFarm(o BuildOptions, change ...func(*Options)) (sum Summary, err error) {
	p.t.Helper()
	store, err := assets.Open(p.t.TempDir())
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(store.Close)
	tools := media.Finder{LookPath: exec.LookPath}
	change = append(change, func(o *Options) { o.Engine = units.Engine{Server: "test"} })
	err = p.with(func(q *Project) error {
		if err := q.OpenState(); err != nil {
			return err
		}
		sh, err := q.sharedCache(BuildOptions{})
		if err != nil {
			return err
		}
		maker, err := q.previews.Maker(p.t.Context())
		if err != nil {
			return err
		}
		machine := units.Machine{Version: "test", FFmpeg: "test"}
		bench := &units.Bench{Cache: sh.Config(), Machine: machine, Steps: units.Steps(maker, p.t.TempDir(), nil), Env: stage.Env{
			Store: store, Tools: tools.Find, Capacity: capacity.New(4, 0), Threads: 1,
		}}
		q.farm.once.Do(func() {
			q.farm.units = &units.Farm{Store: q.Store, Cache: sh.Config(), Machine: machine, Asker: straight{bench}}
		})
		sum, err = q.Build(p.t.Context(), o)
		return err
	}, change...)
	return sum, err
}

// entries returns what a lockfile has of clips that does not depend on their purchase.
func (p *projectAt) entries() map[string]lockfile.Entry {
	p.t.Helper()
	f, err := lockfile.Parse(LockName, []byte(p.read(LockName)))
	if err != nil {
		p.t.Fatal(err)
	}
	out := map[string]lockfile.Entry{}
	for _, name := range f.Names() {
		e, _ := f.Get(name)
		e.VideoID = ""
		out[name] = e
	}
	return out
}

// TestABuildIsTheSameOnAFarm: the same lockfile and the same props, whoever checks and prepares.
func TestABuildIsTheSameOnAFarm(t *testing.T) {
	t.Parallel()
	f := newGate(t)
	const clips = `one: {script: "One."}, two: {script: "Two and more.", prepare: {scale: 0.5, renditions: [webm, poster, preview, audio]}}`
	a := newProjectAt(t, "v2", clips)
	a.env["HEYGEN_API_BASE"] = f.srv.URL
	if _, err := a.build(BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	b := a.another()
	shared := oneCache(t)
	sum, err := b.onFarm(BuildOptions{}, shared)
	if err != nil || sum.Prepared != 2 {
		t.Fatalf("%d prepared: %v", sum.Prepared, err)
	}
	if here, there := a.entries(), b.entries(); !reflect.DeepEqual(here, there) {
		t.Errorf("the lockfiles differ:\n%+v\n%+v", here, there)
	}
	if here, there := a.stored(), b.stored(); !slices.Equal(here, there) {
		t.Errorf("the stores differ:\n%q\n%q", here, there)
	}
}

// TestStandInsAreTheSameOnAFarm, also those of a clip's own sound.
func TestStandInsAreTheSameOnAFarm(t *testing.T) {
	t.Parallel()
	f := newGate(t)
	a := newProjectAt(t, "v2", `one: {script: "One."}, two: {audio: two.wav}`)
	a.env["HEYGEN_API_BASE"] = f.srv.URL
	a.write("two.wav", tone(t))
	if _, err := a.build(BuildOptions{StandIns: true}); err != nil {
		t.Fatal(err)
	}
	b := a.another()
	b.write("two.wav", tone(t))
	sum, err := b.onFarm(BuildOptions{StandIns: true}, oneCache(t))
	if err != nil || sum.StandIns != 2 {
		t.Fatalf("%d stand-ins: %v", sum.StandIns, err)
	}
	if here, there := a.stored(), b.stored(); !slices.Equal(here, there) {
		t.Errorf("the stores differ:\n%q\n%q", here, there)
	}
}

// tone returns a WAV of a second.
func tone(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tone.wav")
	args := []string{"-v", "error", "-f", "lavfi", "-i", "sine=d=1", path}
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// stored returns the hashes of the files in the store.
func (p *projectAt) stored() (hashes []string) {
	p.t.Helper()
	list, err := filepath.Glob(filepath.Join(p.dir, StateDir, "store", "sha256", "*", "*"))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, path := range list {
		hashes = append(hashes, filepath.Base(path))
	}
	return hashes
}
