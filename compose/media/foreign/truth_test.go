package foreign

import (
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// truth is what ffprobe and ffmpeg say of a file after they decoded all of it.
type truth struct {
	index, soundIndex        int // of the streams
	codec, pixelFormat       string
	width, height            int    // coded
	turn                     string // degrees clockwise, "m" before it when mirrored first
	aspect                   string // of a pixel, reduced
	shownWidth, shownHeight  int
	fpsNum, fpsDen           int // 0/1 for a single picture
	varies                   bool
	frames                   int
	times                    []float64 // of the pictures, sorted
	start, length            float64   // of the picture, seconds
	step, shortest           float64   // the usual and the least distance of two pictures, seconds
	tick                     float64   // the container's resolution, seconds
	alpha                    bool      // pictures have an alpha channel, and it hides something
	alphaChannel             bool
	matrix, fullRange        string // in ffprobe's words
	transfer, primaries      string
	bits                     int
	sound                    string // codec, empty without
	channels, soundRate      int
	soundStart, soundSeconds float64
	soundPacket              float64 // the longest one, seconds
	sounds                   []sounding
}

// sounding is a decoded packet of sound, in seconds.
type sounding struct{ at, length float64 }

// soundAt returns when decoded sound is played that is this far from the first sample, without the gaps in between.
func (r truth) soundAt(after float64) float64 {
	for _, s := range r.sounds {
		if after < s.length {
			return s.at + after
		}
		after -= s.length
	}
	return math.Inf(1)
}

type stream struct {
	Index       int
	Type        string `json:"codec_type"`
	Codec       string `json:"codec_name"`
	Width       int
	Height      int
	PixelFormat string            `json:"pix_fmt"`
	Aspect      string            `json:"sample_aspect_ratio"`
	Matrix      string            `json:"color_space"`
	TimeBase    string            `json:"time_base"`
	Real        string            `json:"r_frame_rate"`
	Disposition map[string]int    `json:"disposition"`
	Channels    int               `json:"channels"`
	SampleRate  string            `json:"sample_rate"`
	Tags        map[string]string `json:"tags"`
	Side        []struct {
		Type     string  `json:"side_data_type"`
		Rotation float64 `json:"rotation"`
	} `json:"side_data_list"`
}

type frame struct {
	Stream      int    `json:"stream_index"`
	Type        string `json:"media_type"` // the list has subtitles too, without an index
	At          string `json:"best_effort_timestamp_time"`
	Length      string `json:"pkt_duration_time"`
	Width       int
	Height      int
	PixelFormat string `json:"pix_fmt"`
	Aspect      string `json:"sample_aspect_ratio"`
	Range       string `json:"color_range"`
	Matrix      string `json:"color_space"`
	Primaries   string `json:"color_primaries"`
	Transfer    string `json:"color_transfer"`
	Samples     int    `json:"nb_samples"`
}

type probed struct {
	Streams []stream
	Frames  []frame
}

// ffprobe decodes a file and returns its streams and frames.
func ffprobe(t *testing.T, path string, before ...string) probed {
	t.Helper()
	args := append([]string{"-v", "error", "-show_streams", "-show_frames", "-of", "json"}, before...)
	out, err := exec.Command("ffprobe", append(args, "-i", path)...).Output()
	if err != nil {
		t.Fatalf("ffprobe %s: %v", path, err)
	}
	var p probed
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatalf("ffprobe %s: %v", path, err)
	}
	return p
}

// picture returns the video stream that players show: not a cover; the default one first.
func (p probed) picture() *stream {
	var best *stream
	for i := range p.Streams {
		s := &p.Streams[i]
		if s.Type != "video" || s.Disposition["attached_pic"] == 1 {
			continue
		}
		if best == nil || best.Disposition["default"] == 0 && s.Disposition["default"] == 1 {
			best = s
		}
	}
	return best
}

// voice returns the first sound stream: of several, check reports them and the first is used.
func (p probed) voice() *stream {
	for i := range p.Streams {
		if p.Streams[i].Type == "audio" {
			return &p.Streams[i]
		}
	}
	return nil
}

var known = map[string]truth{} // of files that two tests read

// measured returns the truth of a file of the corpus, which is computed once.
func measured(t *testing.T, path string) truth {
	t.Helper()
	r, ok := known[path]
	if !ok {
		r = measure(t, path)
		known[path] = r
	}
	return r
}

