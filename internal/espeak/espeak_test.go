//go:build (linux || darwin) && (amd64 || arm64) && !static

package espeak

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// program speaks with the program espeak-ng.
func program(t testing.TB, s Speech) []int16 {
	t.Helper()
	c := exec.Command("espeak-ng", "-v", s.Voice, "-s", fmt.Sprint(s.WPM), "--stdin", "--stdout")
	c.Stdin = strings.NewReader(s.Text)
	b, err := c.Output()
	if err != nil || len(b) < 44 {
		t.Fatalf("espeak-ng: %d bytes, %v", len(b), err)
	}
	out := make([]int16, (len(b)-44)/2)
	if err := binary.Read(bytes.NewReader(b[44:]), binary.LittleEndian, out); err != nil {
		t.Fatal(err)
	}
	return out
}

var sentences = []Speech{
	{"Welcome to our product launch, Maria. Your account is ready.", "en-us", 160, 60},
	{"Welcome to our product launch, Maria. Your account is ready.", "en-us", 240, 60},
	{"Bienvenida al lanzamiento, María. Su cuenta está lista.", "es", 160, 60},
	{"Willkommen zur Vorführung, Maria. Über zwölf Boxkämpfer jagen Viktor.", "de", 80, 60},
	{"Bienvenue, où êtes-vous né ?", "fr", 160, 60},
	{"Bem-vindo ao nosso lançamento.", "pt", 160, 60},
	{"你好世界，欢迎。", "zh", 160, 60},
	{"こんにちは、世界。", "ja", 160, 60},
	{"مرحبا بالعالم", "ar", 160, 60},
	{"नमस्ते दुनिया", "hi", 160, 60},
	{"Добро пожаловать.", "ru", 160, 60},
	{"Rock & roll <b>world</b> <break time='3s'/> 🎬 ☃ costs $12.50, 100 % of it.", "en-us", 160, 60},
	{"&lt; &#x41; %s %n \\ ` \" ' { } ~", "en-us", 160, 60},
	{"...", "en-us", 160, 60},
	{"🎬", "de", 160, 60},
}

// The library returns the program's samples, whatever was spoken before, and times that
// rise and lie inside.
func TestTheLibrarySpeaksAsTheProgram(t *testing.T) {
	if v, err := Version(); err != nil {
		t.Fatalf("%q %v: run make setup", v, err)
	}
	for _, s := range append(slices.Clone(sentences), sentences[0]) {
		got, err := Say(t.Context(), s)
		if err != nil {
			t.Fatalf("%q: %v", s.Text, err)
		}
		if want := program(t, s); !slices.Equal(got.Samples, want) {
			t.Errorf("%q: %d samples differ from the program's %d", s.Text, len(got.Samples), len(want))
		}
		last := 0
		for _, p := range got.Phones {
			if p.Sample < last || p.Sample > len(got.Samples) || !utf8.ValidString(p.IPA) {
				t.Errorf("%q: phone %+v after %d of %d", s.Text, p, last, len(got.Samples))
			}
			last = p.Sample
		}
		last = 0
		for _, w := range got.Words {
			if w.Sample < last || w.Sample > len(got.Samples) || w.Rune < 0 {
				t.Errorf("%q: word %+v after %d of %d", s.Text, w, last, len(got.Samples))
			}
			last = w.Sample
		}
		if s.Text != "..." && (len(got.Words) == 0 || len(got.Phones) == 0) {
			t.Errorf("%q: %d words, %d phones", s.Text, len(got.Words), len(got.Phones))
		}
	}
}

func TestSideBySideItSpeaksOneAfterTheOther(t *testing.T) {
	var wg sync.WaitGroup
	want := map[int][]int16{}
	for i, s := range sentences[:4] {
		want[i] = program(t, s)
	}
	for k := range 12 {
		wg.Go(func() {
			got, err := Say(t.Context(), sentences[k%4])
			if err != nil || !slices.Equal(got.Samples, want[k%4]) {
				t.Errorf("%d: other samples, %v", k, err)
			}
		})
	}
	wg.Wait()
}

