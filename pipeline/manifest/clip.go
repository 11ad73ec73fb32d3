package manifest

import (
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// clipKeys are the keys of a clip that defaults do not have, see [doc.shared].
var clipKeys = []string{"script", "audio", "file", "video", "take", "scenes", "agent", "template", "variables", "translate",
	"to", "language", "cutout", "key", "rate"}

// clip reads one clip over its defaults.
func (d *doc) clip(path string, f yamldoc.Field, c *Clip) {
	defer d.recordAt(path, &c.Places.Own)()
	var script, audio, file, video string
	var scriptAt, audioAt, fileAt, videoAt, routeAt, bgAt, agentAt, templateAt, translateAt, scenesAt, transparentAt, cutoutAt,
		keyAt, rateAt, draftAt, captionsAt, variablesAt, languageAt ast.Node
	note := func(at *ast.Node, read func(ast.Node)) func(ast.Node) {
		return func(n ast.Node) { *at = n; read(n) }
	}
	set := d.shared(path, c)
	set["script"] = note(&scriptAt, d.Text(path+".script", &script))
	set["audio"] = note(&audioAt, d.Text(path+".audio", &audio))
	set["file"] = note(&fileAt, d.Text(path+".file", &file))
	set["video"] = note(&videoAt, d.Text(path+".video", &video))
	set["take"] = d.Integer(path+".take", 1, 1000, "raise it by one to buy the same request again", &c.Take)
	set["scenes"] = func(n ast.Node) { scenesAt = n }
	set["agent"] = func(n ast.Node) { agentAt = n }
	set["template"] = func(n ast.Node) { templateAt = n }
	set["translate"] = func(n ast.Node) { translateAt = n }
	set["variables"] = func(n ast.Node) { variablesAt = n }
	set["to"] = func(n ast.Node) { languageAt = n }
	set["language"] = set["to"]
	set["cutout"] = note(&cutoutAt, d.Bool(path+".cutout", &c.Cutout))
	set["key"] = note(&keyAt, d.fileKey(path+".key", &c.Key))
	set["rate"] = note(&rateAt, d.Rate(path+".rate", &c.Rate))
	set["transparent"] = note(&transparentAt, set["transparent"])
	set["draft"] = note(&draftAt, set["draft"])
	set["captions"] = note(&captionsAt, set["captions"])
	set["route"] = note(&routeAt, set["route"])
	set["background"] = note(&bgAt, set["background"])
	if d.row != nil { // read before the rows
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

	var sources []string
	for name, at := range map[string]ast.Node{"script": scriptAt, "audio": audioAt, "file": fileAt, "video": videoAt, "scenes": scenesAt, "agent": agentAt, "template": templateAt, "translate": translateAt} {
		if at != nil {
			sources = append(sources, name)
		}
	}
	sort.Strings(sources)
	switch {
	case len(sources) > 1:
		d.Fault(f.Node, "keep one of them", "clip %q has %d sources: %s", c.Name, len(sources), strings.Join(sources, ", "))
		return
	case len(sources) == 0:
		if d.Count() == before {
			d.Fault(f.Node, "give it a script, audio, scenes, file, video, agent, template or translate", "clip %q has no source", c.Name)
		}
		return
	}
	switch {
	case scriptAt != nil:
		c.Source = SourceAvatar
		d.script(scriptAt, path+".script", script, c)
	case audioAt != nil:
		before := d.Count()
		c.Source, c.AudioFile = SourceAvatar, d.input(audioAt, path+".audio", audio)
		if ext := strings.ToLower(filepath.Ext(audio)); ext != ".wav" && ext != ".mp3" && d.Count() == before {
			d.Fault(audioAt, "convert it: ffmpeg -i "+filepath.Base(audio)+" take.wav", "%s.audio must be WAV or MP3", path)
		}
	case fileAt != nil:
		c.Source = SourceFile
		d.footage(fileAt, path+".file", file, c)
	case scenesAt != nil:
		c.Source = SourceAvatar
		d.scenes(scenesAt, path+".scenes", c)
	case agentAt != nil:
		c.Source = SourceAgent
		d.agent(agentAt, path+".agent", c)
	case templateAt != nil:
		c.Source = SourceTemplate
		d.template(templateAt, variablesAt, path+".template", c)
	case translateAt != nil:
		c.Source = SourceTranslate
		d.translate(translateAt, languageAt, path+".translate", c)
	case videoAt != nil:
		c.Source, c.VideoID = SourceVideo, video
		if !videoID.MatchString(video) {
			d.Fault(videoAt, idHint(video, "copy the id from HeyGen; `greenroom videos` lists them"), "%s.video is not a video id", path)
		}
	}
	if variablesAt != nil && templateAt == nil {
		d.Fault(variablesAt, "leave it out, or add template: ID", "%s: only a template has variables", path)
	}
	if languageAt != nil && translateAt == nil {
		d.Fault(languageAt, "for a translation write translate: {clip: NAME, to: Spanish}; the language a voice speaks is voice.locale",
			"%s: only a translation has a language", path)
	}
	if c.Source == SourceAvatar && scenesAt == nil {
		d.speaker(f, path, scriptAt != nil, c)
	}
	if scriptAt == nil && c.Draft == DraftVoice && draftAt != nil {
		hint := "leave draft out: nothing is spoken for it"
		if audioAt != nil {
			hint = "leave draft out: your own recording already sets the length"
		} else if scenesAt != nil {
			hint = "leave draft out, or make a clip of each scene"
		}
		d.Fault(draftAt, hint, "%s: only a clip with a script of its own has a voice draft", path)
	}
	if scriptAt == nil || c.Draft != DraftVoice {
		c.Draft = "" // also that of the defaults
	}
	if c.Source == SourceAgent || c.Source == SourceTemplate {
		if transparentAt != nil && c.Transparent {
			d.Fault(transparentAt, "leave it out", "%s: an %s film has a background of its own", path, c.Source)
		}
		c.Transparent = false
	}
	if _, _, written := c.Places.Of("transparent"); c.Source == SourceFile && !written && c.Key == "" && !c.Cutout && isMP4(c.File) {
		c.Transparent = false // despite the defaults: an MP4 never is
	}
	if cutoutAt != nil && c.Cutout && (c.Source != SourceFile || !c.Transparent) {
		d.Fault(cutoutAt, "use it with file: and transparent: true", "%s: cutout removes the background of a local film", path)
	}
	if keyAt != nil && (c.Source != SourceFile || !c.Transparent || c.Cutout) {
		d.Fault(keyAt, "use it with file: and transparent: true, without cutout; an avatar's clip has key-color", "%s.key takes the screen out of a local film", path)
	}
	switch {
	case rateAt != nil && len(c.Frames) == 0:
		d.Fault(rateAt, "leave it out: a video has a rate of its own", "%s: only a sequence of pictures is given a rate", path)
	case c.Cutout && len(c.Frames) > 0:
		d.Fault(cutoutAt, "name a video", "%s: HeyGen removes the background of videos, not of pictures", path)
	}
	if routeAt != nil && c.Source != SourceAvatar {
		d.Fault(routeAt, "leave it out", "%s: only spoken clips choose a route", path)
		return
	}
	if c.Captions && c.Source == SourceAvatar && c.AudioFile != "" {
		if captionsAt != nil {
			d.Fault(captionsAt, "leave captions out, or write captions: false", "%s: HeyGen makes no captions of own sound", path)
		}
		c.Captions = false // those of the defaults
	}
	if c.Transparent && bgAt != nil {
		d.Fault(bgAt, "set transparent: false, or place the background in the composition", "%s: a transparent clip has no background", path)
	}
	if routeAt != nil && c.Transparent == (c.Route == "v2" || c.Route == "v3") {
		d.Fault(routeAt, "v2 and v3 give opaque clips, v2-key, v1-webm, v3-webm and v3-key transparent ones", "%s: route %s does not fit transparent: %v", path, c.Route, c.Transparent)
	}
}

// sourceKey returns the source of a clip that is only a text: audio for a sound file, file for a video or an image, and script
// for anything else. It is empty for a mapping.
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
	if c.Route == "v1-webm" && c.Avatar.Style == "circle" {
		d.Fault(f.Node, "use route v2-key", "%s: /v1/video.webm takes studio avatars in normal or closeUp only", path)
	}
}

var (
	anyBreak   = lazyregexp.New(`(?i)<\s*break[^>]*>`)
	goodBreak  = lazyregexp.New(`^<break time="(\d+(\.\d+)?)s" ?/>$`)
	tightBreak = lazyregexp.New(`(?i)[^ ]<break[^>]*>|<break[^>]*>[^ <.,;:!?]`)
	anyNumber  = lazyregexp.New(`(\d+(\.\d+)?)`)
	millis     = lazyregexp.New(`"(\d+)\s*ms"`)
)

// script reads an inline text or a text file.
func (d *doc) script(n ast.Node, path, value string, c *Clip) {
	text, file, ok := d.words(n, path, value)
	if c.ScriptFile = file; !ok {
		return
	}
	if strings.ToLower(filepath.Ext(file)) == ".md" {
		text = speakable(text)
	}
	text = strings.Join(strings.Fields(text), " ")
	before := d.Count()
	for _, tag := range anyBreak.FindAllString(text, -1) {
		if !goodBreak.MatchString(tag) {
			d.Fault(n, "write "+fixBreak(tag), "%s: %s is not a break HeyGen understands", path, tag)
		}
	}
	if m := tightBreak.FindString(text); m != "" && d.Count() == before {
		d.Fault(n, "put a space before and after the tag", "%s: a break tag touches a word: %s", path, m)
	}
	switch size := utf8.RuneCountInString(text); {
	case strings.TrimSpace(anyBreak.ReplaceAllString(text, "")) == "":
		d.Fault(n, "write the words to speak", "%s is empty", path)
	case size > MaxScript:
		d.Fault(n, "split it into two clips", "%s has %d characters, HeyGen takes %d", path, size, MaxScript)
	}
	c.Script = text
}

// fixBreak returns a break tag in the form that HeyGen reads.
func fixBreak(tag string) string {
	secs := "0.5"
	if m := millis.FindStringSubmatch(tag); m != nil {
		ms := strings.TrimLeft(m[1], "0")
		for len(ms) < 4 {
			ms = "0" + ms
		}
		secs = strings.TrimSuffix(strings.TrimRight(ms[:len(ms)-3]+"."+ms[len(ms)-3:], "0"), ".")
	} else if m := anyNumber.FindString(tag); m != "" {
		secs = m
	}
	return `<break time="` + secs + `s"/>`
}

var (
	mdFront   = lazyregexp.New(`(?s)\A\s*---[ \t]*\r?\n.*?\n---[ \t]*(\r?\n|\z)`)
	mdImage   = lazyregexp.New(`!\[[^\]]*\]\([^)]*\)`)
	mdComment = lazyregexp.New(`(?s)<!--.*?-->`)
	mdHead    = lazyregexp.New(`(?m)^\s{0,3}#{1,6}\s.*$`)
	mdMark    = lazyregexp.New("(?m)^\\s*([-*+]|\\d+\\.|>)\\s+|[*_`]{1,3}")
	mdLink    = lazyregexp.New(`\[([^\]]*)\]\([^)]*\)`)
)

// speakable returns the words of a Markdown text that are to be spoken: without front matter, headings, comments, pictures, link
// targets and emphasis marks.
func speakable(s string) string {
	s = mdFront.ReplaceAllString(s, " ")
	s = mdImage.ReplaceAllString(s, " ")
	s = mdComment.ReplaceAllString(s, " ")
	s = mdHead.ReplaceAllString(s, " ")
	s = mdLink.ReplaceAllString(s, "$1")
	return mdMark.ReplaceAllString(s, "")
}
