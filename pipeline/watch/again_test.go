package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/pipeline"
	"greenroom/pipeline/planning"
)

// TestTheProjectIsDeletedAndMadeAgain: another folder is at the old path, as after a
// branch was checked out again; its saves are noticed, also in new folders.
func TestTheProjectIsDeletedAndMadeAgain(t *testing.T) {
	for _, poll := range []bool{false, true} {
		t.Run(fmt.Sprintf("poll %v", poll), func(t *testing.T) {
			p := watched(t, 1, poll)
			p.until("a stand-in", all(StandIn))
			manifest, err := os.ReadFile(filepath.Join(p.dir, "greenroom.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := os.RemoveAll(p.dir); err != nil {
					t.Fatal(err)
				}
				p.until("the loss", func(st State) bool { return len(st.Faults) > 0 && !st.Busy })
				p.write("scripts/c0.md", "Made again.")
				p.write("greenroom.yaml", string(manifest))
				p.until("its return", func(st State) bool {
					return len(st.Faults) == 0 && all(StandIn)(st) && clip(st, "c0").Script == "Made again."
				})
				p.write("scripts/c0.md", "Edited again.")
				st := p.until("an edit in it", func(st State) bool { return all(StandIn)(st) && clip(st, "c0").Script == "Edited again." })
				if _, err := os.Stat(filepath.Join(p.dir, "public", filepath.FromSlash(clip(st, "c0").Src))); err != nil {
					t.Error(err)
				}
			}
			if n := p.billed(); n != 0 {
				t.Errorf("%d jobs were billed", n)
			}
		})
	}
}

// TestOneFaultOfTwoIsMended: the list follows, although the manifest cannot be read still.
func TestOneFaultOfTwoIsMended(t *testing.T) {
	p := watched(t, 2, false)
	p.until("stand-ins", all(StandIn))
	for i := range 2 {
		p.write(fmt.Sprintf("scripts/c%d.md", i), `Broken <break time="5ms"/> tag.`)
	}
	p.until("both", func(st State) bool { return len(st.Faults) == 2 })
	p.write("scripts/c0.md", "Mended.")
	st := p.until("the other", func(st State) bool { return len(st.Faults) == 1 })
	if f := st.Faults[0]; !strings.Contains(f.File+f.Message, "c1") {
		t.Errorf("%+v", f)
	}
	p.write("scripts/c1.md", "Fixed as well.")
	p.until("none", func(st State) bool { return len(st.Faults) == 0 && all(StandIn)(st) })
}

// TestAFolderOfScriptsIsRenamed with the manifest that names it: its clips go on, and
// what is saved at the old place is nothing.
func TestAFolderOfScriptsIsRenamed(t *testing.T) {
	for _, poll := range []bool{false, true} {
		t.Run(fmt.Sprintf("poll %v", poll), func(t *testing.T) {
			p := watched(t, 2, poll)
			st := p.until("stand-ins", all(StandIn))
			was := clip(st, "c1").Src
			b, err := os.ReadFile(filepath.Join(p.dir, "greenroom.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(filepath.Join(p.dir, "scripts"), filepath.Join(p.dir, "words")); err != nil {
				t.Fatal(err)
			}
			p.write("greenroom.yaml", strings.ReplaceAll(string(b), "scripts/", "words/"))
			p.write("words/c0.md", "From the new folder.")
			st = p.until("the new folder's words", func(st State) bool {
				return len(st.Faults) == 0 && all(StandIn)(st) && clip(st, "c0").Script == "From the new folder."
			})
			if got := clip(st, "c1").Src; got != was {
				t.Errorf("the words of c1 are the same, and %s became %s", was, got)
			}
			runs := st.Runs
			p.write("scripts/c1.md", "At the old place.")
			p.write("words/c0.md", "Again.")
			st = p.until("the next save", func(st State) bool { return all(StandIn)(st) && clip(st, "c0").Script == "Again." })
			if clip(st, "c1").Src != was || st.Runs > runs+2 {
				t.Errorf("after a save at the old place: %+v, %d runs", clip(st, "c1"), st.Runs-runs)
			}
		})
	}
}

// TestTheSameWordsBuyNothing: two clips with one take both get stand-ins,
// and are bought as one on request.
func TestTheSameWordsBuyNothing(t *testing.T) {
	p := watched(t, 3, false)
	p.until("stand-ins", all(StandIn))
	for i := range 3 {
		p.write(fmt.Sprintf("scripts/c%d.md", i), "The same words.")
	}
	same := func(st State) bool {
		for i := range 3 {
			if clip(st, fmt.Sprintf("c%d", i)).Script != "The same words." {
				return false
			}
		}
		return !st.Busy
	}
	p.until("stand-ins of the same words", func(st State) bool { return same(st) && all(StandIn)(st) })
	if n := p.billed(); n != 0 {
		t.Fatalf("saves bought %d clips", n)
	}
	if err := p.s.Buy(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	p.until("the bought clips", func(st State) bool { return same(st) && all(Final)(st) })
	if n := p.billed(); n != 1 {
		t.Errorf("%d jobs for one take", n)
	}
}

// TestOneTakeIsPaidForOnce in what an offer adds up, and in full by a clip that is bought
// alone.
func TestOneTakeIsPaidForOnce(t *testing.T) {
	clips := []Clip{
		{Name: "a", Buyable: true, Next: NextClip, USD: 2, paid: "k"}, {Name: "b", Buyable: true, Next: NextClip, USD: 2, paid: "k"},
		{Name: "c", Buyable: true, Next: NextClip, USD: 3, paid: "l"}, {Name: "d", Next: NextClip, USD: 9, paid: "m"},
	}
	if n, usd := Total(clips, NextClip); n != 3 || usd != 5 {
		t.Errorf("%d clips for %v", n, usd)
	}
	if n, usd := Total(clips[1:2], NextClip); n != 1 || usd != 2 {
		t.Errorf("%d clips for %v", n, usd)
	}
	if n, usd := Total(clips, NextVoice); n != 0 || usd != 0 {
		t.Errorf("%d voices for %v", n, usd)
	}
}

// TestTheVoiceOfOneTakeComesFirst: a clip that another one pays for is offered what that one
// is: its voice before its picture, at its own price, counted once.
func TestTheVoiceOfOneTakeComesFirst(t *testing.T) {
	steps := []planning.Step{
		{Clip: "a", Key: "k", Action: planning.Buy, Price: 2, Voice: &planning.VoiceStep{Key: "v", Action: planning.Buy, Price: 0.01}},
		{Clip: "b", Key: "k", Action: planning.Fetch},
	}
	var clips []Clip
	for _, s := range prices(steps, func(s planning.Step) string { return map[string]string{"b": "a"}[s.Clip] }) {
		clips = append(clips, clipOf(s, pipeline.Shown{}, nil, false))
	}
	for _, c := range clips {
		if !c.Buyable || c.Next != NextVoice || c.USD != 0.01 || c.Voice != "missing" {
			t.Errorf("%+v", c)
		}
	}
	if n, usd := Total(clips, NextVoice); n != 2 || usd != 0.01 {
		t.Errorf("%d voices for %v", n, usd)
	}
}
