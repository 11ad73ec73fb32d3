package media

import (
	"fmt"
	"io"

	"greenroom/internal/regular"
)

const (
	partOfStream = "no pictures in it: it is the first part of a stream (an init segment)"
	joinParts    = "join it with the parts that follow: cat init.mp4 segment-*.m4s >complete.mp4"
	encrypted    = "export or download it without DRM; greenroom has no keys"
	endUnknown   = "whether its end is missing cannot be known; compare its length with the original's"
)

// container adds what the boxes or elements of a file show without decoding: encryption, missing pictures, a missing
// end, the index, holes. It returns true when nothing more can be checked.
func (r *Report) container(path string, scan *WebMScan) bool {
	f, err := regular.Open(path)
	if err != nil {
		return false // open reported it
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return false
	}
	if scan != nil {
		return r.matroska(f, scan)
	}
	if r.Info.Container == "mp4" || r.Info.Container == "mov" {
		if s, err := ScanMP4(f, fi.Size()); err == nil {
			return r.boxes(s)
		}
	}
	return false
}

// matroska adds what a walk over a WebM or Matroska file found besides damage of its structure.
func (r *Report) matroska(f io.ReaderAt, s *WebMScan) bool {
	v := s.video(r.Info.video)
	if v != nil && v.encrypted {
		r.add("encryption", Fail, "encrypted", "none", encrypted)
		return true
	}
	if v != nil && v.Packets == 0 && len(s.Issues) == 0 && !s.hasPackets() {
		r.add("video", Fail, partOfStream, "a video track with pictures", joinParts)
		return true
	}
	if len(s.Issues) > 0 {
		return false
	}
	r.held = s.end()
	index := s.indexProblem()
	if s.Piped || index != "" { // else the structure shows that nothing is missing at the end
		r.ends(s.Duration, s.end())
	}
	if s.Piped && s.Duration == 0 {
		r.add("end", Warn, "no end mark", "a length or an index", endUnknown)
	}
	if index != "" {
		r.add("seeking", Warn, index, "an index", "prepared files get one")
	}
	if v != nil {
		r.pictureSize(v)
	}
	if hole := findHole(f, s.Size); hole != "" {
		r.add("hole", Fail, hole, fmt.Sprintf("%d in a row", longestZeros), "bytes are missing; "+r.again)
	}
	return false
}

func (s *WebMScan) hasPackets() bool {
	for _, t := range s.Tracks {
		if t.Packets > 0 {
			return true
		}
	}
	return false
}

// pictureSize compares the container's size with that of the pictures.
func (r *Report) pictureSize(v *Track) {
	if v.codedWidth == 0 {
		return
	}
	coded := fmt.Sprintf("%dx%d", v.codedWidth, v.codedHeight)
	switch {
	case r.Info.Width != v.codedWidth || r.Info.Height != v.codedHeight:
		r.add("picture size", Fail, fmt.Sprintf("%s, in the container %dx%d", coded, r.Info.Width, r.Info.Height),
			"one size",
			"write the container again: ffmpeg -i IN -c:v libvpx-vp9 -crf 20 -b:v 0 OUT.webm")
	case v.resized:
		r.add("picture size", Warn, fmt.Sprintf("%s, later %dx%d", coded, v.toWidth, v.toHeight), "one size",
			"all pictures are scaled to the first one's size when the clip is prepared")
	case v.Width != v.codedWidth || v.Height != v.codedHeight:
		r.add("picture size", Warn, fmt.Sprintf("%s, in the container %dx%d", coded, v.Width, v.Height), "one size",
			"the size of the pictures is used")
	}
}

// boxes adds what a walk over an MP4 or QuickTime file found.
func (r *Report) boxes(s *MP4Scan) bool {
	switch {
	case s.encrypted:
		r.add("encryption", Fail, "encrypted", "none", encrypted)
		return true
	case s.mvex && s.Samples == 0 && s.fragmentSamples == 0:
		r.add("video", Fail, partOfStream, "a video track with pictures", joinParts)
		return true
	case s.cut != "":
		r.add("truncation", Fail, s.cut, "no damage", "the file is incomplete; "+r.again)
		return false
	case len(s.Issues) > 0: // ffmpeg decides whether it can be decoded all the same
		r.add("structure", Warn, s.Issues[0], "no damage", "some players may not play it; prepared files are right")
		return false
	}
	r.held = s.times.held()
	if s.moof && !s.ended { // tables and an index show that nothing is missing at the end
		r.ends(s.times.announced, s.times.held())
		if s.times.announced == 0 {
			r.add("end", Warn, "no end mark", "a length or an index", endUnknown)
		}
	}
	return false
}

// ends finds a stream that was cut between two of its parts: it announces more than it holds, and nothing else
// shows where it ends. Both are in seconds; 0 when unknown.
func (r *Report) ends(announced, held float64) {
	if announced > 0 && held > 0 && announced > held+max(0.25, announced/20) {
		r.add("truncation", Fail, fmt.Sprintf("%s announced, %s in the file", seconds(announced), seconds(held)),
			"±5 %, 0.25 s at least",
			"the end is missing, or the header is wrong; "+r.again)
	}
}
