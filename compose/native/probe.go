package native

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"greenroom/compose/media"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/internal/filecache"
	"greenroom/internal/proc"
)

// formats are the only ones that ffmpeg may open: without the list it reads a text file named .mp4 as a list of other
// files.
const formats = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,wav,w64,aiff,mp3,ogg,flac,aac,avi,mpegts,gif"

// facts are what ffprobe reports of a media file, as far as drawing needs it.
//
// size: one field for each property that ffprobe reports.
type facts struct {
	start            float64 // of the file, seconds
	video, sound     bool
	videoAt, soundAt float64 // first picture, first sample
	rate             float64 // pictures a second, 0 when it does not say
	pixels, matrix   string
	codec            string
	stretched        bool // its pixels are not square
	fullRange        bool
	channels         int
	layout           string // of the channels, in ffprobe's words; empty when the file does not say
	soundCodec       string
}

// soundZero is when the sound's clock starts: with the first picture, or with the first sample of a file without
// pictures. ffmpeg subtracts the file's start from every timestamp.
//
// Opus in WebM is on time although its packets start 7 ms early, or 14 where ffmpeg 5.1 wrote it: it forgets the
// delay of the codec in the timestamps.
func (f facts) soundZero() string {
	const opusEarly, opusLate = -0.015, 0.008 // seconds
	d := f.soundAt - f.videoAt
	if !f.video || f.soundCodec == "opus" && d > opusEarly && d < opusLate {
		return media.FirstSample
	}
	return media.ClockAt(f.videoAt - f.start)
}

// use is a media file and the first layer or sound that needs it.
type use struct {
	media timeline.Media
	by    string
}

// Probes keeps what ffprobe reported of files, so that pieces of films that show the same file probe it once.
type Probes struct {
	mu    sync.Mutex
	known map[string]facts // by path, size and time
}

// of returns what is known of a file, or probes it. Failures are not kept.
func (p *Probes) of(ctx context.Context, t media.Tools, u use) (facts, error) {
	if p == nil {
		return probe(ctx, t, u)
	}
	key, err := filecache.StampText(u.media.File)
	if err != nil {
		return probe(ctx, t, u) // which reports why
	}
	p.mu.Lock()
	f, ok := p.known[key]
	p.mu.Unlock()
	if ok {
		return f, nil
	}
	f, err = probe(ctx, t, u)
	if err != nil {
		return f, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]facts{}
	}
	p.known[key] = f
	return f, nil
}

// probeAll asks every file once, and names the layer when one cannot be read.
func (p *Probes) probeAll(ctx context.Context, t media.Tools, uses []use) (map[string]facts, error) {
	out := make([]facts, len(uses))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i, u := range uses {
		g.Go(func() (err error) {
			out[i], err = p.of(ctx, t, u)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	all := map[string]facts{}
	for i, u := range uses {
		all[u.media.File] = out[i]
	}
	return all, nil
}

func probe(ctx context.Context, t media.Tools, u use) (facts, error) {
	name := filepath.Base(u.media.File)
	fi, err := os.Stat(u.media.File)
	switch {
	case err != nil:
		return facts{}, fault.Wrap(fault.Media, err, "build again, or correct the path", "%s: read %s", u.by, name)
	case !fi.Mode().IsRegular():
		return facts{}, fault.New(fault.Media, "name a file", "%s: %s is not a file", u.by, u.media.File)
	}
	if err := complete(u, fi.Size()); err != nil {
		return facts{}, err
	}
	args := []string{"-v", "error", "-show_entries",
		"format=start_time:stream=codec_type,codec_name,start_time,avg_frame_rate,pix_fmt,sample_aspect_ratio,color_space,color_range,channels,channel_layout:stream_disposition=attached_pic",
		"-of", "json", "-protocol_whitelist", proc.Protocols, "-format_whitelist", formats, "-i", "file:" + u.media.File}
	var data bytes.Buffer
	if _, err := proc.Run(ctx, proc.Cmd{Path: t.FFprobe, Args: args, Stdout: &data,
		Timeout: 2 * time.Minute}); err != nil {
		if e := ended(ctx, err, t.FFprobe); e != nil {
			return facts{}, e
		}
		return facts{}, fault.Wrap(fault.Media, err, "run `ffprobe FILE`", "%s: read %s", u.by, name)
	}
	f, err := parseProbe(data.Bytes())
	if err != nil {
		return f, fault.Wrap(fault.Media, err, "run `ffprobe FILE`", "%s: read %s", u.by, name)
	}
	return f, nil
}

// complete finds a WebM file that was cut: ffmpeg would draw what is there and end with exit 0.
func complete(u use, size int64) error {
	f, err := os.Open(u.media.File)
	if err != nil {
		return fault.Wrap(fault.Media, err, "make it readable", "%s: read %s", u.by, filepath.Base(u.media.File))
	}
	defer f.Close()
	if s, err := media.ScanWebM(f, size); err == nil && (s.Truncated || len(s.Issues) > 0) {
		return fault.New(fault.Media, "fetch or export it again", "%s: %s is damaged: %s", u.by,
			filepath.Base(u.media.File), s.Issues[0])
	}
	return nil
}

// Channels returns how many channels the sound of a file has; 0 without sound. by names the layer or sound in errors.
func (p *Probes) Channels(ctx context.Context, t media.Tools, m timeline.Media, by string) (int, error) {
	all, err := p.probeAll(ctx, t, []use{{m, by}})
	return all[m.File].channels, err
}

func parseProbe(data []byte) (f facts, err error) {
	var d struct {
		Format struct {
			Start string `json:"start_time"`
		}
		Streams []struct {
			Type   string `json:"codec_type"`
			Codec  string `json:"codec_name"`
			Start  string `json:"start_time"`
			Rate   string `json:"avg_frame_rate"`
			Pixels string `json:"pix_fmt"`
			Space  string `json:"color_space"`
			Range  string `json:"color_range"`
			Aspect string `json:"sample_aspect_ratio"`
			// Channels and Layout are of sound.
			Channels    int
			Layout      string `json:"channel_layout"`
			Disposition struct {
				Cover int `json:"attached_pic"`
			}
		}
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return f, err
	}
	f.start, _ = strconv.ParseFloat(d.Format.Start, 64)
	for _, s := range d.Streams {
		start, _ := strconv.ParseFloat(s.Start, 64)
		switch {
		case s.Type == "video" && s.Disposition.Cover == 1: // a picture of a sound file, at no time of it
		case s.Type == "video" && !f.video:
			f.video, f.videoAt, f.codec, f.pixels, f.matrix = true, start, s.Codec, s.Pixels, s.Space
			f.fullRange = s.Range == "pc"
			f.rate = ratio(s.Rate)
			a, b, _ := strings.Cut(s.Aspect, ":")
			f.stretched = a != b && a != "0" && b != "0"
		case s.Type == "audio" && !f.sound:
			f.sound, f.soundAt, f.channels, f.layout, f.soundCodec = true, start, s.Channels, s.Layout, s.Codec
		}
	}
	return f, nil
}

func ratio(s string) float64 {
	a, b, _ := strings.Cut(s, "/")
	n, _ := strconv.ParseFloat(a, 64)
	d, _ := strconv.ParseFloat(b, 64)
	if d == 0 {
		return 0
	}
	return n / d
}
