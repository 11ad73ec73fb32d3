package manifest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// builtinStyles returns the styles that every manifest has. Their sizes are those of compose/look for their Role.
// Their places are chosen by package film, which knows where the presenters are; the boxes here are for styles that
// change the anchor.
func builtinStyles() map[string]Style {
	rise := Motion{Fade: true, Slide: "up", Time: DefaultEnter}
	out := Motion{Fade: true, Time: DefaultLeave}
	return map[string]Style{
		"title": {
			Slot: "title", Role: "title", Weight: 700, LineHeight: 1.12, Color: "#FFFFFF", Highlight: "#57C48A",
			Anchor: "middle", Safe: DefaultSafe, Enter: rise, Leave: out,
		},
		"lower-third": {
			Slot: "lower-third", Role: "lower-third", Weight: 600, LineHeight: 1.25, Color: "#ECEFE8",
			Highlight: "#57C48A",
			Align:     "start", Anchor: "bottom", Box: Box{Left: share(0), Bottom: share(0.04), Width: share(0.6)},
			Safe: DefaultSafe, Plate: &Plate{"#10140FD9", share(0.022), share(0.012)},
			Enter: Motion{Fade: true, Slide: "right", Time: DefaultEnter}, Leave: out,
		},
		"callout": {
			Slot: "callout", Role: "callout", Weight: 600, LineHeight: 1.25, Color: "#1B211A", Highlight: "#1F7A4D",
			Align: "start", Anchor: "top", Box: Box{Left: share(0), Top: share(0), Width: share(0.45)},
			Safe: DefaultSafe, Plate: &Plate{"#F6F4EF", share(0.024), share(0.02)}, Enter: rise, Leave: out,
		},
		"captions": {
			Slot: "captions", Role: "captions", Weight: 600, LineHeight: 1.25, Color: "#FFFFFF", Highlight: "#57C48A",
			Align: "center", Anchor: "bottom", StrokeColor: "#10140F", StrokeWidth: share(0.004),
			Box: Box{Left: share(0.08), Right: share(0.08), Bottom: share(0.01)}, Safe: DefaultSafe, Lines: 2,
		},
		"disclosure": {
			Slot: "disclosure", Role: "disclosure", Weight: 600, LineHeight: 1.25, Color: "#ECEFE8",
			Highlight: "#57C48A", Size: share(0.03), Align: "start", Anchor: "top", Box: Box{Left: share(0), Top: share(0), Width: share(1)},
			Safe: DefaultSafe, Plate: &Plate{"#10140FD9", share(0.012), share(0.008)},
		},
	}
}

// styles reads the user's styles over the built-in ones they are based on.
func (d *doc) styles(n ast.Node) {
	fs := d.Fields(n, "styles")
	at := map[string]yamldoc.Field{}
	for _, f := range fs {
		if !compositionName.MatchString(f.Key) {
			d.Fault(f.Node, "use letters, digits and dashes", "%q cannot name a style", f.Key)
			continue
		}
		at[f.Key] = f
	}
	done := map[string]bool{}
	var read func(f yamldoc.Field, trail []string)
	read = func(f yamldoc.Field, trail []string) {
		if done[f.Key] {
			return
		}
		done[f.Key] = true
		path, like := "styles."+f.Key, ""
		base, builtin := d.style[f.Key] // a style named title is based on the built-in title
		if !builtin {
			base = d.style["title"]
		}
		for _, k := range d.Fields(f.Value, path) {
			if k.Key != "like" {
				continue
			}
			d.Text(path+".like", &like)(k.Value)
			if own, ok := at[like]; ok && like != f.Key {
				if slices.Contains(trail, like) {
					d.Fault(k.Value, "base it on title, lower-third, callout or captions", "%s is like itself: %s",
						path,
						strings.Join(append(trail, f.Key, like), " → "))
					continue
				}
				read(own, append(trail, f.Key))
			}
			s, ok := d.style[like]
			if !ok {
				d.Fault(k.Value, d.knownStyles(like), "%s: no style %q", path, like)
				continue
			}
			base = s
		}
		set := d.styleKeys(path, &base)
		set["like"] = func(ast.Node) {}
		d.Object(f.Value, path, set)
		d.style[f.Key] = base
	}
	for _, f := range fs {
		if _, ok := at[f.Key]; ok {
			read(f, nil)
		}
	}
}

func (d *doc) knownStyles(name string) string {
	known := slices.Sorted(maps.Keys(d.style))
	if near := fault.Nearest(name, known); near != "" {
		return `did you mean "` + near + `"?`
	}
	return "known: " + strings.Join(known, ", ")
}

// styleWords are the keys of styleKeys.
var styleWords = func() map[string]bool {
	out := map[string]bool{}
	for k := range (&doc{}).styleKeys("", &Style{}) {
		out[k] = true
	}
	return out
}()

// StyleKeys returns the keys of a style, sorted.
func StyleKeys() []string {
	keys := append(slices.Collect(maps.Keys(styleWords)), "like")
	slices.Sort(keys)
	return keys
}

