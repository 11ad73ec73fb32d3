package prompt

import (
	"strings"

	"greenroom/internal/fault"
)

// reader walks the lines once.
type reader struct {
	p            *Prompt
	scene        *Scene
	draft        draft
	level        int     // of the scene's heading; 0 without #
	into         *part   // where a line without a label goes on; nil: nowhere
	fresh        bool    // into has taken nothing yet, so an empty line does not end it
	end          float64 // of the scenes so far, seconds
	intro, notes []string
	inNotes      bool // in a section that is not a scene, after the first scene
	styles       []*part
}

// draft holds the lines of a scene until it is complete: joining them one by one would
// copy a long text again with each.
type draft struct {
	words, visual part
	text, notes   []*part
}

// part is a labelled value of one or more lines.
type part struct {
	what, name string
	at         place
	pieces     []string
}

func (t *part) String() string { return clean(strings.Join(t.pieces, " ")) }

// Parse reads a prompt and checks it. What is wrong is in its Findings.
func Parse(text string) *Prompt {
	p := &Prompt{Scenes: []Scene{}, Findings: []Finding{}}
	text = strings.TrimPrefix(text, "\ufeff")
	p.lines = strings.Split(text, "\n")
	if !p.readable(text) {
		return p
	}
	r := &reader{p: p}
	for i := p.head(); i < len(p.lines); i++ {
		r.line(i+1, p.Source(i+1))
	}
	r.finish()
	for _, t := range r.styles {
		p.setStyle(t.at, t.String())
	}
	p.Intro, p.Notes = prose(r.intro), prose(r.notes)
	p.check(text)
	return p
}

// line reads one line: the order of the cases is the grammar.
func (r *reader) line(n int, raw string) {
	l := collapse(raw)
	switch {
	case l == "":
		r.blank()
		return
	case ruleRe.MatchString(l):
		r.into = nil
		return
	}
	if level, title, t, ok := readScene(l); ok {
		r.begin(n, raw, level, title, t)
		return
	}
	if b, ok := readLabel(l); ok && r.label(n, raw, b) {
		return
	}
	if m := headRe.FindStringSubmatch(l); m != nil && r.section(n, raw, len(m[1]), m[2]) {
		return
	}
	r.plain(n, raw, l)
}

func (r *reader) blank() {
	if !r.fresh {
		r.into = nil
	}
	switch {
	case r.inNotes:
		r.notes = append(r.notes, "")
	case r.scene == nil:
		r.intro = append(r.intro, "")
	}
}

// begin opens a scene.
func (r *reader) begin(n int, raw string, level int, title string, t timing) {
	r.finish()
	r.level, r.into, r.inNotes, r.draft = level, nil, false, draft{}
	r.scene = &Scene{Title: title, Line: n, Media: []string{}, OnScreen: []string{}, at: map[string]place{}}
	r.mark("scene", place{n, column(raw, "")})
	if t.known {
		r.scene.time(t, r.end)
	}
}

func (r *reader) finish() {
	s := r.scene
	if s == nil {
		return
	}
	s.Words, s.Visual = r.draft.words.String(), r.draft.visual.String()
	for _, t := range r.draft.text {
		if text := t.String(); text != "" {
			s.OnScreen = append(s.OnScreen, text)
		}
	}
	for _, t := range r.draft.notes {
		if text := t.String(); text != "" {
			s.Notes = append(s.Notes, t.name+": "+text)
		}
	}
	r.end = max(r.end, s.To)
	r.p.Scenes = append(r.p.Scenes, *s)
	r.scene = nil
}

func (r *reader) mark(what string, at place) {
	if _, have := r.scene.at[what]; !have {
		r.scene.at[what] = at
	}
}

// label reads a labelled line, and reports whether it was one.
func (r *reader) label(n int, raw string, b labelled) bool {
	at := place{n, column(raw, b.name)}
	if b.what == "style" {
		r.startStyle(n, raw, at, b.rest)
		return true
	}
	if r.scene == nil {
		return false
	}
	if b.what == "" {
		if m := fault.Nearest(strings.ToLower(b.name), labelNames); m != "" {
			r.p.find(at, Warning, "label", "did you mean "+m+"?", "unknown label %s", show(b.name))
		}
		return false
	}
	r.mark(b.what, at)
	r.value(n, raw, b)
	return true
}