// measure computes the truth of a file.
func measure(t *testing.T, path string, before ...string) truth {
	t.Helper()
	p := ffprobe(t, path, before...)
	v := p.picture()
	if v == nil {
		t.Fatalf("%s has no pictures", path)
	}
	r := truth{index: v.Index, codec: v.Codec, pixelFormat: v.PixelFormat, width: v.Width, height: v.Height}
	var first *frame
	var times []float64
	last, lastLength := math.Inf(-1), 0.0
	for i := range p.Frames {
		f := &p.Frames[i]
		if f.Type != "video" || f.Stream != v.Index {
			continue
		}
		if first == nil {
			first = f
		}
		at, ok := number(f.At)
		if !ok {
			t.Fatalf("%s: a picture has no time", path)
		}
		times = append(times, at)
		if at > last {
			last = at
			lastLength, _ = number(f.Length)
		}
	}
	if first == nil {
		t.Fatalf("%s: no picture can be decoded", path)
	}
	r.colour(v, first)
	r.timing(v, times, lastLength)
	r.display(t, path, v, first, before)
	r.seeThrough(t, path, v, before)
	r.hear(p)
	return r
}

func number(s string) (float64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

func fraction(s string) (num, den int) {
	a, b, _ := strings.Cut(strings.Replace(s, ":", "/", 1), "/")
	num, _ = strconv.Atoi(a)
	den, _ = strconv.Atoi(b)
	return num, den
}

func (r *truth) colour(v *stream, f *frame) {
	r.pixelFormat, r.matrix, r.transfer, r.primaries = f.PixelFormat, f.Matrix, f.Transfer, f.Primaries
	if v.Codec == "vp8" && v.Matrix != "" { // the decoder always reports BT.601, which is only what an untagged file is
		r.matrix = v.Matrix
	}
	r.fullRange = f.Range
	r.bits = depth(f.PixelFormat)
}

// depth returns the bits of a component by the name of a pixel format.
func depth(format string) int {
	for _, bits := range []string{"16", "14", "12", "10", "9"} {
		for _, end := range []string{bits + "le", bits + "be"} {
			if strings.HasSuffix(format, end) {
				return int(bits[0]-'0')*10*(len(bits)-1) + int(bits[len(bits)-1]-'0')
			}
		}
	}
	for _, deep := range []string{"rgb48", "rgba64", "bgr48", "bgra64"} {
		if strings.HasPrefix(format, deep) {
			return 16
		}
	}
	return 8
}

// timing decides the rate by the distances of the pictures that are shown.
func (r *truth) timing(v *stream, times []float64, lastLength float64) {
	slices.Sort(times)
	r.frames, r.start, r.times = len(times), times[0], times
	num, den := fraction(v.TimeBase)
	r.tick = float64(num) / float64(max(1, den))
	if len(times) < 2 {
		r.fpsDen, r.length, r.step = 1, lastLength, lastLength
		return
	}
	gaps := make([]float64, len(times)-1)
	for i := range gaps {
		gaps[i] = times[i+1] - times[i]
	}
	span := times[len(times)-1] - times[0]
	slices.Sort(gaps)
	r.shortest, r.step = gaps[0], gaps[len(gaps)/2]
	var spread float64
	r.fpsNum, r.fpsDen, spread = rate(times, span/float64(len(gaps)))
	// Constant: every picture has its own place in a film of that rate, whatever the film's first moment is.
	r.varies = spread > 0.5*float64(r.fpsDen)/float64(r.fpsNum) || r.step-gaps[0] > r.step/2
	if !r.varies {
		r.step = float64(r.fpsDen) / float64(r.fpsNum)
	}
	if lastLength < r.step/2 { // what some programs write for the last one of a track with reordered pictures
		lastLength = r.step
	}
	r.length = span + lastLength
	if !r.varies { // a last picture that is held longer is shown as long as the others
		r.length = float64(r.frames) * r.step
	}
}

// rate returns the rate that people name and that explains the times best, else the measured one in thousandths,
// and how far the pictures are spread around their places, seconds.
func rate(times []float64, step float64) (num, den int, spread float64) {
	spread = math.Inf(1)
	try := func(n, d int) {
		fps, low, high := float64(n)/float64(d), math.Inf(1), math.Inf(-1)
		for i, at := range times {
			off := at - float64(i)/fps
			low, high = min(low, off), max(high, off)
		}
		if high-low < spread-1e-6 {
			g := gcd(n, d)
			spread, num, den = high-low, n/g, d/g
		}
	}
	for n := 1; n <= 100; n++ { // GIF counts hundredths of a second
		if math.Abs(100/float64(n)*step-1) < 1e-6 {
			try(100, n)
		}
	}
	for n := 1; n <= 240; n++ {
		for _, d := range []int{1000, 1001, 2000} {
			if math.Abs(float64(n*1000)/float64(d)*step-1) < 0.002 && (d != 2000 || n == 25) {
				try(n*1000, d)
			}
		}
	}
	if num == 0 {
		try(int(math.Round(1000/step)), 1000)
	}
	return num, den, spread
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return max(1, a)
}

// display finds by pixels how ffmpeg turns a picture before it shows it.
func (r *truth) display(t *testing.T, path string, v *stream, f *frame, before []string) {
	t.Helper()
	r.turn = "0"
	a, b := fraction(v.Aspect)
	if a == 0 || b == 0 {
		a, b = fraction(f.Aspect)
	}
	if a == 0 || b == 0 {
		a, b = 1, 1
	}
	g := gcd(a, b)
	r.aspect = fmt.Sprintf("%d:%d", a/g, b/g)
	r.width, r.height = f.Width, f.Height
	r.shownWidth, r.shownHeight = int(math.Round(float64(f.Width)*float64(a)/float64(b))), f.Height
	if len(v.Side) == 0 {
		return
	}
	coded := grey(t, path, v.Index, f.Width, f.Height, append([]string{"-noautorotate"}, before...))
	best := math.MaxInt
	decoded := map[[2]int][]byte{}
	for _, turn := range turns {
		w, h := turn.size(f.Width, f.Height)
		size := [2]int{w, h}
		if decoded[size] == nil {
			decoded[size] = grey(t, path, v.Index, w, h, before)
		}
		shown := decoded[size]
		if len(shown) != len(coded) {
			continue
		}
		if d := turn.distance(coded, shown, f.Width, f.Height); d < best {
			best, r.turn = d, turn.name
		}
	}
	if strings.HasSuffix(r.turn, "90") || strings.HasSuffix(r.turn, "270") {
		r.shownWidth, r.shownHeight = r.shownHeight, r.shownWidth
	}
}

// seeThrough decodes alpha with the decoder that keeps it. Formats without alpha are not decoded; those of VP8 and VP9
// do not name it.
func (r *truth) seeThrough(t *testing.T, path string, v *stream, before []string) {
	t.Helper()
	decoder := map[string]string{"vp8": "libvpx", "vp9": "libvpx-vp9"}[v.Codec]
	for _, with := range []string{"yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8"} {
		r.alphaChannel = r.alphaChannel || strings.HasPrefix(r.pixelFormat, with)
	}
	if !r.alphaChannel && decoder == "" {
		return
	}
	args := append([]string{"-v", "error", "-nostdin"}, before...)
	if decoder != "" {
		args = append(args, "-c:v", decoder)
	}
	args = append(args, "-i", path, "-map", fmt.Sprintf("0:%d", v.Index), "-vf", "format=rgba64le,extractplanes=a",
		"-pix_fmt", "gray16le",
		"-f", "rawvideo", "-")
	out, err := exec.Command("ffmpeg", args...).Output()
	if err != nil {
		t.Fatalf("%s: alpha: %v", path, err)
	}
	for i := 1; i < len(out); i += 2 {
		if out[i] < 250 {
			r.alpha = true
			break
		}
	}
	r.alphaChannel = r.alphaChannel || r.alpha
}

// hear measures the sound that is played by its decoded samples.
func (r *truth) hear(p probed) {
	a := p.voice()
	if a == nil {
		return
	}
	r.sound, r.channels, r.soundIndex = a.Codec, a.Channels, a.Index
	r.soundRate, _ = strconv.Atoi(a.SampleRate)
	first, last := math.Inf(1), math.Inf(-1)
	for _, f := range p.Frames {
		if f.Type != "audio" || f.Stream != a.Index {
			continue
		}
		length := float64(f.Samples) / float64(max(1, r.soundRate))
		r.soundPacket = max(r.soundPacket, length)
		if at, ok := number(f.At); ok {
			first, last = min(first, at), max(last, at+length)
			r.sounds = append(r.sounds, sounding{at, length})
		}
	}
	r.soundStart, r.soundSeconds = first, last-first
}
