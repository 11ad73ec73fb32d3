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

	"greenroom/compose/marks"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
	"greenroom/pipeline/prompt"
)

// Agent is a film that HeyGen's Video Agent makes from one prompt.
type Agent struct {
	Prompt      string // as written
	PromptFile  string // absolute; empty when inline
	Seconds     int    // 5 to 300; 0 leaves it to the agent
	Orientation string // landscape, portrait
	AvatarID    string
	VoiceID     string
	Files       []string // absolute
}

// Template is a film designed in HeyGen's editor, with values for its variables.
type Template struct {
	ID        string
	Variables []Variable // by name
}

// Variable is the value of one variable: a text, an id or a file.
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
	Proofread  string // the file in which the new text is corrected before the film is bought, absolute
	Text       string // of that file, normalised; empty before a build wrote it
	Place      fault.Place
}

// MadeBy returns the digital source type of a clip: all of it is made by AI, or a part where own footage speaks other
// words. It is empty for footage of the user's.
func (c Clip) MadeBy() marks.Source {
	switch {
	case c.Source == SourceFile:
		return ""
	case c.Source == SourceLipsync, c.Source == SourceTranslate && c.Translate.File != "":
		return marks.Composite
	}
	return marks.Generated
}

// Scene is one of several scenes of a clip.
type Scene struct {
	Script     string
	ScriptFile string
	Heading    string // the first one of a script in Markdown
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

// agent reads the request to the Video Agent: its members, or only a prompt.
func (d *doc) agent(n ast.Node, path string, c *Clip) {
	a := &Agent{}
	var length string
	var lengthAt, promptAt ast.Node
	prompt := func(n ast.Node) { promptAt = n; d.Text(path+".prompt", &a.Prompt)(n) }
	set := yamldoc.Setters{
		"prompt":      prompt,
		"duration":    func(n ast.Node) { lengthAt = n; d.Text(path+".duration", &length)(n) },
		"orientation": d.Word(path+".orientation", []string{"landscape", "portrait"}, &a.Orientation),
		"avatar":      d.Text(path+".avatar", &a.AvatarID),
		"voice":       d.Text(path+".voice", &a.VoiceID),
		"files": func(n ast.Node) {
			for i, v := range d.Items(n) {
				var f string
				at := path + ".files[" + strconv.Itoa(i) + "]"
				d.Text(at, &f)(v)
				a.Files = append(a.Files, d.input(v, at, f))
			}
		},
	}
	if d.IsScalar(n) {
		d.recordMember(path, "prompt", n)
		prompt(n)
	} else {
		d.Object(n, path, set)
	}
	if lengthAt != nil {
		v, ok := value.ParseTime(length)
		if !ok || v < minAgentLength*time.Second || v > maxAgentLength*time.Second {
			d.Fault(lengthAt, "write it like 30s", "%s.duration must be 5s to 300s", path)
		}
		a.Seconds = int(v.Seconds())
	}
	if promptAt == nil {
		d.Fault(n, "write agent: {prompt: prompts/film.md}", "%s has no prompt", path)
		return
	}
	text, file, ok := d.textOrFile(promptAt, path+".prompt", a.Prompt)
	a.PromptFile = file
	a.Prompt = strings.TrimSpace(text)
	if ok && a.Prompt == "" {
		d.Fault(promptAt, "say what the film shows, scene by scene", "%s.prompt is empty", path)
	}
	if utf8.RuneCountInString(a.Prompt) > maxPrompt {
		d.Fault(promptAt, "shorten it; `greenroom prompt` shows where the words are",
			"%s.prompt has more than %d characters", path, maxPrompt)
	}
	if ok {
		d.prompt(promptAt, path+".prompt", text, a)
	}
	c.Agent = a
}

// prompt checks the prompt. One in a file must have scenes; one in the manifest may be a single sentence.
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
		d.Fault(n, f.Hint, "%s: %s", where, f.Message)
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
		if a.PromptFile != "" && !filepath.IsAbs(f) { // next to the prompt that names it
			f = filepath.Join(filepath.Dir(a.PromptFile), filepath.FromSlash(f))
		}
		a.Files = append(a.Files, d.input(n, at, f))
	}
}

// mediaExtensions mark a template value as a file to upload.
var mediaExtensions = []string{".png", ".jpg", ".jpeg", ".mp4", ".webm", ".mp3", ".wav"}

// idHint returns the hint for a text that is not an id: one that ends in dots was shortened.
func idHint(id, otherwise string) string {
	if strings.HasSuffix(id, "…") || strings.HasSuffix(id, "...") {
		return "write the complete id: " + id + " is shortened"
	}
	return otherwise
}

// template reads a template: its members, or an id alone with the clip's own variables.
func (d *doc) template(n, variables ast.Node, path string, c *Clip) {
	t := &Template{}
	set := yamldoc.Setters{
		"id": d.Text(path+".id", &t.ID),
		"variables": func(n ast.Node) {
			for _, f := range d.Fields(n, path+".variables") {
				v := Variable{Name: f.Key, Place: d.At(f.Node)}
				at := path + ".variables." + f.Key
				d.Text(at, &v.Value)(f.Value)
				if slices.Contains(mediaExtensions, strings.ToLower(filepath.Ext(v.Value))) &&
					!strings.ContainsAny(v.Value, "\n") {
					v.File = d.input(f.Value, at, v.Value)
				}
				t.Variables = append(t.Variables, v)
			}
			sort.Slice(t.Variables, func(i, j int) bool { return t.Variables[i].Name < t.Variables[j].Name })
		},
	}
	if d.IsScalar(n) {
		d.recordMember(path, "id", n)
		set["id"](n)
	} else {
		d.Object(n, path, set)
	}
	if variables != nil {
		if len(t.Variables) > 0 {
			d.Fault(variables, "keep one of them", "%s has variables in it and next to it", path)
		}
		d.recordMember(path, "variables", variables)
		set["variables"](variables)
	}
	if t.ID == "" {
		d.Fault(n, "`greenroom templates` lists them", "%s has no id", path)
	} else if !videoID.MatchString(t.ID) {
		d.Fault(n, idHint(t.ID, "`greenroom templates` lists them"), "%s.id is not a template id", path)
	}
	c.Template = t
}

