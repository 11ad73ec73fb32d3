package exchange

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"greenroom/compose/timeline"
)

// element is an element of XML as it is read.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Kids    []element  `xml:",any"`
}

func (e *element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e *element) each(f func(*element)) {
	f(e)
	for i := range e.Kids {
		e.Kids[i].each(f)
	}
}

// allowed are the children of FCPXML's elements as Apple's reference has them, in order: each may be there once, with a
// star any number of times.
var allowed = map[string]string{
	"fcpxml": "resources library", "resources": "asset* effect* format*", "asset": "media-rep*", "library": "event*",
	"event": "project*", "project": "sequence", "sequence": "spine", "spine": "gap*", "gap": "connected*",
	"asset-clip":  "conform-rate adjust-crop adjust-transform adjust-blend adjust-volume",
	"video":       "adjust-crop adjust-transform adjust-blend",
	"title":       "param* text text-style-def* adjust-transform adjust-blend",
	"adjust-crop": "trim-rect", "adjust-transform": "param*", "adjust-blend": "param*", "adjust-volume": "param*",
	"param": "fadeIn fadeOut keyframeAnimation param*", "keyframeAnimation": "keyframe*", "text": "text-style*",
	"text-style-def": "text-style",
}

// anyOrder are elements whose children may be mixed.
var anyOrder = map[string]bool{"resources": true, "gap": true}

var fcpTime = regexp.MustCompile(`^\d+(/\d+)?s$`)

// TestFCPXMLStructure checks what Apple's document type definition and reference require: elements, their order, that
// every reference has its resource, that times are whole frames, and that connected clips have a lane.
func TestFCPXMLStructure(t *testing.T) {
	text, _, _ := export(t, tour(ntsc), "fcpxml")
	var root element
	if err := xml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	root.each(func(e *element) {
		if id := e.attr("id"); id != "" {
			if ids[id] {
				t.Errorf("the id %s is there twice", id)
			}
			ids[id] = true
		}
	})
	root.each(func(e *element) {
		name := e.XMLName.Local
		for _, a := range []string{"ref", "format"} {
			if v := e.attr(a); v != "" && !ids[v] {
				t.Errorf("%s refers to %q", name, v)
			}
		}
		for _, a := range []string{"offset", "start", "duration", "time"} {
			wantFrames(t, name+" "+a, e.attr(a))
		}
		if (name == "asset-clip" || name == "video" || name == "title") && (e.attr("lane") == "" || e.attr("lane") == "0") {
			t.Errorf("%s %q has no lane", name, e.attr("name"))
		}
		at := 0
		order := strings.Fields(allowed[name])
		for i := range e.Kids {
			kid := e.Kids[i].XMLName.Local
			if name == "gap" {
				kid = "connected"
			}
			found := -1
			for j, o := range order {
				if strings.TrimSuffix(o, "*") == kid {
					found = j
				}
			}
			if found < 0 || found < at && !anyOrder[name] || found == at-1 && !strings.HasSuffix(order[found], "*") {
				t.Errorf("%s must not contain %s here", name, kid)
				continue
			}
			at = found
			if !strings.HasSuffix(order[found], "*") {
				at++
			}
		}
	})
}

// wantFrames fails if a time is not a whole number of frames of 1001/30000 s, of a clip's 1/25 s, or of seconds.
func wantFrames(t *testing.T, what, v string) {
	t.Helper()
	if v == "" {
		return
	}
	if !fcpTime.MatchString(v) {
		t.Errorf("%s is %q", what, v)
		return
	}
	num, den, fraction := strings.Cut(strings.TrimSuffix(v, "s"), "/")
	n, _ := strconv.Atoi(num)
	if fraction && den == "30000" && n%1001 != 0 {
		t.Errorf("%s is %q, between two frames", what, v)
	}
}

// otioMembers are the members of OpenTimelineIO's schemas that its reader requires. None of its lists is null.
var otioMembers = map[string]string{
	"Timeline.1": "global_start_time metadata name tracks", "Stack.1": "children effects enabled markers metadata name source_range",
	"Track.1":             "children effects enabled kind markers metadata name source_range",
	"Clip.2":              "active_media_reference_key effects enabled markers media_references metadata name source_range",
	"Gap.1":               "effects enabled markers metadata name source_range",
	"Transition.1":        "in_offset metadata name out_offset transition_type",
	"ExternalReference.1": "available_image_bounds available_range metadata name target_url",
	"RationalTime.1":      "rate value", "TimeRange.1": "duration start_time",
}

// TestOTIOStructure checks the members of every object, that no two transitions meet, and that the first track is as long
// as the film, also of films with a black end or without layers.
func TestOTIOStructure(t *testing.T) {
	short := tour(ntsc)
	short.Layers, short.Sounds = short.Layers[3:4], nil
	empty := *short
	empty.Layers = nil
	for _, f := range []*timeline.Film{tour(ntsc), short, &empty} {
		text, _, _ := export(t, f, "otio")
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		var visit func(v any)
		visit = func(v any) {
			switch v := v.(type) {
			case []any:
				for _, x := range v {
					visit(x)
				}
			case map[string]any:
				schema, ok := v["OTIO_SCHEMA"].(string)
				members := slices.DeleteFunc(slices.Sorted(maps.Keys(v)), func(m string) bool { return m == "OTIO_SCHEMA" })
				if got := strings.Join(members, " "); ok && got != otioMembers[schema] {
					t.Errorf("%s has %q", schema, got)
				}
				for name, x := range v {
					if list := name == "children" || name == "effects" || name == "markers"; list && x == nil {
						t.Errorf("%s: %s is null", schema, name)
					}
					visit(x)
				}
			}
		}
		visit(doc)
		tracks := doc["tracks"].(map[string]any)["children"].([]any)
		for i, track := range tracks {
			frames, before := 0.0, ""
			for _, c := range track.(map[string]any)["children"].([]any) {
				item := c.(map[string]any)
				schema := item["OTIO_SCHEMA"].(string)
				if schema == "Transition.1" && before == schema {
					t.Error("two transitions meet")
				} else if schema != "Transition.1" {
					frames += item["source_range"].(map[string]any)["duration"].(map[string]any)["value"].(float64)
				}
				before = schema
			}
			if i == 0 && frames != float64(f.Frames) {
				t.Errorf("the first track has %v frames of %d", frames, f.Frames)
			}
		}
	}
}

