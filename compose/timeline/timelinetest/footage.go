package timelinetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/timeline"
)

// Folder is where the footage lies below the folder given to [Footage], as a Remotion project's public/ folder has it.
const Folder = "greenroom/files"

// Sizes and lengths of the footage.
const (
	ClipWidth, ClipHeight   = 160, 90
	AlphaWidth, AlphaHeight = 160, 120
	ClipFrames              = 30 // of "clip": 1.2 s at 25 fps
	AlphaFrames             = 50 // of "alpha": 2 s at 25 fps
	PictureWidth            = 64
	PictureHeight           = 48
)

// Footage makes the media of all films below dir and returns their table. The keys:
//
//	alpha    VP9 with alpha and Opus, 160x120, 25 fps, 2 s: a disc with a soft edge goes from left to right
//	clip     H.264, 160x90, 25 fps, 1.2 s, opaque: see [ClipColor]
//	cinema   the same at 24000/1001 fps, 30 frames
//	fast     the same at 60000/1001 fps, 30 frames
//	turned, over, back  "clip" with metadata that turns it by 90, 180 and 270 degrees clockwise, as phones write it
//	full     "clip" in full range (yuvj420p)
//	bt601    "clip" in BT.601, as standard definition is
//	untagged "clip" without a word about its colours
//	vp9      "clip" in VP9
//	hevc     "clip" in H.265, which not every browser decodes
//	veil     "clip" in VP9 with alpha: see [VeilColor]
//	picture  PNG, 64x48, four patches of which one is half transparent: see [PictureColor]
//	photo    JPEG, 80x60, a smooth ramp
//	tone     WAV, 48 kHz stereo, 1 s of 440 Hz with an amplitude of 0.25, on from its first sample
//	bed      WAV, 44.1 kHz mono, 0.7 s of 220 Hz with an amplitude of 0.5
//	sans, bold, east  fonts; the last for Chinese and Japanese
func Footage(tb testing.TB, dir string) map[string]timeline.Media {
	tb.Helper()
	m := &maker{TB: tb, dir: filepath.Join(dir, filepath.FromSlash(Folder)), media: map[string]timeline.Media{}}
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	m.still("picture", "picture.png", PictureWidth, PictureHeight, true, func(f *os.File) error {
		return png.Encode(f, drawn(PictureWidth, PictureHeight, PictureColor))
	})
	m.still("photo", "photo.jpg", 80, 60, false, func(f *os.File) error {
		return jpeg.Encode(f, drawn(80, 60, func(x, y int) color.NRGBA {
			return color.NRGBA{uint8(x * 3), uint8(y * 4), 128,
				255}
		}), &jpeg.Options{Quality: 95})
	})
	m.wav("tone", 48000, 2, 1, 440, 0.25)
	m.wav("bed", 44100, 1, 0.7, 220, 0.5)
	m.clip("clip", "25/1", timeline.Rate{Num: 25, Den: 1})
	m.clip("cinema", "24000/1001", timeline.Rate{Num: 24000, Den: 1001})
	m.clip("fast", "60000/1001", timeline.Rate{Num: 60000, Den: 1001})
	m.coded("full", timeline.Media{FullRange: true},
		"scale=out_color_matrix=bt709:out_range=pc:flags=accurate_rnd,format=yuvj420p", "bt709", "pc")
	m.coded("bt601", timeline.Media{Matrix: "smpte170m"},
		"scale=out_color_matrix=smpte170m:out_range=tv:flags=accurate_rnd,format=yuv420p", "smpte170m", "tv")
	m.coded("untagged", timeline.Media{},
		toBT709+",setparams=range=unspecified:color_primaries=unknown:color_trc=unknown:colorspace=unknown", "", "")
	m.hevc()
	m.vp9("vp9", timeline.Media{}, toBT709, ClipColor)
	m.vp9("veil", timeline.Media{Alpha: true}, strings.Replace(toBT709, "yuv420p", "yuva420p", 1), VeilColor,
		"-metadata:s:v:0", "alpha_mode=1")
	m.turned("turned", 90)
	m.turned("over", 180)
	m.turned("back", 270)
	m.alpha()
	m.font("sans", "DejaVuSans.ttf")
	m.font("bold", "DejaVuSans-Bold.ttf")
	m.font("east", "DroidSansFallbackFull.ttf")
	return m.media
}

// ClipColor is the colour of "clip" at a pixel of a frame: the left half has one that changes with every frame,
// the right half is blue above and orange below.
func ClipColor(frame, x, y int) color.NRGBA {
	switch {
	case x < ClipWidth/2:
		return color.NRGBA{uint8(40 + 6*frame), uint8(200 - 5*frame), 60, 255}
	case y < ClipHeight/2:
		return color.NRGBA{30, 60, 200, 255}
	}
	return color.NRGBA{230, 140, 20, 255}
}

// VeilColor is the colour of "veil": that of "clip", of which the orange is half transparent.
func VeilColor(frame, x, y int) color.NRGBA {
	c := ClipColor(frame, x, y)
	if x >= ClipWidth/2 && y >= ClipHeight/2 {
		c.A = 128
	}
	return c
}

