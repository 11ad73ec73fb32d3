package sandbox

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/heygen"
	"greenroom/heygen/contract"
	"greenroom/internal/wiretest"
)

var update = flag.Bool("update", false, "write docs/heygen.md")

// webhooks calls what the client has for webhooks of one generation.
func (s *session) webhooks(v3 bool) {
	w := s.Webhooks(v3)
	e := must(w.Add(s.ctx, "https://example.com/hook", []string{"avatar_video.fail"}))(s.T)
	must(w.Update(s.ctx, e.ID, heygen.EndpointChange{AllEvents: true}))(s.T)
	must(w.Endpoints(s.ctx))(s.T)
	must(w.EventTypes(s.ctx))(s.T)
	if v3 {
		must(w.Rotate(s.ctx, e.ID))(s.T)
		must(w.Events(s.ctx, "", 10))(s.T)
	}
	if err := w.Delete(s.ctx, e.ID); err != nil {
		s.Error(err)
	}
}

// calledByClient returns the operations that greenroom's client calls.
func calledByClient(t *testing.T) map[string]bool {
	s := connected(t, "streaming")
	own := wiretest.New(t)
	s.Client = heygen.New(
		"canary-key", heygen.WithBaseURL(s.url), heygen.WithUploadURL(s.url), heygen.WithRetries(0), heygen.WithTransport(own),
	)
	for _, api := range []heygen.API{heygen.V2, heygen.V3} {
		s.everyCall(api)
	}
	s.videos()
	s.sources()
	s.streams()
	for _, v3 := range []bool{false, true} {
		s.webhooks(v3)
	}
	must(s.Locales(s.ctx))(t)
	if k, ok, err := s.OwnKey(s.ctx); err != nil || !ok || k.Limited || k.Status != "active" {
		t.Errorf("%+v %v %v", k, ok, err)
	}
	called := map[string]bool{}
	for _, name := range own.Report() {
		called[name] = true
	}
	return called
}

// TestTheTableOfOperations holds docs/heygen.md, which -update writes.
func TestTheTableOfOperations(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(tableHead)
	count := map[string]int{}
	called := calledByClient(t)
	s := begin(t)
	for _, o := range contract.Operations() {
		served, client, tests := "own", "", "operations"
		if slices.Contains(s.server.generic, o.String()) {
			served = "generic"
		}
		if called[o.String()] {
			client, tests = "yes", "operations, client"
		} else {
			client = "no"
		}
		for _, word := range []string{served, "client " + client, o.Certainty} {
			count[word]++
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", o, client, served, tests, o.Certainty)
	}
	for _, word := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%s: %d", word, count[word])
	}
	path := filepath.Join("..", "..", "docs", "heygen.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != b.String() {
		t.Errorf("docs/heygen.md is not up to date: go test ./heygen/sandbox -run TableOfOperations -update (%v)", err)
	}
}

const tableHead = `# HeyGen's API

The operations of [openapi.yaml](../heygen/contract/openapi.yaml), which describes what is publicly known about HeyGen's API on
2026-11-28. A test writes this table.

- **client**: greenroom's own client calls it.
- **sandbox**: *own* has the behaviour of HeyGen as it is documented; *generic* keeps records: they are created, listed, read, changed and
  deleted, their jobs finish, and the files they name are samples. Answers of both fit the contract ([sandbox](guide/sandbox.md)).
- **test**: *operations* sends a minimal body, a full one and each optional member alone; *client* is greenroom's client.
- **certainty**: *july-2026* is the contract of July 2026; *documented* is a page, a release note or a schema of an official client since
  then; *seen-in-client* is a third party's client; *inferred* is a guess from names and neighbours.

| operation | client | sandbox | test | certainty |
|---|---|---|---|---|
`