// value adds a labelled value to the scene.
func (r *reader) value(n int, raw string, b labelled) {
	d := &r.draft
	to := &d.visual
	switch b.what {
	case "words":
		if b.aside != "" {
			d.notes = append(d.notes, &part{what: "note", name: "Delivery", pieces: []string{b.aside}})
		}
		to = &d.words
	case "text":
		to = &part{}
		d.text = append(d.text, to)
	case "media":
		to = &part{}
	case "kind":
		kind, _, _ := medium(strings.ToLower(b.name))
		r.scene.addMedia(kind)
	case "note":
		to = &part{name: b.name}
		d.notes = append(d.notes, to)
	case "time":
		r.into = nil
		r.duration(n, raw, b.rest)
		return
	}
	to.what = b.what
	r.start(n, raw, b.rest, to)
}

// duration reads Duration: 8s inside a scene. Times in the heading come first.
func (r *reader) duration(n int, raw, value string) {
	_, t := heading("(" + strings.Trim(value, "()[] ") + ")")
	switch {
	case len(value) > maxHeading || !t.known:
		r.p.find(place{n, column(raw, value)}, Warning, "times", "write it like Duration: 8s", "%s is not a time",
			show(value))
	case !r.scene.Timed:
		r.scene.time(t, r.end)
	}
}

// start begins a part with a value. Further lines may follow.
func (r *reader) start(n int, raw, value string, to *part) {
	r.into, r.fresh = to, true
	if value != "" {
		r.add(n, raw, value)
	}
}

// add adds a line to the current part.
func (r *reader) add(n int, raw, l string) {
	r.fresh = false
	if r.into.what == "media" {
		r.media(n, raw, l)
		return
	}
	r.into.pieces = append(r.into.pieces, l)
}

// startStyle begins the style of the film.
func (r *reader) startStyle(n int, raw string, at place, value string) {
	t := &part{what: "style", at: at}
	r.styles = append(r.styles, t)
	r.start(n, raw, value, t)
}

// setStyle sets the style. A second, different one is a finding.
func (p *Prompt) setStyle(at place, style string) {
	switch {
	case style == "":
	case p.Style == "":
		p.Style, p.styleAt = style, at
	case !strings.EqualFold(p.Style, style):
		p.find(at, Error, "style", "keep one of them; what one scene looks like belongs under its Visual:",
			"a second style contradicts the one in line %d", p.styleAt.line)
	}
}

// section reads a heading that does not begin a scene, and reports whether it did.
func (r *reader) section(n int, raw string, level int, title string) bool {
	word := strings.ToLower(strings.Trim(title, " *_:"))
	what := labels[word]
	at := place{n, column(raw, "")}
	switch {
	case what == "style":
		r.startStyle(n, raw, at, "")
	case r.scene != nil && what != "" && what != "time" && what != "kind":
		r.mark(what, at)
		r.value(n, raw, labelled{name: word, what: what})
	case r.scene != nil && r.level > 0 && level > r.level:
		return false // a heading inside the scene: part of its picture
	case r.scene != nil || r.inNotes:
		r.finish()
		r.inNotes, r.into = true, nil
		r.notes = append(r.notes, "## "+title)
	default:
		return false
	}
	return true
}

// plain reads a line without a label.
func (r *reader) plain(n int, raw, l string) {
	switch {
	case r.scene != nil:
		r.inScene(n, raw, l)
	case r.into != nil:
		r.add(n, raw, clean(l))
	case r.inNotes && len(r.notes) == 0:
		r.notes = append(r.notes, "## Notes", l)
	case r.inNotes:
		r.notes = append(r.notes, l)
	default:
		r.intro = append(r.intro, l)
	}
}

// inScene adds a line to the current part of the scene. Without one, a quoted line is speech and any
// other belongs to the picture.
func (r *reader) inScene(n int, raw, l string) {
	item := itemRe.FindStringSubmatch(l)
	if item != nil {
		l = item[1]
	}
	speech := quoted(l) && (r.into == nil || r.into.what == "visual" || r.into.what == "kind")
	l = clean(l)
	switch {
	case speech:
		r.mark("words", place{n, column(raw, "")})
		r.draft.words.pieces = append(r.draft.words.pieces, l)
	case r.into == nil:
		r.draft.visual.pieces = append(r.draft.visual.pieces, l)
	default:
		if item != nil && !r.fresh && r.into.what == "text" { // a list: each is shown by itself
			r.into = &part{what: "text"}
			r.draft.text = append(r.draft.text, r.into)
		}
		r.add(n, raw, l)
	}
}

// prose joins lines, with single empty lines between them and none around.
func prose(lines []string) string {
	out := lines[:0]
	for _, l := range lines {
		if l != "" || len(out) > 0 && out[len(out)-1] != "" {
			out = append(out, l)
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}
