package media

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"time"

	"greenroom/compose/media/colour"
	"greenroom/compose/media/framerate"
	"greenroom/compose/media/orientation"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// probedStream is a stream in ffprobe's words.
type probedStream struct {
	Index       int    `json:"index"`
	Type        string `json:"codec_type"`
	Codec       string `json:"codec_name"`
	Tag         string `json:"codec_tag_string"`
	PixelFormat string `json:"pix_fmt"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Aspect      string `json:"sample_aspect_ratio"`
	Matrix      string `json:"color_space"`
	Range       string `json:"color_range"`
	Primaries   string `json:"color_primaries"`
	Transfer    string `json:"color_transfer"`
	Fields      string `json:"field_order"`
	TimeBase    string `json:"time_base"`
	Average     string `json:"avg_frame_rate"`
	Nominal     string `json:"r_frame_rate"`
	Start       string `json:"start_time"`
	Channels    int    `json:"channels"`
	Layout      string `json:"channel_layout"`
	SampleRate  string `json:"sample_rate"`
	Disposition struct {
		Default   int `json:"default"`
		Picture   int `json:"attached_pic"`
		Thumbnail int `json:"timed_thumbnails"`
	} `json:"disposition"`
	Side []sideData `json:"side_data_list"`
}

type sideData struct {
	Type       string `json:"side_data_type"`
	Matrix     string `json:"displaymatrix"`
	Luminance  string `json:"max_luminance"`
	Content    int    `json:"max_content"`
	Profile    int    `json:"dv_profile"`
	Compatible int    `json:"dv_bl_signal_compatibility_id"`
}

const probedEntries = "format=format_name,duration,start_time:" +
	"stream=index,codec_type,codec_name,codec_tag_string,pix_fmt,width,height,sample_aspect_ratio,color_space,color_range,color_primaries," +
	"color_transfer,field_order,time_base,avg_frame_rate,r_frame_rate,start_time,channels,channel_layout,sample_rate:" +
	"stream_disposition=default,attached_pic,timed_thumbnails:stream_side_data"

// ffprobe reads a file's streams, and the times of its packets unless a walk has them already.
func ffprobe(ctx context.Context, t Tools, path string, walk *WebMScan) (Info, error) {
	args := append([]string{"-v", "error", "-show_entries", probedEntries, "-of", "json"}, inputArgs(path, "")...)
	var out bytes.Buffer
	if _, err := proc.Run(ctx, proc.Cmd{Path: t.FFprobe, Args: args, Stdout: &out,
		Timeout: 2 * time.Minute}); err != nil {
		return Info{}, unreadable(err, path, notMedia)
	}
	var d struct {
		Format struct {
			Name     string `json:"format_name"`
			Duration string `json:"duration"`
			Start    string `json:"start_time"`
		} `json:"format"`
		Streams []probedStream `json:"streams"`
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		return Info{}, fault.Wrap(fault.Media, err, notMedia, "read %s", path)
	}
	i := Info{Container: containerName(d.Format.Name, path), FPSNum: 25, FPSDen: 1, Display: Display{Aspect: "1:1"}}
	i.Announced, _ = strconv.ParseFloat(d.Format.Duration, 64)
	i.start, _ = strconv.ParseFloat(d.Format.Start, 64)
	var video, audio *probedStream
	for k := range d.Streams {
		s := &d.Streams[k]
		switch {
		case s.Type == "video" && s.Disposition.Picture == 0 && s.Disposition.Thumbnail == 0:
			// Players show the default stream, and the first when none is.
			if video == nil || video.Disposition.Default == 0 && s.Disposition.Default != 0 {
				video = s
			}
		case s.Type == "audio":
			i.AudioTracks++
			if audio == nil {
				audio = s
			}
		}
	}
	var rates []framerate.Rate
	if video != nil {
		i.addVideo(*video)
		for _, s := range []string{video.Nominal, video.Average} {
			if n, den, ok := fraction(s, "/"); ok {
				rates = append(rates, framerate.Rate{Num: n, Den: den})
			}
		}
	}
	if audio != nil {
		i.AudioCodec, i.AudioChannels, i.audioLayout = audio.Codec, audio.Channels, audio.Layout
		i.AudioRate, _ = strconv.Atoi(audio.SampleRate)
		i.FirstAudioPTS, _ = strconv.ParseFloat(audio.Start, 64)
	}
	if walk != nil {
		i.Bytes = walk.Size
		i.addWalk(walk, rates...)
		return i, nil
	}
	return i, i.addPackets(ctx, t, path, video, audio, rates)
}

// addVideo adds what ffprobe reports of a stream's pictures.
func (i *Info) addVideo(s probedStream) {
	i.video = s.Index
	i.VideoCodec, i.PixelFormat, i.Width, i.Height = s.Codec, s.PixelFormat, s.Width, s.Height
	i.Interlaced = s.Fields == "tt" || s.Fields == "bb" || s.Fields == "tb" || s.Fields == "bt"
	if _, _, ok := fraction(s.Aspect, ":"); ok {
		i.Display.Aspect = s.Aspect
	}
	i.Colour = colour.Colour{
		Matrix: stated(s.Matrix), Primaries: stated(s.Primaries), Transfer: stated(s.Transfer),
		FullRange: s.Range == "pc" || strings.HasPrefix(s.PixelFormat, "yuvj"), Bits: bits(s.PixelFormat),
		RGB: IsRGB(s.PixelFormat),
	}
	if s.Codec == "vp8" && i.Colour.Matrix == "" {
		i.Colour.Matrix = "smpte170m" // RFC 6386, 9.2: VP8 is BT.601 unless its container has another matrix
	}
	for _, side := range s.Side {
		if side.Matrix != "" {
			i.Display.Orientation, _ = orientation.Parse(side.Matrix)
		}
		if n, den, ok := fraction(side.Luminance, "/"); ok {
			i.Colour.Peak = float64(n) / float64(den)
		}
		if side.Content > 0 {
			i.Colour.Peak = float64(side.Content)
		}
		if side.Profile == 5 || side.Profile > 0 && side.Compatible == 0 {
			i.refused = "Dolby Vision profile " + strconv.Itoa(side.Profile) + ", which only Dolby's own decoders read"
		}
	}
	i.ShownWidth, i.ShownHeight = i.Display.Size(i.Width, i.Height)
	i.Alpha = HasAlpha(s.PixelFormat) || s.PixelFormat == "pal8" && (s.Codec == "png" || s.Codec == "apng")
}

func stated(s string) string {
	if s == "unknown" || s == "reserved" || s == "unspecified" {
		return ""
	}
	return s
}

// containerName returns one word for ffprobe's list of names that a demuxer goes by.
func containerName(names, path string) string {
	start := make([]byte, 64)
	if f, err := os.Open(path); err == nil {
		n, _ := f.ReadAt(start, 0)
		start = start[:n]
		f.Close()
	}
	switch {
	case strings.HasPrefix(names, "matroska") && bytes.Contains(start, []byte("webm")):
		return "webm"
	case strings.HasPrefix(names, "mov") && (!bytes.Contains(start, []byte("ftyp")) ||
		bytes.Contains(start, []byte("ftypqt"))):
		return "mov"
	case strings.HasPrefix(names, "mov"):
		return "mp4"
	}
	name, _, _ := strings.Cut(names, ",")
	return name
}
