package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// translate reads a translation: its members, or only a clip's name or a film's file, with the language in the clip.
func (d *doc) translate(n, language ast.Node, path string, c *Clip) {
	t := &Translate{Place: d.At(n)}
	var clipAt, fileAt, toAt ast.Node
	mode := ""
	to := func(n ast.Node) {
		if toAt != nil {
			d.Fault(n, "keep one of them", "%s has two languages", path)
			return
		}
		toAt = n
		if seq, ok := d.Plain(n).(*ast.SequenceNode); ok {
			d.languages(seq, path, c)
			t.To = "?" // reported by languages
			return
		}
		d.Text(path+".to", &t.To)(n)
		t.To = value.LanguageName(t.To)
	}
	proofread := ""
	set := yamldoc.Setters{
		"proofread": func(n ast.Node) {
			d.Text(path+".proofread", &proofread)(n)
			t.Proofread, t.Text = d.subtitles(n, path+".proofread", proofread)
		},
		"clip":       func(n ast.Node) { clipAt = n; d.Text(path+".clip", &t.Clip)(n) },
		"file":       func(n ast.Node) { fileAt = n; d.Text(path+".file", &t.File)(n) },
		"to":         to,
		"language":   to,
		"audio-only": d.Bool(path+".audio-only", &t.AudioOnly),
		"mode":       d.Word(path+".mode", []string{"fast", "precise"}, &mode),
	}
	if d.IsScalar(n) {
		key := "clip"
		if s, _ := d.Raw(n); value.MediaKind(s) != "" {
			key = "file"
		}
		d.recordMember(path, key, n)
		set[key](n)
	} else {
		d.Object(n, path, set)
	}
	if language != nil {
		d.recordMember(path, "to", language)
		to(language)
	}
	t.Precise = mode == "precise"
	switch {
	case (clipAt == nil) == (fileAt == nil):
		d.Fault(n, "write translate: {clip: NAME, to: Spanish}", "%s needs either a clip or a file", path)
	case fileAt != nil:
		t.File = d.input(fileAt, path+".file", t.File)
	case t.Clip == c.Name:
		d.Fault(clipAt, "name the clip to translate from", "%s translates itself", path)
	}
	if clipAt != nil {
		t.Place = d.At(clipAt)
	}
	if t.To == "" {
		d.Fault(n, "name the language: to: Spanish", "%s has no language", path)
	}
	c.Translate = t
}

// subtitles reads a file of subtitles that a build may still have to write: its absolute path, and its text when it
// exists.
func (d *doc) subtitles(n ast.Node, path, value string) (file, text string) {
	file = filepath.Join(d.dir, filepath.FromSlash(value))
	switch {
	case value == "": // reported by Text
		return "", ""
	case strings.ToLower(filepath.Ext(value)) != ".srt":
		d.Fault(n, "write it like texts/intro-es.srt; a build writes the file",
			"%s: %s does not end in .srt", path, value)
		return "", ""
	case filepath.IsAbs(value) || !d.inside(file):
		d.Fault(n, "name a file below the manifest's folder", "%s: %s leads out of the project", path, value)
		return "", ""
	}
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		return file, ""
	}
	before := d.Count()
	d.input(n, path, value)
	if d.Count() > before {
		return file, ""
	}
	text, ok := d.read(n, path, value, file)
	if !ok {
		return file, ""
	}
	if _, err := captions.Parse([]byte(text)); err != nil {
		d.Fault(n, "write it as SubRip: a number, a line with times, the words, an empty line; or delete it",
			"%s: %s: %v", path, value, err)
	}
	return file, plainLines(text)
}

