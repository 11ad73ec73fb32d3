package manifest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Look-ups must reach the account that the manifest names, whatever else is wrong with it, or none.
func TestOnlyTheHeyGenSectionIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, api, key, rest, err string }{
		"valid": {text: "version: 1\nheygen: {api: v3, key: $OTHER}\nclips: {a: {script: A.}}\n", api: "v3",
			key: "$OTHER"},
		"no section":         {text: "version: 1\n", api: "sandbox"},
		"mistakes elsewhere": {text: "version: 9\nnonsense: 1\nheygen:\n  api: v2\nclips: {a: {}}\n", api: "v2"},
		"CRLF":               {text: "version: 9\r\nheygen:\r\n  api: v2\r\nclips:\r\n", api: "v2"},
		"a byte order mark":  {text: "\ufeffheygen: {api: v2}\n", api: "v2"},
		"quoted key":         {text: "\"heygen\": {api: v2}\nclips: {a: \"\n", api: "v2", rest: "could not find"},
		"indented":           {text: "  version: 1\n  heygen: {api: v2}\n", api: "v2"},
		"broken after": {text: "heygen:\n  api: v2\n\n  # why\n  key: $OTHER\nclips: {a: [}\n", api: "v2",
			key: "$OTHER", rest: "could not find"},
		"broken before":      {text: "clips: {a: \"b}\nheygen: {api: v2}\n", api: "v2", rest: "could not find"},
		"broken, indented":   {text: "  heygen: {api: v2}\n  clips: [\n", err: "account is not known"},
		"broken, no section": {text: "# heygen: {api: v2}\nclips: [\n", api: "sandbox", rest: "not found"},
		"binary":             {text: "\x00\x01\nheygen: {api: v2}\n", api: "v2", rest: "not text"},
		"not a mapping":      {text: "heygen:{api: v2}\n", err: "unknown key heygen:{api"},
		"misspelled":         {text: "heygn: {api: v2}\n", err: "unknown key heygn"},
		"capital letters":    {text: "HeyGen: {api: v2}\n", err: "unknown key HeyGen"},
		"a side is empty":    {text: "heygen:\n<<<<<<< a\n=======\n  api: v2\n>>>>>>> b\n", err: "account is not known"},
		"written twice":      {text: "heygen: {api: v2}\nheygen: {api: sandbox}\n", err: "account is not known"},
		"second document":    {text: "heygen: {api: v2}\n---\nclips: {}\n", api: "v2", rest: "second document"},
		"in both documents":  {text: "heygen: {api: v2}\n---\nheygen: {api: sandbox}\n", err: "account is not known"},
		"broken section":     {text: "heygen: {api: v2\nclips: {}\n", err: "account is not known"},
		"conflict elsewhere": {text: "heygen: {api: v2}\n<<<<<<< a\nx: 1\n=======\nx: 2\n>>>>>>> b\n", api: "v2",
			rest: "merge conflicts"},
		"conflict in it": {text: "heygen:\n<<<<<<< a\n  api: v2\n=======\n  api: sandbox\n>>>>>>> b\n",
			err: "account is not known"},
		"conflict, two": {text: "<<<<<<< a\nheygen: {api: v2}\n=======\nheygen: {api: v3}\n>>>>>>> b\n",
			err: "account is not known"},
		"wrong word":          {text: "heygen: {api: v1}\n", err: `heygen.api cannot be "v1"`},
		"unknown key":         {text: "heygen: {apis: v2}\n", err: "unknown key heygen.apis"},
		"an alias":            {text: "x: &a {api: v2}\nheygen: *a\n", err: "aliases are not supported"},
		"merged":              {text: "x: &a {api: v2}\nheygen: {<<: *a}\n", err: "merge keys are not supported"},
		"the key itself":      {text: "heygen: {api: v2, key: 0123456789abcdef}\n", err: "must not hold the key itself"},
		"null":                {text: "heygen:\nclips: {}\n", api: "sandbox"},
		"tabs":                {text: "heygen: {api: v2}\nclips:\n\ta: 1\n", api: "v2", rest: "tab"},
		"a script's own word": {text: "clips: {a: {script: \"ask heygen}\n", err: "account is not known"},
		"empty":               {text: "", api: "sandbox", rest: "empty"},
	} {
		path := filepath.Join(t.TempDir(), "greenroom.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		h, rest, err := ReadHeyGen(t.Context(), path)
		if got := message(err); c.err == "" && err != nil || !strings.Contains(got, c.err) {
			t.Errorf("%s: error %q, want %q", name, got, c.err)
			continue
		}
		if err != nil && (rest != nil || h.API != "") {
			t.Errorf("%s: an error and an answer: %+v, %v", name, h, rest)
		}
		if err == nil && (h.API != c.api || h.Key != c.key || (rest == nil) != (c.rest == "") ||
			!strings.Contains(message(rest), c.rest)) {
			t.Errorf("%s: api %q key %q rest %q, want %q %q %q", name, h.API, h.Key, message(rest), c.api, c.key, c.rest)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestReadingTheSectionEnds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "greenroom.yaml")
	if err := os.WriteFile(path, []byte("heygen: {api: v2}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := ReadHeyGen(ctx, path); err == nil {
		t.Error("no error after the end of its context")
	}
	for _, path := range []string{t.TempDir(), "/dev/null/none"} {
		if _, _, err := ReadHeyGen(t.Context(), path); err == nil {
			t.Errorf("%s was read", path)
		}
	}
}
