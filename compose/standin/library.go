package standin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"

	"greenroom/internal/atomicfile"
	"greenroom/internal/proc"
)

// Library is one presenter at one size as pieces of VP9: a key frame of the rest pose
// and, for every mouth and every eyes, one frame that is coded against that key frame
// alone. A clip of any length is put together from them without an encoder: a key
// frame each second, between them whatever the sound asks for.
type Library struct {
	Width, Height         int // of the whole frame
	Box                   Box // the part that is coded: the presenter's place
	Key, KeyAlpha         []byte
	Poses                 map[string]Piece
	FPS                   int
	Presenter, Style, Ver string
	Poster                []byte // WebP of the rest pose, the box alone
}

// Box is a rectangle in pixels, even on all sides.
type Box struct{ X, Y, W, H int }

// Piece is one coded frame of the picture and of its alpha.
type Piece struct{ Color, Alpha []byte }

// libraryVersion changes when what is drawn or coded changes.
const libraryVersion = "5"

// poseName is the key of a pose.
func poseName(mouth, eyes string) string { return mouth + " " + eyes }

// LibraryID is the same for clips whose stand-ins have the same pieces.
func (s Spec) LibraryID() string {
	parts := []string{libraryVersion, Drawings(), s.Presenter, s.Style,
		fmt.Sprint(s.Width, s.Height, s.Scale, s.OffsetX, s.OffsetY, s.FPS)}
	if s.Captions.On {
		parts = append(parts, "entire frame")
	}
	return contentID(parts...)
}

// libraryFile names a library by everything that shapes it.
func (m *Maker) libraryFile(dir string, s Spec) string {
	return filepath.Join(dir, fmt.Sprintf("%s-%dx%d-%s.lib", libraryVersion, s.Width, s.Height, s.LibraryID()))
}

// Library reads the pieces for a clip's presenter, style and size from dir, or draws
// and keeps them: once per machine, however many processes want them at once. Drawing
// takes a few seconds at 1080p. A kept file that is corrupt is drawn again.
func (m *Maker) Library(ctx context.Context, dir string, s Spec) (*Library, error) {
	l, path, err := m.kept(dir, s)
	if l != nil || err != nil {
		return l, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(path + ".lock")
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, fmt.Errorf("wait for another process that draws this presenter: %w", err)
	}
	defer func() { _ = lock.Unlock() }() // freed by exit too
	if l, _, err := m.kept(dir, s); l != nil || err != nil {
		return l, err
	}
	if s.Script == "" {
		s.Script = "x" // the text does not matter here
	}
	if err := s.validate(); err != nil {
		return nil, err
	}
	l, err = m.drawLibrary(ctx, s)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(l); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b.Bytes())
	return l, atomicfile.WriteQuick(path, append(sum[:], b.Bytes()...))
}

// Kept reports that the pieces for a clip are there, so that Library takes no time.
func (m *Maker) Kept(dir string, s Spec) bool {
	l, _, err := m.kept(dir, s)
	return l != nil && err == nil
}

// kept reads a library whose bytes are those that were written.
func (m *Maker) kept(dir string, s Spec) (l *Library, path string, err error) {
	if s.Script == "" {
		s.Script = "x"
	}
	if err := s.validate(); err != nil {
		return nil, "", err
	}
	path = m.libraryFile(dir, s)
	b, err := os.ReadFile(path)
	if err != nil || len(b) < sha256.Size || sha256.Sum256(b[sha256.Size:]) != [sha256.Size]byte(b[:sha256.Size]) {
		return nil, path, nil
	}
	l = &Library{}
	if gob.NewDecoder(bytes.NewReader(b[sha256.Size:])).Decode(l) != nil || l.Ver != libraryVersion ||
		len(l.Poses) != len(mouthShapes)*len(eyeStates) {
		return nil, path, nil
	}
	return l, path, nil
}

// still draws single poses.
type still struct{ *actor }

func newStill(s Spec) (*still, error) {
	s.Background, s.Format = nil, AlphaWebM
	a, err := newActor(s, &speech{samples: make([]int16, sampleRate)}, 1)
	return &still{a}, err
}

// pose is straight RGBA of the whole frame, at rest but for mouth and eyes.
func (d *still) pose(mouth, eyes string) []byte {
	d.mouth, d.eyes, d.stress = []string{mouth}, []string{eyes}, []float64{0}
	return d.frame(0)
}

