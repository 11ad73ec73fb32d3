package sandbox

import (
	"fmt"
	"path"
	"strings"
	"time"

	"greenroom/compose/standin"
)

// subtitles are what the sandbox draws of the look of captions in the picture.
type subtitles struct {
	Size      float64 `json:"font_size,omitempty"`
	Alignment int     `json:"alignment,omitempty"`
}

// showsCaptioned reports that a record names the file with the words in its picture.
func (s *Server) showsCaptioned(j *job) bool {
	return j.Captioned != "" && !s.faults.on("captions-missing") && !s.faults.once("captions-late")
}

// srt is v3's sidecar.
func srt(words []standin.Word) []byte {
	var b strings.Builder
	for i, w := range standin.Blocks(words) {
		fmt.Fprintf(&b, "%d\n%s --> %s\n%s\n\n", i+1, stamp(w.Start, ","), stamp(w.End, ","), w.Text)
	}
	return []byte(b.String())
}

// vtt is srt in the form of the web.
func vtt(words []standin.Word) []byte {
	var b strings.Builder
	b.WriteString("WEBVTT\n\n")
	for _, w := range standin.Blocks(words) {
		fmt.Fprintf(&b, "%s --> %s\n%s\n\n", stamp(w.Start, "."), stamp(w.End, "."), w.Text)
	}
	return []byte(b.String())
}

// sidecar returns the name of a file next to a film.
func sidecar(film, ext string) string { return strings.TrimSuffix(film, path.Ext(film)) + ext }

// ass is v1's and v2's.
func ass(words []standin.Word) []byte {
	var b strings.Builder
	b.WriteString(
		"[Script Info]\nScriptType: v4.00+\n\n" +
			"[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Arial,24\n\n" +
			"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n",
	)
	for _, w := range standin.Blocks(words) {
		fmt.Fprintf(&b, "Dialogue: 0,%s,%s,Default,,0,0,0,,%s\n", centis(w.Start), centis(w.End), w.Text)
	}
	return []byte(b.String())
}

func stamp(seconds float64, sep string) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Millisecond)
	return fmt.Sprintf(
		"%02d:%02d:%02d%s%03d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60, sep, d.Milliseconds()%1000,
	)
}

func centis(seconds float64) string {
	s := stamp(seconds, ".")
	return strings.TrimPrefix(s[:len(s)-1], "0")
}
