// Package keyhint knows what people mean by keys that a place of the manifest does not have: words of other programs,
// of CSS and of HeyGen's own pages. It only writes hints; no such key is read.
package keyhint

import (
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// For returns the hint for an unknown key of a place; empty when its meaning is not known. place is one that Place
// returns, or "layer of" a kind of layer.
func For(place string, f yamldoc.Field) string {
	key, text := yamldoc.Fold(f.Key), valueText(f.Value)
	if hint := forValue(place, key, text, f.Value); hint != "" {
		return hint
	}
	for ; place != ""; place = wider[place] {
		for _, m := range meanings[place] {
			for _, word := range strings.Fields(m.words) {
				if word == key {
					return strings.NewReplacer("{}", text, "KEY", f.Key).Replace(m.hint)
				}
			}
		}
	}
	return ""
}

// forValue returns the hint for a key whose meaning depends on its value, or "".
func forValue(place, key, text string, n ast.Node) string {
	inLayer := strings.HasPrefix(place, "layer")
	switch key {
	case "position", "place", "placement":
		if inLayer || place == "box" || place == "style" {
			return Box(text)
		}
	case "src", "source", "url", "path", "file":
		if kind := value.MediaKind(text); kind != "" && (inLayer || place == "background") {
			return "write " + kind + ": " + text
		}
	case "live", "stream", "livestream", "whep", "webrtc", "session":
		if place == "clip" || place == "each" {
			return live(text, n)
		}
	case "volume", "level":
		if text == "0" || text == "0%" {
			return "write gain: mute"
		}
	case "start", "begin", "startat", "time":
		if layer, isEnd := value.LayerEdge(text); isEnd {
			return "write after: " + layer
		}
	case "music", "audio", "soundtrack", "sound":
		if file := fileIn(n); file != "" && place == "composition" {
			return "write it as a layer: {audio: " + file + ", gain: -18dB, duck: true}"
		}
	}
	return ""
}

// live returns the hint for a session that is written as a clip: the command that records it, and the clip.
func live(address string, n ast.Node) string {
	length := "30s"
	pairs, _ := yamldoc.Pairs(n)
	for _, v := range pairs {
		switch yamldoc.Fold(v.Key.String()) {
		case "url", "address", "whep", "endpoint":
			address = valueText(v.Value)
		case "for", "duration", "length", "seconds":
			length = valueText(v.Value)
		}
	}
	if !strings.Contains(address, "://") {
		address = "URL"
	}
	return "record it once: `greenroom live record " + address + " --for " + length + " -o footage/live.mkv`; then write " +
		"file: footage/live.mkv, transparent: false"
}

// Box returns the hint for a place that is given in words, such as "bottom left": the box that has it.
func Box(words string) string {
	var sides []string
	for _, side := range []string{"left", "right", "top", "bottom"} {
		if strings.Contains(yamldoc.Fold(words), side) {
			sides = append(sides, side+": 4%")
		}
	}
	if len(sides) == 0 {
		sides = append(sides, "left: 4%", "bottom: 4%")
	}
	return "write box: {" + strings.Join(sides, ", ") + "}"
}

// maxValue is the longest value that a hint repeats, bytes.
const maxValue = 60

// valueText returns a value as it is written, or an ellipsis for a long one and for a mapping.
func valueText(n ast.Node) string {
	s, ok := yamldoc.ScalarText(n)
	if seq, isList := n.(*ast.SequenceNode); isList {
		s = seq.String()
		if len(s) <= maxValue && !strings.Contains(s, "\n") {
			return s
		}
	}
	if !ok {
		if b, ok := n.(*ast.BoolNode); ok {
			return b.String()
		}
		return "…"
	}
	if s == "" || len(s) > maxValue || strings.ContainsAny(s, "\n\r") {
		return "…"
	}
	if strings.ContainsAny(s, ` #:{}[],"`) {
		return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
	}
	return s
}

// fileIn returns the first media file that a value names, itself or in a member; empty when it names none.
func fileIn(n ast.Node) string {
	if s := valueText(n); value.MediaKind(s) != "" {
		return s
	}
	pairs, _ := yamldoc.Pairs(n)
	for _, v := range pairs {
		if s := valueText(v.Value); value.MediaKind(s) != "" {
			return s
		}
	}
	return ""
}

// Place returns the kind of a place of the manifest by its path: that of compositions.tour.layers[2].box is "box".
func Place(path string) string {
	if path == "" {
		return "manifest"
	}
	parts := strings.Split(path, ".")
	last, _, _ := strings.Cut(parts[len(parts)-1], "[")
	kinds := map[string]string{"clips": "clip", "each": "each", "styles": "style", "compositions": "composition"}
	switch {
	case len(parts) == 2 && kinds[parts[0]] != "":
		return kinds[parts[0]]
	case len(parts) > 2 && parts[len(parts)-2] == "formats":
		return "composition"
	case last == "layers":
		return "layer"
	case last == "scenes":
		return "scene"
	}
	return last
}
