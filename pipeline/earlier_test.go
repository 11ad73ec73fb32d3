package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestATakeIsFoundUnderItsEarlierKey: earlier versions gave a talking photo the key of an avatar with the same id, and
// sent the cache's record under it. A machine without lockfile and ledger finds that record and buys nothing.
func TestATakeIsFoundUnderItsEarlierKey(t *testing.T) {
	t.Parallel()
	f := newGate(t)
	cache := t.TempDir()
	project := func(avatar string) *projectAt {
		p := newProjectAt(t, "v2", `one: {script: "One.", avatar: {`+avatar+`}}`)
		p.env["HEYGEN_API_BASE"] = f.srv.URL
		return p
	}
	key := func(p *projectAt) string {
		steps, err := p.plan()
		if err != nil || len(steps) != 1 {
			t.Fatalf("%+v, %v", steps, err)
		}
		return steps[0].Key
	}
	shared := func(o *Options) { o.Cache = "file://" + filepath.ToSlash(cache) }
	const photo = "id: 0c1f5a86b2f84f6c9d2c7be0a41c9e11"
	const talking = photo + ", talking-photo: true"

	first := project(talking)
	now, earlier := key(first), key(project(photo))
	if now == earlier {
		t.Fatal("a talking photo has the key of an avatar")
	}
	if sum, err := first.build(BuildOptions{}, shared); err != nil || sum.Bought != 1 || sum.Shared == 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	record := fileOf(t, cache, "takes/*/*/"+now+".yaml")
	b, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(filepath.Dir(filepath.Dir(record)), earlier[:2], earlier+".yaml")
	if err := os.MkdirAll(filepath.Dir(old), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old, []byte(strings.ReplaceAll(string(b), now, earlier)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(record); err != nil {
		t.Fatal(err)
	}

	second := project(talking)
	sum, err := second.build(BuildOptions{}, shared)
	if err != nil || sum.Bought != 0 || sum.Restored == 0 || f.billed() != 1 {
		t.Fatalf("%+v, %v, %d billed", sum, err, f.billed())
	}
	if sum, err = second.build(BuildOptions{}, shared); err != nil || sum.Bought != 0 || f.billed() != 1 {
		t.Errorf("again: %+v, %v, %d billed", sum, err, f.billed())
	}
}
