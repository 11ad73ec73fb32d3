package manifest

import (
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/pipeline/prompt"
)

// Agent is a film that HeyGen's Video Agent makes of one prompt.
type Agent struct {
	Prompt      string // as written
	PromptFile  string // absolute; empty when inline
	Seconds     int    // 5 to 300; 0 leaves it to the agent
	Orientation string // landscape, portrait
	AvatarID    string
	VoiceID     string
	Files       []string // absolute
}

// Template is a film designed in HeyGen's editor, with its places filled.
type Template struct {
	ID        string
	Variables []Variable // by name
}

// Variable fills one place: a text or id, or a file.
type Variable struct {
	Name, Value string
	File        string // absolute; empty for a text
	Place       fault.Place
}

// Translate is another clip, or a local film, in another language.
type Translate struct {
	Clip, File string // one of them; File is absolute
	To         string // as HeyGen names it: Spanish
	AudioOnly  bool
	Precise    bool
	Place      fault.Place
}

// Scene is one part of a clip of several scenes.
type Scene struct {
	Script     string
	ScriptFile string
	Avatar     Avatar
	Voice      Voice
	Background string // #RRGGBB
}

// Limits of sources, from HeyGen's reference pages.
const (
	MaxScenes      = 50
	minAgentLength = 5   // seconds
	maxAgentLength = 300 // seconds
	maxPrompt      = 20000
)

// agent reads what the Video Agent is asked for: its members, or a prompt alone.
func (d *doc) agent(n ast.Node, path string, c *Clip) {
	a := &Agent{}
	var length string
	var lengthAt, promptAt ast.Node
	prompt := func(n ast.Node) { promptAt = n; d.text(path+".prompt", &a.Prompt)(n) }
	set := setters{
		"prompt":      prompt,
		"duration":    func(n ast.Node) { lengthAt = n; d.text(path+".duration", &length)(n) },
		"orientation": d.word(path+".orientation", []string{"landscape", "portrait"}, &a.Orientation),
		"avatar":      d.text(path+".avatar", &a.AvatarID),
		"voice":       d.text(path+".voice", &a.VoiceID),
		"files": func(n ast.Node) {
			for i, v := range d.items(n) {
				var f string
				at := path + ".files[" + strconv.Itoa(i) + "]"
				d.text(at, &f)(v)
				a.Files = append(a.Files, d.input(v, at, f))
			}
		},
	}
	if d.isScalar(n) {
		d.recordMember(path, "prompt", n)
		prompt(n)
	} else {
		d.object(n, path, set)
	}
	if lengthAt != nil {
		v, ok := parseTime(length)
		if !ok || v < minAgentLength*time.Second || v > maxAgentLength*time.Second {
			d.fault(lengthAt, "write it like 30s", "%s.duration must be 5s to 300s", path)
		}
		a.Seconds = int(v.Seconds())
	}
	if promptAt == nil {
		d.fault(n, "write agent: {prompt: prompts/film.md}", "%s has no prompt", path)
		return
	}
	text, file, ok := d.words(promptAt, path+".prompt", a.Prompt)
	a.PromptFile = file
	if a.Prompt = strings.TrimSpace(text); ok && a.Prompt == "" {
		d.fault(promptAt, "say what the film shows, scene by scene", "%s.prompt is empty", path)
	}
	if utf8.RuneCountInString(a.Prompt) > maxPrompt {
		d.fault(promptAt, "shorten it; `greenroom prompt` shows where the words are", "%s.prompt has more than %d characters", path, maxPrompt)
	}
	if ok {
		d.prompt(promptAt, path+".prompt", text, a)
	}
	c.Agent = a
}

