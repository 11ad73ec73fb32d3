package manifest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/regular"
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

// words gives an inline text, or the text of a .md or .txt file, whose ending may be left out.
func (d *doc) words(n ast.Node, path, value string) (text, file string, ok bool) {
	asked := d.written(n, value) // a cell's text is said, never opened
	ext := strings.ToLower(filepath.Ext(asked))
	if strings.ContainsAny(asked, " \n") {
		return value, "", true
	}
	if named := d.withEnding(value); ext == "" && asked == value && named != "" {
		value, ext = named, filepath.Ext(named)
	}
	if ext != ".md" && ext != ".txt" {
		if meansFile(asked) {
			d.fault(n, "save it as .md or .txt; words that are to be spoken as they stand end with a full stop",
				"%s: %s looks like a file, and %s is not a kind of file that is read for its text", path, asked, filepath.Ext(asked))
			return "", "", false
		}
		if asked == value && d.isFile(value) {
			d.fault(n, "save it as .md or .txt; words that are to be spoken as they stand end with a full stop",
				"%s: %s is a file of the project, and not of a kind that is read for its text", path, value)
			return "", "", false
		}
		if strings.ContainsAny(asked, "/\\") && !strings.Contains(asked, "://") && ext == "" && d.row == nil && d.isFolder(filepath.Dir(value)) {
			d.fault(n, "save the words in "+value+".md; words that are to be spoken as they stand end with a full stop",
				"%s: %s does not exist, neither with .md nor with .txt", path, value)
			return "", "", false
		}
		return value, "", true
	}
	before := len(d.faults)
	file = d.input(n, path, value)
	if len(d.faults) > before {
		return "", file, false
	}
	text, ok = d.read(n, path, value, file)
	if ok && d.row != nil {
		text = d.fill(n, path+": "+value, text)
	}
	return text, file, ok
}

// withEnding is the script that a name without its ending means; empty when there is none.
func (d *doc) withEnding(name string) string {
	for _, ext := range []string{".md", ".txt"} {
		if d.isFile(name + ext) {
			return name + ext
		}
	}
	return ""
}

// isFolder reports a folder next to the manifest, other than its own.
func (d *doc) isFolder(name string) bool {
	if name == "." || strings.ContainsRune(name, 0) {
		return false
	}
	fi, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(name)))
	return err == nil && fi.IsDir()
}

var (
	documentEnd = lazyregexp.New(`(?i)\.(mdx|mkd|mdown|markdown|text|rst|adoc|tex|rtf|docx?|odt|pdf|html?|srt|vtt|ya?ml|json|csv|tsv)$`)
	pathEnd     = lazyregexp.New(`^[!-~]*[/\\][!-~]*\.[A-Za-z][A-Za-z0-9]{0,4}$`)
)

// meansFile reports that one word was meant to name a file: the ending is that of a document, or folders come before it.
// Such a word would be bought as speech. Words like "Node.js" and web addresses are words.
func meansFile(word string) bool {
	if strings.Contains(word, "://") {
		return false
	}
	return documentEnd.MatchString(word) || pathEnd.MatchString(word)
}

// isFile reports that a word is the name of a file beside the manifest.
func (d *doc) isFile(word string) bool {
	if word == "" || strings.ContainsRune(word, 0) {
		return false
	}
	fi, err := os.Stat(filepath.Join(d.dir, filepath.FromSlash(word)))
	return err == nil && fi.Mode().IsRegular()
}

