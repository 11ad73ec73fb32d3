package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"greenroom/compose/media/colour"
	"greenroom/compose/media/framerate"
	"greenroom/internal/fault"
	"greenroom/internal/regular"
)

// Box is a rectangle in pixels.
type Box struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Info is what a file is. Times are in seconds. Pictures that an edit list or the codec hides are not counted.
type Info struct {
	Container   string `json:"container"` // webm, matroska, mp4, mov, avi, gif, apng, or ffprobe's word
	VideoCodec  string `json:"videoCodec"`
	PixelFormat string `json:"pixelFormat"`

	// Width and Height are of the coded picture. ShownWidth and ShownHeight are of the upright one with square pixels.
	Width       int           `json:"width"`
	Height      int           `json:"height"`
	ShownWidth  int           `json:"shownWidth"`
	ShownHeight int           `json:"shownHeight"`
	Display     Display       `json:"display"`
	Colour      colour.Colour `json:"colour"`
	Interlaced  bool          `json:"interlaced"`

	// FPSNum and FPSDen are the constant rate, or that of the shortest usual step when VFR.
	FPSNum int  `json:"fpsNum"`
	FPSDen int  `json:"fpsDen"`
	VFR    bool `json:"vfr"`

	Frames        int     `json:"frames"`
	Duration      float64 `json:"duration"`  // of the pictures
	Announced     float64 `json:"announced"` // by the container; 0 when it does not say
	FirstVideoPTS float64 `json:"firstVideoPts"`

	Alpha        bool `json:"alpha"`     // pictures carry alpha
	AlphaMode    bool `json:"alphaMode"` // WebM's tag; it lies
	AlphaPackets int  `json:"alphaPackets"`
	VideoPackets int  `json:"videoPackets"`
	LongestGOP   int  `json:"longestGop"` // packets; 0 when unknown

	AudioCodec    string  `json:"audioCodec"`
	AudioTracks   int     `json:"audioTracks"`
	AudioChannels int     `json:"audioChannels"`
	AudioRate     int     `json:"audioRate"`
	FirstAudioPTS float64 `json:"firstAudioPts"`
	AudioDuration float64 `json:"audioDuration"`

	Bytes int64 `json:"bytes"`

	start       float64 // of the file's clock; ffmpeg subtracts it from every timestamp
	audioLayout string  // ffprobe's name, such as 5.1; empty when the file does not say
	video       int     // index of the stream with the pictures
	resized     bool    // pictures have different sizes
	refused     string  // why the pictures cannot be used although they decode
}

// pictures is the label of the pictures in a graph whose first input is the file.
func (i Info) pictures() string { return fmt.Sprintf("[0:%d]", i.video) }

// FPS is the frame rate as a number.
func (i Info) FPS() float64 { return i.rate().FPS() }

func (i Info) rate() framerate.Rate { return framerate.Rate{Num: i.FPSNum, Den: max(1, i.FPSDen)} }

// decoder is what must be before -i so that alpha survives: the native decoders drop it without a word.
func (i Info) decoder() string {
	switch {
	case i.AlphaPackets == 0:
		return ""
	case i.VideoCodec == "vp8":
		return "libvpx"
	case i.VideoCodec == "vp9":
		return "libvpx-vp9"
	}
	return ""
}

const notMedia = "it must be a video, such as WebM, MP4, MOV, Matroska, AVI, GIF or APNG; run `ffprobe FILE`"

// Probe reads what a file is: its structure, its streams and the times of its packets. Nothing is decoded.
func Probe(ctx context.Context, t Tools, path string) (Info, error) {
	i, _, err := open(ctx, t, path)
	return i, err
}

// open is Probe that also returns the walk over a WebM or Matroska file; nil for the others.
func open(ctx context.Context, t Tools, path string) (Info, *WebMScan, error) {
	f, size, kind, err := identify(path)
	if err != nil {
		return Info{}, nil, err
	}
	defer f.Close()
	switch kind {
	case "webm":
		s, err := ScanWebM(f, size)
		if err != nil {
			return Info{}, nil, unreadable(err, path, notMedia)
		}
		info, err := ffprobe(ctx, t, path, s)
		if err != nil && fault.MachineHint(err) == "" && ctx.Err() == nil {
			info, err = walked(s), nil // too damaged for ffprobe: the walk reports how
		}
		return info, s, err
	case "mp4", "avi", "gif", "apng", "mpegts", "mpeg", "flv", "ogg", "asf", "mxf":
		info, err := ffprobe(ctx, t, path, nil)
		info.Bytes = size
		return info, nil, err
	case "png", "webp", "jpeg", "tiff":
		return Info{}, nil, fault.New(fault.Media,
			"name a folder of pictures, or a pattern such as footage/frame-%04d.png",
			"%s is one picture, not a video", path)
	}
	return Info{}, nil, fault.New(fault.Media, notMedia, "%s is %s, not a video", path, kind)
}

// Walk reads what a prepared file is without starting a program: prepared files are WebM with upright square pixels
// in BT.709.
func Walk(path string) (Info, error) {
	f, size, kind, err := identify(path)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	if kind != "webm" {
		return Info{}, fault.New(fault.Media, "build the clip again", "%s is not a WebM file", path)
	}
	s, err := ScanWebM(f, size)
	if err != nil {
		return Info{}, unreadable(err, path, notMedia)
	}
	return walked(s), nil
}