// AlphaColor is the colour of "alpha": a disc of one colour, whose edge is 8 pixels soft.
func AlphaColor(frame, x, y int) color.NRGBA {
	cx, cy := 40+float64(frame)*1.6, float64(AlphaHeight)/2
	a := min(max((44-math.Hypot(float64(x)+0.5-cx, float64(y)+0.5-cy))/8, 0), 1)
	return color.NRGBA{210, 90, 150, uint8(math.Round(a * 255))}
}

// PictureColor is the colour of "picture".
func PictureColor(x, y int) color.NRGBA {
	switch left, top := x < PictureWidth/2, y < PictureHeight/2; {
	case left && top:
		return color.NRGBA{220, 30, 40, 255}
	case top:
		return color.NRGBA{30, 180, 70, 255}
	case left:
		return color.NRGBA{250, 250, 250, 128}
	}
	return color.NRGBA{20, 40, 120, 255}
}

func drawn(w, h int, at func(x, y int) color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, at(x, y))
		}
	}
	return img
}

type maker struct {
	testing.TB
	dir   string
	media map[string]timeline.Media
}

func (m *maker) add(key, name string, media timeline.Media) string {
	media.File, media.Public = filepath.Join(m.dir, name), Folder+"/"+name
	m.media[key] = media
	return media.File
}

func (m *maker) write(file string, data []byte) {
	if err := os.WriteFile(file, data, 0o644); err != nil {
		m.Fatal(err)
	}
}

func (m *maker) still(key, name string, w, h int, alpha bool, encode func(*os.File) error) {
	f, err := os.Create(m.add(key, name, timeline.Media{Width: w, Height: h, Alpha: alpha}))
	if err != nil {
		m.Fatal(err)
	}
	defer f.Close()
	if err := encode(f); err != nil {
		m.Fatal(err)
	}
}

func (m *maker) wav(key string, rate, channels int, seconds, hertz, amplitude float64) {
	m.write(m.add(key, key+".wav", timeline.Media{Seconds: seconds}), Wave(rate, channels, seconds, hertz, amplitude))
}

// Wave is a WAV file of 16 bit: a cosine, so that its first sample is its loudest.
func Wave(rate, channels int, seconds, hertz, amplitude float64) []byte {
	samples := int(math.Round(seconds * float64(rate)))
	var data bytes.Buffer
	for i := range samples {
		v := int16(math.Round(amplitude * 32767 * math.Cos(2*math.Pi*hertz*float64(i)/float64(rate))))
		for range channels {
			_ = binary.Write(&data, binary.LittleEndian, v)
		}
	}
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+data.Len()))
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, struct {
		Size                 uint32
		Format, Channels     uint16
		Rate, BytesPerSecond uint32
		BlockAlign, BitDepth uint16
	}{16, 1, uint16(channels), uint32(rate), uint32(rate * channels * 2), uint16(channels * 2), 16})
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(data.Len()))
	b.Write(data.Bytes())
	return b.Bytes()
}

// tags say which colours a file has.
func tags(space, span string) []string {
	if space == "" {
		return nil
	}
	return []string{"-colorspace", space, "-color_primaries", space, "-color_trc", space, "-color_range", span}
}

// toBT709 turns RGB frames into BT.709.
const toBT709 = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuv420p"

func (m *maker) clip(key, rate string, r timeline.Rate) {
	m.encode(key, timeline.Media{}, rate, r, toBT709, "bt709", "tv")
}

// coded is "clip" in other colours.
func (m *maker) coded(key string, media timeline.Media, filter, space, span string) {
	m.encode(key, media, "25/1", timeline.Rate{Num: 25, Den: 1}, filter, space, span)
}

// frames are raw pictures of RGB from a pipe.
func frames(w, h int, rate string) []string {
	return []string{"-f", "rawvideo", "-pix_fmt", "rgba", "-s", fmt.Sprintf("%dx%d", w, h), "-framerate", rate, "-i",
		"pipe:0"}
}

func (m *maker) encode(key string, media timeline.Media, rate string, r timeline.Rate, filter, space, span string) {
	media.Width, media.Height, media.Seconds, media.Codec = ClipWidth, ClipHeight, r.Seconds(ClipFrames), "h264"
	args := append(frames(ClipWidth, ClipHeight, rate), "-vf", filter, "-c:v", "libx264", "-preset", "veryfast", "-crf",
		"4", "-g", "12")
	m.ffmpeg(ClipFrames, ClipWidth, ClipHeight, ClipColor,
		append(append(args, tags(space, span)...), "-movflags", "+faststart", m.add(key, key+".mp4", media))...)
}

func (m *maker) hevc() {
	args := append(frames(ClipWidth, ClipHeight, "25/1"), "-vf", toBT709, "-c:v", "libx265", "-preset", "veryfast",
		"-x265-params", "log-level=error", "-crf", "4", "-tag:v", "hvc1")
	file := m.add("hevc", "hevc.mp4", timeline.Media{Width: ClipWidth, Height: ClipHeight, Seconds: ClipFrames / 25.0,
		Codec: "hevc"})
	m.ffmpeg(ClipFrames, ClipWidth, ClipHeight, ClipColor,
		append(append(args, tags("bt709", "tv")...), "-movflags", "+faststart", file)...)
}

