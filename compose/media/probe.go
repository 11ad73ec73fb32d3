package media

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/internal/regular"
)

// Box is a rectangle in pixels.
type Box struct{ X, Y, W, H int }

// Info is what a file says of itself, times in seconds.
type Info struct {
	Container                    string // webm, mp4
	VideoCodec, AudioCodec       string
	Width, Height                int
	FPSNum, FPSDen               int
	Frames                       int // packets of the first video track
	Duration                     float64
	FirstVideoPTS, FirstAudioPTS float64
	AlphaMode                    bool // the tag
	AlphaPackets, VideoPackets   int
	LongestGOP                   int // packets; 0 when unknown
	VFR                          bool
	Bytes                        int64
}

// FPS is the frame rate as a number.
func (i Info) FPS() float64 { return float64(i.FPSNum) / float64(max(1, i.FPSDen)) }

// decoder is what must stand before -i so that alpha survives.
func (i Info) decoder() string {
	if i.Container != "webm" {
		return ""
	}
	if i.VideoCodec == "vp8" {
		return "libvpx"
	}
	return "libvpx-vp9"
}

const notMedia = "it must be a WebM or MP4 file; look at it with `ffprobe FILE`"

// open reads what a file is: by our own walk for WebM, by ffprobe for the rest.
// The scan is nil for the rest.
func open(ctx context.Context, t Tools, path string) (Info, *WebMScan, error) {
	fi, err := os.Stat(path)
	switch {
	case err != nil:
		return Info{}, nil, unreadable(err, path, "check the path")
	case !fi.Mode().IsRegular():
		return Info{}, nil, fault.New(fault.Media, "name a file", "%s is not a file", path)
	}
	f, err := regular.Open(path)
	if err != nil {
		return Info{}, nil, unreadable(err, path, "make it readable")
	}
	defer f.Close()
	start := make([]byte, 512)
	n, err := io.ReadFull(f, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Info{}, nil, unreadable(err, path, "make it readable")
	}
	switch kind := sniff(start[:n]); kind {
	case "webm":
		s, err := ScanWebM(f, fi.Size())
		if err != nil {
			return Info{}, nil, unreadable(err, path, notMedia)
		}
		return scanInfo(s), s, nil
	case "mp4":
		info, err := ffprobe(ctx, t, path)
		info.Bytes = fi.Size()
		return info, nil, err
	default:
		return Info{}, nil, fault.New(fault.Media, notMedia, "%s is %s, not a video", path, kind)
	}
}

// Probe tells what a file is.
func Probe(ctx context.Context, t Tools, path string) (Info, error) {
	i, _, err := open(ctx, t, path)
	return i, err
}

// sniff names a file by its first bytes.
func sniff(b []byte) string {
	head := strings.ToLower(strings.TrimSpace(string(b[:min(len(b), 64)])))
	switch {
	case len(b) == 0:
		return "empty"
	case bytes.HasPrefix(b, []byte{0x1A, 0x45, 0xDF, 0xA3}):
		return "webm"
	case len(b) > 12 && (string(b[4:8]) == "ftyp" || string(b[4:8]) == "moov" || string(b[4:8]) == "mdat" || string(b[4:8]) == "wide"):
		return "mp4"
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

func scanInfo(s *WebMScan) Info {
	i := Info{Container: "webm", Bytes: s.Size, Duration: s.Duration, FPSNum: 25, FPSDen: 1}
	if v := s.Video(); v != nil {
		i.VideoCodec = map[string]string{"V_VP9": "vp9", "V_VP8": "vp8", "V_AV1": "av1"}[v.Codec]
		i.Width, i.Height, i.AlphaMode = v.Width, v.Height, v.AlphaMode
		i.VideoPackets, i.AlphaPackets, i.Frames = v.Packets, v.Alpha, v.Packets
		i.LongestGOP, i.FirstVideoPTS = v.LongestGOP, v.Start()
		i.FPSNum, i.FPSDen, i.VFR = v.rate()
	}
	if a := s.Audio(); a != nil {
		i.AudioCodec = strings.ToLower(strings.TrimPrefix(a.Codec, "A_"))
		i.FirstAudioPTS = a.Start()
	}
	return i
}

func ffprobe(ctx context.Context, t Tools, path string) (Info, error) {
	args := append([]string{"-v", "error", "-count_packets", "-show_entries",
		"format=duration:stream=codec_type,codec_name,width,height,avg_frame_rate,r_frame_rate,nb_read_packets,start_time,duration", "-of", "json"}, inputArgs(path, "")...)
	var out bytes.Buffer
	if _, err := proc.Run(ctx, proc.Cmd{Path: t.FFprobe, Args: args, Stdout: &out, Timeout: 2 * time.Minute}); err != nil {
		return Info{}, unreadable(err, path, notMedia)
	}
	var d struct {
		Format  struct{ Duration string }
		Streams []struct {
			Type    string `json:"codec_type"`
			Codec   string `json:"codec_name"`
			Width   int
			Height  int
			Avg     string `json:"avg_frame_rate"`
			Real    string `json:"r_frame_rate"`
			Packets string `json:"nb_read_packets"`
			Start   string `json:"start_time"`
		}
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		return Info{}, fault.Wrap(fault.Media, err, notMedia, "read %s", path)
	}
	i := Info{Container: "mp4", FPSNum: 25, FPSDen: 1}
	i.Duration, _ = strconv.ParseFloat(d.Format.Duration, 64)
	for _, s := range d.Streams {
		start, _ := strconv.ParseFloat(s.Start, 64)
		switch {
		case s.Type == "video" && i.VideoCodec == "":
			i.VideoCodec, i.Width, i.Height, i.FirstVideoPTS = s.Codec, s.Width, s.Height, start
			i.VideoPackets, _ = strconv.Atoi(s.Packets)
			i.Frames = i.VideoPackets
			if n, den, ok := fraction(s.Avg); ok {
				i.FPSNum, i.FPSDen = n, den
			}
			i.VFR = s.Avg != s.Real
		case s.Type == "audio" && i.AudioCodec == "":
			i.AudioCodec, i.FirstAudioPTS = s.Codec, start
		}
	}
	return i, nil
}

func fraction(s string) (num, den int, ok bool) {
	a, b, found := strings.Cut(s, "/")
	num, e1 := strconv.Atoi(a)
	den, e2 := strconv.Atoi(b)
	return num, den, found && e1 == nil && e2 == nil && num > 0 && den > 0
}
