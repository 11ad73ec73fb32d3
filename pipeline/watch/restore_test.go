package watch

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"greenroom/pipeline"
)

// colleague returns a session on a copy of what p's owner commits, with a cache.
func colleague(t *testing.T, p *following, cache string) *following {
	t.Helper()
	b := &following{T: t, dir: t.TempDir(), box: p.box}
	for _, name := range []string{"greenroom.yaml", "greenroom.lock", "scripts/c0.md", "scripts/c1.md"} {
		text, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		b.write(name, string(text))
	}
	o := p.s.o
	o.Project = p.plain
	o.Project.ManifestPath, o.Project.Cache = filepath.Join(b.dir, "greenroom.yaml"), cache
	var err error
	if b.s, err = New(o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return b
}

// bought makes two takes and sends them to the cache, which may be none.
func bought(t *testing.T, cache string) *following {
	t.Helper()
	p := watched(t, 2, false)
	p.until("stand-ins", all(StandIn))
	if err := p.s.Buy(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	p.until("takes", all(Final))
	if cache == "" {
		return p
	}
	o := p.plain
	o.Cache = cache
	a, err := pipeline.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if sum, err := a.Build(t.Context(), pipeline.BuildOptions{}); err != nil || sum.Shared < 4 || sum.Bought != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	return p
}

// TestClipsComeFromTheSharedCache: on a colleague's machine a session shows the takes that
// the lockfile names, and buys none. A save while they are missing makes a stand-in.
func TestClipsComeFromTheSharedCache(t *testing.T) {
	cache := "file://" + filepath.ToSlash(filepath.Join(t.TempDir(), "cache"))
	p := bought(t, cache)
	b := colleague(t, p, cache)
	st := b.until("takes from the cache", all(Final))
	for _, c := range st.Clips {
		if _, err := os.Stat(filepath.Join(b.dir, "public", "greenroom", filepath.Base(c.Src))); c.Src == "" || err != nil {
			t.Errorf("%s shows %q: %v", c.Name, c.Src, err)
		}
	}
	b.write("scripts/c1.md", "Edited here.")
	b.until("a stand-in of the edit", func(st State) bool { return clip(st, "c0").State == Final && clip(st, "c1").State == StandIn })
	if n := p.billed(); n != 2 {
		t.Errorf("%d jobs were billed", n)
	}
}

// TestASilentCacheHoldsNobodyUp: saves go on while the cache does not answer.
func TestASilentCacheHoldsNobodyUp(t *testing.T) {
	asked := make(chan bool, 1)
	over := make(chan bool)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case asked <- true:
		default:
		}
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(over) })
	for k, v := range map[string]string{"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(k, v)
	}
	p := bought(t, "")
	b := colleague(t, p, "s3://clips/team?region=us-east-1&use_path_style=true&endpoint="+silent.URL)
	<-asked // and it waits for its answer until it stops, which takes 20 s for each file
	b.write("scripts/c1.md", "Edited meanwhile.")
	b.until("a stand-in of the edit", func(st State) bool {
		c := clip(st, "c1")
		return c.State == StandIn && c.Script == "Edited meanwhile."
	})
	select {
	case came := <-b.s.restored:
		t.Errorf("the cache was waited for: %v", came)
	default:
	}
}