func (m *Maker) drawLibrary(ctx context.Context, s Spec) (*Library, error) {
	d, err := newStill(s)
	if err != nil {
		return nil, err
	}
	rest := bytes.Clone(d.pose("rest", "eyes-open"))
	box := opaqueBox(rest, s.Width, s.Height)
	if box.Empty() {
		return nil, errors.New("the presenter is outside of the frame")
	}
	if s.Captions.On {
		box = image.Rect(0, 0, s.Width, s.Height) // the words are next to the presenter, too
	}
	var names []string
	var color, alpha bytes.Buffer
	add := func(rgba []byte) {
		y, a := planes(rgba, s.Width, box)
		color.Write(y)
		alpha.Write(a)
	}
	for _, eyes := range eyeStates {
		for _, mouth := range mouthShapes {
			names = append(names, poseName(mouth, eyes))
			add(rest) // each pose is coded against the same key frame
			add(d.pose(mouth, eyes))
		}
	}
	l := &Library{Width: s.Width, Height: s.Height, FPS: s.FPS, Presenter: s.Presenter, Style: s.Style,
		Ver: libraryVersion,
		Box: Box{box.Min.X, box.Min.Y, box.Dx(), box.Dy()}, Poses: map[string]Piece{}}
	l.Poster, err = m.poster(ctx, rest, s, l.Box)
	if err != nil {
		return nil, err
	}
	picture, err := m.encodeKeys(ctx, color.Bytes(), l.Box, crfColor, 2)
	if err != nil {
		return nil, err
	}
	matte, err := m.encodeKeys(ctx, alpha.Bytes(), l.Box, crfAlpha, 2)
	if err != nil {
		return nil, err
	}
	l.Key, l.KeyAlpha = picture[0], matte[0]
	for i, n := range names {
		if !bytes.Equal(picture[2*i], l.Key) || !bytes.Equal(matte[2*i], l.KeyAlpha) {
			return nil, errors.New("the encoder made different key frames of one picture")
		}
		p := Piece{Color: picture[2*i+1], Alpha: matte[2*i+1]}
		if err := errors.Join(keepReferences(p.Color), keepReferences(p.Alpha)); err != nil {
			return nil, err
		}
		l.Poses[n] = p
	}
	return l, nil
}

// poster is the box of one picture as WebP with alpha.
func (m *Maker) poster(ctx context.Context, rgba []byte, s Spec, box Box) ([]byte, error) {
	args := append(proc.FFmpegArgs("error"), "-f", "rawvideo", "-pix_fmt", "rgba", "-s",
		fmt.Sprintf("%dx%d", s.Width, s.Height),
		"-i", "pipe:0", "-vf", fmt.Sprintf("crop=%d:%d:%d:%d", box.W, box.H, box.X, box.Y),
		"-c:v", "libwebp", "-quality", "80", "-frames:v", "1", "-f", "webp", "pipe:1")
	var out bytes.Buffer
	if _, err := proc.Run(ctx, proc.Cmd{Path: m.FFmpeg, Args: args, Stdin: bytes.NewReader(rgba), Stdout: &out,
		Timeout: time.Minute}); err != nil {
		return nil, fmt.Errorf("make the poster: %w", err)
	}
	return out.Bytes(), nil
}

// keepReferences makes a coded frame leave every reference as it is, so that the next
// frame too is coded against the key frame. In an error-resilient, shown inter frame
// refresh_frame_flags is the second byte of the header (VP9 bitstream specification,
// section 6.2).
func keepReferences(frame []byte) error {
	// frame_marker 10, profile 00, show_existing 0, frame_type 1 (inter), show 1, resilient 1
	if len(frame) < 3 || frame[0] != 0b10000111 {
		return fmt.Errorf("a coded frame begins with %08b, not as an error-resilient inter frame",
			frame[:min(1, len(frame))])
	}
	frame[1] = 0
	return nil
}

// Quality of the pieces, in libvpx's terms.
const crfColor, crfAlpha = 20, 8

