package align

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// voice is one that speaks words whose times are known, or found by another program.
type voice struct {
	name, language string
	limits
	speak func(*testing.T) speech
}

// voices are those of flite, and with GREENROOM_TEST_ALL those of festival in other languages, and people.
func voices() (out []voice) {
	for _, name := range []string{"slt", "kal16", "rms", "awb"} {
		out = append(out, voice{"flite " + name, "en-us", goal, func(t *testing.T) speech { return flite(t, name, script) }})
	}
	if os.Getenv("GREENROOM_TEST_ALL") == "" {
		return out
	}
	for _, f := range []struct {
		name, language string
		read           encoding.Encoding
	}{
		{"cmu_us_slt_arctic_hts", "en-us", unicode.UTF8},
		{"kal_diphone", "en-us", unicode.UTF8},
		{"ked_diphone", "en-us", unicode.UTF8},
		{"lp_diphone", "it", charmap.ISO8859_1},
		{"pc_diphone", "it", charmap.ISO8859_1},
		{"czech_dita", "cs", charmap.ISO8859_2},
		{"czech_machac", "cs", charmap.ISO8859_2},
		{"czech_ph", "cs", charmap.ISO8859_2},
		{"upc_ca_ona_hts", "ca", charmap.ISO8859_15},
		{"suo_fi_lj_diphone", "fi", charmap.ISO8859_1},
		{"hy_fi_mv_diphone", "fi", charmap.ISO8859_1},
		{"msu_ru_nsh_clunits", "ru", unicode.UTF8},
		{"hindi_NSK_diphone", "hi", unicode.UTF8},
		{"marathi_NSK_diphone", "mr", unicode.UTF8},
		{"telugu_NSK_diphone", "te", unicode.UTF8},
	} {
		out = append(out, voice{"festival " + f.name, f.language, goal, func(t *testing.T) speech {
			return festival(t, f.name, f.read, spoken(t, f.language))
		}})
	}
	return append(out, people...)
}

// truth is a word and when it begins, seconds.
type truth struct {
	word string
	at   float64
}

// speech is a sound whose words' times are known.
type speech struct {
	sound     []int16
	words     []truth
	sentences []sentence
}

// sentence is where a sentence ends: the numbers of words and of samples until then, and when its sound does, seconds.
type sentence struct {
	words, samples int
	end            float64
}

// add appends a sentence.
func (s *speech) add(sound []int16, words []truth) {
	start := float64(len(s.sound)) / Rate
	_, end := loud(sound)
	s.sound = append(s.sound, sound...)
	s.words = append(s.words, shifted(words, start)...)
	s.sentences = append(s.sentences, sentence{len(s.words), len(s.sound), start + float64(end)/Rate})
}

func (s *speech) text() string {
	var words []string
	for _, w := range s.words {
		words = append(words, w.word)
	}
	return strings.Join(words, " ")
}

// letters are the times of the other method: begin and end of each sentence are known, and each letter is as long as the
// others.
func (s *speech) letters() (out []Word) {
	first := 0
	for _, sen := range s.sentences {
		words := s.words[first:sen.words]
		all := 0
		for _, w := range words {
			all += utf8.RuneCountInString(w.word) + 1
		}
		before := 0
		for _, w := range words {
			at := words[0].at + (sen.end-words[0].at)*float64(before)/float64(all)
			out = append(out, Word{Text: w.word, From: at})
			before += utf8.RuneCountInString(w.word) + 1
		}
		first = sen.words
	}
	return out
}

