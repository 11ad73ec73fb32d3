package manifest

import (
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/captions"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
	"greenroom/pipeline/markup"
	"greenroom/pipeline/routes"
)

// ClipSources are the keys of which a clip has exactly one.
var ClipSources = []string{
	"script", "audio", "file", "video", "scenes", "agent", "template", "translate", "lipsync", "instant",
	"cinematic",
}

// clipKeys are the keys of a clip that defaults do not have, see [doc.shared].
var clipKeys = append([]string{"take", "variables", "to", "language", "cutout", "key", "rate"}, ClipSources...)

// clipNodes are the values of a clip that is being read, by their keys. That of language is under to.
type clipNodes map[string]ast.Node

// clip reads one clip over its defaults.
func (d *doc) clip(path string, f yamldoc.Field, c *Clip) {
	defer d.recordAt(path, &c.Places.Own)()
	at := clipNodes{}
	text := map[string]*string{"script": new(string), "audio": new(string), "file": new(string), "video": new(string)}
	set := d.shared(path, c)
	set["take"] = d.Integer(path+".take", 1, 1000, "raise it by one to buy the same request again", &c.Take)
	set["cutout"] = d.Bool(path+".cutout", &c.Cutout)
	set["key"] = d.fileKey(path+".key", &c.Key)
	set["rate"] = d.Rate(path+".rate", &c.Rate)
	for key, to := range text {
		set[key] = d.Text(path+"."+key, to)
	}
	for _, key := range []string{"scenes", "agent", "template", "translate", "lipsync", "instant", "cinematic", "variables", "to"} {
		set[key] = func(ast.Node) {} // source reads them
	}
	for key, read := range set {
		set[key] = func(n ast.Node) {
			at[key] = n
			read(n)
		}
	}
	set["language"] = set["to"]
	if d.row != nil { // the family has read them
		for _, key := range eachKeys {
			set[key] = func(ast.Node) {}
		}
	}
	before := d.Count()
	if key := d.sourceKey(f.Value); key != "" { // hook: scripts/hook.md
		d.recordMember(path, key, f.Value)
		set[key](f.Value)
	} else {
		d.Object(f.Value, path, set)
	}
	source, ok := d.onlySource(f, c.Name, at, d.Count() > before)
	if !ok {
		return
	}
	if t := text[source]; t != nil {
		d.textSource(source, at[source], path+"."+source, *t, c)
	} else {
		d.mappingSource(source, at, path+"."+source, c)
	}
	d.checkKeysOfSources(path, f, at, c)
	d.checkPicture(path, at, c)
	d.checkRequest(path, at, c)
}

// onlySource returns the key of the clip's source. ok is false when the clip has none or several, which is reported. A
// clip that has faults is not reported for having none: a misspelled key is one of them.
func (d *doc) onlySource(f yamldoc.Field, name string, at clipNodes, hasFaults bool) (source string, ok bool) {
	var sources []string
	for _, key := range ClipSources {
		if at[key] != nil {
			sources = append(sources, key)
		}
	}
	sort.Strings(sources)
	switch {
	case len(sources) > 1:
		d.Fault(
			f.Node, "keep one of them", "clip %q has %d sources: %s", name, len(sources), strings.Join(sources, ", "),
		)
		return "", false
	case len(sources) == 1:
		return sources[0], true
	case !hasFaults:
		d.Fault(f.Node, "give it a script, audio, scenes, file, video, agent, template, translate, lipsync, instant or cinematic",
			"clip %q has no source", name)
	}
	return "", false
}

// textSource reads a source that is a text: a script, a file or a video's id.
func (d *doc) textSource(source string, n ast.Node, path, text string, c *Clip) {
	switch source {
	case "script":
		c.Source = SourceAvatar
		d.script(n, path, text, c)
	case "audio":
		before := d.Count()
		c.Source, c.AudioFile = SourceAvatar, d.input(n, path, text)
		if ext := strings.ToLower(filepath.Ext(text)); ext != ".wav" && ext != ".mp3" && d.Count() == before {
			d.Fault(n, "convert it: ffmpeg -i "+filepath.Base(text)+" take.wav", "%s must be WAV or MP3", path)
		}
	case "file":
		c.Source = SourceFile
		d.footage(n, path, text, c)
	case "video":
		c.Source, c.VideoID = SourceVideo, text
		if !videoID.MatchString(text) {
			d.Fault(
				n, idHint(text, "copy the id from HeyGen; `greenroom videos` lists them"), "%s is not a video id", path,
			)
		}
	}
}

// mappingSource reads a source that has members.
func (d *doc) mappingSource(source string, at clipNodes, path string, c *Clip) {
	n := at[source]
	switch source {
	case "scenes":
		c.Source = SourceAvatar
		d.scenes(n, path, c)
	case "agent":
		c.Source = SourceAgent
		d.agent(n, path, c)
	case "template":
		c.Source = SourceTemplate
		d.template(n, at["variables"], path, c)
	case "translate":
		c.Source = SourceTranslate
		d.translate(n, at["to"], path, c)
	case "lipsync":
		c.Source = SourceLipsync
		d.lipsync(n, path, c)
	case "instant":
		c.Source = SourceInstant
		d.instant(n, path, c)
	case "cinematic":
		c.Source = SourceCinematic
		d.cinematic(n, path, c)
	}
}

