package standin

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/compose/media"
	"greenroom/internal/espeak"
)

var said = map[string][2]string{
	"English": {"en-US", "Welcome to our product launch, Maria. Your account is ready: pick a plan, or wait."},
	"Spanish": {"es-MX", "Bienvenida al lanzamiento, María. Su cuenta está lista."},
	"German": {"de-DE",
		"Willkommen zur Vorführung, Maria. Über zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich."},
	"French":        {"fr-FR", "Où êtes-vous né ?"},
	"Chinese":       {"zh-CN", "你好世界，欢迎。"},
	"Arabic":        {"ar-EG", "مرحبا بالعالم"},
	"Hindi":         {"hi-IN", "नमस्ते दुनिया"},
	"no voice":      {"xq-ZZ", "This is read in English."},
	"tags":          {"en-US", `<speak>Hi <prosody rate="9999">there</prosody></speak> & <voice name="x">all`},
	"phonemes":      {"en-US", "Brackets [[h@'loU]] and [[[deep]]] ones."},
	"commands":      {"en-US", "A \x01 80S command, a NUL\x00, a bell\a and \xff\xfe no text."},
	"emoji":         {"en-US", "Ship it 🎬 🚀👩🏽‍💻 now ☃."},
	"marks":         {"en-US", "— ... ?! ¿ “quoted” … * # _ ~ ^ |"},
	"only marks":    {"en-US", "…"},
	"a long word":   {"en-US", strings.Repeat("la", 400)},
	"100 kB":        {"en-US", strings.Repeat("This text never ends, and goes on and on ", 2500)},
	"wide spaces":   {"en-US", "Two\u00a0words\u2003and\u3000more\r\nlines\tof text."},
	"combining":     {"en-US", "Zal" + strings.Repeat("\u0301\u0323", 40) + "go comes."},
	"right to left": {"he-IL", "שלום עולם"},
}

// Both ways of espeak-ng say the same thing equally long, to the frame, and give the same
// words at times that rise and lie inside.
func TestBothEnginesSayTheSame(t *testing.T) {
	lib := realMaker(t)
	if e := lib.engine(); e != engineLibrary {
		_, err := espeak.Version()
		t.Fatalf("it speaks with the %s: %v", e, err)
	}
	prog := *lib
	prog.NoLibrary = true
	for name, c := range said {
		t.Run(name, func(t *testing.T) {
			s := Spec{Locale: c[0], Speed: 1.5}
			a, err := lib.utter(t.Context(), c[1], s, "")
			if err != nil {
				if name == "100 kB" && errors.Is(err, espeak.ErrLong) {
					return
				}
				t.Fatal(err)
			}
			b, err := prog.utter(t.Context(), c[1], s, "")
			if err != nil {
				t.Fatal(err)
			}
			if d := math.Abs(float64(len(a.samples)-len(b.samples))) / sampleRate; d > 0.04 {
				t.Errorf("the lengths differ by %.3f s of %.3f", d, float64(len(a.samples))/sampleRate)
			}
			text := strings.Join(strings.Fields(plainText(c[1])), " ")
			for engine, u := range map[string]utterance{"library": a, "program": b} {
				var heard []string
				last := 0.0
				for _, w := range u.words {
					heard = append(heard, w.Text)
					if w.Start < last-1e-9 || w.End < w.Start || w.End > float64(len(u.samples))/sampleRate+1e-3 {
						t.Errorf("%s: %+v after %.3f of %.3f", engine, w, last, float64(len(u.samples))/sampleRate)
					}
					last = w.End
				}
				if engine == "library" && strings.Join(heard, " ") != text {
					t.Errorf("%s: words %q", engine, heard)
				}
			}
			if tame(c[1]) && len(a.words) > 1 && len(a.mouths) == 0 {
				t.Error("no mouths are known")
			}
		})
	}
}

