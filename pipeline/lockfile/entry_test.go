package lockfile

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// odd are texts that a YAML writer must think about, and usual ones.
var odd = []string{
	"", "y", "no", "Null", "TRUE", "~", "-", "1", "1e5", "7e1", "0x1f", "0b01", "0o17", ".5", ".inf", "1_000", "+1", "2026-11-26", "2026-11-26T10:00:00Z", "12:30:45", "12e45678", "0xabcdef",
	"a b", "a  b", "b ", "avatar x", "1 2", "a 1", "12345678", "012345678", "01234567", "0b101010", "0b10101a", "0e123456", "v2", "12", "123", "a: b", "a #b", "ends:", " lead", "'q'", `"q"`, `back\slash`, "two\nlines", "tab\t", "ä", "日本", "a,b", "[a]", "{a}", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "a|b", "\x00",
	"file", "video", "webm", "v2-key", "v3-webm", "poster", "script", "5.1.9-0+deb12u1", "n7.1", "0badcafe0123", "123456789abc", "eeeeee", "beef", "e1e1e1e1", "7e1f00d1-aaaa-4bbb-8ccc-1234567890ab", strings.Repeat("ab", 32), strings.Repeat("1", 64), strings.Repeat("1", 20) + strings.Repeat("ab", 22), strings.Repeat("01", 11) + strings.Repeat("cd", 21), "0b" + strings.Repeat("1", 70) + "cd",
}

func oddEntry(rnd *rand.Rand) Entry {
	s := func() string { return odd[rnd.IntN(len(odd))] }
	hex := func() string {
		b := make([]byte, 64)
		for i := range b {
			b[i] = "0123456789abcdef"[rnd.IntN(16)]
		}
		return string(b)
	}
	f := func() float64 { return []float64{0, 1, 1.52, -3, 1e-9, 1e25, 123456.789, 0.1}[rnd.IntN(8)] }
	r := func() Rendition { return Rendition{hex(), hex(), rnd.Int64N(1 << 40)} }
	e := Entry{Clip: "clip", TakeKey: hex(), Route: "v3-webm", VideoID: hex()[:32], Master: hex(), MasterBytes: rnd.Int64N(1 << 40), Duration: f()}
	if rnd.IntN(3) > 0 {
		e.Info = Info{rnd.IntN(4000), rnd.IntN(4000), 30000, 1001, rnd.IntN(9000), f(), rnd.IntN(2) == 0, Box{rnd.IntN(9), rnd.IntN(9), rnd.IntN(900), rnd.IntN(900)}, rnd.IntN(2) * 600, rnd.IntN(2) * 700, rnd.IntN(2) * 60000, rnd.IntN(2) * 1001}
	}
	if rnd.IntN(2) == 0 {
		e.Inputs = MakeInputs([2]string{"script", hex()[:8]}, [2]string{"avatar", hex()[:8]}, [2]string{"voice speed", hex()[:8]}, [2]string{"schema", hex()[:8]})
	}
	if rnd.IntN(2) == 0 {
		c := r()
		e.Captions = &c
	}
	if rnd.IntN(2) == 0 {
		e.Tool = "5.1.9-0+deb12u1"
	}
	if rnd.IntN(2) == 0 {
		e.Renditions = map[string]Rendition{"webm": r(), "poster": r(), "wave": r()}
	}
	for range rnd.IntN(3) { // and something odd here or there
		switch rnd.IntN(6) {
		case 0:
			e.Route = s()
		case 1:
			e.VideoID = s()
		case 5:
			e.Warning = []string{s(), "watermarked result", "watermarked result [MOVIO_PAYMENT_INSUFFICIENT_CREDIT]", "odd: text # here", "\"quoted\" 'text' ends:"}[rnd.IntN(5)]
		case 2:
			e.Tool = s()
		case 3:
			e.Inputs = MakeInputs([2]string{s(), s()}, [2]string{"script", s()})
		case 4:
			e.Renditions = map[string]Rendition{s(): r(), "webm": {Key: s(), Hash: hex()}}
		}
	}
	return e
}

// TestEntriesAreWrittenAsTheYAMLPackageDoes: what is written here is that package's text to
// the byte, and is read as that package reads it.
func TestEntriesAreWrittenAsTheYAMLPackageDoes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	const n = 3000
	written, taken := 0, 0
	for range n {
		e := oddEntry(rnd)
		b, err := yaml.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		want := indent + strings.TrimSuffix(strings.ReplaceAll(string(b), "\n", "\n"+indent), indent)
		out, ok := e.text(nil)
		got := string(out)
		if ok {
			written++
			if got != want {
				t.Fatalf("seed %d\n%+v\n%s", seed, e, cmp.Diff(want, got))
			}
		}
		read, ok := readText("clip", want)
		if ok {
			taken++
			slow := Entry{Clip: "clip"}
			if err := yaml.UnmarshalWithOptions(b, &slow, yaml.Strict()); err != nil {
				t.Fatalf("seed %d\n%s\n%v", seed, b, err)
			}
			if d := cmp.Diff(slow, read); d != "" {
				t.Fatalf("seed %d\n%s\n%s", seed, b, d)
			}
		}
	}
	if written < n/8 || taken != written || written == n {
		t.Errorf("%d of %d entries written here, %d read", written, n, taken)
	}
}

// TestUsualEntriesNeedNoYAML: what a build writes is of the usual kind.
func TestUsualEntriesNeedNoYAML(t *testing.T) {
	for name, e := range sample().clips {
		e.VideoID, e.Inputs = "7badcafe01230badcafe0123", MakeInputs([2]string{"script", "2badcafe0123"}, [2]string{"avatar scale", "112345678e90"}, [2]string{"digits", "12345678"}, [2]string{"binary", "0b101a01"}, [2]string{"look", "abcdef012345"})
		text, ok := e.text(nil)
		if _, read := readText(name, string(text)); !ok || !read {
			t.Errorf("%s: written %v, read %v", name, ok, read)
		}
	}
}