// identify opens a regular file and names its kind by its first bytes.
func identify(path string) (f *os.File, size int64, kind string, err error) {
	fi, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, 0, "", unreadable(err, path, "check the path")
	case !fi.Mode().IsRegular():
		return nil, 0, "", fault.New(fault.Media, "name a file", "%s is not a file", path)
	}
	f, err = regular.Open(path)
	if err != nil {
		return nil, 0, "", unreadable(err, path, "make it readable")
	}
	start := make([]byte, 512)
	n, err := io.ReadFull(f, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		f.Close()
		return nil, 0, "", unreadable(err, path, "make it readable")
	}
	return f, fi.Size(), sniff(start[:n]), nil
}

// walked returns what the walk alone found out about a WebM file.
func walked(s *WebMScan) Info {
	i := Info{Container: "webm", Bytes: s.Size, FPSNum: 25, FPSDen: 1, Display: Display{Aspect: "1:1"}}
	if v := s.Video(); v != nil {
		i.video = slices.Index(s.Tracks, v)
		i.VideoCodec = map[string]string{"V_VP9": "vp9", "V_VP8": "vp8", "V_AV1": "av1"}[v.Codec]
		i.Width, i.Height = v.Width, v.Height
		i.ShownWidth, i.ShownHeight = v.Width, v.Height
	}
	if a := s.Audio(); a != nil {
		i.AudioCodec, i.AudioTracks = strings.ToLower(strings.TrimPrefix(a.Codec, "A_")), 1
	}
	i.addWalk(s)
	return i
}

// addWalk adds what the packets of a WebM or Matroska file say.
func (i *Info) addWalk(s *WebMScan, announced ...framerate.Rate) {
	i.Announced = s.Duration
	if v := s.video(i.video); v != nil {
		i.AlphaMode, i.AlphaPackets, i.VideoPackets = v.AlphaMode, v.Alpha, v.Packets
		i.Alpha = i.Alpha || v.Alpha > 0
		i.LongestGOP = v.LongestGOP
		i.resized = v.resized
		i.timed(v.shown(), s.tick(), 0, announced...)
	}
	if a := s.Audio(); a != nil {
		i.FirstAudioPTS, i.AudioDuration = a.Start(), a.length()
	}
}

// timed derives rate, count and length from the times of the pictures that are shown. last is how long the last one is
// shown; 0 when the container does not say.
func (i *Info) timed(times []float64, tick, last float64, announced ...framerate.Rate) {
	timing := framerate.Measure(times, tick, announced...)
	i.FPSNum, i.FPSDen, i.VFR = timing.Rate.Num, timing.Rate.Den, timing.Varies
	i.Frames = len(times)
	if len(times) == 0 {
		return
	}
	first, end := times[0], times[0]
	for _, at := range times {
		first, end = min(first, at), max(end, at)
	}
	i.FirstVideoPTS = first
	i.Duration = float64(i.Frames) / timing.Rate.FPS()
	if i.VFR {
		if last <= 0 {
			last = 1 / timing.Rate.FPS()
		}
		i.Duration = end - first + last
	}
}

// sniff names a file by its first bytes.
func sniff(b []byte) string {
	head := strings.ToLower(strings.TrimSpace(string(b[:min(len(b), 64)])))
	at := func(pos int, words ...string) bool {
		for _, w := range words {
			if len(b) >= pos+len(w) && string(b[pos:pos+len(w)]) == w {
				return true
			}
		}
		return false
	}
	switch {
	case len(b) == 0:
		return "empty"
	case bytes.HasPrefix(b, []byte{0x1A, 0x45, 0xDF, 0xA3}):
		return "webm"
	case len(b) > 12 && at(4, "ftyp", "moov", "mdat", "wide", "free", "skip", "pnot"):
		return "mp4"
	case at(0, "RIFF") && at(8, "AVI "):
		return "avi"
	case at(0, "RIFF") && at(8, "WEBP"):
		if at(12, "VP8X") && len(b) > 20 && b[20]&2 != 0 {
			return "animated webp"
		}
		return "webp"
	case at(0, "GIF87a", "GIF89a"):
		return "gif"
	case at(0, "\x89PNG\r\n\x1a\n"):
		if bytes.Contains(b, []byte("acTL")) {
			return "apng"
		}
		return "png"
	case at(0, "\xff\xd8\xff"):
		return "jpeg"
	case at(0, "II*\x00", "MM\x00*"):
		return "tiff"
	case len(b) > 376 && b[0] == 0x47 && b[188] == 0x47 && b[376] == 0x47:
		return "mpegts"
	case at(0, "\x00\x00\x01\xba"):
		return "mpeg"
	case at(0, "FLV\x01"):
		return "flv"
	case at(0, "OggS"):
		return "ogg"
	case at(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"):
		return "asf"
	case at(0, "\x06\x0e\x2b\x34\x02\x05\x01\x01"):
		return "mxf"
	case strings.HasPrefix(head, "<!doctype"), strings.HasPrefix(head, "<html"):
		return "a web page"
	case strings.HasPrefix(head, "<"):
		return "XML"
	case strings.HasPrefix(head, "{"), strings.HasPrefix(head, "["):
		return "JSON"
	case !bytes.ContainsAny(b, "\x00\x01\x02\xff"):
		return "text"
	}
	return "of an unknown format"
}

// fraction reads two positive numbers with a separator between them.
func fraction(s, separator string) (num, den int, ok bool) {
	a, b, found := strings.Cut(s, separator)
	num, e1 := strconv.Atoi(a)
	den, e2 := strconv.Atoi(b)
	return num, den, found && e1 == nil && e2 == nil && num > 0 && den > 0
}
