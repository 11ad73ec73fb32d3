package lockfile

import (
	"maps"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestInputs(t *testing.T) {
	in := MakeInputs([2]string{"voice speed", "11"}, [2]string{"avatar", "22"}, [2]string{"avatar", "33"}, [2]string{"", ""})
	if got := maps.Collect(in.All()); !maps.Equal(got, map[string]string{"": "", "avatar": "22", "voice speed": "11"}) {
		t.Errorf("%q", got)
	}
	if in.Get("avatar") != "22" || in.Get("avata") != "" || in.Get("22") != "" || Inputs("").Get("") != "" {
		t.Error("a value under another name")
	}
	for n, v := range in.All() {
		if n != "" || v != "" {
			t.Errorf("not sorted: %q first", n)
		}
		break
	}
	if in != MakeInputs([2]string{"", ""}, [2]string{"avatar", "22"}, [2]string{"voice speed", "11"}) {
		t.Error("the order of the names matters")
	}
}

// TestInputsOfEveryText: the YAML package reads what readText does not.
func TestInputsOfEveryText(t *testing.T) {
	for text, ok := range map[string]bool{
		"inputs: {b: x, a: y}":      true,
		"inputs: {}":                true,
		`inputs: {a: "n\0l"}`:       false,
		"inputs: [a, b]":            false,
		"inputs: {a: x, a: y}":      false,
		"inputs: {a: {b: c}}":       false,
		"inputs:\n  a: x\n  b: y\n": true,
	} {
		var e Entry
		err := yaml.UnmarshalWithOptions([]byte(text), &e, yaml.Strict())
		if (err == nil) != ok {
			t.Errorf("%q: %q, %v", text, e.Inputs, err)
		}
	}
	e, _ := sample().Get("intro")
	e.VideoID, e.Inputs = "7badcafe01230badcafe0123", MakeInputs([2]string{"look", "abcdef01"}, [2]string{"script", "abcdef02"})
	text, ok := e.text(nil)
	const first, second = "      look: abcdef01\n", "      script: abcdef02\n"
	swapped := strings.Replace(string(text), first+second, second+first, 1)
	if _, usual := readText("intro", string(text)); !ok || !usual || swapped == string(text) {
		t.Fatalf("written %v, read %v:\n%s", ok, usual, text)
	}
	if _, usual := readText("intro", swapped); usual {
		t.Error("inputs out of order were accepted")
	}
	got, err := read("intro", swapped)
	if err != nil || got.Inputs != e.Inputs {
		t.Errorf("%q, %v", got.Inputs, err)
	}
}
