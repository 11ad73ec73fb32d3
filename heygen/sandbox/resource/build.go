package resource

import (
	"maps"
	"slices"
	"strings"
	"time"

	"greenroom/heygen/contract"
)

// answer sends a record in the shape of the operation's answer.
func (c *call) answer(rec Record) {
	schema := c.o.Answer()
	if schema == nil { // a stream of sound
		c.w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = c.w.Write([]byte("RIFF\x24\x00\x00\x00WAVEfmt "))
		return
	}
	b := c.build(rec)
	out := map[string]any{}
	for _, name := range schema.Members() {
		m, _ := schema.Member(name)
		switch name {
		case "data":
			out["data"] = b.data(m)
		case "code":
			out["code"] = 100
		case "error", "msg":
			out[name] = nil
		case "message":
			out["message"] = "Success"
		case "has_more":
			out["has_more"] = false
		case "next_token":
			out["next_token"] = nil
		}
	}
	c.reply(c.o.Status, out)
}

// builder makes values of the contract's schemas for one record.
type builder struct {
	*call
	rec   Record
	state string
	depth int // of objects inside the record
}

// deepest is how many objects are inside one another at most: scenes have elements, which have elements.
const deepest = 6

func (c *call) build(rec Record) builder { return builder{c, rec, c.State(rec), 0} }

// data is the record itself; where the contract does not describe it, what was sent with an id.
func (b builder) data(s contract.Schema) any {
	if len(s) > 0 {
		return b.value("data", s, true)
	}
	out := maps.Clone(b.rec.Body)
	if out == nil {
		out = map[string]any{}
	}
	out["id"] = b.rec.ID
	for _, name := range []string{"generation_id", "proofread_id", "folder_id"} {
		if strings.Contains(b.o.Path, strings.TrimSuffix(name, "_id")) || strings.HasSuffix(b.o.Path, "/generate") {
			out[name] = b.rec.ID
		}
	}
	return out
}

// given are members whose value in an answer is what the creation sent under another name.
var given = map[string]string{"voice_name": "name", "name": "voice_name", "resource_type": "type"}

// value returns a value of a member; absent, which is not JSON, when an optional member is not sent.
func (b builder) value(name string, s contract.Schema, required bool) any {
	if v, ok := b.sent(name, s); ok {
		return v
	}
	if list := s.Enum(); len(list) > 0 {
		return b.word(name, s, list)
	}
	if v, ok := b.known(name, s); ok {
		return v
	}
	if s.Nullable() && (name != "" && !required || b.state != completed) {
		return nil
	}
	for _, choice := range s.Choices() {
		if !choice.Is("null") {
			return b.value(name, choice, required)
		}
	}
	return b.plain(name, s)
}

// sent returns what the creation sent for a member, where it fits.
func (b builder) sent(name string, s contract.Schema) (any, bool) {
	for _, n := range []string{name, given[name]} {
		if v, ok := b.rec.Body[n]; ok && n != "" && v != nil && s.Check(v, false) == nil {
			return v, true
		}
	}
	return nil, false
}

// word chooses one of the words that a member may have, by the state for a status.
func (b builder) word(name string, s contract.Schema, list []any) any {
	by := map[string][]string{
		completed: {"completed", "complete", "success", "ACTIVE", "enabled"},
		pending:   {"pending", "PENDING", "queued", "processing"},
		failed:    {"failed", "FAILED"},
	}
	if strings.HasPrefix(name, "failure") || name == "" && s.Nullable() {
		return nil
	}
	if name == "status" {
		for _, w := range by[b.state] {
			if slices.Contains(list, any(w)) {
				return w
			}
		}
	}
	if v, ok := s["default"]; ok {
		return v
	}
	return list[0]
}

