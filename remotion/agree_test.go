package remotion

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// odd are values put where they may not belong. Integers are written as JavaScript
// writes them: 25.0 is 25 to zod and refused by Go, but no program writes it.
var odd = []any{
	nil, true, false, "", " ", "x", "intro", "b-roll", "constructor", "__proto__", "Intro", "a b", "intro\n", "final", "stand-in", "draft",
	"greenroom/a.webm", "greenroom/../a", "greenroom/.a", "/greenroom/a", "https://x/a", "greenroom/a\n", "abcdef01", "ABCDEF01", "abcdef0", strings.Repeat("a", 64), strings.Repeat("a", 65), strings.Repeat("x", 200), strings.Repeat("x", 201),
	strings.Repeat("👍", 100), strings.Repeat("👍", 101), strings.Repeat("👍", 200), strings.Repeat("👍", 201), "e\u0301", "\u2028", "\x00",
	0, 1, 2, 3, -1, 24, 25, 50, 51, 52, 49, 48, 47, 180, 181, 240, 241, 320, 16384, 16385, 86400, 86401, -120, -121, 20, 20.5, 1.5, 0.04, 2.04, 1.96, 1e-9, 5e-324, 1e21, 1e300, int64(1) << 53, int64(1)<<53 + 1, -1e300,
	[]any{}, []any{1}, map[string]any{}, map[string]any{"a": 1},
}

// mutate changes one thing somewhere inside v.
func mutate(r *rand.Rand, v map[string]any) {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	// Map order is random by itself; the seed must be enough.
	slices.Sort(keys)
	if len(keys) == 0 || r.IntN(12) == 0 {
		v[[]string{"extra", "Version", "__proto__", "constructor", "intro", "poster", "loudness", "fps", "rate"}[r.IntN(9)]] = odd[r.IntN(len(odd))]
		return
	}
	k := keys[r.IntN(len(keys))]
	if inner, ok := v[k].(map[string]any); ok && r.IntN(8) > 0 {
		mutate(r, inner)
		return
	}
	switch n := r.IntN(10); {
	case n == 0:
		delete(v, k)
	case n == 1:
		v[keys[r.IntN(len(keys))]+"s"] = v[k]
	case n == 2:
		v[k], v[keys[0]] = v[keys[0]], v[k]
	default:
		v[k] = odd[r.IntN(len(odd))]
	}
}

// cases returns JSON documents: good ones, nearly good ones, and the fixed ones.
func cases(t testing.TB, r *rand.Rand, n int) []string {
	t.Helper()
	full := clip("intro")
	wave, caps, loud := "greenroom/intro.1a2b3c4d.json", "greenroom/intro.1a2b3c4d.captions.json", -18.5
	full.Poster, full.Waveform, full.Captions, full.Loudness = "greenroom/intro.1a2b3c4d.png", &wave, &caps, &loud
	full.Take = Take{VideoID: "3f9a_0c-X", Route: "v2-video", Key: strings.Repeat("ab", 32)}
	good, err := json.Marshal(props(full, clip("b-roll"), clip("constructor")))
	if err != nil {
		t.Fatal(err)
	}
	out := []string{string(good), "null", "[]", "1", `"x"`, "{}", `{"clips":{}}`,
		strings.Replace(string(good), `"loudness":-18.5`, `"loudness":1e-2000000`, 1), // ends big.Rat
		strings.Replace(string(good), `"fps":25,"durationInSeconds"`, `"fps":1e-400,"durationInSeconds"`, 1),
		strings.Replace(string(good), `"intro":{`, `"__proto__":{`, 1),
		strings.Replace(string(good), `"tour"`, `"\ud800"`, 1),
	}
	slow, err := json.Marshal(fractional())
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, string(slow), strings.Replace(string(slow), `"num":30000`, `"num":30001`, 1),
		strings.Replace(string(slow), `"den":1001`, `"den":0`, 1), strings.Replace(string(slow), `"num":30000,"den":1001`, `"num":-30000,"den":-1001`, 1))
	for len(out) < n {
		b := good
		if r.IntN(3) == 0 {
			b = slow
		}
		for range r.IntN(4) {
			var v map[string]any // a new one each time: no two values share a map
			if err := json.Unmarshal(b, &v); err != nil {
				t.Fatal(err)
			}
			mutate(r, v)
			if b, err = json.Marshal(v); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, string(b))
	}
	return out
}

// TestGoAndZodAgree: what Go accepts, calculateMetadata parses, and the reverse.
func TestGoAndZodAgree(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("GREENROOM_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("GREENROOM_SEED=%d", seed)
	docs := cases(t, rand.New(rand.NewPCG(seed, 1)), 4000)
	in, err := json.Marshal(docs)
	if err != nil {
		t.Fatal(err)
	}
	var zod []string
	out := node(t, someProject(t), importTS+`
		const {greenroomSchema} = await importTS('src/greenroom/props.gen.ts');
		const docs = JSON.parse(fs.readFileSync(0, 'utf8'));
		console.log(JSON.stringify(docs.map((d) => {
			const r = greenroomSchema.safeParse(JSON.parse(d));
			return r.success ? '' : r.error.message;
		})));`, in)
	if err := json.Unmarshal(out, &zod); err != nil || len(zod) != len(docs) {
		t.Fatalf("%d answers, %v", len(zod), err)
	}
	good, bad := 0, 0
	for i, d := range docs {
		_, err := DecodeProps([]byte(d))
		if strings.Contains(d, `"__proto__":`) {
			// zod leaves such a key of a record out instead of refusing it.
			if err == nil {
				t.Errorf("Go accepts a key __proto__:\n%s", d)
			}
		} else if (err == nil) != (zod[i] == "") {
			t.Errorf("Go returns %v, zod reports %q:\n%s", err, zod[i], d)
		}
		if err == nil {
			good++
		} else {
			bad++
		}
	}
	if good < 400 || bad < 400 {
		t.Errorf("%d accepted, %d refused: the cases are one-sided", good, bad)
	}
}

func FuzzDecodeProps(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range cases(f, r, 60) {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"version":1} {}`))
	f.Add([]byte(`{"version":1e99999999}`))
	f.Add([]byte("{\"project\":\"\xff\xfe\"}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := DecodeProps(b)
		if err != nil {
			return
		}
		// What was read can be written, and reads back the same.
		j, _, err := EncodeProps(p)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		again, err := DecodeProps(j)
		if err != nil {
			t.Fatalf("written but not read: %v", err)
		}
		x, _ := json.Marshal(p)
		if y, _ := json.Marshal(again); string(x) != string(y) {
			t.Fatalf("%s came back as %s", x, y)
		}
	})
}