// prompt checks what the agent would be sent. A prompt in a file must have scenes; one
// line in the manifest may be a wish.
func (d *doc) prompt(n ast.Node, path, text string, a *Agent) {
	p := prompt.Parse(text)
	for _, f := range p.Findings {
		if f.Severity != prompt.Error || f.Rule == "empty" || f.Rule == "scenes" && a.PromptFile == "" {
			continue
		}
		where := path
		if a.PromptFile != "" {
			where = fmt.Sprintf("%s: %s:%d:%d", path, filepath.Base(a.PromptFile), f.Line, f.Column)
		}
		d.fault(n, f.Hint, "%s: %s", where, f.Message)
	}
	if len(p.Scenes) > 0 {
		a.Prompt = prompt.Compose(p)
	}
	if a.Seconds == 0 {
		a.Seconds = p.Seconds
	}
	for to, v := range map[*string]string{&a.Orientation: p.Orientation, &a.AvatarID: p.Avatar, &a.VoiceID: p.Voice} {
		if *to == "" {
			*to = v
		}
	}
	for i, f := range p.Files {
		at := fmt.Sprintf("%s: files[%d]", path, i)
		if a.PromptFile != "" && !filepath.IsAbs(f) { // beside the prompt that names it
			f = filepath.Join(filepath.Dir(a.PromptFile), filepath.FromSlash(f))
		}
		a.Files = append(a.Files, d.input(n, at, f))
	}
}

// mediaExtensions mark a template value as a file to upload.
var mediaExtensions = []string{".png", ".jpg", ".jpeg", ".mp4", ".webm", ".mp3", ".wav"}

// idHint is the hint for an id that is none: one that ends in dots was shortened.
func idHint(id, otherwise string) string {
	if strings.HasSuffix(id, "…") || strings.HasSuffix(id, "...") {
		return "write the complete id: " + id + " is shortened"
	}
	return otherwise
}

// template reads a template: its members, or an id alone with the clip's own variables.
func (d *doc) template(n, variables ast.Node, path string, c *Clip) {
	t := &Template{}
	set := setters{
		"id": d.text(path+".id", &t.ID),
		"variables": func(n ast.Node) {
			for _, f := range d.fields(n, path+".variables") {
				v := Variable{Name: f.key, Place: d.at(f.node)}
				at := path + ".variables." + f.key
				d.text(at, &v.Value)(f.value)
				if slices.Contains(mediaExtensions, strings.ToLower(filepath.Ext(v.Value))) && !strings.ContainsAny(v.Value, "\n") {
					v.File = d.input(f.value, at, v.Value)
				}
				t.Variables = append(t.Variables, v)
			}
			sort.Slice(t.Variables, func(i, j int) bool { return t.Variables[i].Name < t.Variables[j].Name })
		},
	}
	if d.isScalar(n) {
		d.recordMember(path, "id", n)
		set["id"](n)
	} else {
		d.object(n, path, set)
	}
	if variables != nil {
		if len(t.Variables) > 0 {
			d.fault(variables, "keep one of them", "%s has variables in it and next to it", path)
		}
		d.recordMember(path, "variables", variables)
		set["variables"](variables)
	}
	if t.ID == "" {
		d.fault(n, "`greenroom templates` lists them", "%s has no id", path)
	} else if !videoID.MatchString(t.ID) {
		d.fault(n, idHint(t.ID, "`greenroom templates` lists them"), "%s.id is not a template id", path)
	}
	c.Template = t
}

// scenes reads a clip of several scenes over the clip's own avatar and voice.
func (d *doc) scenes(n ast.Node, path string, c *Clip) {
	list := d.items(n)
	if len(list) == 0 || len(list) > MaxScenes {
		d.fault(n, "write scenes: [{script: …}, {script: …}]", "%s must be a list of 1 to %d scenes", path, MaxScenes)
		return
	}
	for i, v := range list {
		at := path + "[" + strconv.Itoa(i) + "]"
		one := Clip{Avatar: c.Avatar, Voice: c.Voice, Background: c.Background, Pronunciation: c.Pronunciation}
		var script string
		var scriptAt ast.Node
		said := func(n ast.Node) { scriptAt = n; d.text(at+".script", &script)(n) }
		set := setters{
			"script":     said,
			"avatar":     func(n ast.Node) { d.avatar(n, at+".avatar", &one.Avatar) },
			"voice":      func(n ast.Node) { d.voice(n, at+".voice", &one.Voice) },
			"background": d.color(at+".background", &one.Background),
		}
		if d.isScalar(v) { // the words alone
			d.recordMember(at, "script", v)
			said(v)
		} else {
			d.object(v, at, set)
		}
		if scriptAt == nil {
			d.fault(v, "write what is said in it", "%s has no script", at)
			continue
		}
		d.script(scriptAt, at+".script", script, &one)
		if one.Avatar.ID == "" && one.Avatar.Photo == "" {
			d.fault(v, "set avatar: {id: …} here or under defaults", "%s has no avatar", at)
		}
		if one.Voice.ID == "" {
			d.fault(v, "set voice: {id: …} here or under defaults", "%s has no voice", at)
		}
		c.Scenes = append(c.Scenes, Scene{one.Script, one.ScriptFile, one.Avatar, one.Voice, one.Background})
	}
}

