// Package keyhint knows what people mean by keys that a place of the manifest does not have: words of other programs, of CSS
// and of HeyGen's own pages. It only writes hints; no such key is read.
package keyhint

import (
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// meaningOf is the hint for a key that a place does not have, by what the word means; empty when it is not known.
func meaningOf(place string, f field) string {
	key, value := plainWord(f.key), valueText(f.value)
	switch key {
	case "position", "place", "placement":
		if strings.HasPrefix(place, "layer") || place == "box" || place == "style" {
			return placing(value)
		}
	case "src", "source", "url", "path", "file":
		if kind := mediaKind(value); kind != "" && (strings.HasPrefix(place, "layer") || place == "background") {
			return "write " + kind + ": " + value
		}
	case "volume", "level":
		if value == "0" || value == "0%" {
			return "write gain: mute"
		}
	case "start", "begin", "startat", "time":
		if m := endOf.FindStringSubmatch(value); m != nil && m[2] == "end" {
			return "write after: " + m[1]
		}
	case "music", "audio", "soundtrack", "sound":
		if file := fileIn(f.value); file != "" && place == "composition" {
			return "write it as a layer: {audio: " + file + ", gain: -18dB, duck: true}"
		}
	}
	for ; place != ""; place = wider[place] {
		for _, m := range meanings[place] {
			for _, word := range strings.Fields(m.words) {
				if word == key {
					return strings.NewReplacer("{}", value, "KEY", f.key).Replace(m.hint)
				}
			}
		}
	}
	return ""
}

// maxValue is how much of a value a hint repeats, characters.
const maxValue = 60

// valueText is a value as it is written, or an ellipsis for what is long or no single value.
func valueText(n ast.Node) string {
	s, ok := textIn(n)
	if seq, isList := n.(*ast.SequenceNode); isList {
		if s = seq.String(); len(s) <= maxValue && !strings.Contains(s, "\n") {
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

// fileIn is the first file that a value names: itself, or a member of it.
func fileIn(n ast.Node) string {
	values := []*ast.MappingValueNode{}
	switch v := n.(type) {
	case *ast.MappingNode:
		values = v.Values
	case *ast.MappingValueNode:
		values = append(values, v)
	}
	if s := valueText(n); mediaKind(s) != "" {
		return s
	}
	for _, v := range values {
		if s := valueText(v.Value); mediaKind(s) != "" {
			return s
		}
	}
	return ""
}

// placeOf names the kind of a place of the manifest by its path: compositions.tour.layers[2].box is a box.
func placeOf(path string) string {
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
