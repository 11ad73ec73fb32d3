package media

import (
	"strings"

	"greenroom/internal/lazyregexp"
)

// logLevel makes ffmpeg print warnings and errors with their level in front of each line.
const logLevel = "level+warning"

// notice is a line that ffmpeg printed.
type notice struct {
	serious bool   // an error, and not one of those that cost no picture
	text    string // without level and pointers
}

var (
	pointer = lazyregexp.New(` @ 0x[0-9a-f]+\]`)
	prefix  = lazyregexp.New(`\[(warning|error|fatal|panic)\] `)
)

// notices reads the end of ffmpeg's output. Lines that are not about a file are omitted.
func notices(tail string) (out []notice) {
	for _, l := range strings.Split(tail, "\n") {
		l = strings.TrimSpace(l)
		if l == "" || contains(l, silent) {
			continue
		}
		m := prefix.FindStringSubmatch(l)
		text := pointer.ReplaceAllString(prefix.ReplaceAllString(l, ""), "]")
		warning := m != nil && m[1] == "warning"
		out = append(out, notice{serious: contains(l, damage) || !warning && !contains(l, harmless), text: text})
	}
	return out
}

// serious returns the lines that report damage.
func serious(tail string) (out []string) {
	for _, n := range notices(tail) {
		if n.serious {
			out = append(out, n.text)
		}
	}
	return out
}

func contains(line string, list []string) bool {
	for _, s := range list {
		if strings.Contains(line, s) {
			return true
		}
	}
	return false
}

// damage is what ffmpeg prints as a warning although pictures are lost or wrong.
var damage = []string{"corrupt decoded frame", "Packet corrupt", "Output file is empty", "packet corrupt"}

// silent lines are about ffmpeg, not about the file.
var silent = []string{
	"Last message repeated", "deprecated pixel format", "No accelerated colorspace conversion",
	"Thread message queue blocking",
	"Guessed Channel Layout",
}

// harmless lines are printed as errors for files that decode completely: notes of encoders and cameras that a decoder
// does not know, and pictures before the first keyframe, which an edit list hides or a cut left behind.
var harmless = []string{
	"SEI type", "Unknown SEI", "unsupported color_parameter_type", "overread end of atom", "timescale not set",
	"Invalid time scale",
	"Invalid mvhd time scale", "co located POCs unavailable", "number of reference frames", "Could not find ref with POC",
	"mmco: unref short failure", "Missing reference picture", "error parsing OBU metadata", "DOVI",
	"Skipping unhandled metadata",
	"AMF_DATA_TYPE", "Consider increasing the value",
	"Unsupported encoding type", "edit list", "Could not update timestamps for skipped samples",
	"Could not update timestamps for discarded samples", "ICC profile", "iCCP", "EXIF", "Exif",
}