// encodeKeys codes raw yuv420p frames as VP9, of which every first, second, and so on is a key frame.
func (m *Maker) encodeKeys(ctx context.Context, raw []byte, box Box, crf, every int) ([][]byte, error) {
	deadline := "good"
	if every == 1 {
		deadline = "realtime" // they are of one clip and not kept: a quarter of the time
	}
	args := append(proc.FFmpegArgs("error"), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s",
		fmt.Sprintf("%dx%d", box.W, box.H),
		"-framerate", "25", "-i", "pipe:0", "-c:v", "libvpx-vp9", "-b:v", "0", "-crf", strconv.Itoa(crf),
		"-g", strconv.Itoa(every), "-keyint_min", strconv.Itoa(every), "-error-resilient", "1", "-auto-alt-ref", "0", "-lag-in-frames", "0",
		"-deadline", deadline, "-cpu-used", "5", "-row-mt", "1", "-threads", strconv.Itoa(max(1, m.Threads)),
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-f", "ivf",
		"pipe:1")
	var out bytes.Buffer
	if _, err := proc.Run(ctx, proc.Cmd{Path: m.FFmpeg, Args: args, Stdin: bytes.NewReader(raw), Stdout: &out,
		Timeout: 10 * time.Minute}); err != nil {
		return nil, fmt.Errorf("encode the pieces: %w", err)
	}
	frames, err := ivf(out.Bytes())
	if want := len(raw) / (box.W * box.H * 3 / 2); err == nil && len(frames) != want {
		err = fmt.Errorf("the encoder gave %d frames of %d", len(frames), want)
	}
	return frames, err
}

// ivf takes a file of coded frames apart.
func ivf(b []byte) (frames [][]byte, err error) {
	if len(b) < 32 || string(b[:4]) != "DKIF" {
		return nil, errors.New("the encoder gave no IVF")
	}
	for b = b[32:]; len(b) >= 12; {
		n := int(b[0]) | int(b[1])<<8 | int(b[2])<<16 | int(b[3])<<24
		if n < 0 || len(b) < 12+n {
			return nil, errors.New("the IVF is cut short")
		}
		frames = append(frames, bytes.Clone(b[12:12+n]))
		b = b[12+n:]
	}
	return frames, nil
}

// opaqueBox is where anything shows, with a margin for moving edges, even.
func opaqueBox(rgba []byte, w, h int) image.Rectangle {
	r := image.Rectangle{Min: image.Pt(w, h)} // image.Rect would put it right
	for y := range h {
		row := rgba[y*w*4 : (y+1)*w*4]
		for x := range w {
			if row[x*4+3] > 2 {
				r.Min.X, r.Max.X = min(r.Min.X, x), max(r.Max.X, x+1)
				r.Min.Y, r.Max.Y = min(r.Min.Y, y), max(r.Max.Y, y+1)
			}
		}
	}
	if r.Min.X >= r.Max.X {
		return image.Rectangle{}
	}
	const margin = 4
	r = image.Rect(r.Min.X-margin, r.Min.Y-margin, r.Max.X+margin, r.Max.Y+margin).Intersect(image.Rect(0, 0, w, h))
	r.Min.X, r.Min.Y = r.Min.X&^1, r.Min.Y&^1
	r.Max.X, r.Max.Y = (r.Max.X+1)&^1, (r.Max.Y+1)&^1
	return r.Intersect(image.Rect(0, 0, w, h))
}

// planes returns the box as yuv420p: the colour as limited BT.709, and the alpha as a
// grey picture of full range, which is how VP9 with alpha keeps it.
//
//go:norace
func planes(rgba []byte, stride int, box image.Rectangle) (color, alpha []byte) {
	w, h := box.Dx(), box.Dy()
	color, alpha = make([]byte, w*h*3/2), make([]byte, w*h*3/2)
	for i := w * h; i < len(alpha); i++ {
		alpha[i] = 128
	}
	u, v := color[w*h:w*h*5/4], color[w*h*5/4:]
	for y := 0; y < h; y += 2 {
		for x := 0; x < w; x += 2 {
			var r, g, b float32
			for k := range 4 {
				px, py := x+k&1, y+k>>1
				p := rgba[((box.Min.Y+py)*stride+box.Min.X+px)*4:]
				pr, pg, pb := float32(p[0]), float32(p[1]), float32(p[2])
				color[py*w+px] = byte8(16 + (0.2126*pr+0.7152*pg+0.0722*pb)*219/255)
				alpha[py*w+px] = p[3]
				r, g, b = r+pr, g+pg, b+pb
			}
			l := (0.2126*r + 0.7152*g + 0.0722*b) / 4
			u[y/2*(w/2)+x/2] = byte8(128 + (b/4-l)/1.8556*224/255)
			v[y/2*(w/2)+x/2] = byte8(128 + (r/4-l)/1.5748*224/255)
		}
	}
	return color, alpha
}