var (
	edlEvent = regexp.MustCompile(
		`^(\d{3})  ([A-Z0-9]{1,8}) +(V|AA|AA/V|NONE) +(C|D    \d{3}) +(\d\d:\d\d:\d\d[:;]\d\d) (\S{11}) (\S{11}) (\S{11})$`)
	edlOther = regexp.MustCompile(`^(\* (FROM|TO) CLIP NAME: \S.*|AUD  3    4|)$`)
)

// TestEDLStructure checks the columns of CMX3600, that every event is as long in the file as in the film, that pictures
// follow one another, and that a dissolve is two lines with one number.
func TestEDLStructure(t *testing.T) {
	for rate, fcm := range map[timeline.Rate]string{ntsc: "FCM: DROP FRAME", pal: "FCM: NON-DROP FRAME"} {
		f := tour(rate)
		text, _, _ := export(t, f, "edl")
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if lines[0] != "TITLE: tour" || lines[1] != fcm {
			t.Errorf("it begins with %q", lines[:2])
		}
		c := clockOf(f.FPS)
		frames := map[string]int{}
		for n := range c.hour() + f.Frames + 1 {
			frames[c.at(n)] = n
		}
		end, number := c.hour(), 0
		for _, line := range lines[2:] {
			m := edlEvent.FindStringSubmatch(line)
			if m == nil {
				if !edlOther.MatchString(line) {
					t.Errorf("%q is not CMX3600", line)
				}
				continue
			}
			n, _ := strconv.Atoi(m[1])
			if dissolve := strings.HasPrefix(m[4], "D"); dissolve && n != number || !dissolve && n != number+1 {
				t.Errorf("event %d after %d", n, number)
			}
			number = n
			in, out := frames[m[7]], frames[m[8]]
			if frames[m[6]]-frames[m[5]] != out-in {
				t.Errorf("%q has two lengths", line)
			}
			if m[3] != "V" {
				continue
			}
			if in != end {
				t.Errorf("%q begins at frame %d, the one before ends at %d", line, in-c.hour(), end-c.hour())
			}
			end = out
		}
		if end != c.hour()+f.Frames {
			t.Errorf("the pictures end at frame %d", end-c.hour())
		}
	}
}

// TestFCPXMLPlaces: fitted into the canvas, trimmed, scaled and moved as Final Cut does it, the shown part of a picture
// fills the layer's box.
func TestFCPXMLPlaces(t *testing.T) {
	f := tour(pal)
	f.Layers[1].Box = timeline.Rect{X: 30, Y: 50, W: 320, H: 180}
	text, _, _ := export(t, f, "fcpxml")
	var root element
	if err := xml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	numbers := func(text string) (x, y float64) {
		if _, err := fmt.Sscan(text, &x, &y); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		return x, y
	}
	seen := 0
	root.each(func(e *element) {
		for i := range f.Layers {
			l := &f.Layers[i]
			if l.Kind != timeline.KindVideo && l.Kind != timeline.KindPicture || l.ID != e.attr("name") || e.attr("lane") == "" ||
				strings.HasPrefix(e.attr("lane"), "-") {
				continue
			}
			crop, all := cropOf(f, l)
			w, h := float64(f.Width), float64(f.Height)
			x, y, sx, sy := 0.0, 0.0, 1.0, 1.0
			left, top := 0.0, 0.0
			e.each(func(n *element) {
				switch n.XMLName.Local {
				case "adjust-transform":
					x, y = numbers(n.attr("position"))
					sx, sy = numbers(n.attr("scale"))
				case "trim-rect":
					left, top = numbers(n.attr("left") + " " + n.attr("top"))
				}
			})
			fit := min(w/float64(all.W), h/float64(all.H))
			// The corner of the complete picture, then that of the part that is not trimmed.
			px := w/2 + x*h/100 - float64(all.W)*fit*sx/2 + left*float64(all.H)/100*fit*sx
			py := h/2 - y*h/100 - float64(all.H)*fit*sy/2 + top*float64(all.H)/100*fit*sy
			got := []float64{px, py, float64(crop.W) * fit * sx, float64(crop.H) * fit * sy}
			for j, want := range []int{l.Box.X, l.Box.Y, l.Box.W, l.Box.H} {
				if got[j] < float64(want)-0.1 || got[j] > float64(want)+0.1 {
					t.Errorf("%s is at %.2f, want %v", l.ID, got, l.Box)
					break
				}
			}
			seen++
		}
	})
	if seen < 4 {
		t.Errorf("only %d layers were compared", seen)
	}
}
