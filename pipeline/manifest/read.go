package manifest

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/compose/media"
	"greenroom/compose/quality"
	"greenroom/compose/timeline"
	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
	"greenroom/pipeline/routes"
)

// manifest reads the complete tree.
func (d *doc) manifest(n ast.Node) *Manifest {
	m := &Manifest{FPS: timeline.Rate{Num: 25, Den: 1}, Width: 1920, Height: 1080,
		HeyGen: HeyGen{API: "sandbox", Concurrency: 3}}
	base := Clip{Transparent: true, KeyColor: "#00FF00", Take: 1,
		Avatar: Avatar{Style: "normal", Scale: 1}, Voice: Voice{Speed: 1}}
	m.Prepare = Prepare{Crop: true, Scale: 1}
	m.Checks, m.Quality = DefaultChecks(), quality.Defaults()

	m.Remotion.Dir = d.dir
	version, clips := 0, ast.Node(nil)
	var defaults, each, styles, compositions, disclosed ast.Node
	d.style = builtinStyles()
	set := yamldoc.Setters{
		"version":  d.Integer("version", 1, 1, "this program reads version 1", &version),
		"project":  d.Text("project", &m.Project),
		"fps":      d.Rate("fps", &m.FPS),
		"size":     d.clipSize("size", &m.Width, &m.Height),
		"heygen":   func(n ast.Node) { d.heygen(n, &m.HeyGen) },
		"cache":    func(n ast.Node) { d.cache(n, &m.Cache) },
		"remotion": func(n ast.Node) { d.remotion(n, &m.Remotion) },
		"prepare":  func(n ast.Node) { base.Captions = d.prepare(n, "prepare", &m.Prepare) },
		"checks":   func(n ast.Node) { d.checks(n, "checks", &m.Checks, &m.Quality) },
		"stand-ins": func(n ast.Node) {
			d.Object(n, "stand-ins", yamldoc.Setters{"label": d.Bool("stand-ins.label", &m.StandInLabel)})
		},
		"each":         func(n ast.Node) { each = n },
		"defaults":     func(n ast.Node) { defaults = n },
		"clips":        func(n ast.Node) { clips = n },
		"styles":       func(n ast.Node) { styles = n },
		"compositions": func(n ast.Node) { compositions = n },
		"disclose":     func(n ast.Node) { disclosed = n },
	}
	d.Object(n, "", set)
	if version == 0 && d.Count() == 0 {
		d.Fault(n, "start the manifest with `version: 1`", "version is missing")
	}
	if m.Project == "" {
		m.Project = filepath.Base(d.dir)
	}
	base.Width, base.Height, base.Prepare, base.Checks = m.Width, m.Height, m.Prepare, m.Checks
	if defaults != nil {
		stop := d.recordAt("defaults", &base.Places.Shared)
		d.Object(defaults, "defaults", d.shared("defaults", &base))
		stop()
	}
	fs := d.Fields(clips, "clips")
	if each == nil && (clips == nil || len(fs) == 0 && d.Count() == 0) {
		d.Fault(n, "add one:  clips: {intro: {script: \"Hello.\"}}", "the manifest has no clips")
	}
	if len(fs) > MaxClips {
		d.Fault(clips, "split the project", "%d clips, at most %d are read", len(fs), MaxClips)
		return m
	}
	for _, f := range fs {
		c := base
		c.Name, c.Place = f.Key, d.At(f.Node)
		if d.goodName(f) {
			d.clip("clips."+f.Key, f, &c)
			m.Clips = append(m.Clips, c)
		}
	}
	d.each(each, base, m)
	d.translations(m.Clips)
	if styles != nil {
		d.styles(styles)
	}
	if disclosed != nil {
		d.disclose(disclosed, m)
	}
	if compositions != nil {
		d.compositions(compositions, m)
	}
	return m
}

var (
	namePattern = lazyregexp.New(`^[a-z0-9][a-z0-9-]*$`)
	deviceName  = lazyregexp.New(`^(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])$`)
)

// goodName checks a clip's name, which becomes a file name on every system.
func (d *doc) goodName(f yamldoc.Field) bool {
	switch {
	case len(f.Key) > MaxName:
		d.Fault(f.Node, "use a shorter name", "clip name of %d characters, at most %d", len(f.Key), MaxName)
	case deviceName.MatchString(f.Key):
		d.Fault(f.Node, "use another name, such as "+strings.ToLower(f.Key)+"-clip",
			"%q is a device on Windows and cannot name a clip", f.Key)
	case !namePattern.MatchString(f.Key):
		d.Fault(f.Node, "use a-z, 0-9 and dashes, starting with a letter or digit", "%q cannot name a clip", f.Key)
	default:
		return true
	}
	return false
}