// plainLines returns a text without what editors and Git change by themselves: a byte order mark, ends of lines, blanks
// at their ends, and empty lines at the end.
func plainLines(text string) string {
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\r")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// languages reports a list of languages: a clip is one film.
func (d *doc) languages(seq *ast.SequenceNode, path string, c *Clip) {
	var each []string
	for _, v := range seq.Values {
		if s, ok := d.Raw(v); ok {
			each = append(each, fmt.Sprintf("%s-%s: {translate: {clip: NAME, to: %s}}", c.Name, strings.ToLower(s), s))
		}
	}
	d.Fault(seq, "write a clip for each: "+strings.Join(each, ", "), "%s: a clip has one language", path)
}

// translations checks the clip that each translate: names: it must exist and must not lead back to the translation.
func (d *doc) translations(clips []Clip) {
	index := map[string]int{}
	var names []string
	for i, c := range clips {
		index[c.Name] = i
		names = append(names, c.Name)
	}
	d.sharedTexts(clips)
	for _, c := range clips {
		if c.Translate == nil || c.Translate.Clip == "" || c.Translate.Clip == c.Name {
			continue
		}
		p := c.Translate.Place
		i, ok := index[c.Translate.Clip]
		if !ok {
			hint := "name a clip of this manifest"
			if near := fault.Nearest(c.Translate.Clip, names); near != "" {
				hint = "did you mean " + strconv.Quote(near) + "?"
			}
			d.FaultAt(p.Line, p.Column, hint, "%s translates %q, which is not a clip", c.Name, c.Translate.Clip)
			continue
		}
		if clips[i].Burned.On {
			d.WarnAt(p.Line, p.Column, "write captions: true in that clip instead of burned-in", "%s translates %q, whose captions "+
				"are in its picture and stay in the first language", c.Name, c.Translate.Clip)
		}
		trail := []string{c.Name}
		for at := clips[i]; at.Translate != nil && at.Translate.Clip != ""; {
			if slices.Contains(trail, at.Name) {
				break
			}
			trail = append(trail, at.Name)
			if at.Translate.Clip == c.Name {
				d.FaultAt(p.Line, p.Column, "translate from a clip that is spoken", "%s translates itself: %s", c.Name,
					strings.Join(append(trail, c.Name), " → "))
				break
			}
			j, ok := index[at.Translate.Clip]
			if !ok {
				break
			}
			at = clips[j]
		}
	}
}

// sharedTexts reports translations of different films, or into different languages, that have their text in one file.
func (d *doc) sharedTexts(clips []Clip) {
	first := map[string]Clip{}
	for _, c := range clips {
		if c.Translate == nil || c.Translate.Proofread == "" {
			continue
		}
		t := c.Translate
		other, ok := first[t.Proofread]
		if !ok {
			first[t.Proofread] = c
			continue
		}
		if o := other.Translate; o.Clip == t.Clip && o.File == t.File && o.To == t.To {
			continue
		}
		at, _, ok := c.Places.Of("translate.proofread")
		if !ok {
			at = t.Place
		}
		d.FaultAt(at.Line, at.Column, "name a file for each, as in texts/"+c.Name+".srt",
			"the texts of %s and %s are in one file", other.Name, c.Name)
	}
}

// Lipsync is own footage in which something else is spoken: the clip's script in its voice, or its recording.
type Lipsync struct {
	Video      string // the footage, absolute
	Precise    bool
	KeepLength bool // the result is as long as the footage, and not as the sound
}

// lipsync reads footage and what is spoken in it.
func (d *doc) lipsync(n ast.Node, path string, c *Clip) {
	l := &Lipsync{}
	c.Lipsync = l
	mode := ""
	at := clipNodes{}
	text := map[string]*string{"video": &l.Video, "audio": &c.AudioFile, "script": &c.Script}
	set := yamldoc.Setters{
		"mode":        d.Word(path+".mode", []string{"fast", "precise"}, &mode),
		"keep-length": d.Bool(path+".keep-length", &l.KeepLength),
	}
	for key, to := range text {
		set[key] = func(n ast.Node) { at[key] = n; d.Text(path+"."+key, to)(n) }
	}
	before := d.Count()
	d.Object(n, path, set)
	l.Precise = mode == "precise"
	if at["video"] == nil && d.Count() == before {
		d.Fault(n, "write lipsync: {video: footage/talk.mp4, audio: audio/new.wav}", "%s has no video", path)
	}
	if (at["audio"] == nil) == (at["script"] == nil) && d.Count() == before {
		d.Fault(n, "keep one: audio: a recording, or script: words that the clip's voice speaks",
			"%s needs either a script or audio", path)
	}
	if v := at["video"]; v != nil {
		l.Video = d.media(v, path+".video", l.Video, "-c copy talk.mp4", ".mp4", ".m4v", ".webm")
	}
	switch {
	case at["audio"] != nil:
		c.AudioFile = d.media(at["audio"], path+".audio", c.AudioFile, "take.wav", ".wav", ".mp3")
	case at["script"] != nil:
		d.script(at["script"], path+".script", c.Script, c)
		if c.Voice.ID == "" {
			d.Fault(at["script"], "set voice: {id: …} next to lipsync:, or under defaults", "%s has no voice", path)
		}
	}
}

// media returns the path of a film or a recording; endings are those of the kinds that HeyGen accepts. convert is the
// end of a command of ffmpeg that makes one of them.
func (d *doc) media(n ast.Node, path, value, convert string, endings ...string) string {
	before := d.Count()
	file := d.input(n, path, value)
	if !slices.Contains(endings, strings.ToLower(filepath.Ext(file))) && d.Count() == before {
		d.Fault(n, "convert it: ffmpeg -i "+filepath.Base(value)+" "+convert, "%s: %s is none of %s", path, value,
			strings.Join(endings, ", "))
	}
	return file
}
