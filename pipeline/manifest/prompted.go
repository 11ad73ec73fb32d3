package manifest

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// Instant is footage that HeyGen makes of a prompt, without an avatar.
type Instant struct {
	Prompt     string
	PromptFile string // absolute; empty when inline
	Seconds    int    // 5 to 15
	Resolution string // 480p, 768p, 1080p, 2k
	Image      string // the first picture, absolute; empty for none
	Seed       string // of the random numbers, decimal; empty leaves it to HeyGen
}

// Limits of instant footage, from HeyGen's reference pages.
const (
	minInstant       = 5 // seconds
	maxInstant       = 15
	maxInstantPrompt = 16000
	maxSeed          = 1<<32 - 1
)

// InstantResolutions are the values of resolution.
var InstantResolutions = []string{"480p", "768p", "1080p", "2k"}

// instant reads a request for footage: its members, or only a prompt.
func (d *doc) instant(n ast.Node, path string, c *Clip) {
	v := &Instant{Seconds: minInstant, Resolution: "768p"}
	c.Instant = v
	prompt, length, seed := "", "", 0
	var promptAt, lengthAt ast.Node
	setPrompt := func(n ast.Node) { promptAt = n; d.Text(path+".prompt", &prompt)(n) }
	setSeed := d.Integer(path+".seed", 0, maxSeed, "an integer repeats the same random numbers", &seed)
	set := yamldoc.Setters{
		"prompt":     setPrompt,
		"duration":   func(n ast.Node) { lengthAt = n; d.Text(path+".duration", &length)(n) },
		"resolution": d.Word(path+".resolution", InstantResolutions, &v.Resolution),
		"seed":       func(n ast.Node) { setSeed(n); v.Seed = strconv.Itoa(seed) },
		"image": func(n ast.Node) {
			file := ""
			d.Text(path+".image", &file)(n)
			before := d.Count()
			v.Image = d.input(n, path+".image", file)
			if !isPicture(file) && d.Count() == before {
				d.Fault(n, "save it as PNG or JPEG", "%s.image must be a PNG or a JPEG", path)
			}
		},
	}
	before := d.Count()
	if d.IsScalar(n) {
		d.recordMember(path, "prompt", n)
		setPrompt(n)
	} else {
		d.Object(n, path, set)
	}
	if lengthAt != nil {
		v.Seconds = d.wholeSeconds(lengthAt, path+".duration", length, minInstant, maxInstant, "write it like 8s")
	}
	if promptAt == nil && d.Count() > before {
		return // a misspelled key may be it
	}
	if promptAt == nil {
		d.Fault(n, "write instant: {prompt: \"A river at dawn, seen from above.\"}", "%s has no prompt", path)
		return
	}
	v.Prompt, v.PromptFile = d.promptOf(promptAt, path, prompt, "describe the picture and the sound", maxInstantPrompt)
}

// Cinematic is footage that HeyGen makes of a prompt, in which avatars act without a script.
type Cinematic struct {
	Prompt     string
	PromptFile string   // absolute; empty when inline
	Avatars    []string // ids of looks, at least one
	Seconds    int      // 4 to 15; 0 leaves it to HeyGen
	Enhance    bool     // HeyGen may rewrite the prompt
	References []string // pictures and films to follow, absolute
}

// Limits of cinematic footage, from HeyGen's price page.
const (
	MinCinematic = 4 // seconds
	MaxCinematic = 15
)

// cinematic reads a request for acted footage.
func (d *doc) cinematic(n ast.Node, path string, c *Clip) {
	v := &Cinematic{}
	c.Cinematic = v
	prompt, length := "", ""
	var promptAt, lengthAt, avatarsAt ast.Node
	before := d.Count()
	if d.IsScalar(n) {
		d.Fault(n, "write cinematic: {prompt: \"She opens the door.\", avatars: [ID]}", "%s has no avatars", path)
		return
	}
	d.Object(n, path, yamldoc.Setters{
		"prompt":   func(n ast.Node) { promptAt = n; d.Text(path+".prompt", &prompt)(n) },
		"duration": func(n ast.Node) { lengthAt = n; d.Text(path+".duration", &length)(n) },
		"enhance":  d.Bool(path+".enhance", &v.Enhance),
		"avatars": func(n ast.Node) {
			avatarsAt = n
			for i, item := range d.Items(n) {
				id := ""
				d.Text(path+".avatars["+strconv.Itoa(i)+"]", &id)(item)
				if strings.TrimSpace(id) == "" {
					d.Fault(item, "`greenroom avatars` lists the ids", "%s.avatars[%d] is empty", path, i)
				}
				v.Avatars = append(v.Avatars, id)
			}
		},
		"references": func(n ast.Node) {
			for i, item := range d.Items(n) {
				file, at := "", path+".references["+strconv.Itoa(i)+"]"
				d.Text(at, &file)(item)
				v.References = append(v.References, d.input(item, at, file))
			}
		},
	})
	if lengthAt != nil {
		v.Seconds = d.wholeSeconds(lengthAt, path+".duration", length, MinCinematic, MaxCinematic,
			"write it like 8s, or remove it: HeyGen chooses then")
	}
	if (promptAt == nil || avatarsAt == nil) && d.Count() > before {
		return // a misspelled key may be it
	}
	if avatarsAt == nil || len(v.Avatars) == 0 {
		d.Fault(n, "write avatars: [ID]; `greenroom avatars` lists them", "%s has no avatars", path)
	}
	if promptAt == nil {
		d.Fault(n, "write cinematic: {prompt: \"She opens the door.\", avatars: [ID]}", "%s has no prompt", path)
		return
	}
	v.Prompt, v.PromptFile = d.promptOf(promptAt, path, prompt, "describe what happens", maxPrompt)
}

// wholeSeconds reads a length of low to high seconds.
func (d *doc) wholeSeconds(n ast.Node, path, written string, low, high int, hint string) int {
	t, ok := value.ParseTime(written)
	seconds := int(t / time.Second)
	if !ok || t%time.Second != 0 || seconds < low || seconds > high {
		d.Fault(n, hint, "%s must be %ds to %ds, in whole seconds", path, low, high)
	}
	return seconds
}

// promptOf reads a prompt of at most so many characters: the words or their file. hint helps with an empty one.
func (d *doc) promptOf(n ast.Node, path, written, hint string, most int) (words, file string) {
	text, file, ok := d.textOrFile(n, path+".prompt", written)
	words = strings.TrimSpace(text)
	switch size := utf8.RuneCountInString(words); {
	case ok && size == 0:
		d.Fault(n, hint, "%s.prompt is empty", path)
	case size > most:
		d.Fault(n, "shorten it", "%s.prompt has more than %d characters", path, most)
	}
	return words, file
}
