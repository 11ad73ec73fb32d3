package manifest

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/pipeline/manifest/yamldoc"
)

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

// media returns the path of a film or a recording; endings are those of the kinds that HeyGen accepts. convert is the end
// of a command of ffmpeg that makes one of them.
func (d *doc) media(n ast.Node, path, value, convert string, endings ...string) string {
	before := d.Count()
	file := d.input(n, path, value)
	if !slices.Contains(endings, strings.ToLower(filepath.Ext(file))) && d.Count() == before {
		d.Fault(n, "convert it: ffmpeg -i "+filepath.Base(value)+" "+convert, "%s: %s is none of %s", path, value,
			strings.Join(endings, ", "))
	}
	return file
}