// backgroundOf reads a colour, or one of color, image and video.
func (d *doc) backgroundOf(path string, c *Clip) func(ast.Node) {
	return func(n ast.Node) {
		if _, empty := d.plain(n).(*ast.NullNode); empty {
			d.text(path, &c.Background)(n)
			return
		}
		if d.isScalar(n) {
			var s string
			d.textOf(n, &s)
			c.Background, c.BackgroundImage, c.BackgroundVideo = "", "", ""
			switch mediaKind(s) {
			case LayerImage:
				d.recordMember(path, "image", n)
				d.text(path, &s)(n)
				c.BackgroundImage = d.input(n, path, s)
			case LayerVideo:
				d.recordMember(path, "video", n)
				d.text(path, &s)(n)
				c.BackgroundVideo = d.input(n, path, s)
			default:
				d.color(path, &c.Background)(n)
			}
			return
		}
		var image, video string
		var color string
		d.object(n, path, setters{
			"color": d.color(path+".color", &color),
			"image": func(n ast.Node) { d.text(path+".image", &image)(n); image = d.input(n, path+".image", image) },
			"video": func(n ast.Node) { d.text(path+".video", &video)(n); video = d.input(n, path+".video", video) },
		})
		given := 0
		for _, v := range []string{color, image, video} {
			if v != "" {
				given++
			}
		}
		if given > 1 {
			d.fault(n, "keep one of color, image and video", "%s has %d backgrounds", path, given)
		}
		c.Background, c.BackgroundImage, c.BackgroundVideo = color, image, video
	}
}

// pronounce reads words with the way they are spoken.
func (d *doc) pronounce(path string, c *Clip) func(ast.Node) {
	return func(n ast.Node) {
		m := map[string]string{}
		for k, v := range c.Pronunciation {
			m[k] = v
		}
		for _, f := range d.fields(n, path) {
			var said string
			d.text(path+"."+f.key, &said)(f.value)
			if strings.TrimSpace(f.key) == "" || strings.TrimSpace(said) == "" || strings.ContainsAny(f.key+said, "<>\n") {
				d.fault(f.node, `write it like SQL: "sequel"`, "%s.%s is no pronunciation", path, f.key)
				continue
			}
			m[f.key] = said
		}
		c.Pronunciation = m
	}
}

// Inputs are the files a clip is made from, absolute.
func (c Clip) Inputs() []string {
	out := []string{c.ScriptFile, c.AudioFile, c.File, c.Avatar.Photo, c.BackgroundImage, c.BackgroundVideo}
	if len(c.Frames) > 0 {
		out[2] = "" // a folder or a pattern
		out = append(out, c.Frames...)
	}
	for _, s := range c.Scenes {
		out = append(out, s.ScriptFile, s.Avatar.Photo)
	}
	if c.Agent != nil {
		out = append(append(out, c.Agent.PromptFile), c.Agent.Files...)
	}
	if c.Template != nil {
		for _, v := range c.Template.Variables {
			out = append(out, v.File)
		}
	}
	if c.Translate != nil {
		out = append(out, c.Translate.File)
	}
	return slices.DeleteFunc(out, func(p string) bool { return p == "" })
}