// known returns the values of members that mean the same everywhere.
func (b builder) known(name string, s contract.Schema) (any, bool) {
	switch {
	case name == "voice_clone_id", name == "id" || name != "" && (name == b.member || name == b.idMember()):
		return b.rec.ID, true
	case strings.HasSuffix(name, "_url") || name == "url":
		return b.link(name, s)
	case name == "created_at", name == "uploaded_at", name == "created_ts":
		return moment(b.rec.Created, s), true
	case name == "updated_at":
		return moment(b.rec.Updated, s), true
	case name == "completed_at":
		if b.state != completed {
			return nil, true
		}
		return moment(b.rec.Created.Add(b.host.Life()), s), true
	case name == "progress" && b.state == completed:
		return 100, true
	case strings.HasPrefix(name, "failure"), name == "error":
		if reason, _ := b.host.Fails(); b.state == failed && s.Is("string") && reason != "" {
			return reason, true
		}
		return nil, s.Nullable()
	case name == "status" && s.Is("string"):
		return b.state, true
	case strings.HasSuffix(name, "_id") && b.r.PathValue(name) != "":
		return b.r.PathValue(name), true
	}
	return nil, false
}

// idMember returns the name of the record's own id in answers: that of the parameter under which it is read.
func (b builder) idMember() string {
	for _, o := range contract.Operations() {
		collection, member := collectionOf(o.Path, func(name string) string { return b.r.PathValue(name) })
		if member != "" && collection == b.collection {
			return member
		}
	}
	return ""
}

// link returns an address of canned media once the job is done.
func (b builder) link(name string, s contract.Schema) (any, bool) {
	if b.state != completed {
		return nil, s.Nullable()
	}
	media := "image"
	switch {
	case strings.Contains(name, "srt"), strings.Contains(name, "vtt"), strings.Contains(name, "caption"):
		media = "text"
	case strings.Contains(name, "audio"):
		media = "audio"
	case strings.Contains(name, "video"):
		media = "video"
	case name == "upload_url":
		media = "upload"
	}
	return b.host.Link(b.r, media, b.rec.ID), true
}

// moment is a time as the schema wants it: a number of seconds or a text.
func moment(t time.Time, s contract.Schema) any {
	if s.Is("integer") || s.Is("number") {
		return t.Unix()
	}
	return t.UTC().Format(time.RFC3339)
}

// plain returns a value by type alone.
func (b builder) plain(name string, s contract.Schema) any {
	switch {
	case s.Is("object"):
		return b.object(s)
	case s.Is("array"):
		if shown[name] && b.state == completed && b.depth < deepest {
			return []any{b.value("", s.Items(), true)}
		}
		return []any{}
	case s.Is("string"):
		if strings.HasSuffix(name, "_id") {
			return b.host.NewID()
		}
		if v, ok := s["default"]; ok {
			return v
		}
		return words(name)
	case s.Is("integer"), s.Is("number"):
		return number(name, s)
	case s.Is("boolean"):
		return s["default"] == true
	}
	return nil
}

// shown are the lists inside a record of which a finished one has an item.
var shown = map[string]bool{
	"clips": true, "images": true, "voices": true, "looks": true, "parts": true, "scenes": true,
	"proofread_ids": true, "languages": true,
}

func (b builder) object(s contract.Schema) any {
	out := map[string]any{}
	b.depth++
	required := s.Required()
	for _, name := range s.Members() {
		m, _ := s.Member(name)
		must := slices.Contains(required, name)
		if v := b.value(name, m, must); v != nil || m.Nullable() {
			out[name] = v
		}
	}
	return out
}

func words(name string) string {
	if name == "" {
		return "sandbox"
	}
	return "sandbox " + strings.ReplaceAll(name, "_", " ")
}

func number(name string, s contract.Schema) any {
	for _, word := range []string{"default", "minimum"} {
		if v, ok := s[word]; ok {
			return v
		}
	}
	switch {
	case strings.Contains(name, "width"):
		return 1280
	case strings.Contains(name, "height"):
		return 720
	case strings.Contains(name, "duration"):
		return 2
	case name == "score":
		return 1
	}
	return 0
}

// samples are the items of catalogues, the same at every time.
func samples(collection string, now time.Time) (list []Record) {
	for i, name := range []string{"first", "second", "third"} {
		list = append(list, Record{
			ID:      strings.Trim(strings.ReplaceAll(collection, "/", "-"), "-") + "-" + name,
			Body:    map[string]any{"name": "Sandbox " + name, "description": "The " + name + " sample of the sandbox"},
			Created: now.Add(-time.Duration(i) * time.Hour),
		})
	}
	return list
}
