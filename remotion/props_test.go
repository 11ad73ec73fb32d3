package remotion

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
)

func clip(name string) Clip {
	return Clip{Name: name, Src: "greenroom/" + name + ".1a2b3c4d.webm", Kind: Final, Transparent: true, Width: 320, Height: 180, FPS: 25,
		DurationInSeconds: 2, DurationInFrames: 50, Box: Box{Width: 320, Height: 180, FrameWidth: 320, FrameHeight: 180}}
}

func props(clips ...Clip) Props {
	p := Props{Version: 1, Project: "tour", FPS: 25, Width: 320, Height: 180, Clips: map[string]Clip{}}
	for _, c := range clips {
		p.Clips[c.Name] = c
	}
	return p
}

// fractional returns props of a film at 30000/1001 frames per second with a clip of 60 frames.
func fractional() Props {
	c := clip("intro")
	c.DurationInSeconds, c.DurationInFrames = 2.002, 60
	p := props(c)
	p.SetRate(30000, 1001)
	return p
}

func TestFractionalRatesAreExactInProps(t *testing.T) {
	j, ts, err := EncodeProps(fractional())
	if err != nil {
		t.Fatal(err)
	}
	p, err := DecodeProps(j)
	if err != nil || p.FPS != 30000.0/1001 || p.Rate == nil || *p.Rate != (Rate{Num: 30000, Den: 1001}) {
		t.Errorf("read back %v %v, %v", p.FPS, p.Rate, err)
	}
	if want := "fps: 29.97002997002997, rate: {num: 30000, den: 1001},"; !strings.Contains(string(ts), want) {
		t.Errorf("clips.gen.ts has no %s:\n%s", want, ts)
	}
	for name, r := range map[string]Rate{"another rate": {Num: 24000, Den: 1001}, "no denominator": {Num: 30000}, "below 0": {Num: -30000, Den: -1001}} {
		p.Rate = &r
		if _, _, err := EncodeProps(p); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestWholeRatesAreWrittenAsBefore holds the bytes that companions of earlier versions read.
func TestWholeRatesAreWrittenAsBefore(t *testing.T) {
	p := props()
	p.SetRate(30, 1)
	j, ts, err := EncodeProps(p)
	if err != nil || strings.Contains(string(j), "rate") || !strings.Contains(string(j), `"fps": 30,`) || !strings.Contains(string(ts), "fps: 30, width") {
		t.Errorf("%v\n%s\n%s", err, j, ts)
	}
}

func TestEncodeIsStableAndReadsBack(t *testing.T) {
	a, ts, err := EncodeProps(props(clip("intro"), clip("b-roll")))
	if err != nil {
		t.Fatal(err)
	}
	b, _, _ := EncodeProps(props(clip("b-roll"), clip("intro")))
	if !bytes.Equal(a, b) {
		t.Error("equal props gave different bytes")
	}
	p, err := DecodeProps(a)
	if err != nil || len(p.Clips) != 2 {
		t.Errorf("read back %v, %v", p, err)
	}
	for _, want := range []string{`"b-roll": {`, "as const satisfies Record<string, Clip>", "do not edit"} {
		if !strings.Contains(string(ts), want) {
			t.Errorf("%s is missing in clips.gen.ts:\n%s", want, ts)
		}
	}
}

// TestEveryMemberIsWrittenNextToClips has a value for each member of Props, and holds both files to it: members that
// come after the clips, too.
func TestEveryMemberIsWrittenNextToClips(t *testing.T) {
	p := fractional()
	p.Disclosure = &Disclosure{Label: `Made with "AI"`}
	all := reflect.ValueOf(p)
	j, ts, err := EncodeProps(p)
	if err != nil {
		t.Fatal(err)
	}
	var read Props
	if err := json.Unmarshal(j, &read); err != nil || !reflect.DeepEqual(read, p) {
		t.Errorf("%v\n%s", err, j)
	}
	_, line, _ := strings.Cut(string(ts), "export const greenroom = ")
	for i := range all.NumField() {
		if all.Field(i).IsZero() {
			t.Errorf("%s has no value in this test", all.Type().Field(i).Name)
		}
		name, _, _ := strings.Cut(all.Type().Field(i).Tag.Get("json"), ",")
		if name != "clips" && !strings.Contains(line, name+": ") {
			t.Errorf("clips.gen.ts has no %s: %s", name, line)
		}
	}
}

func TestPropsRefuse(t *testing.T) {
	for name, change := range map[string]func(*Clip){
		"absolute path":     func(c *Clip) { c.Src = "/home/me/intro.webm" },
		"parent folder":     func(c *Clip) { c.Src = "greenroom/../../secret.webm" },
		"link":              func(c *Clip) { c.Src = "https://files.example/a.webm?sig=x" },
		"link as poster":    func(c *Clip) { c.Poster = "https://files.example/a.webp" },
		"unknown kind":      func(c *Clip) { c.Kind = "draft" },
		"no length":         func(c *Clip) { c.DurationInSeconds = 0 },
		"frames and length": func(c *Clip) { c.DurationInFrames = 70 },
		"box out of frame":  func(c *Clip) { c.Box.X = 10 },
		"not a number":      func(c *Clip) { c.FPS = math.NaN() },
		"credential as id":  func(c *Clip) { c.Take.VideoID = "https://x/?key=1" },
		"other name":        func(c *Clip) { c.Name = "outro" },
	} {
		c := clip("intro")
		change(&c)
		p := props()
		p.Clips["intro"] = c
		if _, _, err := EncodeProps(p); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, s := range map[string]string{"unknown key": `{"version":1,"x":1}`, "not JSON": "hello", "null": "null", "empty": ""} {
		if _, err := DecodeProps([]byte(s)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestCommittedSchemaIsThatOfTheTypes(t *testing.T) {
	have, err := os.ReadFile("companion/src/greenroom/props.schema.json")
	if err != nil || !bytes.Equal(have, Schema()) {
		t.Errorf("props.schema.json drifted from the Go types (%v): run make gen", err)
	}
}

// TestManyClipsAreEncodedAsOneDocument: written a clip at a time, the text is that of
// one document; and a fault in the last of many is found.
func TestManyClipsAreEncodedAsOneDocument(t *testing.T) {
	for _, n := range []int{0, 1, validatedAtOnce, validatedAtOnce + 1, 3*validatedAtOnce - 1} {
		p := props()
		for i := range n {
			c := clip(fmt.Sprintf("clip-%04d", i))
			if i%3 == 0 {
				c.Row = map[string]string{"name": "O'Neill <&>\n\u2028", "": "x"}
			}
			p.Clips[c.Name] = c
		}
		got, ts, err := EncodeProps(p)
		if err != nil {
			t.Fatal(n, err)
		}
		want, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want)+"\n" {
			t.Errorf("%d clips: another text", n)
		}
		clips, err := json.MarshalIndent(p.Clips, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(ts, []byte("export const clips = "+string(clips)+" as const")) {
			t.Errorf("%d clips: another module", n)
		}
		if n == 0 {
			continue
		}
		last := fmt.Sprintf("clip-%04d", n-1)
		c := p.Clips[last]
		c.Kind = "draft"
		p.Clips[last] = c
		if _, _, err := EncodeProps(p); err == nil || !strings.Contains(err.Error(), "kind") {
			t.Errorf("%d clips: the last one's kind passes: %v", n, err)
		}
	}
}