func TestItEndsWithItsContextAndItsLimit(t *testing.T) {
	long := Speech{strings.Repeat("All work and no play. ", 5000), "en-us", 160, 1 << 12}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Say(ctx, long); !errors.Is(err, context.Canceled) {
		t.Errorf("ended before: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	go func() {
		for one.TryLock() { // until the other has it
			one.Unlock()
			runtime.Gosched()
		}
		cancel()
	}()
	if _, err := Say(ctx, long); !errors.Is(err, context.Canceled) {
		t.Errorf("ended meanwhile: %v", err)
	}
	long.Longest = 2
	if _, err := Say(t.Context(), long); !errors.Is(err, ErrLong) {
		t.Errorf("too long: %v", err)
	}
	if _, err := Say(t.Context(), Speech{"Hi.", "xx-none", 160, 60}); !errors.Is(err, ErrVoice) {
		t.Errorf("an unknown voice: %v", err)
	}
	for _, s := range []Speech{{"a\x00b", "en-us", 160, 60}, {"a", "en\x00", 160, 60}} {
		if _, err := Say(t.Context(), s); err == nil {
			t.Errorf("the text is %q", s.Text)
		}
	}
	if got, err := Say(t.Context(), sentences[0]); err != nil || !slices.Equal(got.Samples, program(t, sentences[0])) {
		t.Errorf("afterwards it speaks otherwise: %v", err)
	}
}

// What is not the library, or not a known one, is refused with a reason.
func TestWhatIsNotTheLibrary(t *testing.T) {
	junk := filepath.Join(t.TempDir(), "libespeak-ng.so.1")
	if err := os.WriteFile(junk, []byte("not a library"), 0o755); err != nil {
		t.Fatal(err)
	}
	other := map[string]string{"linux": "libc.so.6", "darwin": "/usr/lib/libSystem.B.dylib"}[runtime.GOOS]
	for _, c := range [][2]string{{junk, "load libespeak-ng"}, {"libespeak-ng-none.so", "load libespeak-ng"}, {other, "espeak_"}} {
		if v, err := try([]string{c[0]}); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: %q, %v", c[0], v, err)
		}
	}
	for v, ok := range map[string]bool{"1.51": true, "1.49.2": true, "1.52.0": true, "1.48.15": false, "2.0": false, "": false, "1.x": false, "1.51-dev": true} {
		if err := known(v); (err == nil) != ok {
			t.Errorf("version %q: %v", v, err)
		}
	}
}

// Without its data the library returns an error; the process lives. The folder of the data is
// hidden behind an empty one, in our own mount namespace.
func TestWithoutItsDataItDoesNotStart(t *testing.T) {
	if os.Getenv("ESPEAK_TEST_CHILD") != "" {
		v, err := Version()
		fmt.Printf("version %q, %v\n", v, err)
		return
	}
	if runtime.GOOS != "linux" {
		t.Log("mount namespaces are Linux only")
		return
	}
	out, err := exec.Command("espeak-ng", "--version").Output()
	_, data, found := strings.Cut(strings.TrimSpace(string(out)), "Data at: ")
	if err != nil || !found {
		t.Fatalf("%s %v", out, err)
	}
	c := exec.Command("unshare", "-r", "-m", "sh", "-c", `mount -t tmpfs none "$1" && exec "$2" -test.run '^TestWithoutItsDataItDoesNotStart$'`, "sh", data, os.Args[0])
	c.Env = append(os.Environ(), "ESPEAK_TEST_CHILD=1")
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "does not start") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Hostile text neither ends the process nor makes it speak without end.
func FuzzSay(f *testing.F) {
	for _, s := range sentences {
		f.Add(s.Text)
	}
	for _, s := range []string{"<speak><prosody rate=\"9999\">x", "[[_:]][[\xff]]", "\x01 80S \x01V5", strings.Repeat("a", 3000), strings.Repeat("9", 400), strings.Repeat("<", 900), "\ufeff\u200f\u202e\u0300\u0301", "a\u0300" + strings.Repeat("\u0301", 500), "http://a.b/c?d=e&f#g", strings.Repeat("🎬", 500), "\r\n\t\v\f\x1b[31m"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 5000 || strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
			return
		}
		got, err := Say(t.Context(), Speech{text, "en-us", 160, 600})
		if err != nil && !errors.Is(err, ErrLong) {
			t.Fatal(err)
		}
		if err == nil && len(got.Samples) > 601*got.Rate {
			t.Fatalf("%d samples", len(got.Samples))
		}
	})
}

// BenchmarkSay is one sentence, by the library and by the program.
func BenchmarkSay(b *testing.B) {
	s := sentences[0]
	b.Run("library", func(b *testing.B) {
		for b.Loop() {
			if _, err := Say(b.Context(), s); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("program", func(b *testing.B) {
		for b.Loop() {
			program(b, s)
		}
	})
}
