package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/internal/goldentest"
	"greenroom/pipeline"
	"greenroom/pipeline/account"
	"greenroom/pipeline/allow"
	"greenroom/pipeline/apicall"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films/export"
	"greenroom/pipeline/films/render"
	"greenroom/pipeline/gc"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/prompt"
	"greenroom/pipeline/sharedcache"
)

// jsonShape is a type that --json prints, by the name of its schema in docs/json.
type jsonShape struct {
	name, of string // of: the command lines that print it
	value    any
	// optional are members that Go always writes, but of an embedded pointer that may be nil.
	optional []string
}

// stderrLines is a line on stderr: one of the members' types.
type stderrLines struct {
	Event   event.Event
	Message messageLine
	Warning warningLine
	Error   errorLine
}

var jsonShapes = []jsonShape{
	{name: "stderr", of: "every line on stderr, of every command", value: stderrLines{}},
	{name: "allow", of: "allow", value: allow.Command{}},
	{name: "allow-list", of: "allow --list", value: []allow.Record{}},
	{name: "avatars", of: "avatars", value: []avatarRow{}},
	{name: "avatars-groups", of: "avatars --groups", value: []groupRow{}},
	{name: "api-schema", of: "api --schema", value: apicall.Description{}},
	{name: "auth", of: "auth status", value: account.Auth{}},
	{name: "build", of: "build", value: pipeline.Summary{}},
	{name: "build-results", of: "build --results FILE.json (the file)", value: []pipeline.Result{}},
	{name: "cache", of: "cache push, cache verify", value: sharedcache.Shared{}},
	{name: "check", of: "check", value: []checkedFile{}, optional: []string{"info", "findings", "box", "coverage", "frames", "straight", "seconds"}},
	{name: "deleted", of: "videos --delete, upload --delete, photo --delete, webhooks delete", value: deleted{}},
	{name: "doctor", of: "doctor", value: []need{}},
	{name: "fetch", of: "fetch", value: fetchedFile{}},
	{name: "gc", of: "gc", value: gc.Garbage{}},
	{name: "new", of: "new", value: newClip{}},
	{name: "photo-status", of: "photo --status", value: photoReport{}},
	{name: "plan", of: "plan, status, status --check", value: planning.Plan{}},
	{name: "prompt", of: "prompt (without --check and --write)", value: []promptReport{}},
	{name: "quota", of: "quota", value: quotaReport{}},
	{name: "export", of: "export; one object for each film, in order", value: export.Result{}},
	{name: "render", of: "render; one object for each film, in the order they are finished", value: render.Result{}},
	{name: "render-results", of: "render --results FILE.json (the file)", value: []render.Outcome{}},
	{name: "status-spend", of: "status --spend", value: ledger.Spending{}},
	{name: "status-why", of: "status --why", value: whyReport{}},
	{name: "template", of: "templates ID", value: templateReport{}},
	{name: "templates", of: "templates", value: []templateRow{}},
	{name: "templates-languages", of: "templates --languages", value: []string{}},
	{name: "upload", of: "upload FILE..., photo FILE...", value: []sentFile{}},
	{name: "upload-list", of: "upload --list", value: []fileRow{}},
	{name: "live", of: "live record", value: liveFile{}},
	{name: "version", of: "version", value: versionReport{}},
	{name: "videos", of: "videos", value: []videoRow{}},
	{name: "videos-scenes", of: "videos --scenes", value: videoScenes{}},
	{name: "videos-show", of: "videos --show", value: videoRow{}},
	{name: "sounds", of: "sounds", value: []soundRow{}},
	{name: "voices", of: "voices", value: []voiceRow{}},
	{name: "voices-locales", of: "voices --locales", value: []localeRow{}},
	{name: "voices-preview", of: "voices --preview", value: savedFile{}},
	{name: "webhook", of: "webhook; one object a line for each event", value: receivedEvent{}},
	{name: "webhooks", of: "webhooks list", value: []webhookRow{}},
	{name: "webhooks-add", of: "webhooks add, webhooks update", value: webhookRow{}},
	{name: "webhooks-events", of: "webhooks events", value: []webhookEvent{}},
	{name: "webhooks-rotate", of: "webhooks rotate", value: webhookSecret{}},
	{name: "webhooks-types", of: "webhooks types", value: []webhookType{}},
}

// noAnswer are commands that print messages, or a text that is the same with --json.
var noAnswer = []string{"help", "schema", "mcp", "skill", "sandbox", "watch", "init", "adopt", "resolve", "completion", "man"}

var schemaFolder = filepath.Join("..", "..", "docs", "json")

// comments are the descriptions of members, from the sources.
var comments = sync.OnceValues(func() (map[string]string, error) {
	r := &jsonschema.Reflector{}
	for _, dir := range []string{"internal/cli", "internal/fault", "pipeline", "compose/exchange", "compose/media", "heygen/webhook"} {
		if err := r.AddGoComments("greenroom/"+dir, filepath.Join("..", "..", filepath.FromSlash(dir))); err != nil {
			return nil, err
		}
	}
	out := map[string]string{}
	for k, v := range r.CommentMap {
		out[regexp.MustCompile(`(\.\./)+`).ReplaceAllString(k, "")] = v
	}
	return out, nil
})