// read gives a text file; the rows of a table share one look at it.
func (d *doc) read(n ast.Node, path, value, file string) (text string, ok bool) {
	if text, ok := d.texts[file]; ok {
		return text, true
	}
	b, err := regular.Read(file, MaxBytes)
	var large *regular.SizeError
	switch {
	case errors.As(err, &large):
		d.fault(n, "split it", "%s: %s is %d bytes, at most %d are read", path, value, large.Size, large.Max)
	case fault.MachineHint(err) != "":
		d.fault(n, fault.MachineHint(err), "%s: %s cannot be read: %v", path, value, err)
	case err != nil:
		d.fault(n, "make the file readable", "%s: %s cannot be read", path, value)
	case !utf8.Valid(b) || strings.ContainsRune(string(b), 0):
		d.fault(n, "save it as UTF-8 text", "%s: %s is not a text file", path, value)
	default:
		d.sums[file] = sha256.Sum256(b)
		if d.row != nil {
			d.texts[file] = string(b)
		}
		return string(b), true
	}
	return "", false
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

// translate reads a translation: its members, or a clip's name or a film's file alone with the clip's own language.
func (d *doc) translate(n, language ast.Node, path string, c *Clip) {
	t := &Translate{Place: d.at(n)}
	var clipAt, fileAt, toAt ast.Node
	mode := ""
	to := func(n ast.Node) {
		if toAt != nil {
			d.fault(n, "keep one of them", "%s has two languages", path)
			return
		}
		toAt = n
		if seq, ok := d.plain(n).(*ast.SequenceNode); ok {
			d.languages(seq, path, c)
			t.To = "?" // said already
			return
		}
		d.text(path+".to", &t.To)(n)
		t.To = LanguageName(t.To)
	}
	set := setters{
		"clip":       func(n ast.Node) { clipAt = n; d.text(path+".clip", &t.Clip)(n) },
		"file":       func(n ast.Node) { fileAt = n; d.text(path+".file", &t.File)(n) },
		"to":         to,
		"language":   to,
		"audio-only": d.boolean(path+".audio-only", &t.AudioOnly),
		"mode":       d.word(path+".mode", []string{"fast", "precise"}, &mode),
	}
	if d.isScalar(n) {
		key, s := "clip", ""
		if d.textOf(n, &s); mediaKind(s) != "" {
			key = "file"
		}
		d.recordMember(path, key, n)
		set[key](n)
	} else {
		d.object(n, path, set)
	}
	if language != nil {
		d.recordMember(path, "to", language)
		to(language)
	}
	t.Precise = mode == "precise"
	switch {
	case (clipAt == nil) == (fileAt == nil):
		d.fault(n, "write translate: {clip: NAME, to: Spanish}", "%s needs either a clip or a file", path)
	case fileAt != nil:
		t.File = d.input(fileAt, path+".file", t.File)
	case t.Clip == c.Name:
		d.fault(clipAt, "name the clip to translate from", "%s translates itself", path)
	}
	if clipAt != nil {
		t.Place = d.at(clipAt)
	}
	if t.To == "" {
		d.fault(n, "name the language: to: Spanish", "%s says no language", path)
	}
	c.Translate = t
}

// languages refuses a list of them: a clip is one film.
func (d *doc) languages(seq *ast.SequenceNode, path string, c *Clip) {
	var each []string
	for _, v := range seq.Values {
		var s string
		if d.textOf(v, &s) {
			each = append(each, fmt.Sprintf("%s-%s: {translate: {clip: NAME, to: %s}}", c.Name, strings.ToLower(s), s))
		}
	}
	d.fault(seq, "write a clip for each: "+strings.Join(each, ", "), "%s: a clip has one language", path)
}

// translations holds every translate: against the other clips: unknown names and
// cycles.
func (d *doc) translations(clips []Clip) {
	index := map[string]int{}
	var names []string
	for i, c := range clips {
		index[c.Name] = i
		names = append(names, c.Name)
	}
	for _, c := range clips {
		if c.Translate == nil || c.Translate.Clip == "" || c.Translate.Clip == c.Name {
			continue
		}
		p := c.Translate.Place
		i, ok := index[c.Translate.Clip]
		if !ok {
			hint := "name a clip of this manifest"
			if near := Nearest(c.Translate.Clip, names); near != "" {
				hint = "did you mean " + strconv.Quote(near) + "?"
			}
			d.faultAt(p.Line, p.Column, hint, "%s translates %q, which is no clip", c.Name, c.Translate.Clip)
			continue
		}
		trail := []string{c.Name}
		for at := clips[i]; at.Translate != nil && at.Translate.Clip != ""; {
			if slices.Contains(trail, at.Name) {
				break
			}
			trail = append(trail, at.Name)
			if at.Translate.Clip == c.Name {
				d.faultAt(p.Line, p.Column, "translate from a clip that is spoken", "%s translates itself: %s", c.Name, strings.Join(append(trail, c.Name), " → "))
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