// shared returns what reads the keys that defaults and clips have in common.
func (d *doc) shared(path string, c *Clip) yamldoc.Setters {
	return yamldoc.Setters{
		"avatar":        func(n ast.Node) { d.avatar(n, path+".avatar", &c.Avatar) },
		"voice":         func(n ast.Node) { d.voice(n, path+".voice", &c.Voice) },
		"transparent":   d.Bool(path+".transparent", &c.Transparent),
		"route":         d.Word(path+".route", routes.Chosen, &c.Route),
		"key-color":     d.keyColor(path+".key-color", &c.KeyColor),
		"background":    d.backgroundOf(path+".background", c),
		"captions":      d.clipCaptions(path+".captions", c),
		"glossary":      d.glossary(path+".glossary", &c.Glossary),
		"draft":         d.Word(path+".draft", []string{DraftVoice, "none"}, &c.Draft),
		"pronunciation": d.pronounce(path+".pronunciation", c),
		"size":          d.clipSize(path+".size", &c.Width, &c.Height),
		"prepare":       func(n ast.Node) { c.Captions = d.prepare(n, path+".prepare", &c.Prepare) || c.Captions },
		"checks":        func(n ast.Node) { d.checks(n, path+".checks", &c.Checks, nil) },
	}
}

// clipSize reads the size of a clip.
func (d *doc) clipSize(path string, w, h *int) func(ast.Node) {
	return d.Size(path, "a size HeyGen renders", 128, 4096, w, h)
}

// avatar reads who speaks: its members, or an id or a photo alone.
func (d *doc) avatar(n ast.Node, path string, a *Avatar) {
	set := yamldoc.Setters{
		"id": func(n ast.Node) {
			d.Text(path+".id", &a.ID)(n)
			if a.Photo != "" { // a photo from the defaults
				a.Photo, a.TalkingPhoto, a.Style = "", false, "normal"
			}
		},
		"photo": func(n ast.Node) {
			var file string
			d.Text(path+".photo", &file)(n)
			before := d.Count()
			a.Photo, a.ID, a.TalkingPhoto, a.Style = d.input(n, path+".photo", file), "", true, ""
			if !isPicture(file) && d.Count() == before {
				d.Fault(n, "save it as PNG or JPEG", "%s.photo must be a PNG or a JPEG", path)
			}
		},
		"style":         d.Word(path+".style", []string{"normal", "closeUp", "circle"}, &a.Style),
		"talking-photo": d.Bool(path+".talking-photo", &a.TalkingPhoto),
		"scale":         d.Number(path+".scale", 0.1, 5, "1 is the size HeyGen chooses", &a.Scale),
		"offset": func(n ast.Node) {
			d.Object(n, path+".offset", yamldoc.Setters{
				"x": d.Number(path+".offset.x", -1, 1, "a fraction of the frame", &a.Offset.X),
				"y": d.Number(path+".offset.y", -1, 1, "a fraction of the frame", &a.Offset.Y),
			})
		},
	}
	if d.IsScalar(n) {
		key := "id"
		if file, _ := d.Raw(n); isPicture(file) {
			key = "photo"
		}
		d.recordMember(path, key, n)
		set[key](n)
		return
	}
	d.Object(n, path, set)
}

// voice reads how it sounds: its members, or an id alone.
func (d *doc) voice(n ast.Node, path string, v *Voice) {
	if d.IsScalar(n) {
		d.recordMember(path, "id", n)
		d.Text(path, &v.ID)(n)
		return
	}
	d.Object(n, path, yamldoc.Setters{
		"id":    d.Text(path+".id", &v.ID),
		"speed": d.Number(path+".speed", 0.5, 1.5, `leave "speed" out to use the voice as it is`, &v.Speed),
		"pitch": d.Number(path+".pitch", -50, 50, `leave "pitch" out to use the voice as it is`, &v.Pitch),
		"emotion": d.Word(path+".emotion", []string{"Excited", "Friendly", "Serious", "Soothing", "Broadcaster"},
			&v.Emotion),
		"locale": d.Text(path+".locale", &v.Locale),
	})
}

// glossary reads the id of a glossary of the account, or none.
func (d *doc) glossary(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		v := ""
		d.Text(path, &v)(n)
		if strings.EqualFold(v, "none") {
			v = ""
		} else if !videoID.MatchString(v) && v != "" {
			hint := idHint(v, "`greenroom api GET /v3/brand-glossaries` lists them")
			d.Fault(n, hint, "%s is not the id of a glossary", path)
		}
		*to = v
	}
}

// fileKey reads the colour of a screen, or auto.
func (d *doc) fileKey(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		v := ""
		d.Text(path, &v)(n)
		if v == media.KeyAuto {
			*to = v
			return
		}
		v = screenColor(v)
		if err := media.CanKey(v); err != nil && v != "" {
			d.Fault(n, "write auto, or a green, blue or magenta such as \"#00FF00\"", "%s: %v", path, err)
			return
		}
		*to = strings.ToUpper(v)
	}
}

// screenColor returns a colour in capitals. green, blue and magenta are the colours of screens, which are brighter
// than those of CSS.
func screenColor(s string) string {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "green":
		return "#00FF00"
	case "blue":
		return "#0000FF"
	case "magenta":
		return "#FF00FF"
	}
	if c, ok := value.ParseColor(s); ok {
		return c
	}
	return s
}

// keyColor reads a colour that a clip can be keyed on.
func (d *doc) keyColor(path string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		v, ok := d.ReadText(n, path)
		if !ok {
			return
		}
		*to = screenColor(v)
		if !slices.Contains(media.KeyColors(), *to) {
			d.Fault(n, "use "+strings.Join(media.KeyColors(), ", "), "%s: %s cannot be keyed", path, v)
		}
	}
}
