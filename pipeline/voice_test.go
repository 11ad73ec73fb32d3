package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/heygen"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/purchase"
	"greenroom/pipeline/request"
	"greenroom/pipeline/voice"
)

// The same words in the same voice are one purchase, whoever shows them.
func TestTheVoiceKey(t *testing.T) {
	t.Parallel()
	key := func(api, clip string) string {
		_, s := planned(t, api, clip)
		if s.Work.Request.Speech == nil {
			t.Fatalf("%s has no voice draft", clip)
		}
		return s.Work.Request.Speech.Row
	}
	base := key("v2", `{script: "Hello SQL.", draft: voice}`)
	for _, same := range [][2]string{
		{"v3", `{script: "Hello SQL.", draft: voice}`},
		{"v2", `{script: "Hello   SQL.", draft: voice, take: 2, captions: true, size: 1280x720, avatar: {id: other, style: closeUp}}`},
		{"v2", `{script: "Hello SQL.", draft: voice, pronunciation: {HeyGen: hey jen}, route: v1-webm}`},
	} {
		if key(same[0], same[1]) != base {
			t.Errorf("%v is bought again", same)
		}
	}
	for _, other := range []string{
		`{script: "Hello SQL!", draft: voice}`,
		`{script: "Hello SQL.", draft: voice, pronunciation: {SQL: sequel}}`,
		`{script: "Hello SQL.", draft: voice, voice: {id: other}}`,
		`{script: "Hello SQL.", draft: voice, voice: {speed: 1.1}}`,
		`{script: "Hello SQL.", draft: voice, voice: {pitch: 2}}`,
		`{script: "Hello SQL.", draft: voice, voice: {emotion: Friendly}}`,
		`{script: "Hello SQL.", draft: voice, voice: {locale: en-GB}}`,
	} {
		if key("v2", other) == base {
			t.Errorf("%s is the same voice", other)
		}
	}
	_, plain := planned(t, "v2", `{script: "Hello SQL."}`)
	b, draft := planned(t, "v2", `{script: "Hello SQL.", draft: voice}`)
	if plain.Key == draft.Key {
		t.Error("a take from text and one from a bought voice are one")
	}
	r, err := requestOf(b.Project, *draft.Work.Clip)
	if err != nil {
		t.Fatal(err)
	}
	if l, err := b.lengths.LengthOf(t.Context(), *draft.Work.Clip, r); err != nil || l != request.Measured(3.2) {
		t.Errorf("a bought voice is %+v long: %v", l, err)
	}
}

// TestWordsThatCannotBeTrueAreDropped checks the times of words in an answer.
func TestWordsThatCannotBeTrueAreDropped(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	in := []heygen.Word{{Text: "One", Start: 0.1, End: 0.5}, {Text: "nan", Start: nan, End: 1}, {Text: "nan", Start: 0.6, End: nan}, {Text: "back", Start: 0.6, End: 0.55},
		{Text: " \x00 ", Start: 0.6, End: 0.7}, {Text: "two\n", Start: 0.7, End: 9}, {Text: "early", Start: 0.2, End: 0.9}, {Text: strings.Repeat("x", 201), Start: 0.8, End: 0.9}, {Text: "late", Start: 2.5, End: 2.6}, {Text: "neg", Start: -1, End: 0.1}}
	got := voice.ValidWords(in, 2)
	if len(got) != 2 || got[0].Text != "One" || got[1] != (heygen.Word{Text: "two", Start: 0.7, End: 2}) {
		t.Errorf("%+v", got)
	}
	if n := len(voice.ValidWords(make([]heygen.Word, 10), 2)); n != 0 {
		t.Errorf("%d words of nothing", n)
	}
	list := voice.Voice{Words: got}.Captions()
	if s := fmt.Sprint(list[0].Text, list[0].StartMs, list[0].EndMs, "|", list[1].Text, list[1].StartMs, list[1].EndMs); s != "One100 500| two700 2000" {
		t.Errorf("captions %q", s)
	}
}

// dying asks and is gone before it can record the answer.
type dying struct{ ledger.Remote }

func (d dying) Submit(ctx context.Context, row ledger.Row) (string, error) {
	if _, err := d.Remote.Submit(ctx, row); err != nil {
		return "", err
	}
	return "", errors.New("killed")
}

// TestAnAnswerOnDiskIsBought: an answer that is on the disk was paid for, whatever happened to its record: nothing is
// requested again, and the user need not resolve it.
func TestAnAnswerOnDiskIsBought(t *testing.T) {
	t.Parallel()
	for name, strict := range map[string]bool{"left as sending": false, "parked": true} {
		dir := t.TempDir()
		box, _ := startSandbox(t)
		text := "version: 1\nsize: 128x128\ndefaults: {avatar: {id: Daisy-inskirt-20220818}, voice: {id: 1bd001e7e50f421d891986aad5158bc8}, draft: voice}\nclips: {one: {script: Hi.}}\n"
		if err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"HEYGEN_API_BASE": box.URL, "GREENROOM_CACHE": filepath.Join(os.TempDir(), "greenroom-voice-test")}
		o := Options{ManifestPath: filepath.Join(dir, "greenroom.yaml"), Now: time.Now, Getenv: func(k string) string { return env[k] }, LookPath: exec.LookPath}
		open := func() *Project {
			p, err := Open(o)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		p := open()
		if err := p.OpenState(); err != nil {
			t.Fatal(err)
		}
		client, err := p.Account.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r, err := requestOf(p, p.Manifest.Clips[0])
		if err != nil {
			t.Fatal(err)
		}
		in := ledger.Intent{Key: r.Speech.Row, Take: r.Speech.Take, Origin: "sandbox", Clip: "one", Route: r.Speech.Route, Marker: "m", Path: r.Speech.Path, Body: r.Speech.Body, RunID: "killed"}
		d := dying{p.buyer(purchase.Options{}).VoiceRemote(client, r.Speech)}
		row, err := p.Ledger.Spend(t.Context(), in, nil, d, heygen.NothingBought, ledger.SpendOptions{Strict: strict, Locked: true})
		if err == nil || row.State == ledger.Submitted {
			t.Fatalf("%s: %v, %v", name, row.State, err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}

		p = open()
		plan, err := p.Plan(t.Context(), nil)
		if err != nil || plan.Steps[0].Voice == nil || plan.Steps[0].Voice.Action != planning.Fetch || plan.Steps[0].Action != planning.Buy {
			t.Errorf("%s: the plan %+v, %v", name, plan.Steps, err)
		}
		if err := p.Resolve(t.Context(), "one", purchase.Answer{}); err == nil {
			t.Errorf("%s: a person may throw a bought voice away", name)
		}
		sum, err := p.Build(t.Context(), BuildOptions{StandIns: true})
		if err != nil || sum.Voices != 0 || sum.StandIns != 1 {
			t.Errorf("%s: %+v, %v", name, sum, err)
		}
		if row, _, err := p.Ledger.Get(t.Context(), r.Speech.Row); err != nil || row.State != ledger.Completed || row.MasterHash == "" {
			t.Errorf("%s: the record is %+v, %v", name, row, err)
		}
		if v, ok := p.voices.Here(r.Speech); !ok || v.Link != "" || len(v.Words) != 1 {
			t.Errorf("%s: the voice is %+v", name, v)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		res, err := http.Get(box.URL + "/_sandbox/account")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || !strings.Contains(string(b), `"billed_jobs":1,`) {
			t.Errorf("%s: the account %s %v", name, b, err)
		}
	}
}
