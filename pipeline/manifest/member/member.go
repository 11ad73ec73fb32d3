// Package member names everything that a clip of a manifest can be given, and stores where each of them is written.
//
// A member is named as in the manifest, below the clip: voice.speed, scenes.background.
package member

import (
	"slices"
	"strings"
	"sync"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/yamldoc"
)

// Places are where the members of a clip are written.
type Places struct {
	Own    List // in the clip itself
	Shared List // under defaults
}

// List are the places of members.
type List []entry

type entry struct {
	member       string
	line, column int32
}

// Of returns where a member is written. own is false when that is under defaults; ok is
// false when it is not written at all.
func (p Places) Of(member string) (at fault.Place, own, ok bool) {
	find := func(list List) bool {
		i := slices.IndexFunc(list, func(e entry) bool { return e.member == member })
		if i >= 0 {
			at = fault.Place{Line: int(list[i].line), Column: int(list[i].column)}
		}
		return i >= 0
	}
	if find(p.Own) {
		return at, true, true
	}
	return at, false, find(p.Shared)
}

// Recorder records the places of members while a clip or the defaults are read. The zero value records nothing.
type Recorder struct {
	path string // of the clip
	to   *List
}

// NewRecorder returns a recorder of the members below path.
func NewRecorder(path string, to *List) Recorder { return Recorder{path, to} }

// Record records where the key of the mapping at path is written, when the key is a member.
func (r Recorder) Record(path, key string, locate func() fault.Place) {
	below, ok := strings.CutPrefix(path, r.path)
	if r.to == nil || !ok {
		return
	}
	if i := strings.IndexByte(below, '['); i >= 0 { // scenes[3].voice
		if end := strings.IndexByte(below, ']'); end > i {
			below = below[:i] + below[end+1:]
		}
	}
	name, known := byName()[yamldoc.Join(strings.TrimPrefix(below, "."), key)]
	if known {
		at := locate()
		*r.to = append(*r.to, entry{name, int32(at.Line), int32(at.Column)})
	}
}

// byName has each name once, so that the places of thousands of rows share its text.
var byName = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, m := range Names() {
		out[m] = m
	}
	return out
})

// Names returns the names of all members. All callers share the list.
var Names = sync.OnceValue(names)

func names() []string {
	list := []string{"script", "audio", "scenes", "file", "key", "rate", "video", "cutout"}
	for _, m := range []string{"prompt", "duration", "orientation", "avatar", "voice", "files"} {
		list = append(list, "agent."+m)
	}
	list = append(list, "template.id", "template.variables")
	for _, m := range []string{"clip", "file", "to", "audio-only", "mode", "proofread"} {
		list = append(list, "translate."+m)
	}
	for _, m := range []string{"video", "audio", "script", "mode", "keep-length"} {
		list = append(list, "lipsync."+m)
	}
	for _, m := range []string{"prompt", "duration", "resolution", "image", "seed"} {
		list = append(list, "instant."+m)
	}
	for _, m := range []string{"prompt", "avatars", "duration", "references", "enhance"} {
		list = append(list, "cinematic."+m)
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
		"background", "background.image", "background.video", "pronunciation", "captions", "captions.burned-in",
		"captions.burned-in.preset", "glossary", "draft", "size", "take",
		"prepare", "checks")
}