// styleKeys returns what reads the keys that a style and a text layer have in common.
func (d *doc) styleKeys(path string, s *Style) yamldoc.Setters {
	return yamldoc.Setters{
		"font":        func(n ast.Node) { s.Fonts = d.fonts(n, path+".font") },
		"weight":      d.weight(path+".weight", &s.Weight),
		"size":        d.dim(path+".size", leastSize, &s.Size),
		"line-height": d.Number(path+".line-height", 0.5, 5, "1.2 is usual", &s.LineHeight),
		"color":       d.AlphaColor(path+".color", &s.Color),
		"highlight":   d.AlphaColor(path+".highlight", &s.Highlight),
		"align":       d.Word(path+".align", []string{"start", "left", "center", "right"}, &s.Align),
		"anchor": func(n ast.Node) {
			s.Slot = ""
			d.Word(path+".anchor", []string{"top", "middle", "bottom"}, &s.Anchor)(n)
		},
		"lines":  d.Integer(path+".lines", 1, 10, "2 is usual", &s.Lines),
		"box":    func(n ast.Node) { s.Slot, s.Box = "", d.box(n, path+".box") },
		"safe":   d.safe(path+".safe", &s.Safe),
		"enter":  d.motion(path+".enter", DefaultEnter, &s.Enter),
		"leave":  d.motion(path+".leave", DefaultLeave, &s.Leave),
		"stroke": func(n ast.Node) { d.stroke(n, path+".stroke", s) },
		"plate":  func(n ast.Node) { s.Plate = d.plate(n, path+".plate", s.Plate) },
	}
}

// stroke reads the line around letters: none, a colour, a width, or both in a mapping.
func (d *doc) stroke(n ast.Node, path string, s *Style) {
	if d.IsNone(n) {
		s.StrokeWidth = Dim{}
		return
	}
	if s.StrokeColor == "" {
		s.StrokeColor = "#10140F"
	}
	if !s.StrokeWidth.Set {
		s.StrokeWidth = share(0.004)
	}
	raw, scalar := d.Raw(n)
	switch {
	case scalar && value.IsLength(raw):
		d.dim(path, leastSize, &s.StrokeWidth)(n)
	case scalar:
		d.AlphaColor(path, &s.StrokeColor)(n)
	default:
		d.Object(n, path, yamldoc.Setters{
			"color": d.AlphaColor(path+".color", &s.StrokeColor),
			"width": d.dim(path+".width", leastSize, &s.StrokeWidth),
		})
	}
}

// plate reads the box behind a text: none, a colour, or a mapping. It returns nil for none. base is what is not written.
func (d *doc) plate(n ast.Node, path string, base *Plate) *Plate {
	if d.IsNone(n) {
		return nil
	}
	p := Plate{"#10140FD9", share(0.022), share(0.012)}
	if base != nil {
		p = *base
	}
	if d.IsScalar(n) {
		d.AlphaColor(path, &p.Color)(n)
		return &p
	}
	d.Object(n, path, yamldoc.Setters{
		"color":   d.AlphaColor(path+".color", &p.Color),
		"padding": d.dim(path+".padding", leastSpace, &p.Padding),
		"radius":  d.dim(path+".radius", leastSpace, &p.Radius),
	})
	return &p
}

// weights are weights of letters by their name in CSS.
var weights = map[string]int{
	"thin": 100, "extralight": 200, "light": 300, "normal": 400, "regular": 400, "medium": 500, "semibold": 600,
	"bold": 700, "extrabold": 800, "black": 900,
}

func (d *doc) weight(path string, to *int) func(ast.Node) {
	return func(n ast.Node) {
		s, _ := d.Raw(n)
		if w := weights[yamldoc.Fold(s)]; w > 0 {
			*to = w
			return
		}
		d.Integer(path, 100, 900, "400, 600 and 700 are built in; bold is 700", to)(n)
	}
}

func (d *doc) fonts(n ast.Node, path string) []FontFile {
	var out []FontFile
	for _, v := range d.Items(n) {
		file, ok := d.ReadText(v, path)
		if !ok {
			continue
		}
		if ext := strings.ToLower(file); !strings.HasSuffix(ext, ".ttf") && !strings.HasSuffix(ext, ".otf") {
			d.Fault(
				v, "name a .ttf or .otf file: both renderers read the same bytes", "%s: %q is not a font file", path,
				file,
			)
			continue
		}
		out = append(out, FontFile{d.input(v, path, file), d.At(v)})
	}
	return out
}

// Slides are the directions of a motion.
var Slides = []string{"left", "right", "up", "down"}

// motion reads `fade`, `slide up`, `fade slide up 0.6s`, `none`, or the same as a mapping.
func (d *doc) motion(path string, usual time.Duration, to *Motion) func(ast.Node) {
	return func(n ast.Node) {
		m := Motion{Time: usual}
		if on, ok := d.ReadBool(n, path); ok {
			m.Fade = on
		} else if d.IsScalar(n) {
			d.motionWords(n, path, &m)
		} else {
			d.Object(n, path, yamldoc.Setters{
				"fade":     d.Bool(path+".fade", &m.Fade),
				"slide":    d.Word(path+".slide", Slides, &m.Slide),
				"distance": d.dim(path+".distance", leastSize, &m.Distance),
				"time":     d.Time(path+".time", time.Millisecond, &m.Time),
			})
		}
		*to = m
	}
}

func (d *doc) motionWords(n ast.Node, path string, m *Motion) {
	var s string
	d.Text(path, &s)(n)
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '+' || r == ',' })
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case w == "none" && len(words) == 1:
		case w == "fade":
			m.Fade = true
		case w == "slide" && i+1 < len(words) && slices.Contains(Slides, words[i+1]):
			i++
			m.Slide = words[i]
		case w[0] >= '0' && w[0] <= '9':
			t, ok := value.ParseTime(w)
			if !ok || t <= 0 || t > value.MaxTime {
				d.Fault(n, "write it like fade 0.4s", "%s: %q is not a time", path, w)
				return
			}
			m.Time = t
			m.Fade = m.Fade || len(words) == 1
		default:
			d.Fault(n, "write fade, slide up (or left, right, down), both, or none; then the time",
				"%s: %q is not a motion",
				path, s)
			return
		}
	}
}
