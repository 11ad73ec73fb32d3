package media

import (
	"context"
	"fmt"
	"math"
	"strings"
)

// Verdict of one finding.
type Verdict string

// Verdicts, from good to bad.
const (
	OK   Verdict = "ok"
	Warn Verdict = "warn"
	Fail Verdict = "fail"
)

// Finding is the result of one check.
type Finding struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Value   string  `json:"value"`
	Limit   string  `json:"limit"`
	Advice  string  `json:"advice,omitempty"`
	// Where is the worst place, of a finding that has one.
	Where Stretch `json:"where,omitzero"`
}

// Stretch is a part of a file, in seconds from its first picture.
type Stretch struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// Limits are those that users may change: checks in the manifest. Fractions are of 1.
type Limits struct {
	DurationTolerance        float64 // 0 means 0.25
	CoverageMin, CoverageMax float64 // both 0: 0.02 and 0.80
	Border                   string  // the border that the presenter may touch: bottom, all, none
	// Accept turns failures into warnings: the name of a finding and why it is accepted.
	Accept map[string]string
}

// Expect is what a file should be. Fractions are of 1, times in seconds.
//
// size: one field for each thing that a check compares.
type Expect struct {
	Limits
	Transparent bool
	Duration    float64 // announced; 0 when unknown
	KeyColor    string  // a master to be keyed here: #RRGGBB or auto
	Prepared    bool    // our own output: first timestamp 0, a keyframe a second

	Hold     bool     // the last picture is repeated until the sound ends
	Loudness *float64 // asked of a prepared file, LUFS

	Again string // the advice for a damaged file: how to get it again

	Poster *PosterSpec // made from the same decode, when not nil
	// Choose has the picture chosen that represents the clip, see Report.Chosen.
	Choose bool

	// Pictures, when not nil, returns what gets every picture of the same decode.
	Pictures func(Info) func(Picture) `json:"-"`
}

// Report is what a check found.
//
// size: one method for each check, all of which add findings.
type Report struct {
	File     string     `json:"file"`
	Info     Info       `json:"info"`
	Findings []Finding  `json:"findings"`
	Box      Box        `json:"box"`      // of everything visible, full-size pixels, grown by 8
	Coverage [3]float64 `json:"coverage"` // of a frame: least, mean, most
	Frames   int        `json:"frames"`   // decoded
	Straight bool       `json:"straight"` // straight alpha, not premultiplied

	Seconds  float64     `json:"seconds"`            // of pictures
	Sound    *SoundTrack `json:"sound,omitempty"`    // not of prepared files, unless their loudness is checked
	Loudness *Loudness   `json:"loudness,omitempty"` // of a prepared file

	again string  // see Expect
	held  float64 // where the last track ends by the container, subtitles too, seconds; 0 when unknown
	path  string  // of the video, which may be packed from File

	chosen *float64 // see Chosen

	carried *Carried // nil for a report of this process
}

// Verdict is the worst of all findings.
func (r *Report) Verdict() Verdict { return WorstOf(r.Findings) }

// WorstOf is the worst verdict of findings.
func WorstOf(list []Finding) Verdict {
	v := OK
	for _, f := range list {
		if f.Verdict == Fail {
			return Fail
		}
		if f.Verdict == Warn {
			v = Warn
		}
	}
	return v
}

func (r *Report) add(name string, v Verdict, value, limit, advice string) {
	if v == OK {
		advice = ""
	}
	r.Findings = append(r.Findings, Finding{Name: name, Verdict: v, Value: value, Limit: limit, Advice: advice})
}

func judge(bad bool, v Verdict) Verdict {
	if bad {
		return v
	}
	return OK
}

// Check reads a file: the walk, then one decode. The error means that it could not
// be checked; a bad file is a Report whose Verdict is Fail.
func Check(ctx context.Context, t Tools, path string, e Expect, progress func(float64)) (*Report, error) {
	if e.CoverageMin == 0 && e.CoverageMax == 0 {
		e.CoverageMin, e.CoverageMax = 0.02, 0.80
	}
	if e.DurationTolerance == 0 {
		e.DurationTolerance = 0.25
	}
	if e.Again == "" {
		e.Again = "download or export it again"
	}
	name := path
	path, remove, err := packed(ctx, t, path)
	if err != nil {
		return nil, err
	}
	defer remove()
	info, scan, err := open(ctx, t, path)
	if err != nil {
		return nil, err
	}
	r := &Report{File: name, path: path, Info: info, Straight: true, again: e.Again}
	defer r.accept(e.Accept)
	if r.container(path, scan) {
		return r, nil
	}
	if info.Width <= 0 || info.Height <= 0 || info.VideoPackets == 0 {
		if scan != nil {
			r.structure(scan)
		}
		r.add("video", Fail, "no pictures", "a video track", r.again)
		return r, nil
	}
	if scan != nil {
		r.structure(scan)
	}
	if e.Transparent && e.KeyColor == "" {
		r.alpha(scan)
	}
	r.display()
	r.timing(e)
	if e.KeyColor == KeyAuto {
		found, err := findScreen(ctx, t, path, info)
		if err != nil {
			return nil, err
		}
		e.KeyColor = found.key
		if found.key == "" {
			r.add("key colour", Fail, found.border+" at the borders", "green, blue or magenta", noScreen)
			e.Transparent = false
		}
	}
	l, err := watch(ctx, t, path, info, e, progress)
	if err != nil {
		return nil, err
	}
	r.decode(l)
	r.chosen = l.choice(info)
	if err := r.measure(ctx, t, e); err != nil {
		return nil, err
	}
	r.length(e)
	r.listen(e)
	// Without alpha nothing is transparent: the finding above reports that.
	if alpha := info.Alpha || info.AlphaMode || e.KeyColor != ""; alpha && e.Transparent && l.frames > 0 {
		r.picture(l, e)
	}
	return r, nil
}

