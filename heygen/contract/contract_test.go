package contract_test

import (
	"bytes"
	"os"
	"testing"

	"greenroom/heygen/contract"
	"greenroom/heygen/contract/compact"
)

// TestTheGeneratedFilesAreThoseOfThePage fails when `make gen` was forgotten.
func TestTheGeneratedFilesAreThoseOfThePage(t *testing.T) {
	page, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	document, table, err := compact.Page(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(document, contract.Document()) {
		t.Error("contract.json is not that of openapi.yaml: run make gen")
	}
	have, err := os.ReadFile("table.gen.go")
	if err != nil || !bytes.Equal(table, have) {
		t.Errorf("table.gen.go is not that of openapi.yaml: run make gen (%v)", err)
	}
}

func TestEveryOperationHasAnAnswer(t *testing.T) {
	n := len(contract.Operations())
	if n != 202 {
		t.Errorf("%d operations", n)
	}
	for _, o := range contract.Operations() {
		if o.Answer() == nil && o.Path != "/v3/models/audio/tts/stream" {
			t.Errorf("%s has no answer", o)
		}
		if found, ok := contract.Find(o.Method, o.Path); !ok || found != o {
			t.Errorf("%s is not found", o)
		}
	}
}

// TestProblems checks bodies of POST /v3/videos, the largest of the page.
func TestProblems(t *testing.T) {
	o, _ := contract.Find("POST", "/v3/videos")
	avatar := func(change map[string]any) map[string]any {
		b := map[string]any{"type": "avatar", "avatar_id": "a", "script": "Hello."}
		for k, v := range change {
			b[k] = v
		}
		return b
	}
	scene := func(input map[string]any) map[string]any {
		return map[string]any{"type": "studio", "scenes": []any{map[string]any{"type": "avatar_video", "input": input}}}
	}
	for name, c := range map[string]struct {
		body           any
		param, message string
	}{
		"good":           {body: avatar(nil)},
		"not an object":  {[]any{}, "", "Input should be a valid dictionary"},
		"no tag":         {map[string]any{}, "type", "Field required"},
		"another tag":    {avatar(map[string]any{"type": "hologram"}), "type", "Input tag 'hologram' found using 'type' does not"},
		"no look":        {map[string]any{"type": "avatar"}, "avatar_id", "Field required"},
		"unknown member": {avatar(map[string]any{"colour": 1.0}), "colour", "Extra inputs are not permitted"},
		"engine as text": {avatar(map[string]any{"engine": "avatar_iv"}), "engine", "Input should be a valid dictionary"},
		"a number":       {avatar(map[string]any{"title": 5.0}), "title", "Input should be a valid string"},
		"resolution":     {avatar(map[string]any{"resolution": "8k"}), "resolution", "Input should be "},
		"null title":     {body: avatar(map[string]any{"title": nil})},
		"scene's colour": {body: scene(map[string]any{
			"type": "avatar", "avatar_id": "a", "background": map[string]any{"type": "color", "color": "#112233"},
		})},
		"video's colour": {scene(map[string]any{
			"type": "avatar", "avatar_id": "a", "background": map[string]any{"type": "color", "value": "#112233"},
		}), "scenes.0.input.background.", ""},
	} {
		p := o.Body().Check(c.body, true)
		if p == nil {
			p = &contract.Problem{}
		}
		if (c.message+c.param == "") != (*p == contract.Problem{}) || !bytes.HasPrefix([]byte(p.Param), []byte(c.param)) ||
			!bytes.HasPrefix([]byte(p.Message), []byte(c.message)) {
			t.Errorf("%s: %+v", name, *p)
		}
	}
}