// schemaOf writes a shape's schema from its Go type.
func schemaOf(t *testing.T, s jsonShape) []byte {
	t.Helper()
	words, err := comments()
	if err != nil {
		t.Fatal(err)
	}
	r := &jsonschema.Reflector{Anonymous: true, LookupComment: func(typ reflect.Type, field string) string {
		for k, v := range words {
			if path, ok := strings.CutSuffix(k, "."+strings.TrimSuffix(typ.Name()+"."+field, ".")); ok && strings.HasSuffix(typ.PkgPath(), lastOf(path)) {
				return strings.ReplaceAll(v, "\n", " ")
			}
		}
		return ""
	}, Mapper: func(typ reflect.Type) *jsonschema.Schema {
		words := func(list ...any) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Enum: list} }
		switch typ {
		case reflect.TypeFor[planning.Action]():
			return words(planning.Keep, planning.Publish, planning.Prepare, planning.Fetch, planning.Import, planning.Buy, planning.Settle, planning.Blocked, planning.Draft)
		case reflect.TypeFor[media.Verdict]():
			return words(media.OK, media.Warn, media.Fail)
		case reflect.TypeFor[prompt.Severity]():
			return words(prompt.Error, prompt.Warning)
		case reflect.TypeFor[fault.Kind]():
			var kinds []any
			for _, k := range fault.Table {
				kinds = append(kinds, k.Kind)
			}
			return words(kinds...)
		case reflect.TypeFor[media.Loudness](): // null where it is not finite
			number := &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "number"}, {Type: "null"}}}
			p := jsonschema.NewProperties()
			p.Set("lufs", number)
			p.Set("dbtp", number)
			return &jsonschema.Schema{Type: "object", Properties: p, Required: []string{"lufs", "dbtp"}, AdditionalProperties: jsonschema.FalseSchema}
		}
		return nil
	}}
	schema := r.Reflect(s.value)
	for name, d := range schema.Definitions {
		if s.name == "check" && name == "checkedFile" {
			d.Required = slices.DeleteFunc(d.Required, func(m string) bool { return slices.Contains(s.optional, m) })
		}
	}
	if s.name == "stderr" {
		delete(schema.Definitions, "stderrLines")
		schema.Ref = ""
		for _, name := range []string{"Event", "messageLine", "warningLine", "errorLine"} {
			schema.OneOf = append(schema.OneOf, &jsonschema.Schema{Ref: "#/$defs/" + name})
		}
	}
	schema.Title = "greenroom --json: " + s.of
	b, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// lastOf is the last element of a package's path.
func lastOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }

var goodMember = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

// TestJSONSchemas keeps docs/json and the table of docs/json.md equal to the types, and members in one style.
// `go test ./internal/cli -run TestJSONSchemas -update` rewrites the files.
func TestJSONSchemas(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, s := range jsonShapes {
		file := s.name + ".schema.json"
		files = append(files, file)
		b := schemaOf(t, s)
		path := filepath.Join(schemaFolder, file)
		if *goldentest.Update {
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, b) {
			t.Errorf("%s is not what the types say: %v", path, err)
		}
		if row := "| [" + s.name + "](json/" + file + ") | " + s.of + " |"; !bytes.Contains(page, []byte(row)) {
			t.Errorf("docs/json.md has no row\n%s", row)
		}
		var doc any
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		for _, m := range members(doc) {
			if !goodMember.MatchString(m) {
				t.Errorf("%s has a member %q, which is not in camelCase", s.name, m)
			}
		}
	}
	list, err := filepath.Glob(filepath.Join(schemaFolder, "*"))
	if err != nil || len(list) != len(files) {
		t.Errorf("docs/json has %d files for %d shapes", len(list), len(files))
	}
}

// members are the names of all properties in a schema.
func members(v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		if p, ok := v["properties"].(map[string]any); ok {
			for name := range p {
				out = append(out, name)
			}
		}
		for _, child := range v {
			out = append(out, members(child)...)
		}
	case []any:
		for _, child := range v {
			out = append(out, members(child)...)
		}
	}
	return out
}

// TestEveryCommandHasAShape: a new command must say what --json prints.
func TestEveryCommandHasAShape(t *testing.T) {
	t.Parallel()
	for _, c := range commands() {
		has := slices.ContainsFunc(jsonShapes, func(s jsonShape) bool {
			return slices.ContainsFunc(strings.Split(s.of, ","), func(of string) bool {
				word, _, _ := strings.Cut(strings.TrimSpace(of), " ")
				return strings.TrimSuffix(word, ";") == c.name
			})
		})
		if has == slices.Contains(noAnswer, c.name) {
			t.Errorf("%s: has a shape %v; add it to jsonShapes or to noAnswer", c.name, has)
		}
	}
}

var compiled = sync.OnceValues(func() (map[string]*validator.Schema, error) {
	out := map[string]*validator.Schema{}
	for _, s := range jsonShapes {
		c := validator.NewCompiler()
		c.AssertFormat() // times
		schema, err := c.Compile(filepath.Join(schemaFolder, s.name+".schema.json"))
		if err != nil {
			return nil, err
		}
		out[s.name] = schema
	}
	return out, nil
})

// validate holds text, one or more JSON values, against a schema.
func validate(t *testing.T, name, text string) {
	t.Helper()
	all, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	if all[name] == nil {
		t.Fatalf("there is no shape %q", name)
	}
	d := json.NewDecoder(strings.NewReader(text))
	n := 0
	for ; d.More(); n++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, text)
		}
		v, err := validator.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := all[name].Validate(v); err != nil {
			t.Errorf("%s: %v in\n%s", name, err, raw)
		}
	}
	if n == 0 {
		t.Errorf("%s: nothing was printed", name)
	}
}