// A word has sound at its beginning, and the words of the library do not include the pauses,
// as times in proportion to letters do.
func TestWordsOfTheLibraryAreHeard(t *testing.T) {
	m := realMaker(t)
	u, err := m.utter(t.Context(), "Wait, please, here. Then go on; slowly.", Spec{}, "")
	if err != nil {
		t.Fatal(err)
	}
	packets := rms(u.samples[:len(u.samples)/packetSamples*packetSamples])
	top := slices.Max(packets)
	loudest := func(from, to float64) (l float64) {
		for i := int(from * 50); i < int(to*50) && i < len(packets); i++ {
			l = max(l, packets[i]/top)
		}
		return l
	}
	paused := 0.0
	for i, w := range u.words {
		if l := loudest(w.Start, w.End); l < 0.2 {
			t.Errorf("%+v is silent: %.2f", w, l)
		}
		if i > 0 {
			gap := w.Start - u.words[i-1].End
			paused += gap
			if gap > 0.06 {
				if l := loudest(u.words[i-1].End+0.02, w.Start-0.02); l > 0.1 {
					t.Errorf("it speaks in the pause before %+v: %.2f", w, l)
				}
			}
		}
	}
	if paused < 0.4 {
		t.Errorf("%.2f s of pauses in %+v", paused, u.words)
	}
	for i, s := range u.mouths {
		end := float64(len(u.samples)) / sampleRate
		if i+1 < len(u.mouths) {
			end = u.mouths[i+1].At
		}
		if !slices.Contains(mouthShapes, s.Shape) || s.At < 0 || end < s.At {
			t.Errorf("%+v until %.3f", s, end)
		}
		if s.Shape == "rest" && end-s.At > 0.1 {
			if l := loudest(s.At+0.02, end-0.02); l > 0.1 {
				t.Errorf("the mouth rests from %.3f to %.3f while it speaks: %.2f", s.At, end, l)
			}
		}
	}
}

