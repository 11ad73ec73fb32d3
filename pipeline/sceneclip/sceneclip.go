// Package sceneclip writes a clip of the manifest from the scenes of a finished video.
package sceneclip

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest/yamldoc"
	"greenroom/pipeline/request"
	"greenroom/pipeline/rows"
)

// maxName is the longest name of a clip that is made of a title, bytes.
const maxName = 40

// Write returns the clips: section of a manifest with one clip, which has the words, presenters, voices and colours of a
// video's scenes. Comments name what the video has and the clip has not. It fails when no scene has words.
func Write(v heygen.VideoScenes) (string, error) {
	w := writer{}
	for i, s := range v.Scenes {
		w.scene(i+1, s)
	}
	if w.scenes.Len() == 0 {
		return "", fault.New(fault.Failed, "use the video itself: `video: "+v.ID+"`",
			"no scene of video %s has words that a clip could have", v.ID)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# the scenes of video %s\n", v.ID)
	for _, m := range w.missing {
		fmt.Fprintf(&b, "# not in this clip: %s\n", m)
	}
	name := cmp.Or(rows.Slug(ledger.WithoutMarker(v.Title), maxName), "video-"+cmp.Or(rows.Slug(v.ID, 8), "clip"))
	fmt.Fprintf(&b, "clips:\n  %s:\n    transparent: false\n", name)
	if width, height, ok := request.SizeOfV3(v.Resolution, v.AspectRatio); ok {
		fmt.Fprintf(&b, "    size: %dx%d\n", width, height)
	}
	if v.Captioned {
		b.WriteString("    captions: burned-in\n")
	}
	if v.GlossaryID != "" {
		fmt.Fprintf(&b, "    glossary: %s\n", yamldoc.Quote(v.GlossaryID))
	}
	b.WriteString("    scenes:\n" + w.scenes.String())
	return b.String(), nil
}

// writer collects scenes, and what cannot be in them.
type writer struct {
	scenes  strings.Builder
	missing []string
}

func (w *writer) omit(number int, format string, args ...any) {
	w.missing = append(w.missing, fmt.Sprintf("scene %d: ", number)+fmt.Sprintf(format, args...))
}

func (w *writer) scene(number int, s heygen.SceneDetail) {
	words, voice := w.words(number, s.Script)
	if words == "" {
		w.omit(number, "all of it, because it has no words")
		return
	}
	fmt.Fprintf(&w.scenes, "      - script: %s\n", yamldoc.Quote(words))
	others := map[string]bool{}
	avatar := ""
	for _, e := range s.Elements {
		switch {
		case e.AvatarID != "" && avatar == "":
			avatar = e.AvatarID
		case e.AvatarID != "":
			others["another avatar"] = true
		default:
			others[cmp.Or(e.Type, "an element")] = true
		}
	}
	if len(others) > 0 {
		w.omit(number, "%s", strings.Join(slices.Sorted(maps.Keys(others)), ", "))
	}
	if avatar != "" {
		fmt.Fprintf(&w.scenes, "        avatar: {id: %s}\n", yamldoc.Quote(avatar))
	}
	if voice.VoiceID != "" {
		fmt.Fprintf(&w.scenes, "        voice: {id: %s%s}\n", yamldoc.Quote(voice.VoiceID), settings(voice.Settings))
	}
	switch {
	case s.BackgroundKind == "color" && s.Color != "":
		fmt.Fprintf(&w.scenes, "        background: %s\n", yamldoc.Quote(s.Color))
	case s.BackgroundKind != "":
		w.omit(number, "a background of the kind %s", s.BackgroundKind)
	}
}

// words returns the text of a scene and the part whose voice speaks it.
func (w *writer) words(number int, script []heygen.ScriptPart) (text string, voice heygen.ScriptPart) {
	var all []string
	for _, p := range script {
		words := strings.TrimSpace(p.Text)
		if words == "" {
			w.omit(number, "%s", cmp.Or(p.Type, "a part of the script"))
			continue
		}
		if len(all) > 0 && p.VoiceID != voice.VoiceID {
			w.omit(number, "another voice, %s", p.VoiceID)
		}
		if len(all) == 0 {
			voice = p
		}
		all = append(all, words)
	}
	return strings.Join(all, " "), voice
}

func settings(s heygen.VoiceSettings) (out string) {
	if s.Speed != 0 && s.Speed != 1 {
		out += fmt.Sprintf(", speed: %g", s.Speed)
	}
	if s.Pitch != 0 {
		out += fmt.Sprintf(", pitch: %g", s.Pitch)
	}
	if s.Locale != "" {
		out += ", locale: " + yamldoc.Quote(s.Locale)
	}
	return out
}