// scenes reads a clip of several scenes over the clip's own avatar and voice.
func (d *doc) scenes(n ast.Node, path string, c *Clip) {
	list := d.Items(n)
	if len(list) == 0 || len(list) > MaxScenes {
		d.Fault(n, "write scenes: [{script: …}, {script: …}]", "%s must be a list of 1 to %d scenes", path, MaxScenes)
		return
	}
	for i, v := range list {
		at := path + "[" + strconv.Itoa(i) + "]"
		one := Clip{Avatar: c.Avatar, Voice: c.Voice, Background: c.Background, Pronunciation: c.Pronunciation}
		var script string
		var scriptAt ast.Node
		words := func(n ast.Node) { scriptAt = n; d.Text(at+".script", &script)(n) }
		set := yamldoc.Setters{
			"script":     words,
			"avatar":     func(n ast.Node) { d.avatar(n, at+".avatar", &one.Avatar) },
			"voice":      func(n ast.Node) { d.voice(n, at+".voice", &one.Voice) },
			"background": d.Color(at+".background", &one.Background),
		}
		if d.IsScalar(v) { // the words alone
			d.recordMember(at, "script", v)
			words(v)
		} else {
			d.Object(v, at, set)
		}
		if scriptAt == nil {
			d.Fault(v, "write script: and the words of the scene", "%s has no script", at)
			continue
		}
		d.script(scriptAt, at+".script", script, &one)
		if one.Avatar.ID == "" && one.Avatar.Photo == "" {
			d.Fault(v, "set avatar: {id: …} here or under defaults", "%s has no avatar", at)
		}
		if one.Voice.ID == "" {
			d.Fault(v, "set voice: {id: …} here or under defaults", "%s has no voice", at)
		}
		heading := ""
		if len(one.Headings) > 0 {
			heading = one.Headings[0].Title
		}
		c.Scenes = append(c.Scenes, Scene{one.Script, one.ScriptFile, heading, one.Avatar, one.Voice, one.Background})
	}
}

// backgroundOf reads a colour, a file, or a mapping with one of color, image and video.
func (d *doc) backgroundOf(path string, c *Clip) func(ast.Node) {
	return func(n ast.Node) {
		if d.IsNull(n) {
			d.Text(path, &c.Background)(n) // reports that it is empty
			return
		}
		var color, image, video string
		raw, scalar := d.Raw(n)
		switch kind := value.MediaKind(raw); {
		case !scalar:
			d.Object(n, path, yamldoc.Setters{
				"color": d.Color(path+".color", &color),
				"image": d.file(path+".image", &image),
				"video": d.file(path+".video", &video),
			})
		case kind == value.Image:
			d.recordMember(path, "image", n)
			d.file(path, &image)(n)
		case kind == value.Video:
			d.recordMember(path, "video", n)
			d.file(path, &video)(n)
		default:
			d.Color(path, &color)(n)
		}
		given := 0
		for _, v := range []string{color, image, video} {
			if v != "" {
				given++
			}
		}
		if given > 1 {
			d.Fault(n, "keep one of color, image and video", "%s has %d backgrounds", path, given)
		}
		c.Background, c.BackgroundImage, c.BackgroundVideo = color, image, video
	}
}

// pronounce reads words and how they are spoken.
func (d *doc) pronounce(path string, c *Clip) func(ast.Node) {
	return func(n ast.Node) {
		m := map[string]string{}
		for k, v := range c.Pronunciation {
			m[k] = v
		}
		for _, f := range d.Fields(n, path) {
			spoken, _ := d.ReadText(f.Value, path+"."+f.Key)
			if strings.TrimSpace(f.Key) == "" || strings.TrimSpace(spoken) == "" ||
				strings.ContainsAny(f.Key+spoken, "<>\n") {
				d.Fault(f.Node, `write it like SQL: "sequel"`, "%s.%s is not a pronunciation", path, f.Key)
				continue
			}
			m[f.Key] = spoken
		}
		c.Pronunciation = m
	}
}

// Inputs returns the files that a clip is made from, absolute.
func (c Clip) Inputs() []string {
	out := []string{c.ScriptFile, c.Prepare.CaptionsFile, c.AudioFile, c.File, c.Avatar.Photo, c.BackgroundImage, c.BackgroundVideo}
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
		if c.Translate.Text != "" {
			out = append(out, c.Translate.Proofread)
		}
	}
	if c.Lipsync != nil {
		out = append(out, c.Lipsync.Video)
	}
	if c.Instant != nil {
		out = append(out, c.Instant.PromptFile, c.Instant.Image)
	}
	if c.Cinematic != nil {
		out = append(append(out, c.Cinematic.PromptFile), c.Cinematic.References...)
	}
	return slices.DeleteFunc(out, func(p string) bool { return p == "" })
}
