package forms

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"greenroom/internal/atomicfile"
)

// Chapter is a part of a sound with a name. It ends where the next one begins.
type Chapter struct {
	Title string `json:"title"`
	Start int64  `json:"start"` // ms
}

// hasChapters reports a form that can name its parts.
func hasChapters(name string) bool { return name == Audio || name == MP3 || name == WAV }

// ffmetadata writes chapters as ffmpeg reads them. seconds is how long the sound is.
func ffmetadata(list []Chapter, seconds float64) string {
	escape := strings.NewReplacer(`\`, `\\`, "=", `\=`, ";", `\;`, "#", `\#`, "\n", " ")
	text := ";FFMETADATA1\n"
	for i, c := range list {
		end := int64(seconds * 1000)
		if i+1 < len(list) {
			end = list[i+1].Start
		}
		text += fmt.Sprintf("[CHAPTER]\nTIMEBASE=1/1000\nSTART=%d\nEND=%d\ntitle=%s\n", c.Start, end, escape.Replace(c.Title))
	}
	return text
}

// addCues adds a cue point with a label for each chapter at the end of a WAV file, which has no chapters of its own: editors
// show them as markers.
func addCues(path string, list []Chapter) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := openWAV(f)
	if err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	more := slices.Concat(cues(list, w.rate), labels(list))
	return atomicfile.Write(path, 0o644, func(out io.Writer) error {
		head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(size+int64(len(more))-8))
		_, err := io.Copy(out, io.MultiReader(bytes.NewReader(head), io.NewSectionReader(f, 8, size-8), bytes.NewReader(more)))
		return err
	})
}

// cues is the chunk with the places: a number, its sample twice, and where that is.
func cues(list []Chapter, rate int) []byte {
	body := binary.LittleEndian.AppendUint32(nil, uint32(len(list)))
	for i, c := range list {
		sample := uint32(c.Start * int64(rate) / 1000)
		body = binary.LittleEndian.AppendUint32(body, uint32(i+1))
		body = binary.LittleEndian.AppendUint32(body, sample)
		body = append(body, "data\x00\x00\x00\x00\x00\x00\x00\x00"...)
		body = binary.LittleEndian.AppendUint32(body, sample)
	}
	return riffChunk("cue ", body)
}

// labels is the chunk with the names of the places.
func labels(list []Chapter) []byte {
	body := []byte("adtl")
	for i, c := range list {
		label := binary.LittleEndian.AppendUint32(nil, uint32(i+1))
		body = append(body, riffChunk("labl", append(append(label, c.Title...), 0))...)
	}
	return riffChunk("LIST", body)
}

func riffChunk(kind string, body []byte) []byte {
	out := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
	return append(out, make([]byte, len(body)%2)...)
}
