package pipeline

import (
	"regexp"
	"strings"
	"testing"
)

// TestLockfileAndLedgerThatDisagree: after a bad merge a clip's entry names another clip's
// file. It is an error, not that clip's footage.
func TestLockfileAndLedgerThatDisagree(t *testing.T) {
	t.Parallel()
	p := newProjectAt(t, "sandbox", `one: {script: "One."}, two: {script: "Two has more words."}`)
	if _, err := p.build(BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	lock := p.read(LockName)
	masters := regexp.MustCompile(`master: (\w+)\n +bytes: \d+`).FindAllString(lock, -1)
	if len(masters) != 2 || masters[0] == masters[1] {
		t.Fatalf("%q", masters)
	}
	p.write(LockName, strings.Replace(lock, masters[0], masters[1], 1))
	for what, f := range map[string]func() error{
		"plan":  func() error { _, err := p.plan(); return err },
		"build": func() error { _, err := p.build(BuildOptions{}); return err },
		"frozen": func() error {
			_, err := p.build(BuildOptions{Frozen: true})
			return err
		},
	} {
		err := f()
		if err == nil {
			t.Errorf("%s takes it", what)
			continue
		}
		mustContain(t, err, "disagree", `"one"`, "git checkout "+LockName)
	}
	p.write(LockName, lock)
	if _, err := p.build(BuildOptions{}); err != nil {
		t.Error(err)
	}
}

// TestNothingIsBoughtOnANetworkFileSystem: another machine would not see the lock.
func TestNothingIsBoughtOnANetworkFileSystem(t *testing.T) {
	nfs := func(o *Options) { o.fileSystem = func(string) string { return "NFS" } }
	f := newGate(t)
	p := newProjectAt(t, "v2", `one: {script: "One."}`)
	p.env["HEYGEN_API_BASE"] = f.srv.URL
	_, err := p.build(BuildOptions{}, nfs)
	mustContain(t, err, "NFS", "nothing was bought", "--network-folder")
	if f.billed() != 0 || len(f.posts) != 0 {
		t.Errorf("%d billed", f.billed())
	}
	allowed := func(o *Options) { o.NetworkFolder = true }
	if _, err := p.build(BuildOptions{}, nfs, allowed); err != nil || f.billed() != 1 {
		t.Errorf("%v, %d billed", err, f.billed())
	}
	if _, err := p.build(BuildOptions{}, nfs); err != nil {
		t.Errorf("where nothing is bought it does not matter: %v", err)
	}
	p.manifest("sandbox", `one: {script: "One."}`)
	delete(p.env, "HEYGEN_API_BASE")
	if _, err := p.build(BuildOptions{}, nfs); err != nil {
		t.Errorf("the sandbox costs nothing: %v", err)
	}
}