func TestMouthsOfSounds(t *testing.T) {
	sound := &espeak.Sound{Rate: 1000, Phones: []espeak.Phone{{IPA: "m", Sample: 0}, {IPA: "ɑː", Sample: 100},
		{IPA: "oʊ", Sample: 300}, {IPA: "tʃ", Sample: 500}, {IPA: "", Sample: 600}, {IPA: "", Sample: 700},
		{IPA: "b", Sample: 805}, {IPA: "iː", Sample: 815}}}
	got := fmt.Sprint(mouthsOf(sound, 1))
	if want := "[{0 mbp} {0.1 aa} {0.3 oh} {0.4 oo} {0.5 l} {0.55 oh} {0.6 rest} {0.805 mbp} {0.815 ee}]"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	out, loud := make([]string, 25), make([]float64, 25)
	for i := range loud {
		out[i], loud[i] = "ih", 1
	}
	follow(out, loud, shown(mouthsOf(sound, 0.92), 0, 0.92), 25)
	if got, want := strings.Join(out, " "),
		"mbp mbp aa aa aa aa aa aa oh oh oo oo l l oh rest rest rest rest rest mbp ee ee ih ih"; got != want &&
		!strings.Contains(got, "mbp ee ee ih ih") {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// A text that ended a process, or seems to, is read by the program.
func TestATextThatEndedAProcess(t *testing.T) {
	m := realMaker(t)
	trying := filepath.Join(t.TempDir(), "x.trying")
	u, err := m.utter(t.Context(), "Hello.", Spec{}, trying)
	if err != nil || len(u.mouths) == 0 {
		t.Fatalf("%d mouths, %v", len(u.mouths), err)
	}
	if _, err := os.Stat(trying); err == nil {
		t.Error("its mark is left")
	}
	if err := os.WriteFile(trying, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := m.utter(t.Context(), "Hello.", Spec{}, trying)
	if err != nil || len(again.mouths) != 0 || !slices.Equal(again.samples, u.samples) {
		t.Errorf("%d mouths, %d samples of %d, %v", len(again.mouths), len(again.samples), len(u.samples), err)
	}
}

// What is kept of one engine is not taken for another's.
func TestSentencesAreKeptByEngine(t *testing.T) {
	m := realMaker(t)
	lib, dir := *m, t.TempDir()
	prog, plain := lib, lib
	prog.NoLibrary, plain.Espeak = true, ""
	seen := map[string]bool{}
	for _, m := range []*Maker{&lib, &prog, &plain} {
		if _, err := m.sentences(t.Context(), dir, parts("One sentence."), Spec{}); err != nil {
			t.Fatal(err)
		}
		seen[m.sentenceFile(dir, "One sentence.", Spec{})] = true
	}
	if kept, _ := filepath.Glob(filepath.Join(dir, "*")); len(seen) != 3 || len(kept) != 3 {
		t.Errorf("%d names, %v kept", len(seen), kept)
	}
}

// TestEveryPresenterInEveryFrame: exact length, size, rate, alpha and first timestamps of 0, with words inside. A
// usual run has each presenter, size and style once; GREENROOM_TEST_ALL runs all twelve combinations.
func TestEveryPresenterInEveryFrame(t *testing.T) {
	m := realMaker(t)
	tools, err := media.FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{} // a name for each presenter
	for i := 0; len(names) < len(presenters); i++ {
		n := fmt.Sprint("avatar", i)
		names[presenters[seed(n)%int64(len(presenters))]] = n
	}
	dir := t.TempDir()
	usual := []string{"scarf [320 240] normal", "glasses [240 320] closeUp", "curls [240 320] normal"}
	for who, name := range names {
		for _, size := range [][2]int{{320, 240}, {240, 320}} {
			for _, style := range []string{"normal", "closeUp"} {
				what := fmt.Sprintf("%s %v %s", who, size, style)
				if os.Getenv("GREENROOM_TEST_ALL") == "" && !slices.Contains(usual, what) {
					continue
				}
				s := Spec{Script: "Hello, Maria. All is well.", Width: size[0], Height: size[1], Presenter: name, Style: style, FPS: 25}
				l, err := m.Library(t.Context(), filepath.Join(dir, "lib"), s)
				if err != nil {
					t.Fatal(err)
				}
				out := filepath.Join(dir, "c.webm")
				q, err := m.Quick(t.Context(), l, s, filepath.Join(dir, "voice"), out)
				if err != nil {
					t.Fatal(err)
				}
				r, err := media.Check(t.Context(), tools, out,
					media.Expect{Transparent: true, Prepared: true, Duration: q.Duration, Limits: media.Limits{DurationTolerance: 0.001, CoverageMax: 1, Border: "all"}}, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range r.Findings {
					if f.Verdict != media.OK {
						t.Errorf("%s: %s: %s %s (limit %s)", what, f.Verdict, f.Name, f.Value, f.Limit)
					}
				}
				if r.Info.Width != q.Box.W || r.Info.Height != q.Box.H || r.Frames != q.Frames ||
					r.Info.FPSNum != 25*r.Info.FPSDen || q.Frame != size || q.Box.X+q.Box.W > size[0] || q.Box.Y+q.Box.H != size[1] {
					t.Errorf("%s: %+v against %+v", what, r.Info, q)
				}
				if n := len(q.Words); n != 5 || q.Words[n-1].End > q.Duration || q.Words[0].Start < restSeconds-0.001 {
					t.Errorf("%s: words %+v", what, q.Words)
				}
			}
		}
	}
}

// BenchmarkVoice is one new sentence, spoken: by the library and by the program.
func BenchmarkVoice(b *testing.B) {
	for _, program := range []bool{false, true} {
		b.Run(map[bool]string{false: "library", true: "program"}[program], func(b *testing.B) {
			m := realMaker(b)
			m.NoLibrary = program
			n := 0
			for b.Loop() {
				n++
				if _, err := m.utter(b.Context(), fmt.Sprintf("Sentence number %d has a few words, and ends.", n), Spec{},
					""); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sentences/s")
		})
	}
}
