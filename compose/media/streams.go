package media

import "fmt"

// accept turns failures that the user accepts into warnings, with the reason.
func (r *Report) accept(reasons map[string]string) {
	for i := range r.Findings {
		f := &r.Findings[i]
		if why, ok := reasons[f.Name]; ok && f.Verdict == Fail {
			f.Verdict, f.Advice = Warn, "accepted in the manifest: "+why
		}
	}
}

// alpha checks that pictures carry alpha: in the packets of VP8 and VP9, in the pixel format of the others.
func (r *Report) alpha(scan *WebMScan) {
	i := r.Info
	switch {
	case scan != nil && (i.VideoCodec == "vp8" || i.VideoCodec == "vp9" || i.AlphaPackets > 0):
		if i.AlphaPackets > 0 && i.decoder() == "" {
			r.add("alpha", Fail, i.VideoCodec+" with alpha in "+i.Container, "alpha that ffmpeg decodes",
				"ffmpeg decodes the alpha of VP8 and VP9 only: export it as VP9, or as ProRes 4444 in a MOV")
			return
		}
		r.alphaPackets(scan)
	case i.Alpha:
		r.add("alpha", OK, fmt.Sprintf("%s, %s", i.VideoCodec, i.PixelFormat), "alpha", "")
	default:
		advice := "if the clip is meant to be opaque, set transparent: false (`greenroom check --opaque`); if it was recorded before a" +
			" green screen, set key: auto (`--key-color auto`); else export it with alpha, as WebM (VP9) or MOV (ProRes 4444)"
		if i.VideoCodec == "hevc" {
			advice += "; ffmpeg does not decode the alpha of HEVC"
		}
		r.add("alpha", Fail, fmt.Sprintf("%s, %s in %s", i.VideoCodec, i.PixelFormat, i.Container), "alpha", advice)
	}
}

// display reports what is done to the pictures when the clip is prepared.
func (r *Report) display() {
	i := r.Info
	if o := i.Display.Orientation.String(); o != "" {
		r.add(
			"orientation", OK, fmt.Sprintf("%s, shown as %dx%d", o, i.ShownWidth, i.ShownHeight), "any right angle", "",
		)
	}
	if !i.Display.square() {
		r.add("pixel aspect", OK, fmt.Sprintf("%s, shown as %dx%d", i.Display.Aspect, i.ShownWidth, i.ShownHeight),
			"any",
			"")
	}
	if i.Interlaced {
		r.add(
			"interlacing", Warn, "two fields in a frame", "whole frames",
			"prepared files have one picture for each frame",
		)
	}
	switch _, err := i.Colour.Filters(); {
	case i.refused != "":
		r.add("colour", Fail, i.refused, "colours that ffmpeg decodes",
			"export it as HLG, HDR10 or SDR, as in the camera's settings for compatibility")
	case err != nil:
		r.add("colour", Fail, i.Colour.String(), "a known matrix", err.Error())
	case i.Colour.HDR():
		r.add(
			"colour", Warn, i.Colour.String(), "BT.709", "prepared files are tone-mapped to BT.709; films are not HDR",
		)
	default:
		r.add("colour", OK, i.Colour.String(), "any", "")
	}
}

func (r *Report) decode(l *look) {
	r.Frames = l.frames
	value, verdict := "clean", OK
	advice := "the file is damaged; " + r.again
	for _, n := range l.notices {
		if n.serious {
			value, verdict = n.text, Fail
			break
		}
		if verdict == OK {
			value, verdict = n.text, Warn
		}
	}
	if verdict == Warn {
		advice = "ffmpeg mentions this and decodes the file"
	}
	if verdict != Fail && l.failed != nil {
		value, verdict = l.failed.Error(), Fail
	}
	r.add("decoding", verdict, value, "no complaint", advice)

	// A picture before the first keyframe, or half of one at a cut, is omitted silently. That is not damage when
	// everything else decodes.
	missing := r.Info.Frames - l.frames
	lost := Fail
	if verdict != Fail && r.Info.AlphaPackets == 0 && missing <= max(2, r.Info.Frames/50) && l.frames > 0 {
		lost = Warn
	}
	r.add("frames", judge(missing != 0, lost), fmt.Sprint(l.frames), fmt.Sprintf("%d packets", r.Info.Frames),
		map[Verdict]string{Fail: "some frames cannot be decoded; " + r.again, Warn: "the others are complete"}[lost])
}