// checkKeysOfSources reports keys that belong to another source than the clip's, and a clip that misses who speaks.
func (d *doc) checkKeysOfSources(path string, f yamldoc.Field, at clipNodes, c *Clip) {
	if at["variables"] != nil && c.Source != SourceTemplate {
		d.Fault(at["variables"], "leave it out, or add template: ID", "%s: only a template has variables", path)
	}
	if at["to"] != nil && c.Source != SourceTranslate {
		d.Fault(at["to"], "for a translation write translate: {clip: NAME, to: Spanish}; "+
			"the language a voice speaks is voice.locale", "%s: only a translation has a language", path)
	}
	if c.Source == SourceAvatar && at["scenes"] == nil {
		d.speaker(f, path, at["script"] != nil, c)
	}
	if at["script"] == nil && c.Draft == DraftVoice && at["draft"] != nil {
		hint := "leave draft out: nothing is spoken for it"
		if at["audio"] != nil {
			hint = "leave draft out: your own recording already sets the length"
		} else if at["scenes"] != nil {
			hint = "leave draft out, or make a clip of each scene"
		}
		d.Fault(at["draft"], hint, "%s: only a clip with a script of its own has a voice draft", path)
	}
	if at["script"] == nil || c.Draft != DraftVoice {
		c.Draft = "" // also that of the defaults
	}
}

// checkPicture checks what a clip's picture is made from, and whether it can be transparent.
func (d *doc) checkPicture(path string, at clipNodes, c *Clip) {
	switch c.Source {
	case SourceAgent, SourceTemplate, SourceInstant, SourceCinematic:
		if at["transparent"] != nil && c.Transparent {
			d.Fault(at["transparent"], "leave it out", "%s: an %s film has a background of its own", path, c.Source)
		}
		c.Transparent = false
	}
	if c.Source == SourceLipsync {
		if at["transparent"] != nil && c.Transparent && c.Key == "" {
			d.Fault(at["transparent"], "film it in front of a green screen and add key: auto",
				"%s: a lipsync has the background of its footage", path)
		}
		c.Transparent = c.Key != ""
	}
	_, _, written := c.Places.Of("transparent")
	if c.Source == SourceFile && !written && c.Key == "" && !c.Cutout && isMP4(c.File) {
		c.Transparent = false // an MP4 never is
	}
	fromFile := c.Source == SourceFile && c.Transparent
	if c.Cutout && !fromFile {
		d.Fault(at["cutout"], "use it with file: and transparent: true",
			"%s: cutout removes the background of a local film", path)
	}
	if at["key"] != nil && (!fromFile && c.Source != SourceLipsync || c.Cutout) {
		d.Fault(at["key"], "use it with file: and transparent: true, without cutout, or with lipsync:; an avatar's clip "+
			"has key-color",
			"%s.key takes the screen out of a local film", path)
	}
	switch {
	case at["rate"] != nil && len(c.Frames) == 0:
		d.Fault(at["rate"], "leave it out: a video has a rate of its own",
			"%s: only a sequence of pictures is given a rate", path)
	case c.Cutout && len(c.Frames) > 0:
		d.Fault(at["cutout"], "name a video", "%s: HeyGen removes the background of videos, not of pictures", path)
	}
}

// checkRequest checks the route, the captions and the background that HeyGen is to make.
func (d *doc) checkRequest(path string, at clipNodes, c *Clip) {
	if at["route"] != nil && c.Source != SourceAvatar {
		d.Fault(at["route"], "leave it out", "%s: only spoken clips choose a route", path)
		return
	}
	if c.Captions && c.Source == SourceAvatar && c.AudioFile != "" {
		if at["captions"] != nil {
			d.Fault(at["captions"], "leave captions out, or write captions: false",
				"%s: HeyGen makes no captions of own sound", path)
		}
		c.Captions, c.Burned = false, Burned{} // also those of the defaults
	}
	if at["captions"] == nil && c.Source != SourceAvatar && c.Source != SourceTemplate {
		c.Burned = Burned{} // the defaults are for clips that HeyGen can make so
	}
	if c.Transparent && at["background"] != nil {
		d.Fault(at["background"], "set transparent: false, or place the background in the composition",
			"%s: a transparent clip has no background", path)
	}
	if at["route"] != nil && c.Transparent == routes.IsOpaque(c.Route) {
		d.Fault(at["route"], routesHint(),
			"%s: route %s does not fit transparent: %v", path, c.Route, c.Transparent)
	}
}

// routesHint returns which routes make opaque clips and which transparent ones.
func routesHint() string {
	var opaque, transparent []string
	for _, r := range routes.Chosen {
		if routes.IsOpaque(r) {
			opaque = append(opaque, r)
		} else {
			transparent = append(transparent, r)
		}
	}
	and := func(list []string) string {
		last := len(list) - 1
		return strings.Join(list[:last], ", ") + " and " + list[last]
	}
	return and(opaque) + " make opaque clips; " + and(transparent) + " make transparent ones"
}