func (r *Report) structure(s *WebMScan) {
	what := "whole"
	if len(s.Issues) > 0 {
		what = strings.Join(s.Issues[:min(3, len(s.Issues))], "; ")
	}
	name := "structure"
	if s.Truncated {
		name = "truncation"
	}
	r.add(name, judge(len(s.Issues) > 0, Fail), what, "no damage", "the file is incomplete or damaged; "+r.again)
}

// alphaPackets checks what the packets carry; the AlphaMode tag only has to agree.
func (r *Report) alphaPackets(s *WebMScan) {
	v := s.Video()
	count := fmt.Sprintf("%d of %d packets", v.Alpha, v.Packets)
	r.add("alpha packets", judge(v.Alpha != v.Packets, Fail), count, "all packets", map[bool]string{
		true: "the clip is opaque, whatever its AlphaMode tag: a tool on the way dropped the alpha; " + r.again +
			", or if it is meant to be opaque, set transparent: false (`greenroom check --opaque`)",
		false: "alpha is missing in places; " + r.again,
	}[v.Alpha == 0])
	if v.Alpha > 0 {
		r.add("AlphaMode", judge(!v.AlphaMode, Warn), fmt.Sprintf("tag %v", v.AlphaMode), "tag 1",
			"players would show a black box; prepared files get the tag")
	} else if v.AlphaMode {
		r.add("AlphaMode", Fail, "tag 1 without alpha", "tag and packets agree", "the tag was copied from another file")
	}
}

func (r *Report) timing(e Expect) {
	i := r.Info
	r.add("frame rate", judge(i.VFR, Warn), map[bool]string{true: "varies", false: fmt.Sprintf("%.5g", i.FPS())}[i.VFR],
		"constant", "frames may repeat or be skipped in a composition; prepared files are constant")
	r.add("first timestamp", judge(i.FirstVideoPTS != 0, map[bool]Verdict{true: Fail, false: Warn}[e.Prepared]),
		seconds(i.FirstVideoPTS), "0.000 s", "a renderer would show every frame late; prepared files start at 0")
	if e.Prepared {
		gop := int(math.Ceil(i.FPS()))
		r.add("keyframes", judge(i.LongestGOP > gop, Fail), fmt.Sprintf("every %d frames", i.LongestGOP),
			fmt.Sprintf("every %d frames", gop), r.again)
	}
}

// picture checks what is visible through the alpha.
func (r *Report) picture(l *look, e Expect) {
	r.Coverage = [3]float64{l.minCov, l.sumCov / float64(l.frames), l.maxCov}
	r.Box = l.box(r.Info.ShownWidth, r.Info.ShownHeight)
	if e.KeyColor != "" {
		r.add(
			"key colour", judge(l.cornerOK < 0.95, Fail), fmt.Sprintf("%s in the corners", l.corner), e.KeyColor,
			"the background is not the key colour: name the colour of the screen (key-color of an avatar's clip, key of a file), or check that the avatar can be matted",
		)
		share := float64(l.spill) * 16 / math.Max(1, float64(l.all))
		r.add("key colour inside", judge(share > 0.001, Fail), percent(share), "0.1 %",
			"the presenter wears the key colour; use another screen, for an avatar key-color: \"#0000FF\"")
	}
	if share := l.opaqueShare(); share > 0.98 {
		r.add("alpha use", Fail, percent(share)+" opaque", "98 %",
			"the alpha is there and hides nothing: the background was not removed")
		return
	}
	r.add("coverage", judge(r.Coverage[0] < e.CoverageMin || r.Coverage[2] > e.CoverageMax, Fail),
		fmt.Sprintf("%s to %s", percent(r.Coverage[0]), percent(r.Coverage[2])),
		fmt.Sprintf("%s to %s", percent(e.CoverageMin), percent(e.CoverageMax)),
		"the picture is nearly empty or nearly full; widen checks.coverage if that is intended")
	r.borders(l, e.Border)
	if e.KeyColor == "" { // a key's edges are checked on its result
		r.matte(l)
	}
}

func (r *Report) borders(l *look, allowed string) {
	var hit []string
	for i, name := range []string{"top", "bottom", "left", "right"} {
		if l.touch[i] > 0 && name != allowed && allowed != "all" {
			hit = append(hit, fmt.Sprintf("%s in %d frames", name, l.touch[i]))
		}
	}
	value := "clear"
	if len(hit) > 0 {
		value = strings.Join(hit, ", ")
	}
	r.add("borders", judge(len(hit) > 0, Warn), value, "only "+allowed,
		"the presenter is cut off at a border; choose a smaller scale or another offset")
}

// matte reports colour that is mixed with a matte: premultiplied with black, or with a bright one.
func (r *Report) matte(l *look) {
	const limit = "the colours of the presenter alone"
	m := l.edges.result()
	switch {
	case !m.enough:
		r.add("edges", OK, "too few soft edges to measure", "", "")
	case m.matte && m.black:
		r.Straight = false
		r.add("premultiplied", Fail, "colours scale with alpha", limit,
			"edges would get a dark halo: export with straight alpha")
	case m.matte:
		r.add("matte", Fail, "edges are mixed with "+m.String(), limit,
			"edges would get a bright fringe: export without a matte colour")
	default:
		r.add("edges", OK, "straight", limit, "")
	}
}

func percent(v float64) string { return fmt.Sprintf("%.1f %%", v*100) }
