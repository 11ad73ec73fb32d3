package captions

import (
	"fmt"
	"strings"
)

// Names of files that are written from a clip's captions, as manifests and lockfiles have them.
const (
	SRT = "captions.srt"
	VTT = "captions.vtt"
	ASS = "captions.ass"
)

// Files lists the names.
func Files() []string { return []string{SRT, VTT, ASS} }

// Ext is the ending of a file of captions, without a dot; empty for other names.
func Ext(name string) string {
	switch name {
	case SRT, VTT, ASS:
		return strings.TrimPrefix(name, "captions.")
	}
	return ""
}

// Version is raised when files of the same captions change.
const Version = "caption files/1"

// Write returns the text of a file of captions. Width and height are of the film that shows them, pixels.
func Write(name string, list []Caption, width, height int) []byte {
	cues := Cues(list)
	switch name {
	case VTT:
		return writeVTT(cues)
	case ASS:
		return writeASS(cues, width, height)
	}
	return writeSRT(cues)
}

func writeSRT(cues []Cue) []byte {
	var b strings.Builder
	for i, c := range cues {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%d\n%s --> %s\n%s\n", i+1, clock(c.From, ","), clock(c.To, ","), strings.Join(c.Lines, "\n"))
	}
	return []byte(b.String())
}

// writeVTT escapes what WebVTT reads as markup.
func writeVTT(cues []Cue) []byte {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	for _, c := range cues {
		text := escape.Replace(strings.Join(c.Lines, "\n"))
		fmt.Fprintf(&b, "\n%s --> %s\n%s\n", clock(c.From, "."), clock(c.To, "."), text)
	}
	return []byte(b.String())
}

// writeASS has one style: white on a dark outline, at the bottom, a twentieth of the height. Braces would begin
// commands; a backslash before a letter would be one.
func writeASS(cues []Cue, width, height int) []byte {
	escape := strings.NewReplacer("{", "(", "}", ")", `\`, "/")
	var b strings.Builder
	fmt.Fprintf(&b, `[Script Info]
ScriptType: v4.00+
PlayResX: %d
PlayResY: %d
WrapStyle: 2
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Inter,%d,&H00FFFFFF,&H00FFFFFF,&H00101410,&H80101410,0,0,0,0,100,100,0,0,1,%d,0,2,%d,%d,%d,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
`, width, height, max(8, height/20), max(1, height/360), width/20, width/20, height/20)
	for _, c := range cues {
		lines := make([]string, len(c.Lines))
		for i, l := range c.Lines {
			lines[i] = escape.Replace(l)
		}
		fmt.Fprintf(&b, "Dialogue: 0,%s,%s,Default,,0,0,0,,%s\n", assClock(c.From), assClock(c.To), strings.Join(lines, `\N`))
	}
	return []byte(b.String())
}

// clock is a time of SRT and WebVTT.
func clock(ms int64, point string) string {
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, point, ms%1000)
}

// assClock counts hundredths.
func assClock(ms int64) string {
	return fmt.Sprintf("%d:%02d:%02d.%02d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000/10)
}