// sourceKey returns the source of a clip that is only a text: audio for a sound file, file for a video or an image,
// and script for anything else. It is empty for a mapping.
func (d *doc) sourceKey(n ast.Node) string {
	s, ok := d.Raw(n)
	if !ok {
		return ""
	}
	if kind := value.MediaKind(s); kind != "" && !strings.ContainsAny(s, " \n") {
		return map[string]string{LayerAudio: "audio", LayerVideo: "file", LayerImage: "file"}[kind]
	}
	return "script"
}

// isMP4 reports whether a file is an MP4, which has no alpha.
func isMP4(file string) bool {
	ext := strings.ToLower(filepath.Ext(file))
	return ext == ".mp4" || ext == ".m4v"
}

var videoID = lazyregexp.New(`^[A-Za-z0-9_-]{4,128}$`)

// speaker checks that a spoken clip has an avatar and a voice that fit each other.
func (d *doc) speaker(f yamldoc.Field, path string, scripted bool, c *Clip) {
	if c.Avatar.ID == "" && c.Avatar.Photo == "" {
		d.Fault(f.Node, "set avatar: {id: …} here or under defaults", "%s has no avatar", path)
	}
	if scripted && c.Voice.ID == "" {
		d.Fault(f.Node, "set voice: {id: …} here or under defaults", "%s has no voice", path)
	}
	if c.Avatar.Photo != "" && c.Avatar.Style == "circle" {
		d.Fault(f.Node, "leave the style out", "%s: a photo has no style", path)
	}
	if c.Route == routes.V1WebM && c.Avatar.Style == "circle" {
		d.Fault(f.Node, "use route v2-key", "%s: /v1/video.webm takes studio avatars in normal or closeUp only", path)
	}
}

// script reads an inline text or a text file.
func (d *doc) script(n ast.Node, path, value string, c *Clip) {
	text, file, ok := d.textOrFile(n, path, value)
	c.ScriptFile = file
	if !ok {
		return
	}
	if strings.ToLower(filepath.Ext(file)) == ".md" {
		c.Headings = headings(text)
		text = speakable(text)
	}
	text = strings.Join(strings.Fields(text), " ")
	before := d.Count()
	for _, tag := range markup.BadBreaks(text) {
		d.Fault(n, "write "+tag.Instead, "%s: %s is not a break HeyGen understands", path, tag.Text)
	}
	if m := markup.TightBreak(text); m != "" && d.Count() == before {
		d.Fault(n, "put a space before and after the tag", "%s: a break tag touches a word: %s", path, m)
	}
	switch size := utf8.RuneCountInString(text); {
	case strings.TrimSpace(markup.WithoutBreaks(text)) == "":
		d.Fault(n, "write the words to speak", "%s is empty", path)
	case size > MaxScript:
		d.Fault(n, "split it into two clips", "%s has %d characters, HeyGen takes %d", path, size, MaxScript)
	}
	c.Script = text
}

var (
	mdFront   = lazyregexp.New(`(?s)\A\s*---[ \t]*\r?\n.*?\n---[ \t]*(\r?\n|\z)`)
	mdImage   = lazyregexp.New(`!\[[^\]]*\]\([^)]*\)`)
	mdComment = lazyregexp.New(`(?s)<!--.*?-->`)
	mdHead    = lazyregexp.New(`(?m)^\s{0,3}#{1,6}\s.*$`)
	mdMark    = lazyregexp.New("(?m)^\\s*([-*+]|\\d+\\.|>)\\s+|[*_`]{1,3}")
	mdLink    = lazyregexp.New(`\[([^\]]*)\]\([^)]*\)`)
)

// speakable returns the words of a Markdown text that are to be spoken: without front matter, headings, comments,
// pictures, link targets and emphasis marks.
func speakable(s string) string {
	s = withoutExtras(s)
	s = mdHead.ReplaceAllString(s, " ")
	s = mdLink.ReplaceAllString(s, "$1")
	return mdMark.ReplaceAllString(s, "")
}

func withoutExtras(s string) string {
	s = mdFront.ReplaceAllString(s, " ")
	s = mdImage.ReplaceAllString(s, " ")
	return mdComment.ReplaceAllString(s, " ")
}

// headings returns the headings of a Markdown text, and how much is spoken before each.
func headings(s string) (out []captions.Part) {
	s = withoutExtras(s)
	for _, at := range mdHead.FindAllStringIndex(s, -1) {
		title := mdMark.ReplaceAllString(mdLink.ReplaceAllString(strings.TrimLeft(s[at[0]:at[1]], " \t\r\n#"), "$1"), "")
		if title = strings.Join(strings.Fields(title), " "); title != "" {
			before := captions.Letters(markup.WithoutBreaks(speakable(s[:at[0]])))
			out = append(out, captions.Part{Title: title, After: before})
		}
	}
	return out
}
