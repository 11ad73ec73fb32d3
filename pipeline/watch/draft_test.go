package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Saves buy no voice; voices are offered before clips; a clip whose words changed after
// the offer is not bought; what plays is as long as its voice, before and after.
func TestVoicesComeBeforeClips(t *testing.T) {
	p := watched(t, 2, false)
	b, err := os.ReadFile(filepath.Join(p.dir, "greenroom.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p.write("greenroom.yaml", strings.Replace(string(b), "clips:\n", "  draft: voice\nclips:\n", 1))
	st := p.until("stand-ins without voices", func(st State) bool {
		return all(StandIn)(st) && clip(st, "c0").Voice == "missing" && clip(st, "c1").Voice == "missing"
	})
	if c := clip(st, "c0"); !c.Buyable || c.Next != NextVoice || !strings.Contains(c.Line, "no voice yet") || st.Offer != NextVoice || st.ToBuy != 2 {
		t.Errorf("the offer is %q of %d: %+v", st.Offer, st.ToBuy, c)
	}
	if n := p.billed(); n != 0 {
		t.Errorf("saves bought %d", n)
	}
	if err := p.s.Buy(t.Context(), []string{"c0"}); err != ErrNothing {
		t.Errorf("a clip whose voice is missing: %v", err)
	}
	if err := p.s.BuyVoices(t.Context(), []string{"c0"}); err != nil {
		t.Fatal(err)
	}
	st = p.until("one voice", func(st State) bool { return clip(st, "c0").Voice == "bought" && !st.Busy })
	if c := clip(st, "c0"); c.State != StandIn || c.Next != NextClip || clip(st, "c1").Next != NextVoice || st.Offer != NextVoice || st.ToBuy != 1 {
		t.Errorf("the offer is %q of %d: %+v", st.Offer, st.ToBuy, st.Clips)
	}
	draft := clip(st, "c0").Seconds
	p.write("scripts/c0.md", "Other words than were spoken.")
	p.until("no voice for other words", func(st State) bool { return clip(st, "c0").Voice == "missing" && !st.Busy })
	if err := p.s.Buy(t.Context(), []string{"c0"}); err != ErrNothing {
		t.Errorf("edited after the offer: %v", err)
	}
	p.write("scripts/c0.md", "This is clip 0.")
	p.until("the voice again", func(st State) bool { return clip(st, "c0").Voice == "bought" && !st.Busy })
	if err := p.s.BuyVoices(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	st = p.until("both voices", func(st State) bool { return clip(st, "c1").Voice == "bought" && !st.Busy })
	if st.Offer != NextClip || st.ToBuy != 2 {
		t.Errorf("the offer is %q of %d", st.Offer, st.ToBuy)
	}
	if err := p.s.BuyVoices(t.Context(), nil); err != ErrNothing {
		t.Errorf("voices twice: %v", err)
	}
	if n := p.billed(); n != 2 {
		t.Errorf("%d were billed for two voices", n)
	}
	if err := p.s.Buy(t.Context(), []string{}); err != nil {
		t.Fatal(err)
	}
	st = p.until("the takes", all(Final))
	if c := clip(st, "c0"); c.Seconds != draft || c.Voice != "" {
		t.Errorf("%g s, its draft %g s: %+v", c.Seconds, draft, c)
	}
	if n := p.billed(); n != 4 {
		t.Errorf("%d were billed for two voices and two clips", n)
	}
}