// goodVP9 is quick, and loses next to nothing.
var goodVP9 = []string{"-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "4", "-deadline", "realtime", "-cpu-used", "8",
	"-g", "25", "-auto-alt-ref", "0"}

func (m *maker) vp9(key string, media timeline.Media, filter string, at func(frame, x, y int) color.NRGBA,
	more ...string) {
	media.Width, media.Height, media.Seconds, media.Codec = ClipWidth, ClipHeight, ClipFrames/25.0, "vp9"
	args := append(append(frames(ClipWidth, ClipHeight, "25/1"), "-vf", filter), goodVP9...)
	m.ffmpeg(ClipFrames, ClipWidth, ClipHeight, at, append(append(append(args, tags("bt709", "tv")...), more...),
		m.add(key, key+".webm", media))...)
}

// turned is "clip" with a display matrix. A muxer writes it from other things in other versions of ffmpeg, so it
// is set in the file: 16.16 numbers in the track header, of which only a, b, c and d turn the picture.
func (m *maker) turned(key string, degrees int) {
	from := m.media["clip"]
	if degrees%180 == 90 {
		from.Width, from.Height = from.Height, from.Width
	}
	data, err := os.ReadFile(from.File)
	if err != nil {
		m.Fatal(err)
	}
	at := bytes.Index(data, []byte("tkhd"))
	if at < 0 || data[at+4] != 0 {
		m.Fatalf("%s has no track header of version 0", from.File)
	}
	turn := map[int][4]int32{90: {0, 1, -1, 0}, 180: {-1, 0, 0, -1}, 270: {0, -1, 1, 0}}[degrees]
	matrix := data[at+4+40:]
	for i, slot := range []int{0, 4, 12, 16} {
		binary.BigEndian.PutUint32(matrix[slot:], uint32(turn[i]<<16))
	}
	m.write(m.add(key, key+".mp4", from), data)
}

// FootageColor is the colour of "clip", or of what is made from it, at a pixel of what is shown of a frame.
func FootageColor(key string, frame, x, y int) color.NRGBA {
	switch key {
	case "turned":
		x, y = y, ClipHeight-1-x
	case "over":
		x, y = ClipWidth-1-x, ClipHeight-1-y
	case "back":
		x, y = ClipWidth-1-y, x
	case "veil":
		return VeilColor(frame, x, y)
	}
	return ClipColor(frame, x, y)
}

// alpha is encoded as package compose/media prepares clips: the first picture at 0, sound early by Opus' own delay.
func (m *maker) alpha() {
	file := m.add("alpha", "alpha.webm", timeline.Media{Width: AlphaWidth, Height: AlphaHeight,
		Seconds: AlphaFrames / 25.0, Codec: "vp9", Alpha: true})
	voice := filepath.Join(m.TB.TempDir(), "voice.wav")
	m.write(voice, Wave(48000, 1, 2, 330, 0.4))
	args := append(frames(AlphaWidth, AlphaHeight, "25"), "-i", voice,
		"-filter_complex", "[0:v]scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuva420p[v];[1:a]asetpts=PTS-STARTPTS+0.0065/TB[a]", "-map", "[v]", "-map", "[a]")
	args = append(append(args, goodVP9...), "-c:a", "libopus", "-b:a", "96k", "-metadata:s:v:0", "alpha_mode=1",
		"-avoid_negative_ts", "disabled")
	m.ffmpeg(AlphaFrames, AlphaWidth, AlphaHeight, AlphaColor, append(append(args, tags("bt709", "tv")...), file)...)
}

func (m *maker) ffmpeg(frames, w, h int, at func(frame, x, y int) color.NRGBA, args ...string) {
	m.Helper()
	var raw bytes.Buffer
	for n := range frames {
		raw.Write(drawn(w, h, func(x, y int) color.NRGBA { return at(n, x, y) }).Pix)
	}
	cmd := exec.CommandContext(m.Context(), "ffmpeg",
		append([]string{"-hide_banner", "-nostdin", "-v", "error", "-y"}, args...)...)
	cmd.Stdin = &raw
	if out, err := cmd.CombinedOutput(); err != nil {
		m.Fatalf("make footage: %v\n%s", err, out)
	}
}

// fontFolders are where the fonts lie on the systems we know.
var fontFolders = []string{"/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/truetype/droid",
	"/usr/share/fonts/dejavu", "/usr/share/fonts/TTF", "/usr/local/share/fonts/dejavu", "/Library/Fonts"}

func (m *maker) font(key, name string) {
	for _, folder := range fontFolders {
		if data, err := os.ReadFile(filepath.Join(folder, name)); err == nil {
			m.write(m.add(key, name, timeline.Media{}), data)
			return
		}
	}
	m.Fatalf("%s is not in %v: apt-get install fonts-dejavu-core fonts-droid-fallback", name, fontFolders)
}