// flite speaks the script sentence by sentence: each word has as many phones as it has when it is spoken alone.
func flite(t *testing.T, voice, text string) (out speech) {
	t.Helper()
	dir := t.TempDir()
	for i, sentence := range regexp.MustCompile(`[^.]+\.`).FindAllString(text, -1) {
		file := filepath.Join(dir, strconv.Itoa(i)+".wav")
		sentence = strings.TrimSpace(sentence)
		b, err := exec.Command("flite", "-voice", voice, "-psdur", "-t", sentence, file).Output()
		if err != nil {
			t.Fatal(err)
		}
		var words []truth
		type phone struct {
			name     string
			from, to float64
		}
		var phones []phone
		last := 0.0
		for _, f := range strings.Fields(string(b)) {
			name, end, _ := strings.Cut(f, ":")
			at, _ := strconv.ParseFloat(end, 64)
			if name != "pau" {
				phones = append(phones, phone{name, last, at})
			}
			last = at
		}
		k := 0
		for _, word := range strings.Fields(sentence) {
			n := phonesOf(t, voice, word)
			if k >= len(phones) {
				t.Fatalf("%q has fewer sounds than its words", sentence)
			}
			words = append(words, truth{word, phones[k].from})
			k += n
		}
		if k != len(phones) {
			t.Fatalf("%q has %d sounds, its words have %d", sentence, len(phones), k)
		}
		out.add(decode(t, file), words)
	}
	return out
}

// counted are the numbers of phones by word; all voices share a lexicon.
var counted sync.Map

func phonesOf(t *testing.T, voice, word string) (n int) {
	t.Helper()
	if n, ok := counted.Load(word); ok {
		return n.(int)
	}
	defer func() { counted.Store(word, n) }()
	b, err := exec.Command("flite", "-voice", voice, "-ps", "-t", strings.Trim(word, ",."), "none").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range strings.Fields(string(b)) {
		if p != "pau" {
			n++
		}
	}
	return n
}

// festival speaks a text with one of its voices, which reads an encoding of its own.
func festival(t *testing.T, voice string, read encoding.Encoding, text string) (out speech) {
	t.Helper()
	dir := t.TempDir()
	sentences := strings.Split(strings.TrimSpace(text), "\n")
	file := func(i int) string { return filepath.Join(dir, strconv.Itoa(i)+".wav") }
	commands := fmt.Sprintf("(voice_%s)\n", voice)
	for i, s := range sentences {
		commands += fmt.Sprintf("(say %q %q)\n", strings.ReplaceAll(s, "।", "."), file(i))
	}
	encoded, err := read.NewEncoder().String(commands)
	if err != nil {
		t.Fatal(err)
	}
	printed := strings.Split(scheme(t, encoded), "end\n")
	if len(printed) <= len(sentences) {
		t.Fatalf("festival spoke %d sentences of %d", len(printed)-1, len(sentences))
	}
	for i, s := range sentences {
		fields := strings.Fields(s)
		lines := strings.Split(strings.TrimSpace(printed[i]), "\n")
		if len(lines) != len(fields) {
			t.Fatalf("%s: festival speaks %d words of %d: %s", s, len(lines), len(fields), printed[i])
		}
		var words []truth
		for k, line := range lines {
			_, at, _ := strings.Cut(line, "\t")
			from, err := strconv.ParseFloat(at, 64)
			if err != nil {
				t.Fatalf("%s: %q: %v", s, line, err)
			}
			words = append(words, truth{fields[k], from})
		}
		out.add(decode(t, file(i)), words)
	}
	return out
}

// scheme runs festival with the functions of testdata/festival and returns what it prints.
func scheme(t *testing.T, commands string) string {
	t.Helper()
	script := filepath.Join(t.TempDir(), "commands.scm")
	if err := os.WriteFile(script, []byte(commands), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := exec.CommandContext(t.Context(), "festival", "-b", "testdata/festival/words.scm", script).Output()
	if err != nil {
		t.Fatalf("festival: %v: %s", err, stderr(err))
	}
	return string(b)
}

// stderr is what a failed program printed there.
func stderr(err error) []byte {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.Stderr
	}
	return nil
}

// spoken returns the text in the language of a voice, a sentence a line.
func spoken(t *testing.T, language string) string {
	t.Helper()
	if language == "en-us" {
		return strings.ReplaceAll(script, ". ", ".\n")
	}
	b, err := os.ReadFile(filepath.Join("testdata/festival", language+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// decode reads a file as this package's sound.
func decode(t *testing.T, file string) []int16 {
	t.Helper()
	b, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", file, "-ac", "1", "-ar", strconv.Itoa(Rate),
		"-f", "s16le", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]int16, len(b)/2)
	if err := binary.Read(bytes.NewReader(b), binary.LittleEndian, out); err != nil {
		t.Fatal(err)
	}
	return out
}
