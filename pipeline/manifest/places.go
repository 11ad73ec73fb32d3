package manifest

import (
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
)

// Places are where the members of a clip are written: in the clip itself or under
// defaults. A member is named as in the manifest, below the clip: voice.speed,
// scenes.background.
type Places struct{ own, shared []spot }

type spot struct {
	member       string
	line, column int32
}

// Of returns where a member is written. own is false when that is under defaults; ok is
// false when it is not written at all.
func (p Places) Of(member string) (at fault.Place, own, ok bool) {
	find := func(list []spot) bool {
		i := slices.IndexFunc(list, func(s spot) bool { return s.member == member })
		if i >= 0 {
			at = fault.Place{Line: int(list[i].line), Column: int(list[i].column)}
		}
		return i >= 0
	}
	if find(p.own) {
		return at, true, true
	}
	return at, false, find(p.shared)
}

// recorder notes the places of members while a clip or the defaults are read.
type recorder struct {
	prefix string // of the clip's path
	to     *[]spot
}

// recordAt notes places below a path until the returned function is called.
func (d *doc) recordAt(path string, to *[]spot) (stop func()) {
	before := d.record
	d.record = recorder{path, to}
	return func() { d.record = before }
}

// recordMember notes one member, if a clip is being read.
func (d *doc) recordMember(path, key string, n ast.Node) {
	r := d.record
	below, ok := strings.CutPrefix(path, r.prefix)
	if r.to == nil || !ok {
		return
	}
	if i := strings.IndexByte(below, '['); i >= 0 { // scenes[3].voice
		if end := strings.IndexByte(below, ']'); end > i {
			below = below[:i] + below[end+1:]
		}
	}
	name, known := memberNames()[join(strings.TrimPrefix(below, "."), key)]
	if !known {
		return
	}
	at := d.at(n)
	*r.to = append(*r.to, spot{name, int32(at.Line), int32(at.Column)})
}

// memberNames are the members whose places are kept, each text once.
var memberNames = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, m := range Members() {
		out[m] = m
	}
	return out
})

// Members are the names of everything that a clip can be given. All callers share the
// list.
var Members = sync.OnceValue(members)

func members() []string {
	list := []string{"script", "audio", "scenes", "file", "key", "rate", "video", "cutout"}
	for _, m := range []string{"prompt", "duration", "orientation", "avatar", "voice", "files"} {
		list = append(list, "agent."+m)
	}
	list = append(list, "template.id", "template.variables")
	for _, m := range []string{"clip", "file", "to", "audio-only", "mode"} {
		list = append(list, "translate."+m)
	}
	for _, scene := range []string{"", "scenes."} {
		for _, m := range []string{"id", "photo", "style", "talking-photo", "scale", "offset"} {
			list = append(list, scene+"avatar."+m)
		}
		for _, m := range []string{"id", "speed", "pitch", "emotion", "locale"} {
			list = append(list, scene+"voice."+m)
		}
	}
	return append(list, "scenes.script", "scenes.background", "transparent", "route", "key-color",
		"background", "background.image", "background.video", "pronunciation", "captions", "draft", "size", "take", "prepare", "checks")
}
