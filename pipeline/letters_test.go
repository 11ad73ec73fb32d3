package pipeline

import (
	"errors"
	"testing"

	"greenroom/internal/fault"
)

// TestAFilmWithoutLettersIsFoundBeforeItsClipIsBought: the film of one row failed when it was drawn, after its clip
// was paid for.
func TestAFilmWithoutLettersIsFoundBeforeItsClipIsBought(t *testing.T) {
	p := newProjectAt(t, "sandbox", "plain: {script: Hello.}")
	p.write(ManifestName, `version: 1
size: 640x360
heygen: {api: sandbox}
defaults: {avatar: Daisy-inskirt-20220818, voice: 1bd001e7e50f421d891986aad5158bc8, captions: true}
clips: {plain: Hello., zh: 你好 there.}
each:
  w: {rows: people.csv, name: "{{id}}", script: "Hello {{id}}."}
compositions:
  card: {length: 1s, layers: [{text: "☃"}]}
  fine: {layers: [plain, captions]}
  captioned: {layers: [zh, captions], outro: card}
  hello: {each: w, layers: [w, {text: "{{name}}"}]}
`)
	p.write("people.csv", "id,name\na,Ada\nb,李娜\n")
	sum, err := p.build(BuildOptions{})
	var list fault.List
	if !errors.As(err, &list) || len(list) != 3 {
		t.Fatalf("%v", err)
	}
	mustContain(t, err, "captioned: captions: no font has", "(U+4F60)", "card: text: no font has", "hello: text: no font has", "(row people.csv:3)")
	if sum.Bought != 0 {
		t.Errorf("%d clips were bought", sum.Bought)
	}
	for _, f := range list {
		if f.Place == nil || f.Place.Line == 0 || f.Hint == "" {
			t.Errorf("%+v", f)
		}
	}
	// What does not show one of these films' clips is built.
	if sum, err = p.build(BuildOptions{Clips: []string{"plain", "w-a"}}); err != nil || sum.Bought != 2 {
		t.Errorf("%d clips were bought: %v", sum.Bought, err)
	}
}
